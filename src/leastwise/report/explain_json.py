"""An explanation as JSON, `leastwise/explanation/1`, made of the same entries as a scan."""

from typing import Final, Literal

import msgspec
from msgspec import Struct

from leastwise.inventory import PolicyKind
from leastwise.policy import Effect
from leastwise.report.build import EntryBuilder
from leastwise.report.convert import action_entries, finding_entry, utc
from leastwise.report.document import ActionEntry, Count, FindingEntry, PrincipalEntry, ServiceEntry, Time
from leastwise.report.explanation import Explanation, Quote
from leastwise.report.json_format import indented

__all__ = ["ExplanationDocument", "StatementEntry", "explanation_document", "render_explanation_json"]

_SCHEMA: Final = "leastwise/explanation/1"


class StatementEntry(Struct, frozen=True):
    """A statement that touches what was asked."""

    policy: str
    """The ARN of a managed policy, or the name of an inline one."""
    kind: PolicyKind
    """Where the policy lives."""
    via: str
    """`direct`, or `group:NAME`."""
    statement: Count
    """Its index in the document, from 0."""
    sid: str | None
    """Its Sid; null if it has none."""
    effect: Effect
    """Allow or Deny."""
    is_unconditional: bool
    """Whether it holds for every request; only such a Deny is subtracted from what is granted."""
    line: Count
    """Line of its first character, from 1."""
    column: Count
    """Column of its first character, from 1, in characters."""
    text: str
    """Its text to the character."""


class ExplanationDocument(Struct, frozen=True):
    """Why a principal has a permission, and since when it is not used."""

    schema: Literal["leastwise/explanation/1"]
    """Which shape this is."""
    generated_at: Time
    """The moment for which it was made."""
    stale_after_days: Count
    """A use longer ago than this many days is stale."""
    asked: str | None
    """`s3` or `s3:GetObject`; null for the principal as a whole."""
    access_level: str | None
    """What the asked action does; null if none was asked, or it is not known."""
    service: ServiceEntry | None
    """The verdict on the asked service; null if none was asked, or it is not granted."""
    action: ActionEntry | None
    """The verdict on the asked action; null if none was asked, or it is not granted."""
    grants: tuple[StatementEntry, ...]
    """The Allow statements that grant it."""
    denies: tuple[StatementEntry, ...]
    """The Deny statements that touch it."""
    findings: tuple[FindingEntry, ...]
    """The principal's findings that are about it."""
    notes: tuple[str, ...]
    """What the reader must know besides."""
    principal: PrincipalEntry
    """Who; with its services where no service was asked, and without them otherwise."""


def explanation_document(explanation: Explanation) -> ExplanationDocument:
    """The explanation in the shape in which it is written."""
    return ExplanationDocument(
        schema=_SCHEMA,
        generated_at=utc(explanation.parameters.now),
        stale_after_days=explanation.parameters.stale_after_days,
        asked=None if explanation.asked is None else str(explanation.asked),
        access_level=explanation.access_level or None,
        service=_service(explanation),
        action=_action(explanation),
        grants=tuple(_statement(quote) for quote in explanation.grants),
        denies=tuple(_statement(quote) for quote in explanation.denies),
        findings=tuple(finding_entry(finding) for finding in explanation.findings),
        notes=explanation.notes,
        principal=_principal(explanation),
    )


def _service(explanation: Explanation) -> ServiceEntry | None:
    return None if explanation.service is None else EntryBuilder().service(explanation.service)


def _action(explanation: Explanation) -> ActionEntry | None:
    if explanation.asked is None or explanation.action is None:
        return None
    return action_entries((explanation.action,), namespace=explanation.asked.service)[0]


def _principal(explanation: Explanation) -> PrincipalEntry:
    judged = explanation.principal
    account = judged.principal.arn.account
    entry = EntryBuilder().principal((account, judged, explanation.gain))
    return entry if explanation.asked is None else msgspec.structs.replace(entry, services=())


def _statement(quote: Quote) -> StatementEntry:
    statement = quote.statement
    return StatementEntry(
        policy=quote.policy,
        kind=quote.kind,
        via=quote.via,
        statement=statement.index,
        sid=statement.sid,
        effect=statement.effect,
        is_unconditional=statement.is_unconditional,
        line=statement.position.line,
        column=statement.position.column,
        text=quote.text,
    )


def render_explanation_json(explanation: Explanation) -> str:
    """The explanation as JSON text, indented, ended by a line feed; the same explanation gives the same bytes."""
    return indented(explanation_document(explanation))
