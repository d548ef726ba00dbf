"""Every knob does what it says, and nothing where it is not turned."""

import contextlib
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ConnectionClosedError

from leastwise.errors import SandboxError
from leastwise.sandbox import Sandbox, SandboxOptions, SteppingClock
from leastwise.sandbox.faults import Bucket

Connect = Callable[..., Any]
Refusal = Callable[[Callable[[], object]], tuple[int, str, str]]

MADE_AT = datetime(2025, 1, 1, tzinfo=UTC)


def add_user(sandbox: Sandbox, name: str) -> str:
    return sandbox.estate.create_user(name, created_at=MADE_AT)


def test_a_job_can_be_made_to_fail(start: Callable[..., Sandbox], connect: Connect, clock: SteppingClock) -> None:
    sandbox = start(fail_jobs=("*:user/bad*",))
    iam = connect(sandbox)
    jobs = [
        iam.generate_service_last_accessed_details(Arn=add_user(sandbox, name), Granularity="ACTION_LEVEL")["JobId"]
        for name in ("bad", "good")
    ]
    assert iam.get_service_last_accessed_details(JobId=jobs[0])["JobStatus"] == "IN_PROGRESS"
    clock.advance(timedelta(seconds=10))
    failed, fine = (iam.get_service_last_accessed_details(JobId=job) for job in jobs)
    assert (failed["JobStatus"], failed["JobType"], fine["JobStatus"]) == ("FAILED", "ACTION_LEVEL", "COMPLETED")
    assert (set(failed["Error"]), "ServicesLastAccessed" in failed) == ({"Code", "Message"}, False)
    entities = iam.get_service_last_accessed_details_with_entities(JobId=jobs[0], ServiceNamespace="s3")
    assert (entities["JobStatus"], "Error" in entities) == ("FAILED", True)


def test_a_first_job_can_be_lost(start: Callable[..., Sandbox], connect: Connect, refusal: Refusal) -> None:
    sandbox = start(lose_jobs=("*ann",))
    iam, arn = connect(sandbox), add_user(sandbox, "ann")
    first, second = (iam.generate_service_last_accessed_details(Arn=arn)["JobId"] for _ in range(2))
    lost = refusal(lambda: iam.get_service_last_accessed_details(JobId=first))
    assert lost == (404, "NoSuchEntity", f"Job {first} does not exist.")
    assert iam.get_service_last_accessed_details(JobId=second)["JobStatus"] == "IN_PROGRESS"


def test_reports_of_some_entities_can_be_denied(
    start: Callable[..., Sandbox], connect: Connect, refusal: Refusal
) -> None:
    sandbox = start(deny_reports=("*:user/secret/*",))
    hidden = sandbox.estate.create_user("ann", path="/secret/", created_at=MADE_AT)
    iam, other = connect(sandbox), add_user(sandbox, "bob")
    denied = refusal(lambda: iam.generate_service_last_accessed_details(Arn=hidden))
    assert denied[:2] == (403, "AccessDenied")
    iam.generate_service_last_accessed_details(Arn=other)


def test_an_operation_can_be_denied(start: Callable[..., Sandbox], connect: Connect, refusal: Refusal) -> None:
    sandbox = start(deny=frozenset({"iam:GetCredentialReport"}))
    iam = connect(sandbox)
    iam.generate_credential_report()
    denied = refusal(iam.get_credential_report)
    assert denied[:2] == (403, "AccessDenied")
    assert "is not authorized to perform: iam:GetCredentialReport" in denied[2]


def test_calls_over_the_rate_are_throttled_until_the_clock_goes_on(
    start: Callable[..., Sandbox], connect: Connect, clock: SteppingClock, refusal: Refusal
) -> None:
    sandbox = start(calls_per_second=4, burst=2)
    iam = connect(sandbox)
    iam.list_groups()
    iam.list_groups()
    assert refusal(iam.list_groups) == (400, "Throttling", "Rate exceeded")
    connect(sandbox, "sts").get_caller_identity()
    clock.advance(timedelta(seconds=0.25))
    iam.list_groups()
    assert refusal(iam.list_groups)[1] == "Throttling"
    assert (sandbox.tally.calls("iam:ListGroups"), sandbox.tally.outcomes("Throttling")) == (5, 2)


def test_a_bucket_lets_through_its_burst_and_then_its_rate() -> None:
    bucket = Bucket(rate=20, burst=20, now=MADE_AT)
    taken = [bucket.take(MADE_AT + timedelta(milliseconds=10 * step)) for step in range(200)]
    assert taken[:20] == [True] * 20
    assert abs(sum(taken) - 60) <= 1


