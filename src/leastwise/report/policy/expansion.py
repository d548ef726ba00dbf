"""What a document grants: the known actions, and what it reaches beyond them."""

from collections.abc import Iterator
from itertools import groupby
from typing import Final, Literal

from msgspec import Struct

from leastwise.catalog import AccessLevel, Catalog
from leastwise.policy import (
    ActionSet,
    Document,
    DocumentGrants,
    Effect,
    document_grants,
    statement_actions,
    unknown_patterns,
)
from leastwise.report.layout import Atom, Line, Span, Tone, clean, pack, wrap
from leastwise.report.paint import paint
from leastwise.report.phrases import count
from leastwise.report.policy.shared import Look

__all__ = ["ExpansionDocument", "expansion_document", "render_expansion", "render_names"]

_SCHEMA: Final = "leastwise/policy-expand/1"
_LEVELS: Final = tuple(AccessLevel)
_WHOLE_LINES: Final = 8
"""Lines that the names of whole services take, unless everything is wanted."""
_LINES: Final = 3
"""Lines of actions that one access level of one service takes, unless everything is wanted."""


class GrantedAction(Struct, frozen=True):
    """A known action that the document grants."""

    action: str
    """In AWS's own case, e.g. `s3:GetObject`."""
    access_level: AccessLevel
    """What it does."""
    statements: tuple[int, ...]
    """The Allow statements that grant it, ascending."""
    is_narrowed: bool
    """Whether it is granted on some resources, under some condition or for some principal only, or partly denied."""


class UnknownEntry(Struct, frozen=True):
    """An action pattern that matches nothing known; it is granted, or denied, all the same."""

    statement: int
    """The statement's index, from 0."""
    pattern: str
    """As it is written."""
    problem: str
    """What is not known about it."""


class ServiceCount(Struct, frozen=True):
    """A service of which something known is granted."""

    namespace: str
    """Its namespace, e.g. `s3`."""
    name: str
    """What AWS calls it."""
    granted: int
    """How many of its known actions are granted."""
    known: int
    """How many there are."""


class ExpansionDocument(Struct, frozen=True):
    """What a document grants if it stands alone."""

    schema: Literal["leastwise/policy-expand/1"]
    """Which shape this is."""
    source: str
    """Where the document was read."""
    services: tuple[ServiceCount, ...]
    """The services, by namespace."""
    actions: tuple[GrantedAction, ...]
    """The known actions, sorted."""
    grants_unknown_services: bool
    """Whether it also grants actions of services that the catalog does not know."""
    grants_unknown_actions_of: tuple[str, ...]
    """The services that its patterns name, and of which it also grants what the catalog does not know."""
    unknown_patterns: tuple[UnknownEntry, ...]
    """The patterns that match nothing known, in order."""


def expansion_document(document: Document, catalog: Catalog, *, source: str) -> ExpansionDocument:
    """What the document grants, action by action. Costs time in the number of actions."""
    grants = document_grants(document, catalog)
    granted = grants.actions
    return ExpansionDocument(
        schema=_SCHEMA,
        source=source,
        services=tuple(_services(granted)),
        actions=tuple(_actions(document, grants, catalog)),
        grants_unknown_services=granted.rest,
        grants_unknown_actions_of=tuple(namespace for namespace, names in sorted(granted.open.items()) if names),
        unknown_patterns=tuple(
            UnknownEntry(one.statement, one.pattern, one.problem) for one in unknown_patterns(document, catalog)
        ),
    )


def _services(granted: ActionSet) -> Iterator[ServiceCount]:
    for service in granted.catalog.services_of(granted.known):
        here = granted.known & service.mask
        yield ServiceCount(service.namespace, service.name, here.bit_count(), service.mask.bit_count())


def _actions(document: Document, grants: DocumentGrants, catalog: Catalog) -> Iterator[GrantedAction]:
    narrow = _narrowed(document, grants, catalog)
    for action in catalog.actions(grants.actions.known):
        bit = 1 << action.index
        statements = tuple(grant.index for grant in grants.allows if grant.actions.known & bit)
        yield GrantedAction(action.text, action.access_level, statements, bool(narrow & bit))


