"""The difference between a policy's text before and after, in hunks as `diff -u` has them."""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Final

import msgspec
from msgspec import Struct

from leastwise.plan import DocumentChange
from leastwise.report.layout import clean
from leastwise.report.plan.placing import Code, Told, placed

__all__ = ["Hunk", "PolicyDiff", "Row", "policy_diff"]

_CONTEXT: Final = 3
"""Lines around a change, as `diff -u` shows them."""
_LONGEST: Final = 120
"""Characters of a changed line beyond which nobody sees what changed in it."""
_MANY: Final = 1000
"""Lines beyond which difflib does not look where lines are that are everywhere, such as braces: it takes too long."""
_INDENT: Final = 2
_TAB: Final = 4


class Row(Struct, frozen=True):
    """A line of a hunk."""

    mark: str
    """Minus for a line that goes, plus for one that comes, a space for one that stays."""
    text: str
    """The line, with nothing in it that a terminal would act on."""


class Hunk(Struct, frozen=True):
    """Lines that change, with those around them."""

    header: str
    """`@@ -5,16 +5,13 @@`."""
    rows: tuple[Row, ...]
    """The lines."""
    told: tuple[Told, ...]
    """The statements that it changes, in order."""


class PolicyDiff(Struct, frozen=True):
    """The difference of one policy."""

    hunks: tuple[Hunk, ...]
    """From the first line to the last."""
    is_laid_out: bool
    """Whether the white space between the pieces of the text is not its own."""


def policy_diff(document: DocumentChange) -> PolicyDiff:
    """The difference of the texts, whole.

    Where a line that changes is longer than 120 characters, both texts are laid out anew: their pieces and the order of
    them stay, and only the white space between them is other. Costs the product of the lines that differ, at worst.
    """
    before, after = document.before, document.after
    is_laid_out = any(len(line) > _LONGEST for line in _changed(before, after))
    if is_laid_out:
        before, after = _laid_out(before), _laid_out(after)
    old, new = _lines(before), _lines(after)
    groups = _groups(old, new)
    told = placed(document.statements, before, groups, old=old, new=new)
    hunks = (_hunk(codes, old, new, told=found) for codes, found in zip(groups, told, strict=True))
    return PolicyDiff(tuple(hunks), is_laid_out=is_laid_out)


def _changed(before: str | None, after: str | None) -> Iterator[str]:
    """The lines that only one of the texts has."""
    old, new = _lines(before), _lines(after)
    for codes in _groups(old, new):
        for tag, i1, i2, j1, j2 in codes:
            if tag != "equal":
                yield from old[i1:i2]
                yield from new[j1:j2]


def _groups(old: Sequence[str], new: Sequence[str]) -> list[list[Code]]:
    if not old and not new:
        return []
    return list(SequenceMatcher(None, old, new, autojunk=len(new) > _MANY).get_grouped_opcodes(_CONTEXT))


def _lines(text: str | None) -> list[str]:
    """The lines without their ends, whether the last one has an end or not."""
    return [] if text is None else [line.removesuffix("\r") for line in text.removesuffix("\n").split("\n")]


def _laid_out(text: str | None) -> str | None:
    try:
        return None if text is None else msgspec.json.format(text, indent=_INDENT)
    except msgspec.DecodeError:  # no policy has such a text, and it is shown as it is
        return text


def _hunk(codes: Sequence[Code], old: Sequence[str], new: Sequence[str], *, told: Sequence[Told]) -> Hunk:
    first, last = codes[0], codes[-1]
    header = f"@@ -{_range(first[1], last[2])} +{_range(first[3], last[4])} @@"
    return Hunk(header, tuple(_rows(codes, old, new)), tuple(told))


def _range(start: int, end: int) -> str:
    length = end - start
    if length == 1:
        return str(start + 1)
    return f"{start + 1 if length else start},{length}"


def _rows(codes: Sequence[Code], old: Sequence[str], new: Sequence[str]) -> Iterator[Row]:
    for tag, i1, i2, j1, j2 in codes:
        if tag == "equal":
            yield from (Row(" ", _shown(line)) for line in old[i1:i2])
            continue
        yield from (Row("-", _shown(line)) for line in old[i1:i2])
        yield from (Row("+", _shown(line)) for line in new[j1:j2])


def _shown(line: str) -> str:
    return clean(line.expandtabs(_TAB))
