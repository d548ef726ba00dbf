"""What sample plans are made of: who there is, what goes from a statement and why, and the plan around it."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from msgspec.structs import replace

from leastwise.evidence import Granularity, Source
from leastwise.findings import Verdict
from leastwise.plan import (
    NOTHING_DECIDED,
    SCHEMA,
    Change,
    DocumentChange,
    EvidenceSeen,
    Gone,
    Left,
    Plan,
    PlanAccount,
    PolicyRef,
    Risk,
    Seen,
    StatementChange,
)
from leastwise.policy import ActionClause, Arn, Document, parse_document, rewrite

__all__ = [
    "ACCOUNT",
    "ALICE",
    "ANALYSTS",
    "BOB",
    "CAROL",
    "DAVE",
    "DELAY",
    "DEPLOY",
    "DEVELOPERS",
    "NIGHTLY",
    "NOW",
    "PARAMETERS",
    "REPORT",
    "WEB",
    "ago",
    "aws",
    "clause",
    "iam",
    "last_accessed",
    "plan_of",
    "reduced",
    "removed",
    "risk",
    "some",
    "unknown",
    "used",
    "whole",
]

NOW: Final = datetime(2026, 11, 24, 12, tzinfo=UTC)
DELAY: Final = timedelta(hours=4)
"""How long a use takes to reach a report."""
ACCOUNT: Final = PlanAccount("111122223333", "acme-prod", "aws")
PARAMETERS: Final = replace(
    NOTHING_DECIDED,
    unused_days=90,
    min_age_days=90,
    include_stale=True,
    kept_sids="Keep",
    aws_managed=True,
    passwords=True,
)


def iam(resource: str) -> Arn:
    """An ARN of the account."""
    return Arn(f"arn:aws:iam::{ACCOUNT.id}:{resource}")


def aws(name: str) -> Arn:
    """An AWS-managed policy."""
    return Arn(f"arn:aws:iam::aws:policy/{name}")


def ago(days: float) -> datetime:
    """So many days before NOW."""
    return NOW - timedelta(days=days)


def clause(*patterns: str, negated: bool = False) -> ActionClause:
    """Action, or NotAction."""
    return ActionClause(patterns, negated=negated)


def whole(service: str, *kept: str, used: float | None = None) -> Gone:
    """A service that goes whole, but for some of its actions; stale if it was used so many days ago."""
    verdict = Verdict.UNUSED if used is None else Verdict.STALE
    return Gone(service, (), kept, verdict, None if used is None else ago(used))


def some(service: str, *actions: str, used: float | None = None) -> Gone:
    """Actions of a service that go."""
    verdict = Verdict.UNUSED if used is None else Verdict.STALE
    return Gone(service, actions, (), verdict, None if used is None else ago(used))


def used(service: str, principal: Arn, days: float, *, holders: int = 1) -> Seen:
    """A service that stays since it is in use."""
    return Seen(service, Verdict.USED, principal, ago(days), holders)


def unknown(service: str, principal: Arn) -> Seen:
    """A service that stays since nobody can say that it is not in use."""
    return Seen(service, Verdict.UNKNOWN, principal, None, 0)


Why = tuple[tuple[Gone, ...], tuple[Seen, ...], int]
"""What goes from a statement, what is shown of what stays, and how much stays besides."""


def reduced(
    policy: PolicyRef, text: str, edits: Mapping[int, ActionClause | None], *, why: Mapping[int, Why]
) -> DocumentChange:
    """The policy with other actions in some statements, by index; None where one goes."""
    document = parse_document(text)
    after = rewrite(document, edits)
    left = iter(parse_document(after).statements)
    successors = {one.index: next(left) for one in document.statements if edits.get(one.index, clause()) is not None}
    read = parse_document(after)
    statements = tuple(
        statement_change(
            document, index, None if index not in successors else read.quote(successors[index]), why[index]
        )
        for index in sorted(edits)
    )
    return DocumentChange(policy, text, after, statements)


def statement_change(document: Document, index: int, after: str | None, why: Why) -> StatementChange:
    """What becomes of a statement."""
    statement = document.statements[index]
    return StatementChange(index, statement.sid, document.quote(statement), after, *why)


def removed(policy: PolicyRef, text: str, *, why: Mapping[int, Why]) -> DocumentChange:
    """A policy that goes with all its statements."""
    document = parse_document(text)
    changes = tuple(statement_change(document, index, None, why[index]) for index in sorted(why))
    return DocumentChange(policy, text, None, changes)


def last_accessed(*principals: Arn, days: float = 400) -> EvidenceSeen:
    """AWS's report on these principals."""
    return EvidenceSeen(Source.LAST_ACCESSED, Granularity.ACTION, ago(days), NOW - DELAY, principals)


def risk(shared_by: int = 1, *stale: str, days: int | None = 400, is_reversible: bool = True, notes: str = "") -> Risk:
    """What to know before."""
    return Risk(shared_by, days, stale, is_reversible, (notes,) if notes else ())


WEB = iam("role/web")
DEPLOY = iam("role/ci/deploy")
NIGHTLY = iam("role/ci/nightly-build-and-integration-test")
REPORT = iam("role/legacy/quarterly-report")
ALICE = iam("user/alice")
BOB = iam("user/people/bob")
CAROL = iam("user/people/carol")
DAVE = iam("user/people/dave")
DEVELOPERS = iam("group/developers")
ANALYSTS = iam("group/analysts")


def plan_of(*changes: Change, left: tuple[Left, ...] = (), notes: tuple[str, ...] = (), complete: bool = True) -> Plan:
    """A plan of these changes for the account."""
    return Plan(SCHEMA, "0.1.0", ACCOUNT, NOW, complete, PARAMETERS, changes, left, notes)
