"""The proofs of changes as JSON, `leastwise/proof/1`: what was shown in sentences and in figures, and the reasons."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal

from msgspec import Struct

from leastwise.findings import Gain
from leastwise.plan import (
    Change,
    ChangeKind,
    EvidenceSeen,
    Plan,
    PlanAccount,
    PolicyRef,
    Proof,
    Risk,
    StatementChange,
    Step,
)
from leastwise.policy import Arn
from leastwise.report.convert import utc
from leastwise.report.plan.proof_words import first_half, second_half

__all__ = ["ProofDocument", "ProofEntry", "ReasonEntry", "proof_document"]

_SCHEMA: Final = "leastwise/proof/1"


class ReasonEntry(Struct, frozen=True):
    """Why the statements of one policy change."""

    policy: PolicyRef
    """Which policy; for a copy that is yet to be made, the one that it is a copy of."""
    statements: tuple[StatementChange, ...]
    """The statements that change, each with what goes, what stays, and why."""


class ProofEntry(Struct, frozen=True):
    """What was shown of a change, and on what it rests."""

    id: str
    """The change's id."""
    kind: ChangeKind
    """What kind of change."""
    title: str
    """It in one line."""
    policy: PolicyRef | None
    """The policy that it is about; null for keys, passwords and quarantine."""
    principals: tuple[Arn, ...]
    """The users and roles whom it reaches, sorted."""
    is_reached: bool | None
    """Whether the principal who was asked about is one of them; null if nobody was."""
    nothing_new: str
    """In a sentence how it was shown that nothing is granted that was not granted before."""
    nothing_used: str
    """In a sentence how it was shown that nothing goes that is in use."""
    proof: Proof
    """The same in figures, and for whom it was shown."""
    evidence: tuple[EvidenceSeen, ...]
    """On what it rests."""
    reasons: tuple[ReasonEntry, ...]
    """What goes and what stays, by policy and statement."""
    gain: Gain
    """How much goes."""
    risk: Risk
    """What to know before."""
    inverse: tuple[Step, ...]
    """What undoes it, in this order; empty where nothing can."""


class ProofDocument(Struct, frozen=True):
    """The proofs of some changes of a plan."""

    schema: Literal["leastwise/proof/1"]
    """Which shape this is."""
    account: PlanAccount
    """Which account."""
    scanned_at: datetime
    """When the scan was made that the plan comes from."""
    principal: Arn | None
    """The principal who was asked about; null for nobody."""
    changes: tuple[ProofEntry, ...]
    """In the order of the plan."""


def proof_document(plan: Plan, changes: Sequence[Change], *, principal: Arn | None = None) -> ProofDocument:
    """What was shown of these changes of the plan, in the shape in which it is written."""
    entries = (_entry(change, plan, principal) for change in changes)
    return ProofDocument(_SCHEMA, plan.account, utc(plan.scanned_at), principal, tuple(entries))


def _entry(change: Change, plan: Plan, principal: Arn | None) -> ProofEntry:
    return ProofEntry(
        id=change.id,
        kind=change.kind,
        title=change.title,
        policy=change.policy,
        principals=change.principals,
        is_reached=None if principal is None else principal in change.principals,
        nothing_new=first_half(change),
        nothing_used=second_half(change, plan),
        proof=change.proof,
        evidence=change.evidence,
        reasons=tuple(ReasonEntry(one.policy, one.statements) for one in change.documents),
        gain=change.gain,
        risk=change.risk,
        inverse=change.inverse,
    )
