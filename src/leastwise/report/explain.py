"""An explanation as a person reads it: verdict, evidence, and the statements in their own words."""

from collections.abc import Sequence
from typing import Final

from leastwise.findings import EvidenceNote, Finding, ServiceVerdict
from leastwise.inventory import Group
from leastwise.report.convert import finding_entry, grant_entries
from leastwise.report.explain_quote import quoted
from leastwise.report.explain_verdict import VERDICT_TONES, verdict_lines
from leastwise.report.explanation import Asked, Explanation, Quote
from leastwise.report.layout import Atom, Line, Span, Tone, cells, clean, fitted, labelled, line_width, pack, wrap
from leastwise.report.paint import paint
from leastwise.report.phrases import count, day, grant, resource_label
from leastwise.report.table_view import View, heading, with_ids

__all__ = ["render_explanation"]

_LEAST_WIDTH: Final = 60
_LEAST_ROOM: Final = 34
"""Columns below which grants stand under their service instead of beside it."""
_BOUNDARY: Final = "AWS's reports do not consider it, so what it forbids may be listed as granted"


def render_explanation(explanation: Explanation, *, width: int, color: bool) -> str:
    """The explanation as text; no line takes more than `width` columns (at least 60).

    Of the principal as a whole: each service with its verdict and what grants it. Of a service or an action: the
    verdict, the evidence, and every statement that grants or denies it, quoted with the line numbers of its document.
    """
    view = View(max(width, _LEAST_WIDTH), verbose=True, many_accounts=False)
    lines = _principal(explanation, view=view)
    if explanation.asked is None:
        lines += _services(explanation, view=view)
    else:
        lines += _asked(explanation, explanation.asked, view=view)
    lines += _findings(explanation.findings, view=view)
    lines += _notes(explanation.notes, view=view)
    return paint(lines, color=color)


def _principal(explanation: Explanation, *, view: View) -> list[Line]:
    judged = explanation.principal
    principal = judged.principal
    name = Span(resource_label(principal.arn, principal.type), Tone.NAME)
    rows = [("arn", str(principal.arn)), ("created", day(principal.created_at))]
    rows.append(("last used", day(judged.last_used_at, never="no use seen")))
    boundary = None if isinstance(principal, Group) else principal.boundary
    if boundary is not None:
        rows.append(("boundary", f"{boundary}: {_BOUNDARY}"))
    if not judged.is_editable:
        rows.append(("editable", f"no: only AWS can change what lies under {principal.path}"))
    rows += [("evidence" if not index else "", _note(note)) for index, note in enumerate(judged.evidence)]
    return [
        fitted((name,), view.width),
        *(line for label, text in rows for line in labelled(label, text, width=view.width)),
    ]


def _note(note: EvidenceNote) -> str:
    return f"{note.source}, {day(note.window.start)} to {day(note.window.end)}, by {note.granularity}"


def _services(explanation: Explanation, *, view: View) -> list[Line]:
    services = explanation.principal.services
    lines = heading(f"{count(len(services), 'service').upper()}", view=view)
    if not services:
        return [*lines, (Span("  It is granted nothing."),)]
    names = max(cells(clean(one.namespace)) for one in services)
    seen = max(cells(_seen(one)) for one in services)
    return lines + [line for one in services for line in _service(one, names=names, seen=seen, view=view)]


def _seen(service: ServiceVerdict) -> str:
    if service.last_used_at is None and service.reason is not None:
        return service.reason
    return day(service.last_used_at)


def _service(service: ServiceVerdict, *, names: int, seen: int, view: View) -> list[Line]:
    name = clean(service.namespace)
    head: Line = (
        Span(f"  {name}{' ' * (names - cells(name))}  ", Tone.STRONG),
        Span(f"{service.verdict:<7}", VERDICT_TONES[service.verdict]),
        Span(f"  {_seen(service):<{seen}}", Tone.DIM),
    )
    grants = [Atom(grant(one), "; ") for one in grant_entries(service.granted_by)]
    hang = line_width(head) + 2
    if hang + _LEAST_ROOM > view.width:
        return [fitted(head, view.width), *pack(grants, width=view.width, indent=6, hang=6)]
    return pack([Atom(head, "  "), *grants], width=view.width, indent=0, hang=hang)


def _asked(explanation: Explanation, asked: Asked, *, view: View) -> list[Line]:
    level = f" ({explanation.access_level})" if explanation.access_level else ""
    lines = heading(clean(f"{asked}{level}"), view=view)
    lines += verdict_lines(explanation, asked, view=view)
    lines += heading("GRANTED BY", view=view)
    lines += _quotes(explanation.grants, view=view) or [(Span("  No statement grants it."),)]
    if explanation.denies:
        lines += heading("DENIED BY", view=view) + _quotes(explanation.denies, view=view)
    return lines


def _quotes(quotes: Sequence[Quote], *, view: View) -> list[Line]:
    return [line for quote in quotes for line in [(), *quoted(quote, view=view)]][1:]


def _findings(findings: Sequence[Finding], *, view: View) -> list[Line]:
    if not findings:
        return []
    return heading("FINDINGS", view=view) + [line for one in findings for line in _finding(one, view=view)]


def _finding(finding: Finding, *, view: View) -> list[Line]:
    entry = finding_entry(finding)
    exempt = " (exempt)" if finding.exempt is not None else ""
    title = wrap(f"{finding.rule}: {finding.title}{exempt}", width=view.width, indent=2, hang=4)
    return with_ids(title, [entry], view=view, hang=4)


def _notes(notes: Sequence[str], *, view: View) -> list[Line]:
    if not notes:
        return []
    lines = [line for note in notes for line in wrap(f"- {note}", width=view.width, indent=2, hang=4)]
    return heading("NOTES", view=view) + lines
