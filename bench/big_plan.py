"""A plan of as many changes as asked for the account of small_iam.py, with what `leastwise plan` asks before each."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from msgspec.structs import replace
from small_iam import ACCOUNT, AFTER, BEFORE, Policy

from leastwise.findings import Gain
from leastwise.inventory import PolicyKind
from leastwise.plan import (
    NOTHING_DECIDED,
    SCHEMA,
    AttachedTo,
    Change,
    ChangeKind,
    CreateVersion,
    InlineIs,
    KeptVersion,
    Plan,
    PlanAccount,
    PolicyIs,
    PolicyRef,
    Precondition,
    Proof,
    ProofMethod,
    PutInline,
    Risk,
    Step,
    digest_of,
    sealed,
)
from leastwise.policy import Arn

KINDS = {"edit-inline": 22, "new-version": 2, "new-version of five": 1}
"""How many changes of each kind there are in 25."""


def plan_of(made: Iterable[Change]) -> Plan:
    """A plan of these changes."""
    parameters = replace(NOTHING_DECIDED, unused_days=90, aws_managed=True)
    return sealed(
        Plan(
            schema=SCHEMA,
            version="0",
            account=PlanAccount(ACCOUNT, None, "aws"),
            scanned_at=datetime(2026, 1, 1, tzinfo=UTC),
            complete=True,
            parameters=parameters,
            changes=tuple(made),
            left=(),
            notes=(),
        )
    )


def edit_inline(number: int) -> Change:
    """A smaller inline policy, with what `leastwise plan` asks before."""
    role = Arn(f"arn:aws:iam::{ACCOUNT}:role/role{number:04}")
    ref = PolicyRef("work", PolicyKind.INLINE, role)
    return _change(f"edit-{number}", ref, PutInline(role, "work", AFTER), (InlineIs(role, "work", digest_of(BEFORE)),))


def new_version(number: int, versions: int) -> Change:
    """A new version of a policy that has so many, with what `leastwise plan` asks before."""
    name = f"{'full' if versions > 1 else 'young'}{number:04}"
    policy, role = Arn(f"arn:aws:iam::{ACCOUNT}:policy/{name}"), Arn(f"arn:aws:iam::{ACCOUNT}:role/{name}")
    oldest = KeptVersion("v1", Policy.of(versions).texts[1], is_default=False) if versions > 1 else None
    there = tuple(f"v{one}" for one in range(1, versions + 1))
    checks = (
        PolicyIs(policy, f"v{versions}", digest_of(BEFORE), there),
        AttachedTo(policy, (role,), exactly=True),
    )
    return _change(
        f"version-{number}", PolicyRef(policy, PolicyKind.MANAGED), CreateVersion(policy, AFTER, oldest), checks, role
    )


def _change(
    name: str, ref: PolicyRef, step: Step, checks: tuple[Precondition, ...], holder: Arn | None = None
) -> Change:
    principal = holder or ref.owner
    assert principal is not None
    is_inline = isinstance(step, PutInline)
    return Change(
        id=name,
        kind=ChangeKind.EDIT_INLINE if is_inline else ChangeKind.NEW_VERSION,
        title=f"{ref.policy} of {principal.name} loses two services",
        policy=ref,
        targets=(principal,) if is_inline else (),
        principals=(principal,),
        steps=(step,),
        preconditions=checks,
        inverse=(),
        documents=(),
        proof=Proof(ProofMethod.COMPARED, 1, 1, (principal,), 2),
        evidence=(),
        gain=Gain(0, 0, 0, 0),
        risk=Risk(1, 400, (), is_reversible=True, notes=()),
    )


def changes(count: int) -> dict[str, list[Change]]:
    """So many changes, by kind."""
    share = {kind: count * part // sum(KINDS.values()) for kind, part in KINDS.items()}
    return {
        "edit-inline": [edit_inline(number) for number in range(share["edit-inline"])],
        "new-version": [new_version(number, 1) for number in range(share["new-version"])],
        "new-version of five": [new_version(number, 5) for number in range(1000, 1000 + share["new-version of five"])],
    }
