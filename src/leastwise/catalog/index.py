"""The catalog: known services and actions, and the index that expands a pattern over them."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from functools import cache, cached_property, lru_cache
from typing import Final, NamedTuple

from leastwise.catalog.dependents import Dependents, followed
from leastwise.catalog.details import ActionDetails, ConditionKey, ResourceType, ServiceDetails
from leastwise.catalog.mask import indexes
from leastwise.catalog.model import AccessLevel, Action, Expansion, Service
from leastwise.catalog.pattern import canonical, compiled, literal_prefix, longest_piece

__all__ = ["ActionFacts", "Catalog"]

_CACHED: Final = 4096
"""Expansions of wildcard patterns that a catalog keeps: at most about 12 MB of masks."""

_SHOWN: Final = 200
"""Characters of a pattern that a problem repeats."""


class ActionFacts(NamedTuple):
    """What a source says of one action."""

    namespace: str
    """The service, in lower case."""
    name: str
    """Without the service."""
    access_level: AccessLevel
    """What it does at most."""
    dependent_actions: tuple[str, ...] = ()
    """Actions that the caller needs too."""


class Catalog:
    """Known services and actions. Sets of actions are integers with one bit an action, so set algebra is `& | ~`.

    >>> from leastwise.catalog import load_catalog
    >>> catalog = load_catalog()
    >>> [action.text for action in catalog.actions(catalog.expand("IAM:?etRole").mask)]
    ['iam:GetRole']
    """

    def __init__(
        self,
        services: Mapping[str, str],
        facts: Iterable[ActionFacts],
        details: Callable[[str], ServiceDetails] | None = None,
    ) -> None:
        """A catalog of these services (namespace -> name) and actions, whose services must be among them.

        `details` reads what is known of a service beyond its actions' names; it is asked once for each service, at the
        first question about it. Without it the catalog says that it does not know.
        """
        ordered = sorted(facts, key=lambda fact: _key(fact.namespace, fact.name))
        self._actions = tuple(Action(*fact, index=index) for index, fact in enumerate(ordered))
        self._keys = [_key(action.namespace, action.name) for action in self._actions]
        self._places = {key: place for place, key in enumerate(self._keys)}
        self._longest = max(map(len, self._keys), default=0)
        self.everything: Final = (1 << len(self._keys)) - 1
        """Every known action, as a set of bits."""
        self._levels = {level: self._level_mask(level) for level in AccessLevel}
        self.services: Final = tuple(
            Service(namespace, services[namespace], self._range_mask(f"{namespace}:")) for namespace in sorted(services)
        )
        """Every known service, by namespace."""
        self._spans = {one.namespace: (one, self._range(f"{one.namespace}:")[1]) for one in self.services}
        self._services = {service.namespace: service for service in self.services}
        self._expand_wildcards = lru_cache(_CACHED)(self._match)
        self._details = None if details is None else cache(details)

    def __len__(self) -> int:
        """How many actions are known."""
        return len(self._actions)

    def service(self, namespace: str) -> Service | None:
        """The service of this namespace, in any case; None if it is not known.

        >>> from leastwise.catalog import load_catalog
        >>> load_catalog().service("S3").name
        'Amazon S3'
        """
        return self._services.get(namespace.lower())

    def action(self, text: str) -> Action | None:
        """The action of this name, e.g. `s3:getobject`, in any case; None if it is not known.

        >>> from leastwise.catalog import load_catalog
        >>> load_catalog().action("s3:getobject").text
        's3:GetObject'
        """
        place = self._places.get(text.lower())
        return None if place is None else self._actions[place]

    def actions(self, mask: int) -> tuple[Action, ...]:
        """The actions of a mask, in the order of their texts in lower case.

        >>> from leastwise.catalog import load_catalog
        >>> catalog = load_catalog()
        >>> len(catalog.actions(catalog.everything)) == len(catalog)
        True
        """
        return tuple(self._actions[place] for place in indexes(mask))

    def services_of(self, mask: int) -> tuple[Service, ...]:
        """The services that have an action in the mask, by namespace.

        >>> from leastwise.catalog import load_catalog
        >>> catalog = load_catalog()
        >>> [service.namespace for service in catalog.services_of(catalog.expand("sqs:Send*").mask)]
        ['sqs']
        """
        # Searching a text of digits, from one service that is there to the next, beats an AND of wide integers each.
        bits = bin(mask)[:1:-1]
        found: list[Service] = []
        place = bits.find("1")
        while place >= 0:
            service, end = self._spans[self._actions[place].namespace]
            found.append(service)
            place = bits.find("1", end)
        return tuple(sorted(found, key=lambda service: service.namespace))

    def count_by_level(self, mask: int) -> Mapping[AccessLevel, int]:
        """How many actions of the mask are of each access level; levels without any are 0.

        >>> from leastwise.catalog import AccessLevel, load_catalog
        >>> catalog = load_catalog()
        >>> catalog.count_by_level(catalog.expand("iam:PassRole").mask)[AccessLevel.WRITE]
        1
        """
        return {level: (mask & members).bit_count() for level, members in self._levels.items()}

    def dependents_of(self, mask: int) -> int:
        """The known actions that AWS checks too for the caller of an action of the mask, and what these need in turn.

        Whether they are in the mask themselves makes no difference. The first question costs about 10 ms, each at most
        0.5 ms.

        >>> from leastwise.catalog import load_catalog
        >>> catalog = load_catalog()
        >>> needed = catalog.dependents_of(catalog.expand("lambda:CreateFunction").mask)
        >>> catalog.action("iam:PassRole") in catalog.actions(needed)
        True
        """
        return self._dependents.of(mask)

    @cached_property
    def _dependents(self) -> Dependents:
        return followed(self._actions, self._places)

    def resource_types(self, action: Action) -> tuple[ResourceType, ...] | None:
        """The resources that an action takes; empty if it takes only `*`, None if that is not known.

        >>> from leastwise.catalog import load_catalog
        >>> catalog = load_catalog()
        >>> [one.name for one in catalog.resource_types(catalog.action("s3:GetObject"))]
        ['accesspointobject', 'object']
        """
        details = self._action_details(action)
        return None if details is None else details.resource_types

    def condition_keys(self, action: Action) -> frozenset[str] | None:
        """The condition keys of an action's requests, as AWS writes them, without the global ones; None if not known.

        >>> from leastwise.catalog import load_catalog
        >>> catalog = load_catalog()
        >>> "s3:prefix" in catalog.condition_keys(catalog.action("s3:ListBucket"))
        True
        """
        details = self._action_details(action)
        return None if details is None else details.condition_keys

    def service_keys(self, namespace: str) -> Mapping[str, ConditionKey] | None:
        """The condition keys of a service, in any case, by their names in lower case; None if they are not known.

        >>> from leastwise.catalog import load_catalog
        >>> load_catalog().service_keys("s3")["s3:prefix"].type
        <KeyType.STRING: 'String'>
        """
        details = self._service_details(namespace.lower())
        return None if details is None else details.condition_keys

    def _service_details(self, namespace: str) -> ServiceDetails | None:
        return None if self._details is None or namespace not in self._services else self._details(namespace)

    def _action_details(self, action: Action) -> ActionDetails | None:
        details = self._service_details(action.namespace)
        return None if details is None else details.actions.get(action.name.lower())

    def expand(self, pattern: str) -> Expansion:
        """The known actions that a pattern such as `*`, `s3:*` or `iam:?etRole` matches, in any case.

        A pattern that matches none says why. Expansions of patterns with wildcards are kept for the next time; the
        first time costs a search for a prefix, and a pass over the candidates for anything else.

        >>> from leastwise.catalog import load_catalog
        >>> load_catalog().expand("s3:GetObjekt").problem
        "no known action matches 's3:GetObjekt'"
        """
        folded = pattern.lower()
        place = self._places.get(folded)
        if place is not None:
            return Expansion(pattern, 1 << place)
        # A pattern with more fixed characters than the longest known name matches none, however many stars it has;
        # it must not reach the cache, whose entries are to stay small.
        short_enough = len(folded) - folded.count("*") <= self._longest
        has_wildcard = "*" in folded or "?" in folded
        mask = self._expand_wildcards(canonical(folded)) if short_enough and has_wildcard else 0
        return Expansion(pattern, mask, "" if mask else self._problem(pattern))

    def _problem(self, pattern: str) -> str:
        namespace, colon, _ = pattern.partition(":")
        if not colon:
            return f"not an action pattern {_shown(pattern)!r}"
        if literal_prefix(namespace) == namespace and self.service(namespace) is None:
            return f"unknown service {_shown(namespace)!r}"
        return f"no known action matches {_shown(pattern)!r}"

    def _match(self, pattern: str) -> int:
        if pattern in ("*", "*:*"):
            return self.everything
        if ":" not in pattern:
            return 0
        prefix = literal_prefix(pattern)
        if ":" in prefix and pattern == f"{prefix}*":
            return self._range_mask(prefix)
        return self._filtered(pattern, prefix)

    def _filtered(self, pattern: str, prefix: str) -> int:
        start, end = self._range(prefix)
        # A piece between wildcards that no name has is found in no time, and compiling the pattern takes longer.
        piece = longest_piece(pattern[len(prefix) :])
        if not any(piece in key for key in self._keys[start:end]):
            return 0
        fits = compiled(pattern).fullmatch
        bits = "".join("1" if fits(key) else "0" for key in reversed(self._keys[start:end]))
        return int(bits or "0", 2) << start

    def _range(self, prefix: str) -> tuple[int, int]:
        start = bisect_left(self._keys, prefix)
        return start, bisect_left(self._keys, prefix + "\U0010ffff", lo=start)

    def _range_mask(self, prefix: str) -> int:
        start, end = self._range(prefix)
        return (1 << end) - (1 << start)

    def _level_mask(self, level: AccessLevel) -> int:
        bits = "".join("1" if action.access_level is level else "0" for action in reversed(self._actions))
        return int(bits or "0", 2)


def _shown(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def _key(namespace: str, name: str) -> str:
    return f"{namespace}:{name}".lower()
