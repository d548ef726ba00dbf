"""Whether patterns lie within others, whatever the values of their variables."""

from collections.abc import Iterator, Sequence
from typing import Final

from leastwise.policy.document.variables import pieces
from leastwise.policy.sets.language import canonical, covers

__all__ = ["patterns_within", "surely_covers"]

_MOST: Final = 100_000
"""Pairs of patterns that are compared in one list; beyond it only equal ones are found."""


def surely_covers(wide: str, narrow: str) -> bool:
    """Whether the first pattern covers the second, whatever the values of the second one's variables.

    A variable of the second is covered by a `*`, or where both texts are the same up to that place; not by a wildcard
    that happens to match the letters of its name.

    >>> surely_covers("b/*", "b/${aws:username}"), surely_covers("b/${aws:username}*", "b/${aws:username}")
    (True, True)
    >>> surely_covers("b/*user*", "b/${aws:username}")
    False
    """
    if "${" not in narrow:
        return covers(canonical(wide), canonical(narrow))
    whole = "".join(piece if isinstance(piece, str) else "*" for piece in pieces(narrow))
    if covers(canonical(wide), canonical(whole)):
        return True
    return wide == narrow or (wide.endswith("*") and narrow.startswith(wide[:-1]))


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
        cover = min((other for wider, other in wide if wider != form and surely_covers(wider, form)), default=-1)
        if cover >= 0:
            yield place, cover