def _narrowed(document: Document, grants: DocumentGrants, catalog: Catalog) -> int:
    """The known actions that no statement grants for every request, or that a Deny takes away for some."""
    everywhere = denied = 0
    for grant in grants.allows:
        statement = document.statements[grant.index]
        if statement.is_unconditional and statement.principals is None:
            everywhere |= grant.actions.known
    for statement in document.statements:
        if statement.effect is Effect.DENY:
            denied |= statement_actions(statement, catalog).known
    return grants.actions.known & ~(everywhere & ~denied)


def render_names(document: ExpansionDocument) -> str:
    """The known actions, one a line, for other programs to read."""
    return "".join(f"{one.action}\n" for one in document.actions)


def render_expansion(document: ExpansionDocument, *, look: Look) -> str:
    """What the document grants, service by service and access level by access level."""
    return paint(_lines(document, look), color=look.color)


def _lines(document: ExpansionDocument, look: Look) -> Iterator[Line]:
    services = count(len(document.services), "service")
    yield (Span(f"Grants {count(len(document.actions), 'known action')} of {services}.", Tone.STRONG),)
    actions = {
        namespace: list(found)
        for namespace, found in groupby(document.actions, key=lambda one: one.action.partition(":")[0])
    }
    shown = [(one, actions[one.namespace]) for one in document.services]
    if not look.verbose:
        whole = {part: [one.namespace for one, found in shown if _is_whole(one, found, part)] for part in (False, True)}
        yield from _whole_services("Whole services:", whole[False], look)
        yield from _whole_services("Whole services, in part only:", whole[True], look)
        listed = {*whole[False], *whole[True]}
        shown = [one for one in shown if one[0].namespace not in listed]
    for service, found in shown:
        yield from _service(service, found, look)
    notes = list(_notes(document, look))
    yield from ((), *notes) if notes else ()


def _is_whole(service: ServiceCount, actions: list[GrantedAction], is_narrowed: bool) -> bool:  # noqa: FBT001 - which of two
    """Whether all of a service is granted, and all of it in part only or none of it."""
    return service.granted == service.known and all(one.is_narrowed is is_narrowed for one in actions)


def _whole_services(title: str, namespaces: list[str], look: Look) -> Iterator[Line]:
    if namespaces:
        yield ()
        yield (Span(title, Tone.STRONG),)
        atoms = [Atom((Span(one),)) for one in namespaces]
        yield from pack(atoms, width=look.width, indent=2, hang=2, most_lines=_WHOLE_LINES)


def _service(service: ServiceCount, actions: list[GrantedAction], look: Look) -> Iterator[Line]:
    found = (
        f"{service.granted:,} of {service.known:,}" if service.granted != service.known else f"all {service.known:,}"
    )
    narrowed = sum(one.is_narrowed for one in actions)
    part = "" if not narrowed else ", in part only" if narrowed == len(actions) else f", {narrowed:,} in part only"
    yield ()
    yield (Span(service.namespace, Tone.STRONG), Span(f" ({clean(service.name)}): {found} known actions{part}"))
    by_level = sorted(actions, key=lambda one: _LEVELS.index(one.access_level))
    for level, here in groupby(by_level, key=lambda one: one.access_level):
        names = [Atom((Span(one.action.partition(":")[2]),)) for one in here]
        label = Atom((Span(level.value, Tone.DIM),), "  ")
        most = None if look.verbose else _LINES
        yield from pack([label, *names], width=look.width, indent=2, hang=4, most_lines=most)


def _notes(document: ExpansionDocument, look: Look) -> Iterator[Line]:
    if any(one.is_narrowed for one in document.actions):
        yield from _note(
            "In part only: on some resources, under a condition, for some principals, or where no Deny says otherwise.",
            look,
        )
    if document.grants_unknown_services:
        yield from _note("It also grants actions of services that are not known, such as those that are to come.", look)
    if document.grants_unknown_actions_of:
        few, more = document.grants_unknown_actions_of[:8], len(document.grants_unknown_actions_of[8:])
        listed = ", ".join(few) + (f" and {more} more" if more else "")
        yield from _note(f"It also grants what its patterns match among actions that are not known, of {listed}.", look)
    for one in document.unknown_patterns:
        yield from _note(f"Statement[{one.statement}] {one.pattern}: {one.problem}; it counts all the same.", look)


def _note(text: str, look: Look) -> list[Line]:
    return wrap(text, width=look.width, indent=0, hang=2, tone=Tone.DIM)
