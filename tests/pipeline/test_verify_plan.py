"""A plan keeps just the changes to whose texts Access Analyzer does not object, and what was not answered is no yes."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inline_snapshot import snapshot
from msgspec.structs import replace

from aws_environment import only_keys
from leastwise import errors
from leastwise.aws import AccessReason, ConnectionOptions, FindingType, NewAccess, PolicyFinding, SystemClock
from leastwise.collect import NoProgress
from leastwise.findings import Gain
from leastwise.inventory import PolicyKind
from leastwise.pipeline.verify_plan import VerifiedPlan, ask_about_plan, verify_plan
from leastwise.plan import (
    NOTHING_DECIDED,
    SCHEMA,
    Change,
    ChangeKind,
    DocumentChange,
    Plan,
    PlanAccount,
    PolicyRef,
    Proof,
    ProofMethod,
    Risk,
    read_plan,
    render_plan,
    sealed,
)
from leastwise.policy import Arn
from leastwise.sandbox import Sandbox, SandboxOptions
from policy_strategies import DOCUMENT_LAW, policy_of

ROLE: Final = Arn("arn:aws:iam::111122223333:role/worker")
WIDE: Final = policy_of([{"Effect": "Allow", "Action": ["s3:*", "sqs:*"], "Resource": "*"}])
NARROW: Final = policy_of([{"Effect": "Allow", "Action": ["s3:*"], "Resource": "*"}])
BROKEN: Final = policy_of([{"Effect": "Allow", "Action": ["s3:Gone"], "Resource": "*"}])
QUARANTINE: Final = policy_of([{"Effect": "Deny", "Action": ["sqs:*"], "Resource": "*"}])


def document(before: str | None, after: str | None) -> DocumentChange:
    """A change of one inline policy of the role."""
    return DocumentChange(PolicyRef("work", PolicyKind.INLINE, ROLE), before, after, ())


def change_of(name: str, *documents: DocumentChange, kind: ChangeKind = ChangeKind.EDIT_INLINE) -> Change:
    """A change with these documents and little else."""
    return Change(
        id=name,
        kind=kind,
        title=f"Change {name}",
        policy=PolicyRef("work", PolicyKind.INLINE, ROLE),
        targets=(ROLE,),
        principals=(ROLE,),
        steps=(),
        preconditions=(),
        inverse=(),
        documents=documents,
        proof=Proof(ProofMethod.COMPARED, 1, 1, (ROLE,), 1),
        evidence=(),
        gain=Gain(),
        risk=Risk(shared_by=1, window_days=90, stale=(), is_reversible=True, notes=()),
    )


def plan_with(*changes: Change) -> Plan:
    """A sealed plan of these changes."""
    parameters = replace(NOTHING_DECIDED, unused_days=90, min_age_days=90, kept_sids="Keep", aws_managed=True)
    plan = Plan(
        schema=SCHEMA,
        version="test",
        account=PlanAccount("111122223333", None, "aws"),
        scanned_at=datetime(2026, 11, 24, 12, tzinfo=UTC),
        complete=True,
        parameters=parameters,
        changes=changes,
        left=(),
        notes=("Made by hand.",),
    )
    return sealed(plan)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Plans of several changes with several documents, of few texts, so that many are the same."""
    texts = st.one_of(st.none(), st.text("ab", min_size=1, max_size=4))
    documents = st.lists(st.builds(document, texts, texts), max_size=3)
    drawn = draw(st.lists(documents, max_size=5))
    return plan_with(*(change_of(f"c{place}", *one) for place, one in enumerate(drawn)))


class FakeChecks:
    """Objects to every text and every pair whose length is a multiple of a number, and counts what it is asked."""

    def __init__(self, every: int = 10**9, *, error: errors.AwsError | None = None) -> None:
        self.asked: Counter[tuple[str | None, str]] = Counter()
        self._every = every
        self._error = error

    def objects_to(self, one: DocumentChange) -> bool:
        """Whether it objects to this document, however it is asked."""
        new, old = one.after, one.before
        is_wrong = new is not None and self._hits(new) and not (old is not None and self._hits(old))
        return is_wrong or (new is not None and old is not None and self._hits(new + old))

    async def check_no_new_access(self, new: str, existing: str, *, arn: str = "") -> NewAccess:
        await self._note(existing, new, arn)
        hits = self._hits(new + existing)
        return NewAccess(hits, "said", (AccessReason("New access in the statement with index: 0.", 0),) if hits else ())

    async def validate_policy(self, document: str, *, arn: str = "") -> tuple[PolicyFinding, ...]:
        await self._note(None, document, arn)
        others = tuple(PolicyFinding(kind, "X", "", ()) for kind in FindingType if kind is not FindingType.ERROR)
        errors_ = (PolicyFinding(FindingType.ERROR, "INVALID_ACTION", "No such action.", ("Statement[0].Action",)),)
        return (*others, *(errors_ if self._hits(document) else ()))

    async def _note(self, existing: str | None, new: str, arn: str) -> None:
        assert arn
        self.asked[existing, new] += 1
        await asyncio.sleep(0)
        if self._error is not None:
            raise self._error

    def _hits(self, text: str) -> bool:
        return len(text) % self._every == 0


