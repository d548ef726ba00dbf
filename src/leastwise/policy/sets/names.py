"""Sets of names, such as a service's actions, as Boolean combinations of patterns; they reach what is not yet there."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from leastwise.policy.sets.language import Answer, Effort, covers, find, matches, minimal, overlaps, surely_disjoint

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
    "union_of",
]


class Region(NamedTuple):
    """The names that every pattern of one set matches and no pattern of another."""

    inside: frozenset[str]
    """Patterns that match each of its names; without one that another covers."""
    outside: frozenset[str]
    """Patterns that match none of its names."""
    besides: frozenset[tuple[frozenset["Region"], bool]] = frozenset()
    """Sets that its names lie in (True) or do not lie in (False), besides: those that it would take too many regions to
    work in. `holds` counts them; of any other question they leave undecided what depends on them."""

    @property
    def size(self) -> int:
        """How many patterns it has, those of `besides` apart."""
        return len(self.inside) + len(self.outside)

    @property
    def is_plain(self) -> bool:
        """Whether it holds what one pattern matches, and nothing else counts."""
        return len(self.inside) == 1 and not self.outside and not self.besides


_CACHED: Final = 4096
"""Patterns whose set is kept; about 1 KB each."""
_LONGEST: Final = 200
"""Characters of a pattern whose set is worth keeping."""
_PAIRS: Final = 100_000
"""Pairs of patterns that one operation compares; a document of 6 KB has some thousand at most."""
_STEPS: Final = 400_000
"""Steps that the regions of one set may take together until it is seen whether it is empty."""

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


def _names_of(pattern: str) -> NameSet:
    return _kept_names_of(pattern) if len(pattern) <= _LONGEST else _made_names_of(pattern)


def _made_names_of(pattern: str) -> NameSet:
    return EVERY_NAME if pattern == "*" else frozenset({Region(frozenset({pattern}), frozenset())})


# The same few patterns, `*` above all, stand in most policies: each is kept once.
_kept_names_of = lru_cache(_CACHED)(_made_names_of)


def holds(names: NameSet, name: str) -> bool:
    """Whether the name, in lower case, is in the set. Exact."""
    return any(
        all(matches(pattern, name) for pattern in region.inside)
        and not any(matches(pattern, name) for pattern in region.outside)
        and all(holds(others, name) is wanted for others, wanted in region.besides)
        for region in names
    )


def is_empty(names: NameSet, effort: Effort | None = None) -> Answer:
    """Whether the set has no name. UNDECIDED also where the `effort` that several questions share is used up."""
    left = effort or Effort(_STEPS)
    answer = Answer.YES
    for region in sorted(names, key=_order) if len(names) > 1 else names:
        here = overlaps(region.inside, region.outside, left)
        if here is Answer.YES and not region.besides:
            return Answer.NO
        answer = answer if here is Answer.NO else Answer.UNDECIDED
    return answer


def example(names: NameSet, effort: Effort | None = None) -> str | Answer:
    """A shortest name of the first region that is seen to have one; NO or UNDECIDED without one, as in `is_empty`."""
    found: str | Answer = Answer.NO
    left = effort or Effort(_STEPS)
    for region in sorted(names, key=_order):
        here = find(region.inside, region.outside, left)
        if isinstance(here, str) and not region.besides:
            return here
        found = found if here is Answer.NO else Answer.UNDECIDED
    return found


def lies_within(one: NameSet, other: NameSet) -> bool:
    """Whether every region of the first can be seen to lie in one region of the second; a False may be wrong."""
    if one == other or one <= other:
        return True
    is_small = len(one) * len(other) <= _PAIRS
    return is_small and all(region in other or any(_within(region, wide) for wide in other) for region in one)


def union(one: NameSet, other: NameSet) -> NameSet:
    """The names of either."""
    if one is other or not other:
        return one
    return _merged(one | other) if one else other


def union_of(sets: Iterable[NameSet]) -> NameSet:
    """The names of any of the sets. Cheaper than `union` one by one where they are many."""
    distinct = list({id(one): one for one in sets}.values())
    return distinct[0] if len(distinct) == 1 else _merged(frozenset().union(*distinct))


def intersection(one: NameSet, other: NameSet) -> NameSet:
    """The names of both."""
    if EVERY_NAME in (one, other):
        return one if other == EVERY_NAME else other
    if _pairs(one, other) > _PAIRS:
        return _besides(one, other, wanted=True)
    return _merged(frozenset(_common(a, b) for a in one for b in other))


def difference(one: NameSet, other: NameSet) -> NameSet:
    """The names of the first that are not in the second."""
    if other == EVERY_NAME or not one:
        return NO_NAME
    # Plain patterns, which are most of what is ever taken away, are banned all at once.
    taken = frozenset(region for region in other if region.is_plain)
    if taken:
        one = _without_plain(one, taken)
    for region in sorted(other - taken, key=_order):
        one = _without(one, region)
    return one


def _pairs(one: NameSet, other: NameSet) -> int:
    """Patterns that are compared, about, where each region of one is joined with each of the other."""
    if len(one) == len(other) == 1:
        return 1
    return sum(part.size for part in one) * len(other) + sum(part.size for part in other) * len(one)


def _besides(one: NameSet, other: NameSet, *, wanted: bool) -> NameSet:
    """The names of the first that lie in the second, or do not, as a region that leaves it unsaid which those are."""
    if wanted and len(other) == 1:
        one, other = other, one
    if len(one) == 1:
        (region,) = one
        return frozenset({region._replace(besides=region.besides | {(other, wanted)})})
    return frozenset({Region(frozenset({"*"}), frozenset(), frozenset({(one, True), (other, wanted)}))})


def _without_plain(one: NameSet, taken: NameSet) -> NameSet:
    if len(one) > 1 and len(one) * (len(taken) + max(part.size for part in one)) > _PAIRS:
        return _besides(one, taken, wanted=False)
    # A lone region takes them all in one pass, however many they are.
    plain = frozenset(pattern for region in taken for pattern in region.inside)
    return _merged(frozenset(_nonempty(part.inside, part.outside | plain, part.besides) for part in one))


def _common(one: Region, other: Region) -> Region | None:
    return _nonempty(one.inside | other.inside, one.outside | other.outside, one.besides | other.besides)


def _without(one: NameSet, taken: Region) -> NameSet:
    if sum(part.size for part in one) * (taken.size + len(taken.besides)) > _PAIRS:
        return _besides(one, frozenset({taken}), wanted=False)
    return _merged(frozenset(piece for part in one for piece in _pieces(part, taken)))


def _pieces(part: Region, taken: Region) -> Iterator[Region | None]:
    # What is left lies outside a pattern or set that `taken` wants, or inside one that it bans.
    for pattern in taken.inside:
        yield _nonempty(part.inside, part.outside | {pattern}, part.besides)
    for pattern in taken.outside:
        yield _nonempty(part.inside | {pattern}, part.outside, part.besides)
    for names, wanted in taken.besides:
        yield part._replace(besides=part.besides | {(names, not wanted)})


def _nonempty(
    inside: frozenset[str], outside: frozenset[str], besides: frozenset[tuple[NameSet, bool]] = frozenset()
) -> Region | None:
    """The region in its shortest form; None if its patterns show at once that it is empty."""
    wanted = _narrowest(inside)
    if any(covers(ban, pattern) for ban in outside for pattern in wanted):
        return None
    if any(surely_disjoint(one, other) for one in wanted for other in wanted):
        return None
    relevant = (ban for ban in outside if not any(surely_disjoint(ban, pattern) for pattern in wanted))
    return Region(wanted, minimal(relevant), besides)


def _narrowest(patterns: frozenset[str]) -> frozenset[str]:
    if len(patterns) == 1:
        return patterns
    return frozenset(
        wide for wide in patterns if not any(wide != narrow and covers(wide, narrow) for narrow in patterns)
    )


def _merged(regions: frozenset[Region | None] | NameSet) -> NameSet:
    found = {region for region in regions if region is not None}
    if all(region.is_plain for region in found):
        return names_matching(pattern for region in found for pattern in region.inside)
    # Many regions are left apart: one set can be written in many ways, and this one is only longer.
    effort = Effort(_PAIRS)
    while (pair := _twins(found, effort)) is not None:
        found -= set(pair)
        found.add(Region(pair[0].inside, pair[0].outside - pair[1].inside, pair[0].besides))
    if not effort.take(len(found) * sum(region.size for region in found)):
        return frozenset(found)
    return frozenset(one for one in found if not any(one != other and _within(one, other) for other in found))


def _twins(found: set[Region], effort: Effort) -> tuple[Region, Region] | None:
    # Two regions that differ only in that a pattern is wanted by one and banned by the other are one without it.
    wanted = frozenset(pattern for region in found for pattern in region.inside)
    if not any(region.outside & wanted for region in found):
        return None
    for region in sorted(found, key=_order):
        for ban in sorted(region.outside & wanted):
            if not effort.take(10 * region.size):
                return None
            twin = _nonempty(region.inside | {ban}, region.outside - {ban}, region.besides)
            if twin is not None and twin != region and twin in found:
                return region, twin
    return None


def _order(region: Region) -> tuple[list[str], list[str]]:
    # Regions that differ only in `besides` are looked at in any order, since nothing is said of either.
    return sorted(region.inside), sorted(region.outside)


def _within(one: Region, other: Region) -> bool:
    if not other.besides <= one.besides:
        return False
    return all(any(covers(wide, narrow) for narrow in one.inside) for wide in other.inside) and all(
        any(covers(ban, taken) for ban in one.outside) or any(surely_disjoint(taken, narrow) for narrow in one.inside)
        for taken in other.outside
    )
