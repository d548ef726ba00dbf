"""What is wrong with policies, as compilers and linters say it."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final, Literal

from msgspec import Struct

from leastwise.policy import Notice, Severity
from leastwise.report.layout import Line, Span, Tone, cells, clean, wrap
from leastwise.report.paint import paint
from leastwise.report.phrases import count
from leastwise.report.policy.shared import Look

__all__ = ["NoticesDocument", "Validated", "notices_document", "render_notices"]

_SCHEMA: Final = "leastwise/policy-validate/1"
_TONES: Final = {Severity.ERROR: Tone.BAD, Severity.WARNING: Tone.WARN, Severity.SUGGESTION: Tone.STRONG}
_MARKED: Final = 60
"""Columns that are marked at most."""


class Validated(Struct, frozen=True):
    """A text and what is wrong with it."""

    source: str
    """Its file, or `-` for standard input."""
    text: str
    """The text."""
    notices: tuple[Notice, ...]
    """What is wrong, in the order of the text."""


class NoticeEntry(Struct, frozen=True):
    """One thing that is wrong, or may be."""

    source: str
    """The file, or `-` for standard input."""
    line: int
    """Line of the fault, from 1."""
    column: int
    """Column of the fault, from 1, in characters."""
    severity: Severity
    """How sure it is."""
    code: str
    """What kind of thing, e.g. `unknown-action`."""
    path: str
    """Where, e.g. `Statement[1].Action[3]`; empty for the document itself."""
    message: str
    """What is wrong."""


class NoticesDocument(Struct, frozen=True):
    """What is wrong with some policies."""

    schema: Literal["leastwise/policy-validate/1"]
    """Which shape this is."""
    sources: tuple[str, ...]
    """All that were looked at."""
    notices: tuple[NoticeEntry, ...]
    """What was found, policy by policy, in the order of the text."""


def notices_document(validated: Iterable[Validated]) -> NoticesDocument:
    """The notices in the shape in which they are written."""
    every = tuple(validated)
    return NoticesDocument(
        _SCHEMA,
        tuple(one.source for one in every),
        tuple(
            NoticeEntry(
                one.source, notice.line, notice.column, notice.severity, notice.code, notice.path, notice.message
            )
            for one in every
            for notice in one.notices
        ),
    )


def render_notices(validated: Iterable[Validated], *, look: Look) -> str:
    """Each notice with its place, and the line of the policy that it is about; a sum at the end."""
    every = tuple(validated)
    return paint((*(line for one in every for line in _policy(one, look)), _sum(every)), color=look.color)


def _policy(one: Validated, look: Look) -> Iterator[Line]:
    lines = one.text.split("\n")
    for notice in one.notices:
        yield from _head(one.source, notice, look)
        yield from _excerpt(lines[notice.line - 1].rstrip("\r"), notice, look)
        yield ()


def _head(source: str, notice: Notice, look: Look) -> Iterator[Line]:
    yield (
        Span(f"{clean(source)}:{notice.line}:{notice.column}: ", Tone.DIM),
        Span(str(notice.severity), _TONES[notice.severity]),
        Span(f" [{notice.code}]", Tone.STRONG),
        Span(f" {clean(notice.path)}" if notice.path else "", Tone.NAME),
    )
    yield from wrap(notice.message, width=look.width, indent=2, hang=2)


def _excerpt(line: str, notice: Notice, look: Look) -> Iterator[Line]:
    """The line of the text, or as much of it as fits, with the fault marked beneath."""
    margin = f"{notice.line:>6} | "
    room = max(20, look.width - len(margin))
    place = notice.column - 1
    start = 0 if place < room * 2 // 3 else place - room // 3
    shown = clean(line[start : start + room].replace("\t", " "))[:room]
    before = cells(clean(line[start:place].replace("\t", " ")))
    marked = max(1, min(notice.end - notice.start, len(line) - place, _MARKED, room - before))
    yield (Span(margin, Tone.DIM), Span(shown))
    yield (Span(" " * 6 + " | ", Tone.DIM), Span(" " * before + "^" * marked, _TONES[notice.severity]))


def _sum(every: tuple[Validated, ...]) -> Line:
    counts = Counter(notice.severity for one in every for notice in one.notices)
    policies = count(len(every), "policy")
    if not counts:
        return (Span(f"Nothing found in {policies}.", Tone.GOOD),)
    found = ", ".join(count(counts[severity], severity.value) for severity in Severity if counts[severity])
    return (Span(f"Found {found} in {policies}.", Tone.STRONG),)
