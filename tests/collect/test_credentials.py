"""The credential report: asked for once, waited for once at most, and a reason for every user if it does not come."""

from collections.abc import Sequence

import pytest
from msgspec import Struct

from fake_aws import FakeCredentials, credential_csv
from inventory_samples import user
from leastwise.aws import CredentialReport
from leastwise.collect.credentials import collect_credentials
from leastwise.errors import (
    AccessDeniedError,
    AwsError,
    ConnectionFailedError,
    DeadlineExceededError,
    ServiceFaultError,
    ThrottledError,
)
from leastwise.evidence import CredentialUse, Gap, GapReason, Source
from leastwise.inventory import User
from virtual_time import START, VirtualClock, run_virtually

USERS = tuple(user(name) for name in ("ann", "bob", "zoe"))


class Got(Struct, frozen=True):
    """What came of asking."""

    report: CredentialReport | None
    uses: tuple[CredentialUse, ...]
    gaps: tuple[Gap, ...]
    seconds: float


def ask(door: FakeCredentials, users: Sequence[User] = USERS) -> Got:
    async def work() -> Got:
        report, uses, gaps = await collect_credentials(users, door=door, clock=VirtualClock())
        return Got(report, uses, gaps, VirtualClock().monotonic())

    return run_virtually(work())


def test_a_report_that_is_ready_is_read_without_waiting() -> None:
    door = FakeCredentials(credential_csv(USERS))
    got = ask(door)
    assert [use.subject for use in got.uses] == [one.arn for one in USERS]
    assert got.report == CredentialReport(door.content, START)
    assert (got.gaps, got.seconds) == ((), 0.0)
    assert door.calls == {"generate": 1, "get": 1}


def test_a_report_that_is_begun_is_waited_for_and_read() -> None:
    door = FakeCredentials(credential_csv(USERS), ready_after=1.5)
    got = ask(door)
    assert len(got.uses) == len(USERS)
    assert 1.5 <= got.seconds <= 15
    assert door.calls == {"generate": 1, "get": 1}


def test_a_report_that_does_not_get_ready_is_waited_for_once_and_then_a_reason() -> None:
    door = FakeCredentials(credential_csv(USERS), ready_after=3600)
    got = ask(door)
    assert door.calls == {"generate": 1, "get": 1}
    assert got.seconds <= 15
    assert (got.report, got.uses) == (None, ())
    assert {(gap.reason, gap.code) for gap in got.gaps} == {(GapReason.UNREACHABLE, "ReportInProgress")}
    assert [gap.subject for gap in got.gaps] == [one.arn for one in USERS]


def test_the_more_users_the_longer_the_wait_up_to_a_limit() -> None:
    waits = [ask(FakeCredentials(b"", ready_after=1e9), [user("u")] * count).seconds for count in (1, 500, 10_000)]
    assert waits == sorted(waits)
    assert waits[0] < waits[1] < waits[2] <= 15


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (AccessDeniedError("no", operation="iam:GenerateCredentialReport", code="AccessDenied"), "not-readable"),
        (ThrottledError("slow down", code="Throttling"), "unreachable"),
        (ServiceFaultError("oops", code="ServiceFailure"), "unreachable"),
        (ConnectionFailedError("dropped"), "unreachable"),
        (DeadlineExceededError("no answer within 60 s"), "timed-out"),
        (AwsError("a limit", code="LimitExceeded", status=409), "unreachable"),
    ],
)
def test_each_failure_is_a_gap_for_every_user_with_what_aws_said(error: AwsError, reason: str) -> None:
    got = ask(FakeCredentials(b"", error=error))
    assert (got.report, got.uses) == (None, ())
    assert got.gaps == tuple(
        Gap(one.arn, Source.CREDENTIAL_REPORT, GapReason(reason), error.message, error.operation, error.code)
        for one in USERS
    )


@pytest.mark.parametrize("content", [b"", b"user,arn\n", b"\xff\xfe", credential_csv(USERS)[:-30]])
def test_a_report_that_cannot_be_read_is_a_gap_for_every_user(content: bytes) -> None:
    got = ask(FakeCredentials(content))
    assert (got.report, got.uses) == (None, ())
    assert [gap.subject for gap in got.gaps] == [one.arn for one in USERS]
    assert all("cannot be read" in gap.detail for gap in got.gaps)


def test_without_users_nobody_is_asked() -> None:
    door = FakeCredentials(b"", error=AccessDeniedError("no"))
    assert ask(door, []) == Got(None, (), (), 0.0)
    assert not door.calls