def edit(name: str, before: str, after: str) -> Change:
    """A change of one document."""
    return change_of(name, document(before, after))


class CountingProgress(NoProgress):
    """Counts the steps that were announced and those that were taken."""

    def __init__(self) -> None:
        self.announced = self.taken = 0

    def begin(self, what: str, *, total: int | None) -> None:
        assert what
        self.announced += total or 0

    def advance(self) -> None:
        self.taken += 1


def ask(plan: Plan, checks: FakeChecks) -> VerifiedPlan:
    return asyncio.run(ask_about_plan(plan, checks, progress=NoProgress()))


@given(plan=plans(), every=st.integers(1, 5))
@DOCUMENT_LAW
def test_just_the_changes_with_an_objection_go_and_all_else_stays(plan: Plan, every: int) -> None:
    checks = FakeChecks(every)
    verified = ask(plan, checks)
    refused = [change for change in plan.changes if any(map(checks.objects_to, change.documents))]
    assert [(one.change_id, one.title) for one in verified.refused] == [(one.id, one.title) for one in refused]
    assert all(one.detail for one in verified.refused)
    assert verified.plan.changes == tuple(change for change in plan.changes if change not in refused)
    kept = {"changes": plan.changes, "notes": plan.notes, "digest": plan.digest}
    assert replace(verified.plan, **kept) == plan
    assert verified.plan.notes[: len(plan.notes)] == plan.notes


@given(plan=plans(), every=st.integers(1, 5))
@DOCUMENT_LAW
def test_a_verified_plan_is_sealed(plan: Plan, every: int) -> None:
    verified = ask(plan, FakeChecks(every)).plan
    assert read_plan(render_plan(verified), source="test") == verified


@given(plan=plans())
@DOCUMENT_LAW
def test_every_text_and_pair_is_asked_about_once(plan: Plan) -> None:
    checks, progress = FakeChecks(), CountingProgress()
    asyncio.run(ask_about_plan(plan, checks, progress=progress))
    documents = [one for change in plan.changes for one in change.documents if one.after is not None]
    texts = {(None, text) for one in documents for text in (one.after, one.before) if text is not None}
    pairs = {(one.before, one.after) for one in documents if one.before is not None}
    assert set(checks.asked) == texts | pairs
    assert set(checks.asked.values()) <= {1}
    assert progress.announced == progress.taken == len(texts | pairs)


@given(plan=plans())
@DOCUMENT_LAW
def test_other_findings_are_counted_and_refuse_nothing(plan: Plan) -> None:
    verified = ask(plan, FakeChecks())
    count = sum(one.after is not None for change in plan.changes for one in change.documents)
    assert verified.refused == ()
    assert (verified.security_warnings, verified.warnings, verified.suggestions) == (count, count, count)


@pytest.mark.parametrize(
    "kind", [errors.AccessDeniedError, errors.ThrottledError, errors.CredentialsError, errors.ResponseError]
)
def test_an_answer_that_cannot_be_had_is_raised(kind: type[errors.AwsError]) -> None:
    failing = FakeChecks(error=kind("no", operation="access-analyzer:ValidatePolicy"))
    with pytest.raises(kind, match="access-analyzer:ValidatePolicy"):
        ask(plan_with(edit("a", WIDE, NARROW), edit("b", NARROW, WIDE)), failing)


def test_a_text_that_aws_does_not_take_refuses_its_change() -> None:
    failing = FakeChecks(error=errors.InvalidInputError("The policy is too complex."))
    verified = ask(plan_with(edit("less", WIDE, NARROW)), failing)
    assert verified.plan.changes == ()
    assert "AWS cannot check it: The policy is too complex." in verified.refused[0].detail


def test_many_objections_to_one_text_are_counted() -> None:
    class Fussy(FakeChecks):
        async def validate_policy(self, document: str, *, arn: str = "") -> tuple[PolicyFinding, ...]:
            del arn
            return (
                ()
                if document == WIDE
                else tuple(PolicyFinding(FindingType.ERROR, f"E{number}", "no", ()) for number in range(9))
            )

    (refused,) = ask(plan_with(edit("less", WIDE, NARROW)), Fussy()).refused
    assert refused.detail == "work: E0: no; E1: no; E2: no; and 6 more"


