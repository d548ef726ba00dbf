"""How a table is wanted, and the pieces that all its sections share."""

from collections.abc import Iterable, Sequence
from typing import Final

from msgspec import Struct

from leastwise.findings import Severity
from leastwise.report.document import FindingEntry
from leastwise.report.layout import Line, Span, Tone, cells, folded, line_width, pack, wrap
from leastwise.report.phrases import resource_label

__all__ = ["View", "details", "heading", "heading_with_text", "severity", "with_ids"]

_TONES: Final = {Severity.HIGH: Tone.BAD, Severity.MEDIUM: Tone.WARN, Severity.LOW: Tone.PLAIN}
_SEVERITIES: Final = (Severity.HIGH, Severity.MEDIUM, Severity.LOW)


class View(Struct, frozen=True):
    """How a table is wanted."""

    width: int
    """Columns; no line is longer."""
    verbose: bool
    """Whether lists are given in full."""
    many_accounts: bool
    """Whether names need their account beside them."""

    def lines(self, most: int) -> int | None:
        """How many lines a list may take; None for as many as it needs."""
        return None if self.verbose else most

    def label(self, arn: str, kind: str) -> str:
        """What a resource is called here."""
        return resource_label(arn, kind, with_account=self.many_accounts)


def heading(title: str, *, view: View) -> list[Line]:
    """A blank line and the title of a section, ruled to the end of the line."""
    rule = "─" * max(0, view.width - cells(title) - 1)
    return [(), (Span(title, Tone.STRONG), Span(f" {rule}", Tone.DIM))]


def heading_with_text(title: str, text: str, *, view: View) -> list[Line]:
    """The same, with what the reader must know beneath."""
    below = wrap(text, width=view.width, indent=2, hang=2, tone=Tone.DIM) if text else []
    return [*heading(title, view=view), *below]


def severity(findings: Iterable[FindingEntry]) -> Span:
    """The highest severity of the findings, as a word of fixed width."""
    present = {finding.severity for finding in findings}
    highest = next((one for one in _SEVERITIES if one in present), Severity.LOW)
    return Span(f"{highest:<6}", _TONES[highest])


def details(finding: FindingEntry, *, view: View) -> list[Line]:
    """What was seen, and what can be done; only where the reader wants everything."""
    if not view.verbose or not finding.detail.strip():
        return []
    return wrap(finding.detail, width=view.width, indent=9, hang=9, tone=Tone.DIM)


def with_ids(lines: Sequence[Line], findings: Iterable[FindingEntry], *, view: View, hang: int) -> list[Line]:
    """The lines, with the findings' ids behind the last one, or below it where they do not fit. No id is ever cut."""
    *before, last = lines
    ids = [finding.id for finding in findings]
    needed = line_width(last) + sum(2 + cells(one) for one in ids)
    if needed <= view.width:
        return [*before, (*last, *(Span(f"  {one}", Tone.DIM) for one in ids))]
    atoms = folded(ids, width=view.width - hang, tone=Tone.DIM)
    return [*before, last, *pack(atoms, width=view.width, indent=hang, hang=hang)]
