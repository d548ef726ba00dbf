"""What a rule keeps in S3, and scans that were made elsewhere, on the sandbox's S3."""

import asyncio
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import boto3
import pytest
from msgspec.structs import replace

from aws_environment import only_keys
from config_rule.stage import ACCOUNT, REGION
from leastwise.apply.places import BucketPlace
from leastwise.aws import ConnectionOptions, SystemClock
from leastwise.clock import Clock
from leastwise.collect import NoProgress
from leastwise.compliance import ConfigEvent, Continuation, parse_event
from leastwise.errors import SavedScanError, UsageError
from leastwise.pipeline.config_rule.answering import Answered
from leastwise.pipeline.config_rule.invocation import evaluate_locally
from leastwise.pipeline.config_rule.store import state_bucket
from leastwise.pipeline.scan import ScanRequest, scan_account
from leastwise.sandbox import Sandbox, SandboxOptions

BUCKET: Final = "kept"
PLACE: Final = BucketPlace(BUCKET, "state")
CLOCK: Final[Clock] = SystemClock()


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """The sample company, its auditor's key in the environment, and a bucket."""
    with Sandbox(SandboxOptions(account_id=ACCOUNT, job_seconds=0)) as running:
        key = running.admin_credentials
        more = {"AWS_DEFAULT_REGION": REGION, "AWS_ENDPOINT_URL": running.endpoint_url}
        with only_keys(key.access_key_id, key.secret_access_key, **more):
            s3().create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
            yield running


def s3() -> Any:  # noqa: ANN401 - boto3 makes its classes at run time
    client: Any = boto3.client
    return client("s3")


def event_of(account: str = ACCOUNT, **parameters: str) -> dict[str, Any]:
    invoking = {"messageType": "ScheduledNotification", "notificationCreationTime": "2026-11-25T04:00:00Z"}
    return {
        "invokingEvent": json.dumps(invoking),
        "ruleParameters": json.dumps({"rule": "unused-services", "callsPerSecond": "250", **parameters}),
        "resultToken": "token",
        "accountId": account,
        "configRuleName": "a rule/of mine",
    }


def answered(event: Mapping[str, Any]) -> Answered:
    return asyncio.run(evaluate_locally(event, ConnectionOptions(), is_put=False, clock=CLOCK))


@pytest.fixture(scope="module")
def stored(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Where a scan of the account is, copied as `aws s3 sync` does."""
    del sandbox  # it is the AWS of what follows
    folder = tmp_path_factory.mktemp("scan")

    async def scan() -> None:
        request, options = ScanRequest(), ConnectionOptions()
        stop = asyncio.Event()
        await scan_account(request, options, clock=CLOCK, progress=NoProgress(), stop=stop, save=folder)

    asyncio.run(scan())
    for path in folder.rglob("*"):
        if path.is_file():
            s3().upload_file(str(path), BUCKET, f"scans/{ACCOUNT}/{path.relative_to(folder)}")
    return f"s3://{BUCKET}/scans/{{account}}"


def test_a_scan_made_elsewhere_is_judged_without_a_call_to_iam(sandbox: Sandbox, stored: str) -> None:
    live = answered(event_of())
    before = sandbox.tally.calls("iam:GenerateServiceLastAccessedDetails")
    kept = answered(event_of(storeUri=stored))
    assert sandbox.tally.calls("iam:GenerateServiceLastAccessedDetails") == before
    assert {(one.resource_id, one.compliance) for one in kept.evaluations} == {
        (one.resource_id, one.compliance) for one in live.evaluations
    }


@pytest.mark.usefixtures("sandbox")
def test_a_scan_of_another_account_is_refused(stored: str) -> None:
    place = stored.replace("{account}", ACCOUNT)
    with pytest.raises(UsageError, match=f"is of account {ACCOUNT}, and the event is of 999999999999"):
        answered(event_of(account="999999999999", storeUri=place))


@pytest.mark.usefixtures("sandbox")
def test_where_there_is_no_scan_it_says_how_to_make_one() -> None:
    with pytest.raises(SavedScanError, match="holds no scan") as caught:
        answered(event_of(storeUri=f"s3://{BUCKET}/nothing"))
    assert "scan --save" in caught.value.hint


@pytest.mark.usefixtures("sandbox")
def test_an_object_that_would_lie_outside_is_left_out(stored: str, tmp_path: Path) -> None:
    key = f"scans/{ACCOUNT}/../../escaped.json"
    s3().put_object(Bucket=BUCKET, Key=key, Body=b"{}")
    try:
        assert answered(event_of(storeUri=stored)).evaluations
        assert not list(tmp_path.parent.parent.rglob("escaped.json"))
    finally:
        s3().delete_object(Bucket=BUCKET, Key=key)


async def found(event: ConfigEvent) -> Continuation | None:
    async with state_bucket(PLACE, ConnectionOptions()) as bookmark:
        return await bookmark.found(event)


async def keep(event: ConfigEvent, reached: Continuation) -> None:
    async with state_bucket(PLACE, ConnectionOptions()) as bookmark:
        await bookmark.keep(event, reached)


@pytest.mark.usefixtures("sandbox")
def test_how_far_a_rule_came_is_kept_for_its_event_alone() -> None:
    event, reached = parse_event(event_of()), Continuation("AROA1", 2)
    assert asyncio.run(found(event)) is None
    asyncio.run(keep(event, reached))
    assert asyncio.run(found(event)) == reached
    assert asyncio.run(found(replace(event, result_token="another"))) is None
    assert asyncio.run(found(replace(event, rule_name="another"))) is None
    kept = s3().get_object(Bucket=BUCKET, Key=f"state/{ACCOUNT}/a_rule_of_mine.json")
    assert b"token" not in kept["Body"].read(), "whoever has it may put evaluations"


@pytest.mark.usefixtures("sandbox")
def test_an_object_that_is_not_ours_is_as_none() -> None:
    event = replace(parse_event(event_of()), rule_name="garbled")
    s3().put_object(Bucket=BUCKET, Key=f"state/{ACCOUNT}/garbled.json", Body=b"\xff{")
    assert asyncio.run(found(event)) is None


def test_where_nothing_is_kept_nothing_is_found() -> None:
    async def work() -> Continuation | None:
        async with state_bucket(None, ConnectionOptions()) as bookmark:
            await bookmark.keep(parse_event(event_of()), Continuation("AROA1", 2))
            return await bookmark.found(parse_event(event_of()))

    assert asyncio.run(work()) is None
