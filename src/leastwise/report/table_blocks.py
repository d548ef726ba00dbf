"""What is unused, resource by resource, and which statements grant it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from msgspec import Struct

from leastwise.findings import Rule, Verdict
from leastwise.report.document import FindingEntry, GrantEntry, PolicyEntry, PrincipalEntry, ServiceEntry
from leastwise.report.layout import Atom, Line, Span, Tone, clean, fitted, line_width, pack, takes_one_line
from leastwise.report.phrases import count, day, grant, last_used
from leastwise.report.table_view import View, details, severity, with_ids

__all__ = [
    "BLOCK_RULES",
    "Subject",
    "block",
    "by_rule",
    "rule_title",
    "subject_of_finding",
    "subject_of_policy",
    "subject_of_principal",
]

BLOCK_RULES: Final = (Rule.UNUSED_SERVICE, Rule.STALE_SERVICE, Rule.UNUSED_ACTION, Rule.UNUSED_GROUP_GRANT)
"""The rules that are about services or actions, in the order in which a block shows them."""
_MOST_LINES: Final = 3
_MARGIN: Final = 4
_HANG: Final = 6


class Subject(Struct, frozen=True):
    """What a block is about."""

    label: str
    """`role ci/deploy`."""
    about: str
    """What else the reader may want to know of it."""
    services: Mapping[str, ServiceEntry]
    """By namespace; empty where the document does not hold the resource."""


def subject_of_principal(principal: PrincipalEntry, *, view: View) -> Subject:
    """The principal, as a block shows it."""
    parts = [f"created {day(principal.created_at)}", last_used(principal.last_used_at)]
    if principal.boundary is not None:
        parts.append("has a boundary")
    if not principal.is_editable:
        parts.append("only AWS can edit it")
    label = view.label(principal.arn, principal.type)
    return Subject(label, ", ".join(parts), {one.namespace: one for one in principal.services})


def subject_of_policy(policy: PolicyEntry, *, view: View) -> Subject:
    """The policy, as a block shows it."""
    about = f"{policy.kind}, attached to {count(len(policy.attached_to), 'principal')}"
    if policy.boundary_of:
        about += f", boundary of {count(len(policy.boundary_of), 'principal')}"
    return Subject(view.label(policy.arn, "policy"), about, {one.namespace: one for one in policy.services})


def subject_of_finding(finding: FindingEntry, *, view: View) -> Subject:
    """The resource of a finding about something that the document does not hold."""
    return Subject(view.label(finding.resource, finding.resource_type), "", {})


def block(subject: Subject, findings: Sequence[FindingEntry], *, view: View) -> list[Line]:
    """A blank line, the subject, and for each rule what it found, by the statements that grant it."""
    rules = (_rule(rule, found, subject=subject, view=view) for rule, found in by_rule(findings))
    return [(), *_head(subject, view=view), *(line for lines in rules for line in lines)]


def by_rule(findings: Sequence[FindingEntry]) -> Iterator[tuple[Rule, list[FindingEntry]]]:
    """The findings of each rule that has some, in the order in which a block shows them."""
    for rule in BLOCK_RULES:
        found = [finding for finding in findings if finding.rule is rule]
        if found:
            yield rule, found


def _head(subject: Subject, *, view: View) -> list[Line]:
    name = fitted((Span(subject.label, Tone.NAME),), view.width)
    about = Span(f"  {subject.about}", Tone.DIM)
    if line_width(name) + line_width((about,)) <= view.width:
        return [(*name, about)]
    return [name, fitted((about,), view.width)]


def _rule(rule: Rule, found: Sequence[FindingEntry], *, subject: Subject, view: View) -> list[Line]:
    services = _merged(finding.services for finding in found)
    actions = _merged(finding.actions for finding in found)
    title: Line = (Span("  "), severity(found), Span(f" {rule_title(rule, found)}", Tone.STRONG))
    lines = with_ids([fitted(title, view.width)], found, view=view, hang=9)
    lines += [line for finding in found for line in details(finding, view=view)]
    if rule is Rule.UNUSED_ACTION:
        return lines + _actions(actions, subject=subject, view=view)
    for grants, namespaces in _by_grants(services, subject):
        atoms = [Atom(_service(rule, namespace, subject)) for namespace in namespaces]
        lines += _granted(grants, atoms, view=view)
    return lines


def _merged(names: Iterable[tuple[str, ...]]) -> list[str]:
    return sorted({name for some in names for name in some})


def rule_title(rule: Rule, found: Sequence[FindingEntry]) -> str:
    """What the findings of one rule come to, e.g. `3 unused services`."""
    services = _merged(finding.services for finding in found)
    actions = _merged(finding.actions for finding in found)
    match rule:
        case Rule.STALE_SERVICE:
            return f"{count(len(services), 'stale service')}"
        case Rule.UNUSED_ACTION:
            return f"{count(len(actions), 'unused action')}"
        case Rule.UNUSED_GROUP_GRANT:
            return f"{count(len(services), 'service')} that no member uses"
        case _:
            return f"{count(len(services), 'unused service')}"


def _by_grants(namespaces: Iterable[str], subject: Subject) -> list[tuple[tuple[GrantEntry, ...], list[str]]]:
    """The services by what grants them, those that most have in common first."""
    groups: dict[tuple[GrantEntry, ...], list[str]] = {}
    for namespace in namespaces:
        service = subject.services.get(namespace)
        groups.setdefault(service.granted_by if service else (), []).append(namespace)
    return sorted(groups.items(), key=lambda group: (-len(group[1]), group[1]))


def _service(rule: Rule, namespace: str, subject: Subject) -> Line:
    service = subject.services.get(namespace)
    if rule is Rule.STALE_SERVICE and service is not None and service.verdict is Verdict.STALE:
        return (Span(clean(namespace)), Span(f" {day(service.last_used_at)}", Tone.DIM))
    return (Span(clean(namespace)),)


def _granted(grants: Sequence[GrantEntry], atoms: Sequence[Atom], *, view: View) -> list[Line]:
    heads = _grants(grants)
    if takes_one_line([*heads, *atoms], width=view.width, indent=_MARGIN):
        return pack([*heads, *atoms], width=view.width, indent=_MARGIN, hang=_HANG)
    above = pack(heads, width=view.width, indent=_MARGIN, hang=_HANG)
    return above + pack(atoms, width=view.width, indent=_HANG, hang=_HANG, most_lines=view.lines(_MOST_LINES))


def _grants(grants: Sequence[GrantEntry]) -> list[Atom]:
    if not grants:
        return [Atom((Span("granted by no document that could be read:", Tone.DIM),), " ")]
    *others, last = grants
    return [*(Atom(grant(one), " + ") for one in others), Atom((*grant(last), Span(":")), " ")]


def _actions(actions: Iterable[str], *, subject: Subject, view: View) -> list[Line]:
    by_service: dict[str, list[str]] = {}
    for action in actions:
        namespace, _, name = action.partition(":")
        by_service.setdefault(namespace, []).append(name)
    lines: list[Line] = []
    for grants, namespaces in _by_grants(by_service, subject):
        named = [_names(namespace, by_service[namespace]) for namespace in namespaces]
        lines += _granted_actions(_grants(grants), named, view=view)
    return lines


def _granted_actions(heads: Sequence[Atom], named: Sequence[Sequence[Atom]], *, view: View) -> list[Line]:
    if len(named) == 1 and takes_one_line([*heads, *named[0]], width=view.width, indent=_MARGIN):
        return pack([*heads, *named[0]], width=view.width, indent=_MARGIN, hang=_HANG)
    lines = pack(heads, width=view.width, indent=_MARGIN, hang=_HANG)
    for atoms in named:
        lines += pack(atoms, width=view.width, indent=_HANG, hang=_HANG + 2, most_lines=view.lines(1))
    return lines


def _names(namespace: str, names: Sequence[str]) -> list[Atom]:
    head = Atom((Span(clean(namespace), Tone.STRONG), Span(f" {len(names):,}", Tone.DIM)), ": ")
    return [head, *(Atom((Span(clean(name)),)) for name in names)]
