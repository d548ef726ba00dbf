"""Which principals would gain most."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct

from leastwise.report.document import GainEntry, PrincipalEntry
from leastwise.report.layout import Line, Span, Tone, cells, cut
from leastwise.report.phrases import count, day
from leastwise.report.table_view import View, heading_with_text

__all__ = ["Ranked", "rank_key", "ranked", "ranking"]

_MOST: Final = 15
_NARROW: Final = 76
"""Below this width the column that says least is left out."""
_TITLES: Final = ("services", "actions", "write", "perms", "last used")
_GAP: Final = 2


class Ranked(Struct, frozen=True):
    """A row of the ranking."""

    label: str
    """The principal."""
    gain: GainEntry
    """What it would gain."""
    last_used_at: datetime | None
    """When it was last used."""


def ranked(principal: PrincipalEntry, *, view: View) -> Ranked:
    """The principal's row."""
    return Ranked(view.label(principal.arn, principal.type), principal.gain, principal.last_used_at)


def rank_key(row: Ranked) -> tuple[int, int, int, str]:
    """Sorts first what grants most power unused: managing permissions and writing, then actions, then services."""
    gain = row.gain
    return (-(gain.permissions + gain.writing), -gain.actions, -gain.services, row.label)


def ranking(rows: Sequence[Ranked], *, view: View) -> list[Line]:
    """The section, of rows in their order; empty if nobody would gain."""
    if not rows:
        return []
    shown = rows if view.verbose else rows[:_MOST]
    text = "What would go: services, actions, those of them that write, and that manage permissions."
    lines = heading_with_text("MOST TO GAIN", text, view=view)
    lines += _grid([_cells(row) for row in shown], view=view)
    if len(rows) > len(shown):
        rest = count(len(rows) - len(shown), "more principal")
        lines.append((Span(f"  +{rest} with less to gain", Tone.DIM),))
    return lines


def _cells(row: Ranked) -> tuple[str, ...]:
    gain = row.gain
    figures = (gain.services, gain.actions, gain.writing, gain.permissions)
    return (row.label, *(f"{figure:,}" for figure in figures), day(row.last_used_at))


def _grid(rows: Sequence[tuple[str, ...]], *, view: View) -> list[Line]:
    table = [("principal", *_TITLES), *rows]
    if view.width < _NARROW:
        table = [(row[0], *row[2:]) for row in table]
    widths = [max(cells(row[column]) for row in table) for column in range(1, len(table[0]))]
    room = view.width - _GAP - sum(width + _GAP for width in widths)
    first = min(room, max(cells(row[0]) for row in table))
    lines = [_grid_line(row, first=first, widths=widths, tone=Tone.NAME) for row in table[1:]]
    return [_grid_line(table[0], first=first, widths=widths, tone=Tone.DIM), *lines]


def _grid_line(row: tuple[str, ...], *, first: int, widths: Sequence[int], tone: Tone) -> Line:
    name = cut(row[0], first)
    padding = " " * (first - cells(name))
    figures = "".join(f"{'':{_GAP}}{figure:>{width}}" for figure, width in zip(row[1:], widths, strict=True))
    return (Span("  "), Span(name + padding, tone), Span(figures, Tone.DIM if tone is Tone.DIM else Tone.PLAIN))
