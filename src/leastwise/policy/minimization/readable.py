"""Known actions as patterns that a person would write: whole services, whole words, and names."""

import re
from collections.abc import Iterator
from itertools import accumulate
from typing import Final

from leastwise.catalog import Action, indexes
from leastwise.policy.minimization.fitting import Fitting, fitting_in
from leastwise.policy.minimization.trie import divided
from leastwise.policy.sets.action_set import ActionSet
from leastwise.policy.sets.language import minimal

__all__ = ["readable_patterns"]

_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|.", re.DOTALL)
"""A word of a name such as `DescribeDBClusters2`."""


def readable_patterns(actions: ActionSet, *, within: ActionSet) -> tuple[str, ...]:
    """Patterns that grant the known actions of the set, no other known one, and nothing outside `within`; sorted.

    A service of which all is in the set is written whole. Names that begin with the same words, and no other known name
    so, are written as these words and a star; the others as they are. A pattern of which nobody knows an action stays
    if it lies within. This takes more characters than `minimal_patterns`, and no word is cut.

    Raises:
        ValueError: `within` lacks a known action of the set.

    >>> from leastwise.catalog import load_catalog
    >>> catalog = load_catalog()
    >>> left = ActionSet.of(["sqs:C*", "sqs:D*", "sqs:G*"], catalog) - ActionSet.of(["sqs:GetQueueUrl"], catalog)
    >>> [pattern for pattern in readable_patterns(left, within=left) if "Create" not in pattern]
    ['sqs:CancelMessageMoveTask', 'sqs:ChangeMessageVisibility', 'sqs:Delete*', 'sqs:GetQueueAttributes']
    """
    if actions.known & ~within.known:
        raise ValueError("within lacks a known action of the set")
    found: list[str] = []
    for namespace in sorted(
        {service.namespace for service in actions.catalog.services_of(actions.known)} | set(actions.open)
    ):
        known = [] if "*" in namespace or "?" in namespace else list(_of_known(namespace, actions, within))
        found += _with_unknown(namespace, known, actions, within)
    return tuple(sorted(found))


def _of_known(namespace: str, actions: ActionSet, within: ActionSet) -> Iterator[str]:
    """The names, in AWS's own case."""
    service = actions.catalog.service(namespace)
    members = () if service is None else actions.catalog.actions(service.mask)
    if not members:
        return
    fits = fitting_in(within.names(namespace))
    wanted = actions.known_in(namespace) >> members[0].index
    everything = (1 << len(members)) - 1
    if wanted == everything and fits is None:
        yield "*"
        return
    names = tuple(action.name.lower() for action in members)
    for key, mask in divided(names, wanted=wanted, banned=everything & ~wanted).free.items():
        alike = [members[place] for place in indexes(mask)]
        yield from _written(alike, len(key) - 1, fits) if key.endswith("*") else (one.name for one in alike)


def _written(alike: list[Action], least: int, fits: Fitting | None) -> Iterator[str]:
    """Names that have at least so many letters in common, which no other known name has; longer beginnings are free."""
    groups = [alike]
    while groups:
        group = groups.pop()
        length = _words_in_common(group)
        if len(group) == 1:
            yield group[0].name
        elif length < max(least, 1):
            groups += _by_next_word(group, length)
        elif fits is None or fits(f"{group[0].name[:length].lower()}*"):
            yield f"{group[0].name[:length]}*"
        else:
            yield from (one.name for one in group)


def _words_in_common(group: list[Action]) -> int:
    """The letters of the words with which all names begin."""
    ends = frozenset.intersection(*(frozenset(accumulate(map(len, _WORD.findall(one.name)))) for one in group))
    first, last = group[0].name.lower(), group[-1].name.lower()
    # In order, so what the first and the last begin with, all begin with.
    return max((end for end in ends if first[:end] == last[:end]), default=0)


def _by_next_word(group: list[Action], length: int) -> list[list[Action]]:
    found: dict[str, list[Action]] = {}
    for one in group:
        word = _WORD.match(one.name, length)
        found.setdefault("" if word is None else word[0].lower(), []).append(one)
    return list(found.values())


def _with_unknown(namespace: str, known: list[str], actions: ActionSet, within: ActionSet) -> Iterator[str]:
    """The names with the service, and the set's own patterns of which nobody knows an action."""
    patterns = {region.inside for region in actions.open.get(namespace, ()) if region.is_plain}
    unknown = [pattern for found in patterns for pattern in found]
    fits = fitting_in(within.names(namespace))
    stays = [one for one in unknown if not actions.catalog.expand(f"{namespace}:{one}").is_known]
    stays = [one for one in stays if fits is None or fits(one)]
    left = minimal([*(name.lower() for name in known), *stays]) if stays else frozenset(name.lower() for name in known)
    yield from (f"{namespace}:{name}" for name in known if name.lower() in left)
    yield from (f"{namespace}:{name}" for name in stays if name in left)
