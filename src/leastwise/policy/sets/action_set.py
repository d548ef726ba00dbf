"""Sets of actions over the catalog and over the open rest: services and actions that the catalog does not know."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import reduce
from operator import or_
from sys import intern
from typing import Final

from msgspec import Struct

from leastwise.catalog import Action, Catalog, canonical, longest_piece, mask_of
from leastwise.policy.sets import names as name_sets
from leastwise.policy.sets.language import Answer, Effort
from leastwise.policy.sets.names import EVERY_NAME, NO_NAME, NameSet

__all__ = ["ActionSet"]

_ALL: Final = ("*", "*:*")
_MANY: Final = 100
"""Patterns of one service that are looked through before they are expanded; no real document has as many."""


class ActionSet(Struct, frozen=True, eq=False):
    """A set of actions, known and unknown, as a value.

    Known actions are bits of one integer. What the catalog does not know is kept a service at a time, as a Boolean
    combination of name patterns, so that an answer holds for actions that AWS has not invented yet. Both sets of an
    operation must be over the same catalog.

    `==` means that both hold the same actions; `<=` and `==` say False where the patterns are so entangled that it
    could not be decided, which is the safe side for whoever must not grant more than before.

    >>> from leastwise.catalog import load_catalog
    >>> catalog = load_catalog()
    >>> read = ActionSet.of(["s3:Get*", "s3:List*"], catalog) - ActionSet.of(["s3:GetObject"], catalog)
    >>> "s3:getobjectacl" in read, "s3:GetObject" in read, "s3:GetWhatIsToCome" in read
    (True, False, True)
    """

    catalog: Catalog
    """What is known."""
    known: int
    """The known actions, as bits of the catalog."""
    rest: bool
    """Whether it holds every action of every service that neither the catalog nor `open` names."""
    open: Mapping[str, NameSet]
    """By namespace, its unknown names; a service is missing where they are all in it (`rest`) or none (not `rest`)."""

    @classmethod
    def nothing(cls, catalog: Catalog) -> "ActionSet":
        """The empty set.

        >>> from leastwise.catalog import load_catalog
        >>> "s3:GetObject" in ActionSet.nothing(load_catalog())
        False
        """
        return cls(catalog, 0, rest=False, open={})

    @classmethod
    def everything(cls, catalog: Catalog) -> "ActionSet":
        """All actions of all services, known or not: what `*` matches.

        >>> from leastwise.catalog import load_catalog
        >>> "newservice:DoThis" in ActionSet.everything(load_catalog())
        True
        """
        return cls(catalog, catalog.everything, rest=True, open={})

    @classmethod
    def of(cls, patterns: Iterable[str], catalog: Catalog) -> "ActionSet":
        """The actions that any of the patterns matches, in any case; a pattern without a colon but `*` matches none.

        >>> from leastwise.catalog import load_catalog
        >>> len(ActionSet.of(["sqs:*"], load_catalog()).actions()) > 10
        True
        """
        places: list[int] = []
        unknown: dict[str, list[str]] = {}
        for pattern in patterns:
            action = catalog.action(pattern)
            if action is not None:
                places.append(action.index)
                continue
            folded = canonical(pattern.lower())
            if folded in _ALL:
                return cls.everything(catalog)
            namespace, colon, name = folded.partition(":")
            if colon:
                unknown.setdefault(intern(namespace), []).append(name)
        open_names = {namespace: name_sets.names_matching(found) for namespace, found in unknown.items()}
        return cls(catalog, mask_of(places) | _known_of(open_names, catalog), rest=False, open=open_names)

    @classmethod
    def union_of(cls, sets: Iterable["ActionSet"], catalog: Catalog) -> "ActionSet":
        """The actions of any of the sets. Cheaper than `|` one by one where they are many.

        >>> from leastwise.catalog import load_catalog
        >>> catalog = load_catalog()
        >>> ActionSet.union_of([], catalog) == ActionSet.nothing(catalog)
        True
        """
        every = list(sets)
        if len(every) == 1:
            return every[0]
        rest = any(one.rest for one in every)
        found: dict[str, list[NameSet]] = {}
        for one in every:
            for namespace, here in one.open.items():
                found.setdefault(namespace, []).append(here)
        default = EVERY_NAME if rest else NO_NAME
        # Where a set of all services has nothing to say of one, it holds all of that.
        whole = {namespace for one in every if one.rest for namespace in found.keys() - one.open.keys()}
        joined = {namespace: name_sets.union_of(here) for namespace, here in found.items() if namespace not in whole}
        known = reduce(or_, (one.known for one in every), 0)
        return cls(catalog, known, rest, {namespace: here for namespace, here in joined.items() if here != default})

    def __or__(self, other: "ActionSet") -> "ActionSet":
        """The actions of either."""
        named = self.open if not other.open else self.open.keys() | other.open.keys()
        return self._combined(
            other, name_sets.union, named, known=self.known | other.known, rest=self.rest or other.rest
        )

    def __and__(self, other: "ActionSet") -> "ActionSet":
        """The actions of both."""
        if self.rest and other.rest:
            named: Iterable[str] = self.open.keys() | other.open.keys()
        elif self.rest or other.rest:
            # What the set without the rest does not name is in neither.
            named = other.open if self.rest else self.open
        else:
            named = self.open.keys() & other.open.keys()
        return self._combined(
            other, name_sets.intersection, named, known=self.known & other.known, rest=self.rest and other.rest
        )

    def __sub__(self, other: "ActionSet") -> "ActionSet":
        """The actions of this one that are not in the other."""
        named = self.open.keys() | other.open.keys() if self.rest else self.open
        return self._combined(
            other, name_sets.difference, named, known=self.known & ~other.known, rest=self.rest and not other.rest
        )

    def __invert__(self) -> "ActionSet":
        """All other actions."""
        return ActionSet.everything(self.catalog) - self

    def __le__(self, other: "ActionSet") -> bool:
        """Whether every action of this one is in the other; False also where it cannot be decided."""
        if self.known & ~other.known or (self.rest and not other.rest):
            return False
        return (self - other).is_empty() is Answer.YES

    def __eq__(self, other: object) -> bool:
        """Whether both hold the same actions; False also where it cannot be decided."""
        if not isinstance(other, ActionSet):
            return NotImplemented
        if self.known != other.known or self.rest != other.rest:
            return False
        return self.open == other.open or self <= other <= self

    def __hash__(self) -> int:
        # The open names have no single form, so only what has one may count.
        return hash((self.known, self.rest))

    def __repr__(self) -> str:
        return f"ActionSet({self.known.bit_count()} known, rest={self.rest}, open={sorted(self.open)})"

    def __contains__(self, action: Action | str) -> bool:
        """Whether the action, e.g. `s3:GetObject` in any case, is in the set. Exact, for unknown ones too."""
        known = self.catalog.action(action) if isinstance(action, str) else action
        if known is not None:
            return bool(self.known >> known.index & 1)
        namespace, _, name = str(action).lower().partition(":")
        return name_sets.holds(self.names(namespace), name)

    def __bool__(self) -> bool:
        """Whether there is an action in it; True also where that cannot be decided."""
        return self.is_empty() is not Answer.YES

    def is_empty(self, effort: Effort | None = None) -> Answer:
        """Whether there is no action in it; UNDECIDED also where an `effort` that is shared with others is used up.

        >>> from leastwise.catalog import load_catalog
        >>> ActionSet.nothing(load_catalog()).is_empty()
        <Answer.YES: 1>
        """
        if self.known or self.rest:
            return Answer.NO
        answers = [name_sets.is_empty(names, effort) for _, names in sorted(self.open.items())]
        return reduce(_worse, answers, Answer.YES)

    def names(self, namespace: str) -> NameSet:
        """The unknown names of a service, of which it need not be known that it exists."""
        return self.open.get(namespace, EVERY_NAME if self.rest else NO_NAME)

    def known_in(self, namespace: str) -> int:
        """The known actions of a service, as bits of the catalog; 0 for a service that is not known.

        >>> from leastwise.catalog import load_catalog
        >>> ActionSet.of(["s3:GetObject", "sqs:*"], load_catalog()).known_in("s3").bit_count()
        1
        """
        service = self.catalog.service(namespace)
        return 0 if service is None else self.known & service.mask

    def reaches(self, namespace: str) -> bool:
        """Whether it has an action, known or unknown, of this service; True also where that cannot be decided.

        >>> from leastwise.catalog import load_catalog
        >>> ActionSet.of(["newservice:Get*"], load_catalog()).reaches("newservice")
        True
        """
        folded = namespace.lower()
        return bool(self.known_in(folded)) or name_sets.is_empty(self.names(folded)) is not Answer.YES

    def namespaces(self) -> tuple[str, ...]:
        """The services that it reaches, sorted: those that the catalog knows, and the unknown ones that it names.

        >>> from leastwise.catalog import load_catalog
        >>> ActionSet.of(["sqs:*", "newservice:Get*"], load_catalog()).namespaces()
        ('newservice', 'sqs')
        """
        found = {service.namespace for service in self.catalog.services_of(self.known)}
        if self.rest:
            found.update(one.namespace for one in self.catalog.services if one.namespace not in self.open)
        maybe = (item for item in self.open.items() if item[0] not in found)
        found.update(namespace for namespace, names in maybe if name_sets.is_empty(names) is not Answer.YES)
        return tuple(sorted(found))

    def without_known(self, mask: int) -> "ActionSet":
        """The set without these known actions, given as bits of the catalog; what nobody knows stays in it.

        >>> from leastwise.catalog import load_catalog
        >>> queues = ActionSet.of(["sqs:*"], load_catalog())
        >>> queues.without_known(queues.known).actions(), "sqs:NotYetInvented" in queues.without_known(queues.known)
        ((), True)
        """
        return ActionSet(self.catalog, self.known & ~mask, self.rest, self.open)

    def actions(self) -> tuple[Action, ...]:
        """The known actions, in the order of their texts in lower case."""
        return self.catalog.actions(self.known)

    def _combined(
        self,
        other: "ActionSet",
        names: Callable[[NameSet, NameSet], NameSet],
        named: Iterable[str],
        *,
        known: int,
        rest: bool,
    ) -> "ActionSet":
        """The sets of names joined service by service; of those that are not `named` the result has nothing to say."""
        default = EVERY_NAME if rest else NO_NAME
        found = ((namespace, names(self.names(namespace), other.names(namespace))) for namespace in named)
        return ActionSet(self.catalog, known, rest, {namespace: here for namespace, here in found if here != default})


def _known_of(names: Mapping[str, NameSet], catalog: Catalog) -> int:
    """The known actions of sets that `names_matching` made; what a wider pattern covers need not be expanded."""
    mask = 0
    for namespace, found in names.items():
        patterns = (pattern for region in found for pattern in region.inside)
        for pattern in patterns if len(found) < _MANY else _possible(patterns, namespace, catalog):
            mask |= catalog.expand(f"{namespace}:{pattern}").mask
    return mask


def _possible(patterns: Iterable[str], namespace: str, catalog: Catalog) -> Iterator[str]:
    """The patterns whose longest fixed piece stands in a known name: the others are not worth a search of their own."""
    service = catalog.service(namespace)
    if service is None:
        yield from patterns if "*" in namespace or "?" in namespace else ()
        return
    known = " ".join(action.name.lower() for action in catalog.actions(service.mask))
    yield from (pattern for pattern in patterns if longest_piece(pattern) in known)


def _worse(one: Answer, other: Answer) -> Answer:
    # For "is all of it empty?": one NO decides, and one UNDECIDED leaves it open.
    return Answer.NO if Answer.NO in (one, other) else Answer.UNDECIDED if Answer.UNDECIDED in (one, other) else one