@pytest.mark.parametrize(("rate", "share"), [(0.0, 0.0), (0.5, 0.5), (1.0, 1.0)])
def test_a_share_of_calls_meets_a_server_error(
    start: Callable[..., Sandbox], connect: Connect, rate: float, share: float
) -> None:
    sandbox = start(error_rate=rate)
    iam = connect(sandbox)
    codes = [_status(iam) for _ in range(60)]
    assert set(codes) <= {200, 500, 503}
    assert abs(sum(code != 200 for code in codes) / 60 - share) < 0.2
    assert rate == 0.0 or {500, 503} <= set(codes)


def _status(iam: Any) -> int:  # noqa: ANN401 - a boto3 client
    try:
        answer = iam.list_groups()
    except iam.exceptions.ClientError as error:
        answer = error.response
    return int(answer["ResponseMetadata"]["HTTPStatusCode"])


def test_a_share_of_connections_is_dropped_before_or_after_the_work(
    start: Callable[..., Sandbox], connect: Connect
) -> None:
    sandbox = start(drop_rate=0.5)
    iam = connect(sandbox)
    dropped = 0
    for number in range(40):
        try:
            iam.create_group(GroupName=f"g{number}")
        except ConnectionClosedError:
            dropped += 1
    assert dropped == sandbox.tally.outcomes("dropped")
    assert 5 <= dropped <= 30
    assert 40 - dropped < _group_count(iam) < 40


def _group_count(iam: Any) -> int:  # noqa: ANN401 - a boto3 client
    for _ in range(20):
        with contextlib.suppress(ConnectionClosedError):
            return len(iam.list_groups()["Groups"])
    raise AssertionError("every connection was dropped")


def test_each_call_takes_at_least_the_latency(start: Callable[..., Sandbox], connect: Connect) -> None:
    iam = connect(start(latency_seconds=0.2))
    began = time.monotonic()
    iam.list_groups()
    assert time.monotonic() - began >= 0.2


def test_more_roles_can_be_had(start: Callable[..., Sandbox], connect: Connect) -> None:
    iam = connect(start(roles=3, job_seconds=0))
    roles = iam.get_account_authorization_details(Filter=["Role"])["RoleDetailList"]
    assert [role["RoleName"] for role in roles] == ["load-0001", "load-0002", "load-0003"]
    job = iam.generate_service_last_accessed_details(Arn=roles[0]["Arn"])["JobId"]
    rows = iam.get_service_last_accessed_details(JobId=job)["ServicesLastAccessed"]
    assert len(rows) == 10
    assert 1 <= sum(row["TotalAuthenticatedEntities"] for row in rows) <= 5


def test_the_sample_company_is_there_if_wanted(start: Callable[..., Sandbox], connect: Connect) -> None:
    iam = connect(start(company=True))
    assert len(iam.get_account_authorization_details(MaxItems=1000)["RoleDetailList"]) >= 30


def test_two_sandboxes_of_one_account_do_not_run_at_once(sandbox: Sandbox) -> None:
    with pytest.raises(SandboxError, match="already running"):
        Sandbox(SandboxOptions(account_id=sandbox.account_id, company=False))


def test_sandboxes_of_two_accounts_know_nothing_of_each_other(
    start: Callable[..., Sandbox], connect: Connect, refusal: Refusal
) -> None:
    one, other = start(), start(seed=1)
    connect(one).create_user(UserName="ann")
    connect(one, "s3").create_bucket(Bucket="mine")
    assert refusal(lambda: connect(other).get_user(UserName="ann"))[1] == "NoSuchEntity"
    assert connect(other, "s3").list_buckets()["Buckets"] == []
    assert refusal(connect(other, key=one.admin_credentials).list_users)[1] == "InvalidClientTokenId"


def test_a_closed_sandbox_has_forgotten_everything(start: Callable[..., Sandbox], connect: Connect) -> None:
    sandbox = start()
    connect(sandbox).create_user(UserName="ann")
    sandbox.close()
    sandbox.close()
    again = start(account_id=sandbox.account_id)
    assert "ann" not in [user["UserName"] for user in connect(again).list_users()["Users"]]


def test_a_taken_port_is_one_clear_error(sandbox: Sandbox) -> None:
    port = int(sandbox.endpoint_url.rpartition(":")[2])
    with pytest.raises(SandboxError, match=f"port {port} of 127.0.0.1 cannot be had") as caught:
        Sandbox(SandboxOptions(port=port, account_id="300000000001", company=False))
    assert "--port" in caught.value.hint
    Sandbox(SandboxOptions(account_id="300000000001", company=False)).close()