def test_what_was_wrong_before_refuses_nothing() -> None:
    class Strict(FakeChecks):
        async def validate_policy(self, document: str, *, arn: str = "") -> tuple[PolicyFinding, ...]:
            del arn
            codes = ("OLD", "NEW") if document == NARROW else ("OLD",)
            return tuple(PolicyFinding(FindingType.ERROR, code, "no", (f"in {len(document)}",)) for code in codes)

    assert ask(plan_with(edit("same", NARROW, WIDE)), Strict()).refused == ()
    (refused,) = ask(plan_with(edit("less", WIDE, NARROW)), Strict()).refused
    assert refused.detail == f"work: NEW at in {len(NARROW)}: no"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(SandboxOptions(company=False, account_id="500000000002")) as running:
        yield running


def verify(plan: Plan, sandbox: Sandbox) -> VerifiedPlan:
    key = sandbox.admin_credentials
    connection = ConnectionOptions(region="us-east-1", endpoint_url=sandbox.endpoint_url, maximum_attempts=4)
    with only_keys(key.access_key_id, key.secret_access_key):
        return asyncio.run(verify_plan(plan, connection, clock=SystemClock(), progress=NoProgress()))


def test_a_plan_that_takes_away_is_kept_whole_and_says_so(sandbox: Sandbox) -> None:
    changes = (
        edit("less", WIDE, NARROW),
        change_of("gone", document(WIDE, None), kind=ChangeKind.DELETE_INLINE),
        change_of("denied", document(None, QUARANTINE), kind=ChangeKind.QUARANTINE),
        change_of("key", kind=ChangeKind.DEACTIVATE_KEY),
    )
    verified = verify(plan_with(*changes), sandbox)
    assert verified.plan.changes == changes
    assert verified.plan.notes == snapshot(
        ("Made by hand.", "IAM Access Analyzer found no new access in 1 of 1 documents and no new error in 2 of 2.")
    )


def test_a_change_that_would_grant_or_not_work_is_taken_out_and_named(sandbox: Sandbox) -> None:
    kept = edit("less", WIDE, NARROW)
    verified = verify(plan_with(edit("more", NARROW, WIDE), kept, edit("broken", WIDE, BROKEN)), sandbox)
    assert verified.plan.changes == (kept,)
    _, said, more, broken = verified.plan.notes
    assert said == snapshot("IAM Access Analyzer found no new access in 2 of 3 documents and no new error in 2 of 3.")
    assert more == snapshot(
        "Taken out for what IAM Access Analyzer says: Change more (work: New access in the statement with index: 0.)"
    )
    assert "Change broken" in broken
    assert [one.detail for one in verified.refused] == snapshot(
        [
            "work: New access in the statement with index: 0.",
            "work: INVALID_ACTION at Statement[0].Action[0]: unknown action 's3:Gone'",
        ]
    )


def test_a_plan_that_sends_no_document_asks_nobody() -> None:
    plan = plan_with(change_of("gone", document(WIDE, None), kind=ChangeKind.DELETE_INLINE))
    nowhere = ConnectionOptions(profile="there-is-none")
    verified = asyncio.run(verify_plan(plan, nowhere, clock=SystemClock(), progress=NoProgress()))
    assert verified.plan.changes == plan.changes
    assert verified.plan.notes == snapshot(
        ("Made by hand.", "IAM Access Analyzer was not asked, since no change sends a document.")
    )


@pytest.mark.parametrize("operation", ["CheckNoNewAccess", "ValidatePolicy"])
def test_without_either_right_there_is_no_verified_plan(operation: str) -> None:
    denied = frozenset({f"access-analyzer:{operation}"})
    options = SandboxOptions(company=False, account_id="500000000003", deny=denied)
    with Sandbox(options) as sandbox, pytest.raises(errors.AccessDeniedError) as caught:
        verify(plan_with(edit("less", WIDE, NARROW)), sandbox)
    assert caught.value.operation == f"access-analyzer:{operation}"
    assert caught.value.arn == ROLE


def test_throttling_that_ends_is_waited_out_and_throttling_that_does_not_is_an_error() -> None:
    slow = SandboxOptions(company=False, account_id="500000000004", analyzer_calls_per_second=4.0)
    with Sandbox(slow) as sandbox:
        pairs = [edit(f"c{number}", WIDE, NARROW.replace("s3:", f"s3:G{number}")) for number in range(4)]
        assert len(verify(plan_with(*pairs), sandbox).refused) == 4
    closed = SandboxOptions(company=False, account_id="500000000005", analyzer_calls_per_second=0.001)
    with Sandbox(closed) as sandbox, pytest.raises(errors.ThrottledError):
        verify(plan_with(edit("less", WIDE, NARROW)), sandbox)
