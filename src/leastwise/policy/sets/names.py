"""Sets of names, such as a service's actions, as Boolean combinations of patterns; they reach what is not yet there."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from leastwise.policy.sets.language import Answer, covers, find, matches, minimal, overlaps, surely_disjoint

__all__ = [
    "EVERY_NAME",
    "NO_NAME",
    "NameSet",
    "Region",
    "difference",
    "example",
    "holds",
    "intersection",
    "is_empty",
    "lies_within",
    "names_matching",
    "union",
]


class Region(NamedTuple):
    """The names that every pattern of one set matches and no pattern of another."""

    inside: frozenset[str]
    """Patterns that match each of its names; without one that another covers."""
    outside: frozenset[str]
    """Patterns that match none of its names."""


_CACHED: Final = 4096
"""Patterns whose set is kept; about 1 KB each."""

NameSet = frozenset[Region]
"""The names of any of its regions. No region lies within another, as far as their patterns show it."""

EVERY_NAME: Final[NameSet] = frozenset({Region(frozenset({"*"}), frozenset())})
NO_NAME: Final[NameSet] = frozenset()


def names_matching(patterns: Iterable[str]) -> NameSet:
    """The names that any of the canonical, lower-case patterns matches."""
    found = set(patterns)
    if len(found) == 1:
        return _names_of(found.pop())
    return frozenset(region for pattern in minimal(found) for region in _names_of(pattern))


@lru_cache(_CACHED)
def _names_of(pattern: str) -> NameSet:
    # The same few patterns, `*` above all, stand in most policies: each is kept once.
    return EVERY_NAME if pattern == "*" else frozenset({Region(frozenset({pattern}), frozenset())})


def holds(names: NameSet, name: str) -> bool:
    """Whether the name, in lower case, is in the set. Exact."""
    return any(
        all(matches(pattern, name) for pattern in region.inside)
        and not any(matches(pattern, name) for pattern in region.outside)
        for region in names
    )


def is_empty(names: NameSet) -> Answer:
    """Whether the set has no name."""
    answers = {overlaps(region.inside, region.outside) for region in names}
    if Answer.YES in answers:
        return Answer.NO
    return Answer.UNDECIDED if Answer.UNDECIDED in answers else Answer.YES


def example(names: NameSet) -> str | Answer:
    """A shortest name of the first region that is seen to have one; NO or UNDECIDED without one."""
    found: str | Answer = Answer.NO
    for region in sorted(names, key=_order):
        here = find(region.inside, region.outside)
        if isinstance(here, str):
            return here
        found = here if here is Answer.UNDECIDED else found
    return found


def lies_within(one: NameSet, other: NameSet) -> bool:
    """Whether every region of the first can be seen to lie in one region of the second; a False may be wrong."""
    return one == other or all(any(_within(region, wide) for wide in other) for region in one)


def union(one: NameSet, other: NameSet) -> NameSet:
    """The names of either."""
    if one is other or not other:
        return one
    return _merged(one | other) if one else other


def intersection(one: NameSet, other: NameSet) -> NameSet:
    """The names of both."""
    if EVERY_NAME in (one, other):
        return one if other == EVERY_NAME else other
    return _merged(frozenset(_nonempty(a.inside | b.inside, a.outside | b.outside) for a in one for b in other))


def difference(one: NameSet, other: NameSet) -> NameSet:
    """The names of the first that are not in the second."""
    if other == EVERY_NAME or not one:
        return NO_NAME
    # Plain patterns, which are most of what is ever taken away, are banned all at once.
    plain = frozenset(pattern for region in other if _is_plain(region) for pattern in region.inside)
    if plain:
        one = _merged(frozenset(_nonempty(part.inside, part.outside | plain) for part in one))
    for region in other:
        if not _is_plain(region):
            one = _merged(frozenset(piece for part in one for piece in _without(part, region)))
    return one


def _is_plain(region: Region) -> bool:
    return len(region.inside) == 1 and not region.outside


def _without(part: Region, taken: Region) -> Iterator[Region | None]:
    # What is left lies outside a pattern that `taken` wants, or inside one that it bans.
    for pattern in taken.inside:
        yield _nonempty(part.inside, part.outside | {pattern})
    for pattern in taken.outside:
        yield _nonempty(part.inside | {pattern}, part.outside)


def _nonempty(inside: frozenset[str], outside: frozenset[str]) -> Region | None:
    """The region in its shortest form; None if its patterns show at once that it is empty."""
    wanted = _narrowest(inside)
    if any(covers(ban, pattern) for ban in outside for pattern in wanted):
        return None
    if any(surely_disjoint(one, other) for one in wanted for other in wanted):
        return None
    relevant = (ban for ban in outside if not any(surely_disjoint(ban, pattern) for pattern in wanted))
    return Region(wanted, minimal(relevant))


def _narrowest(patterns: frozenset[str]) -> frozenset[str]:
    if len(patterns) == 1:
        return patterns
    return frozenset(
        wide for wide in patterns if not any(wide != narrow and covers(wide, narrow) for narrow in patterns)
    )


def _merged(regions: frozenset[Region | None] | NameSet) -> NameSet:
    found = {region for region in regions if region is not None}
    if all(_is_plain(region) for region in found):
        return names_matching(pattern for region in found for pattern in region.inside)
    while (pair := _twins(found)) is not None:
        found -= set(pair)
        found.add(Region(pair[0].inside, pair[0].outside - pair[1].inside))
    return frozenset(one for one in found if not any(one != other and _within(one, other) for other in found))


def _twins(found: set[Region]) -> tuple[Region, Region] | None:
    # Two regions that differ only in that a pattern is wanted by one and banned by the other are one without it.
    for region in sorted(found, key=_order):
        for ban in sorted(region.outside):
            twin = _nonempty(region.inside | {ban}, region.outside - {ban})
            if twin is not None and twin != region and twin in found:
                return region, twin
    return None


def _order(region: Region) -> tuple[list[str], list[str]]:
    return sorted(region.inside), sorted(region.outside)


def _within(one: Region, other: Region) -> bool:
    return all(any(covers(wide, narrow) for narrow in one.inside) for wide in other.inside) and all(
        any(covers(ban, taken) for ban in one.outside) or any(surely_disjoint(taken, narrow) for narrow in one.inside)
        for taken in other.outside
    )
