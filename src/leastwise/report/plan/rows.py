"""Lines that the text of a plan and the text of a proof have in common."""

from collections.abc import Sequence

from leastwise.report.layout import Line, Span, Tone, cells, clean, labelled, line_width, wrap
from leastwise.report.plan.naming import few
from leastwise.report.table_view import View

__all__ = ["names", "row", "title"]


def title(text: str, *, ids: str, view: View) -> list[Line]:
    """A blank line, the title with a rule behind it, and kind and id at its end or below it."""
    lines = wrap(text, width=view.width, indent=0, hang=2, tone=Tone.STRONG)
    end = Span(clean(ids), Tone.DIM)
    room = view.width - line_width(lines[-1])
    behind = room - cells(end.text) - 2
    if behind > 0:
        return [(), *lines[:-1], (*lines[-1], Span(f" {'─' * behind} ", Tone.DIM), end)]
    rule = Span(f" {'─' * (room - 1)}" if room > 1 else "", Tone.DIM)
    return [(), *lines[:-1], (*lines[-1], rule), *wrap(ids, width=view.width, indent=2, hang=2, tone=Tone.DIM)]


def row(label: str, text: str, *, view: View, tone: Tone = Tone.PLAIN) -> list[Line]:
    """The text in lines of this tone beside its label."""
    lines = labelled(label, text, width=view.width)
    return [tuple(span if span.tone is Tone.DIM else Span(span.text, tone) for span in line) for line in lines]


def names(found: Sequence[str], *, view: View, indent: int, most: int | None) -> list[Line]:
    """The first `most` names, whole, and how many more there are; all of them without `most`."""
    return wrap(few(found, most, between="; "), width=view.width, indent=indent, hang=indent, tone=Tone.NAME)
