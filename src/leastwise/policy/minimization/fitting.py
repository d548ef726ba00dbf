"""Whether all names that a pattern matches lie in a set of names: what is said yes to is certain."""

from functools import cached_property
from typing import Final

from leastwise.catalog import literal_prefix, matches
from leastwise.policy.sets.language import covers, surely_disjoint
from leastwise.policy.sets.names import EVERY_NAME, NameSet, Region

__all__ = ["Fitting", "fitting_in"]

_LOOKED_AT: Final = 200_000
"""Pairs of patterns that one question after the other may compare; after that the answer is no."""


class Fitting:
    """Says which patterns lie within a region of a set; no where it cannot be seen, or would cost too much."""

    def __init__(self, names: NameSet) -> None:
        self._names = names
        self._plain = {pattern for region in names if region.is_plain for pattern in region.inside}
        self._left = _LOOKED_AT

    @cached_property
    def _by_head(self) -> dict[str, list[Region]]:
        found: dict[str, list[Region]] = {}
        for region in sorted(self._names, key=_order):
            found.setdefault(_head(region), []).append(region)
        return found

    def __call__(self, pattern: str) -> bool:
        """Whether every name that the pattern matches is in the set, known or not."""
        if pattern in self._plain:
            return True
        head = literal_prefix(pattern)
        return self._left >= 0 and any(
            self._is_within(pattern, region)
            for length in range(len(head) + 1)
            for region in self._by_head.get(head[:length], ())
        )

    def _is_within(self, pattern: str, region: Region) -> bool:
        self._left -= len(region.inside) + len(region.outside)
        return (
            self._left >= 0
            and not region.besides
            and all(covers(wide, pattern) for wide in region.inside)
            and all(_are_apart(taken, pattern) for taken in region.outside)
        )


def fitting_in(names: NameSet) -> Fitting | None:
    """What says which patterns lie within the set; None where all do."""
    return None if names == EVERY_NAME else Fitting(names)


def _order(region: Region) -> tuple[list[str], list[str]]:
    return sorted(region.inside), sorted(region.outside)


def _head(region: Region) -> str:
    return max((literal_prefix(pattern) for pattern in region.inside), key=len, default="")


def _are_apart(one: str, other: str) -> bool:
    if surely_disjoint(one, other):
        return True
    # Where one of them is a lone name, matching decides.
    return (literal_prefix(one) == one and not matches(other, one)) or (
        literal_prefix(other) == other and not matches(one, other)
    )
