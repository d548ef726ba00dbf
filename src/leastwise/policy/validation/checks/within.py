"""Which patterns of a list lie within another one."""

from collections.abc import Iterator, Sequence
from typing import Final

from leastwise.policy.sets.language import canonical, covers

__all__ = ["patterns_within"]

_MOST: Final = 100_000
"""Pairs of patterns that are compared in one list; beyond it only equal ones are found."""


def patterns_within(patterns: Sequence[str]) -> Iterator[tuple[int, int]]:
    """The places of the patterns that another one covers, each with the place of that one.

    Of equal patterns the first covers the others. Case counts. At most 100,000 pairs are looked at.

    >>> list(patterns_within(["s3:Get*", "s3:GetObject", "s3:*", "s3:*"]))
    [(0, 2), (1, 0), (3, 2)]
    """
    forms = [canonical(pattern) for pattern in patterns]
    firsts = {form: place for place, form in reversed(list(enumerate(forms)))}
    wide = [(form, place) for form, place in firsts.items() if "*" in form or "?" in form]
    if len(wide) * len(forms) > _MOST:
        wide = []
    for place, form in enumerate(forms):
        if firsts[form] != place:
            yield place, firsts[form]
            continue
        cover = min((other for wider, other in wide if wider != form and covers(wider, form)), default=-1)
        if cover >= 0:
            yield place, cover
