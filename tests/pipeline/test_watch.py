"""A denied call is blamed on the changes that took its action from its principal before, and on no others."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from aws_environment import only_keys
from leastwise.aws import ConnectionOptions, EventPage, EventRecord, SystemClock
from leastwise.errors import ServiceFaultError, UsageError
from leastwise.inventory import PolicyKind
from leastwise.pipeline.watch import WatchRequest, watched
from leastwise.pipeline.watch_account import read_history, watch_account
from leastwise.plan import Change, ChangeKind, DocumentChange, Plan, PolicyRef, StatementChange
from leastwise.policy import Arn
from leastwise.sandbox import Sandbox, SandboxOptions
from leastwise.trail import DeniedCall, TrailFault, TrailReading
from report.plan.sample_plans import (
    ALICE,
    DAVE,
    DEPLOY,
    EVERYTHING,
    NIGHTLY,
    NOW,
    REPORT,
    WEB,
    edit_inline,
    iam,
    plan_of,
)

LATER: Final = NOW + timedelta(hours=1)
ACTIONS: Final = (
    "s3:GetObject",
    "s3:ListBucket",
    "s3:NotInventedYet",
    "sqs:SendMessage",
    "new:Thing",
    "ec2:RunInstances",
)
PATTERNS: Final = ("s3:Get*", "s3:*", "s3:GetObject", "sqs:*", "new:*", "*", "ec2:Run*", "S3:listbucket")


def call(principal: Arn, action: str, *, at: datetime = LATER, event: str = "") -> DeniedCall:
    return DeniedCall(at, principal, action, "eu-west-1", "AccessDenied", "Access Denied", event)


def statement(patterns: Iterable[str], effect: str = "Allow") -> str | None:
    listed = list(patterns)
    return json.dumps({"Effect": effect, "Action": listed, "Resource": "*"}) if listed else None


def text(*statements: str | None) -> str | None:
    there = [one for one in statements if one is not None]
    return f'{{"Version": "2012-10-17", "Statement": [{", ".join(there)}]}}' if there else None


def change(number: int, kind: ChangeKind, principal: Arn, document: DocumentChange) -> Change:
    return replace(
        edit_inline(),
        id=f"change-{number}",
        kind=kind,
        targets=(principal,),
        principals=(principal,),
        documents=(document,),
    )


def plan_and_everything_done(*changes: Change, at: datetime = NOW) -> tuple[Plan, WatchRequest]:
    return plan_of(*changes), WatchRequest({one.id: at for one in changes}, run="runs/7")


def causes(plan: Plan, request: WatchRequest, *calls: DeniedCall) -> dict[tuple[Arn, str], list[str]]:
    report = watched(plan, TrailReading(len(calls), calls), request)
    assert report.explained + report.unexplained == len(calls)
    return {(one.principal, one.action): [cause.change_id for cause in one.causes] for one in report.complaints}


@st.composite
def drawn_changes(draw: st.DrawFn, number: int) -> tuple[Change, set[str]]:
    """A change of a drawn kind and principal, and which of ACTIONS it takes away."""
    principal = draw(st.sampled_from([WEB, ALICE]))
    ref = PolicyRef(f"p-{number}", PolicyKind.INLINE, principal)
    before = sorted(draw(st.sets(st.sampled_from(PATTERNS), min_size=1)))
    kind = draw(st.sampled_from([ChangeKind.EDIT_INLINE, ChangeKind.DETACH, ChangeKind.QUARANTINE]))
    if kind is ChangeKind.QUARANTINE:
        after = text(statement(before, "Deny"))
        return change(number, kind, principal, DocumentChange(ref, None, after, ())), covered(before)
    kept = sorted(draw(st.sets(st.sampled_from(before)))) if kind is ChangeKind.EDIT_INLINE else []
    old, new = statement(before), statement(kept)
    assert old is not None
    # Another statement that stays grants what it grants on another resource, and takes nothing away.
    other = statement(draw(st.lists(st.sampled_from(PATTERNS), max_size=2)))
    shown = (StatementChange(0, None, old, new, (), (), 0),) if draw(st.booleans()) or other else ()
    document = DocumentChange(ref, text(old, other), text(new, other), shown)
    return change(number, kind, principal, document), covered(before) - covered(kept)


def covered(patterns: Iterable[str]) -> set[str]:
    """Which of ACTIONS the patterns match, by their letters: a check that shares nothing with the code."""
    found = set()
    for pattern in patterns:
        head, star, _ = pattern.lower().partition("*")
        found |= {one for one in ACTIONS if (one.lower().startswith(head) if star else one.lower() == head)}
    return found


@given(
    drawn=st.tuples(drawn_changes(0), drawn_changes(1), drawn_changes(2)),
    made=st.sets(st.sampled_from([0, 1, 2])),
)
def test_a_call_is_blamed_on_all_changes_that_took_its_action_and_on_no_others(
    drawn: tuple[tuple[Change, set[str]], ...], made: set[int]
) -> None:
    plan = plan_of(*(one for one, _ in drawn))
    request = WatchRequest({f"change-{number}": NOW for number in made})
    calls = [call(principal, action) for principal in (WEB, ALICE) for action in ACTIONS]
    expected = {
        (one.principal, one.action): [
            change.id
            for number, (change, taken) in enumerate(drawn)
            if number in made and one.principal in change.principals and one.action in taken
        ]
        for one in calls
    }
    assert causes(plan, request, *calls) == {key: found for key, found in expected.items() if found}


@pytest.mark.parametrize(
    ("principal", "action", "kind"),
    [
        (NIGHTLY, "sqs:SendMessage", ChangeKind.REPLACE),
        (NIGHTLY, "notinvented:Yet", ChangeKind.REPLACE),
        (DAVE, "sqs:SendMessage", ChangeKind.DETACH),
        (REPORT, "ses:SendEmail", ChangeKind.QUARANTINE),
    ],
)
def test_each_kind_of_change_is_found(principal: Arn, action: str, kind: ChangeKind) -> None:
    request = WatchRequest({one.id: NOW for one in EVERYTHING.changes})
    found = causes(EVERYTHING, request, call(principal, action))
    kinds = {one.id: one.kind for one in EVERYTHING.changes}
    assert [kinds[one] for one in found[principal, action]] == [kind]


@pytest.mark.parametrize(
    ("principal", "action"),
    [(NIGHTLY, "s3:GetObject"), (NIGHTLY, "iam:PassRole"), (REPORT, "s3:GetObject"), (DEPLOY, "ses:SendEmail")],
)
def test_what_no_change_took_is_blamed_on_none(principal: Arn, action: str) -> None:
    request = WatchRequest({one.id: NOW for one in EVERYTHING.changes})
    assert causes(EVERYTHING, request, call(principal, action)) == {}


def one_change() -> tuple[Plan, WatchRequest]:
    ref = PolicyRef("p", PolicyKind.INLINE, DEPLOY)
    gone = change(0, ChangeKind.DELETE_INLINE, DEPLOY, DocumentChange(ref, text(statement(["s3:*"])), None, ()))
    return plan_and_everything_done(gone, at=NOW + timedelta(milliseconds=700))


@pytest.mark.parametrize(("seconds", "is_blamed"), [(-1, False), (0, True), (1, True)])
def test_only_what_was_denied_after_the_change_is_blamed_on_it(seconds: int, is_blamed: bool) -> None:  # noqa: FBT001 - a case
    plan, request = one_change()
    found = causes(plan, request, call(DEPLOY, "s3:GetObject", at=NOW + timedelta(seconds=seconds)))
    assert bool(found) is is_blamed


def test_a_role_whose_path_is_not_told_is_found_by_its_name() -> None:
    plan, request = one_change()
    found = causes(plan, request, call(iam("role/deploy"), "s3:GetObject"), call(DEPLOY, "s3:GetObject", event="e"))
    assert list(found) == [(DEPLOY, "s3:GetObject")]


def test_a_principal_of_the_same_name_in_another_account_or_of_another_kind_is_another() -> None:
    plan, request = one_change()
    others = Arn("arn:aws:iam::999999999999:role/ci/deploy"), iam("user/ci/deploy")
    assert causes(plan, request, *(call(one, "s3:GetObject") for one in others)) == {}


def test_the_command_names_run_and_change_as_a_shell_reads_them() -> None:
    plan, request = one_change()
    reading = TrailReading(1, (call(DEPLOY, "s3:GetObject"),))
    (complaint,) = watched(plan, reading, replace(request, run="my runs/7")).complaints
    assert complaint.causes[0].rollback == "leastwise rollback 'my runs/7' --change change-0"
    (complaint,) = watched(plan, reading, replace(request, run=None)).complaints
    assert complaint.causes[0].rollback is None


def test_what_could_not_be_read_reaches_the_report() -> None:
    plan, request = one_change()
    report = watched(plan, TrailReading(3, (), 1, (TrailFault("a.json", "cut off"),)), request)
    assert (report.events, report.nobody, [one.where for one in report.unread]) == (3, 1, ["a.json"])


class ScriptedHistory:
    """Answers with these pages, and then with an error if there is one."""

    def __init__(self, *pages: EventPage, error: ServiceFaultError | None = None) -> None:
        self._pages, self._error = pages, error

    async def lookup_events(self, start: datetime, end: datetime) -> AsyncIterator[EventPage]:
        del start, end
        for page in self._pages:
            yield page
        if self._error is not None:
            raise self._error


def page(*, hour: int, token: str | None = "t") -> EventPage:  # noqa: S107 - where the next page begins
    at = datetime(2026, 11, 24, hour, tzinfo=UTC)
    record = {"eventTime": at.isoformat(), "eventSource": "s3.amazonaws.com", "eventName": "GetObject"}
    return EventPage((EventRecord(str(hour), at.timestamp(), json.dumps(record)),), token)


async def test_a_history_that_breaks_off_keeps_what_was_read_and_says_from_when_on() -> None:
    history = ScriptedHistory(page(hour=11), page(hour=9), error=ServiceFaultError("gone", operation="x"))
    reading = await read_history(history, NOW, LATER, where="region r")
    (fault,) = reading.faults
    assert (reading.events, fault.where) == (2, "region r")
    assert fault.problem.startswith("nothing before 2026-11-24T09:00:00+00:00 was looked at")


async def test_no_more_events_are_read_than_wanted_and_the_report_says_so() -> None:
    history = ScriptedHistory(page(hour=11), page(hour=9), page(hour=8, token=None))
    few = await read_history(history, NOW, LATER, where="r", most_events=2)
    every = await read_history(history, NOW, LATER, where="r", most_events=3)
    assert (few.events, len(few.faults)) == (2, 1)
    assert (every.events, every.faults) == (3, ())


def denied_in(sandbox: Sandbox, *operations: str) -> Arn:
    """A user of the sandbox who has asked IAM for these, and was denied."""
    arn = sandbox.estate.create_user("ann", created_at=NOW, path="/people/")
    key = sandbox.estate.create_access_key("ann", created_at=NOW)
    client: Any = boto3.client(
        "iam",
        region_name="us-east-1",
        endpoint_url=sandbox.endpoint_url,
        aws_access_key_id=key.access_key_id,
        aws_secret_access_key=key.secret_access_key,
        config=Config(retries={"total_max_attempts": 1}),
    )
    for operation in operations:
        with pytest.raises(ClientError, match="AccessDenied"):
            getattr(client, operation)()
    client.close()
    return Arn(arn)


def watch(sandbox: Sandbox, plan: Plan, request: WatchRequest, region: str = "us-east-1") -> Any:  # noqa: ANN401 - a report
    options = ConnectionOptions(endpoint_url=sandbox.endpoint_url, region=region)
    keys = sandbox.admin_credentials
    with only_keys(keys.access_key_id, keys.secret_access_key):
        return asyncio.run(watch_account(plan, request, options, clock=SystemClock()))


def test_in_an_account_the_denied_call_is_found_with_the_way_back() -> None:
    with Sandbox(SandboxOptions(company=False, account_id="111122223333", enforce_policies=True)) as sandbox:
        before = datetime.now(UTC) - timedelta(days=100)
        ann = denied_in(sandbox, "list_roles", "list_roles", "list_groups")
        ref = PolicyRef("p", PolicyKind.INLINE, ann)
        gone = DocumentChange(ref, text(statement(["iam:ListRoles"])), None, ())
        plan, request = plan_and_everything_done(change(0, ChangeKind.DELETE_INLINE, ann, gone), at=before)
        report = watch(sandbox, plan, request)
        elsewhere = watch(sandbox, plan, replace(request, regions=("eu-west-1", "eu-west-3")))
        foreign = replace(plan, account=replace(plan.account, id="999999999999"))
        with pytest.raises(UsageError, match=r"999999999999.*111122223333"):
            watch(sandbox, foreign, request)
        with pytest.raises(UsageError, match="nowhere at all"):
            watch(sandbox, plan, replace(request, regions=("nowhere at all",)))
        assert watch(sandbox, foreign, WatchRequest({})).since is None
    (complaint,) = report.complaints
    assert (complaint.principal, complaint.action, len(complaint.attempts)) == (ann, "iam:ListRoles", 2)
    assert [one.rollback for one in complaint.causes] == ["leastwise rollback runs/7 --change change-0"]
    assert (report.denied, report.unexplained, report.unread) == (3, 1, ())
    assert any("90 days" in note for note in report.notes)
    assert (elsewhere.complaints, elsewhere.events) == ((), 0)
    assert any("region eu-west-1, region eu-west-3" in note for note in elsewhere.notes)


def test_a_region_that_cannot_be_read_is_told() -> None:
    denied = frozenset({"cloudtrail:LookupEvents"})
    with Sandbox(SandboxOptions(company=False, account_id="111122223333", deny=denied)) as sandbox:
        report = watch(sandbox, *one_change())
    (unread,) = report.unread
    assert unread.where == "region us-east-1"
    assert "AccessDenied" in unread.problem
