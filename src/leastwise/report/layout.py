"""Lines of toned text that fit a width: cutting, wrapping and packing, with no terminal in sight."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Final

from msgspec import Struct

__all__ = [
    "Atom",
    "Line",
    "Span",
    "Tone",
    "cells",
    "clean",
    "cut",
    "fitted",
    "folded",
    "labelled",
    "line_width",
    "pack",
    "wrap",
]

_ELLIPSIS: Final = "…"
_LABEL: Final = 13
"""Columns of a label, with its margin and the space behind it."""


class Tone(StrEnum):
    """What a piece of text is, from which its colour follows."""

    PLAIN = "plain"
    STRONG = "strong"
    """Headings."""
    NAME = "name"
    """Principals and policies."""
    DIM = "dim"
    """Ids, dates and the like: there for who looks for them."""
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"


class Span(Struct, frozen=True):
    """Text of one tone."""

    text: str
    """Without line breaks."""
    tone: Tone = Tone.PLAIN
    """What it is."""


Line = tuple[Span, ...]


class Atom(Struct, frozen=True):
    """Spans that stay together on a line."""

    spans: Line
    """What it says."""
    after: str = ", "
    """What parts it from the next one."""


def clean(text: str) -> str:
    """The text with everything that a terminal would act on (control codes, line breaks, bidi marks) made visible."""
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)


def cells(text: str) -> int:
    """How many columns of a terminal the text takes."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len  # noqa: PLC0415 - only texts beyond ASCII pay for the import

    return cell_len(text)


def line_width(line: Iterable[Span]) -> int:
    """How many columns the line takes."""
    return sum(cells(span.text) for span in line)


def prefix(text: Iterable[str], width: int) -> list[str]:
    """The first characters of the text, as many as take at most `width` columns."""
    taken: list[str] = []
    for character in text:
        width -= cells(character)
        if width < 0:
            break
        taken.append(character)
    return taken


def cut(text: str, width: int) -> str:
    """The text, with its middle replaced by an ellipsis where it takes more than `width` (at least 1) columns."""
    if cells(text) <= width:
        return text
    tail = (width - 1) // 2
    head = prefix(text, width - 1 - tail)
    return "".join(head) + _ELLIPSIS + "".join(reversed(prefix(reversed(text), tail)))


def fitted(spans: Line, width: int) -> Line:
    """The spans within `width` columns: the widest one is cut first."""
    while (excess := line_width(spans) - width) > 0:
        index = max(range(len(spans)), key=lambda one: cells(spans[one].text))
        widest = spans[index]
        shorter = Span(cut(widest.text, max(1, cells(widest.text) - excess)), widest.tone)
        if shorter.text == widest.text:
            return spans[:index]
        spans = (*spans[:index], shorter, *spans[index + 1 :])
    return spans


def pack(atoms: Sequence[Atom], *, width: int, indent: int, hang: int, most_lines: int | None = None) -> list[Line]:
    """The atoms in as few lines as hold them, the first indented by `indent` and the others by `hang` columns.

    With `most_lines`, what does not fit there is counted: `+12 more`.
    """
    rows, missing = _rows(atoms, width=width, indent=indent, hang=hang, most=most_lines)
    if missing:
        rows[-1] = _counted(rows[-1], missing, width=width - max(indent, hang))
    last = len(rows) - 1
    return [_line(row, margin=hang if index else indent, is_last=index == last) for index, row in enumerate(rows)]


def takes_one_line(atoms: Iterable[Atom], *, width: int, indent: int) -> bool:
    """Whether the atoms fit on one line; looks no further than that line's end."""
    used = indent
    for atom in atoms:
        used += line_width(atom.spans)
        if used + cells(atom.after.rstrip()) > width:
            return False
        used += cells(atom.after)
    return True


def _rows(
    atoms: Sequence[Atom], *, width: int, indent: int, hang: int, most: int | None
) -> tuple[list[list[Atom]], int]:
    """At most so many rows, and how many atoms are left over."""
    rows: list[list[Atom]] = [[]]
    used = indent
    for index, atom in enumerate(atoms):
        margin = hang if rows[0] else indent
        comma = cells(atom.after.rstrip())
        spans = fitted(atom.spans, width - margin - comma)
        taken = line_width(spans)
        if rows[-1] and used + taken + comma > width:
            if len(rows) == most:
                return rows, len(atoms) - index
            rows.append([])
            used = hang
        rows[-1].append(Atom(spans, atom.after))
        used += taken + cells(atom.after)
    return rows, 0


def _counted(row: Sequence[Atom], missing: int, *, width: int) -> list[Atom]:
    """The row, made shorter until there is room for the number of atoms that are missing behind it."""
    kept = list(row)
    while kept and _row_width(kept) + cells(f"+{missing:,} more") > width:
        kept.pop()
        missing += 1
    return [*kept, Atom((Span(f"+{missing:,} more", Tone.DIM),))]


def _row_width(row: Sequence[Atom]) -> int:
    return sum(line_width(atom.spans) + cells(atom.after) for atom in row)


def _line(row: Sequence[Atom], *, margin: int, is_last: bool) -> Line:
    spans = [Span(" " * margin)]
    for atom in row:
        spans += [*atom.spans, Span(atom.after)]
    if row:
        spans[-1] = Span("" if is_last else row[-1].after.rstrip())
    return tuple(span for span in spans if span.text)


def wrap(text: str, *, width: int, indent: int, hang: int, tone: Tone = Tone.PLAIN) -> list[Line]:
    """The words of a text in lines; a word that is longer than a line goes on in the next one."""
    return pack(folded(clean(text).split(), width=width - hang, tone=tone), width=width, indent=indent, hang=hang)


def labelled(label: str, text: str, *, width: int) -> list[Line]:
    """The text in lines beside its label, which takes thirteen columns with its margin."""
    first, *rest = wrap(text, width=width, indent=_LABEL, hang=_LABEL)
    return [(Span(f"  {label:<{_LABEL - 2}}", Tone.DIM), *first[1:]), *rest]


def folded(words: Iterable[str], *, width: int, tone: Tone, after: str = " ") -> list[Atom]:
    """The words, of which nothing may be lost: each in as many pieces of at most `width` columns as it takes."""
    atoms: list[Atom] = []
    for word in words:
        rest = word
        while cells(rest) > width:
            piece = "".join(prefix(rest, width)) or rest[0]
            atoms.append(Atom((Span(piece, tone),), ""))
            rest = rest[len(piece) :]
        atoms.append(Atom((Span(rest, tone),), after))
    return atoms
