"""The short sections of a table: idle principals, credentials, policies, groups, and what is exempt."""

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct

from leastwise.findings import Rule
from leastwise.report.document import ExemptEntry, FindingEntry
from leastwise.report.layout import Line, Span, Tone, cells, clean, fitted, wrap
from leastwise.report.phrases import resource_name
from leastwise.report.table_blocks import by_rule, rule_title
from leastwise.report.table_view import View, details, heading_with_text, severity, with_ids

__all__ = ["LISTED_RULES", "Idle", "exempt_section", "listed_sections"]

_HANG: Final = 9


class _Section(Struct, frozen=True):
    title: str
    text: str
    rules: tuple[Rule, ...]


class Idle(Struct, frozen=True):
    """What is said of an idle principal."""

    about: str = ""
    """When it was made and last used; empty where the document does not hold it."""
    besides: tuple[FindingEntry, ...] = ()
    """Its findings about services and actions, where they are shown here and not in a block."""


_IDLE: Final = _Section(
    "IDLE PRINCIPALS",
    "No use of any kind was seen within the stale-after days: nothing they hold is in use.",
    (Rule.UNUSED_ROLE, Rule.UNUSED_USER),
)
_SECTIONS: Final = (
    _IDLE,
    _Section("KEYS AND PASSWORDS", "", (Rule.UNUSED_ACCESS_KEY, Rule.UNUSED_PASSWORD)),
    _Section("POLICIES", "", (Rule.UNATTACHED_POLICY,)),
    _Section("GROUPS", "", (Rule.EMPTY_GROUP,)),
)

LISTED_RULES: Final = tuple(rule for section in _SECTIONS for rule in section.rules)
"""The rules whose findings are a line each."""


def listed_sections(
    findings: Mapping[Rule, Sequence[FindingEntry]], *, idle: Mapping[str, Idle], view: View
) -> list[Line]:
    """The sections that have findings; `idle` says of the idle principals, by ARN, what there is to say."""
    lines: list[Line] = []
    for section in _SECTIONS:
        found = [finding for rule in section.rules for finding in findings.get(rule, ())]
        if found:
            lines += heading_with_text(section.title, section.text, view=view)
            known = idle if section is _IDLE else {}
            names = max(cells(view.label(one.resource, one.resource_type)) for one in found)
            lines += [line for one in found for line in _listed(one, idle=known, names=names, view=view)]
    return lines


def _listed(finding: FindingEntry, *, idle: Mapping[str, Idle], names: int, view: View) -> list[Line]:
    known = idle.get(finding.resource)
    about = known.about if known is not None else ""
    lines = _dated(finding, about, names=names, view=view) if about else _titled(finding, view=view)
    besides = _besides(known.besides, view=view) if known is not None else []
    return [*with_ids(lines, [finding], view=view, hang=_HANG), *besides, *details(finding, view=view)]


def _besides(findings: Sequence[FindingEntry], *, view: View) -> list[Line]:
    """What else was found of an idle principal: who deletes it need not go through its permissions."""
    lines: list[Line] = []
    for rule, found in by_rule(findings):
        text = Span(f"{'':{_HANG}}{rule_title(rule, found)}", Tone.DIM)
        lines += with_ids([(text,)], found, view=view, hang=_HANG + 2)
    return lines


def _dated(finding: FindingEntry, about: str, *, names: int, view: View) -> list[Line]:
    name = view.label(finding.resource, finding.resource_type)
    head: Line = (Span("  "), severity([finding]), Span(" "), Span(name, Tone.NAME))
    dates = Span(about, Tone.DIM)
    if _HANG + names + 2 + cells(about) <= view.width:
        return [(*head, Span(" " * (names - cells(name) + 2)), dates)]
    return [fitted(head, view.width), fitted((Span(" " * _HANG), dates), view.width)]


def _titled(finding: FindingEntry, *, view: View) -> list[Line]:
    title = clean(finding.title)
    if resource_name(finding.resource).rpartition("/")[2] not in title or view.many_accounts:
        title = f"{view.label(finding.resource, finding.resource_type)}: {title}"
    first, *rest = wrap(title, width=view.width, indent=_HANG, hang=_HANG)
    return [(Span("  "), severity([finding]), Span(" "), *first[1:]), *rest]


def exempt_section(findings: Sequence[FindingEntry], *, view: View) -> list[Line]:
    """The findings that exemptions cover, with who answers for them, why, and until when."""
    if not findings:
        return []
    lines = heading_with_text("EXEMPT", "Found, and not counted, since an exemption covers it.", view=view)
    return lines + [line for finding in findings for line in _exempted(finding, view=view)]


def _exempted(finding: FindingEntry, *, view: View) -> list[Line]:
    matter = ", ".join(finding.services or finding.actions)
    head = Span(f"{view.label(finding.resource, finding.resource_type)}", Tone.NAME)
    lines = [fitted((Span("  "), head, Span(f"  {finding.rule}"), Span(f" {clean(matter)}")), view.width)]
    reason = wrap(_reason(finding.exempt), width=view.width, indent=4, hang=4, tone=Tone.DIM)
    return [*with_ids(lines, [finding], view=view, hang=4), *reason]


def _reason(exempt: ExemptEntry | None) -> str:
    if exempt is None:
        return ""
    until = f"until {exempt.until.isoformat()}" if exempt.until else "by tag"
    owner = f"{exempt.owner}, " if exempt.owner else ""
    return f"{exempt.reason} ({owner}{until})"
