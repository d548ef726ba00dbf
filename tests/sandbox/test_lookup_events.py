"""LookupEvents of the sandbox: what happened, as CloudTrail tells it."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import boto3
import pytest

from leastwise.sandbox import AccessKeyPair, Sandbox, SteppingClock
from sandbox.conftest import NOON

TRUST = json.dumps({"Statement": {"Effect": "Allow", "Principal": {"AWS": "200000009999"}, "Action": "sts:AssumeRole"}})


def looked_up(client: Any, **asked: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - boto3's types
    """All events, as records."""
    pages = client.get_paginator("lookup_events").paginate(**asked)
    return [json.loads(event["CloudTrailEvent"]) for page in pages for event in page["Events"]]


def user(sandbox: Sandbox, name: str) -> AccessKeyPair:
    """The key of a user who may do nothing."""
    sandbox.estate.create_user(name, created_at=NOON)
    return sandbox.estate.create_access_key(name, created_at=NOON)


def test_what_was_refused_is_told_as_cloudtrail_tells_it(
    start: Callable[..., Sandbox], connect: Callable[..., Any], refusal: Callable[..., tuple[int, str, str]]
) -> None:
    sandbox = start(enforce_policies=True)
    key = user(sandbox, "ann")
    refusal(lambda: connect(sandbox, key=key).list_roles())
    (record, *_) = looked_up(connect(sandbox, "cloudtrail"))
    assert record["userIdentity"]["arn"] == f"arn:aws:iam::{sandbox.account_id}:user/ann"
    assert (record["eventSource"], record["eventName"]) == ("iam.amazonaws.com", "ListRoles")
    assert (record["errorCode"], record["readOnly"]) == ("AccessDenied", True)
    assert "is not authorized to perform: iam:ListRoles" in record["errorMessage"]
    assert record["eventTime"] == "2026-11-24T12:00:00Z"


def test_a_session_is_told_with_its_role(start: Callable[..., Sandbox], connect: Callable[..., Any]) -> None:
    sandbox = start(account_id="200000009999")
    arn = sandbox.estate.create_role("deploy", trust_document=TRUST, created_at=NOON)
    pair = connect(sandbox, "sts").assume_role(RoleArn=arn, RoleSessionName="run")["Credentials"]
    key = AccessKeyPair(pair["AccessKeyId"], pair["SecretAccessKey"])
    connect(sandbox, "sts", key=key, token=pair["SessionToken"]).get_caller_identity()
    (record,) = looked_up(
        connect(sandbox, "cloudtrail"), LookupAttributes=[{"AttributeKey": "Username", "AttributeValue": "run"}]
    )
    assert record["userIdentity"]["sessionContext"]["sessionIssuer"]["arn"] == arn
    assert "errorCode" not in record


def test_events_come_newest_first_in_whole_pages_while_more_arrive(
    sandbox: Sandbox, connect: Callable[..., Any], clock: SteppingClock
) -> None:
    iam, trail = connect(sandbox), connect(sandbox, "cloudtrail")
    for _ in range(120):
        clock.advance(timedelta(seconds=1))
        iam.list_users()
    pages = list(trail.get_paginator("lookup_events").paginate())
    events = [event for page in pages for event in page["Events"]]
    assert [len(page["Events"]) for page in pages] == [50, 50, 20]
    assert len({event["EventId"] for event in events}) == 120
    assert events == sorted(events, key=lambda event: event["EventTime"], reverse=True)


def test_data_events_are_not_among_them_nor_those_of_other_regions(
    sandbox: Sandbox, connect: Callable[..., Any], session: boto3.Session
) -> None:
    connect(sandbox, "s3").create_bucket(Bucket="data-events-here")
    connect(sandbox, "s3").put_object(Bucket="data-events-here", Key="k", Body=b"")
    elsewhere: Any = session.client(
        "cloudtrail",
        region_name="eu-west-1",
        endpoint_url=sandbox.endpoint_url,
        aws_access_key_id=sandbox.admin_credentials.access_key_id,
        aws_secret_access_key=sandbox.admin_credentials.secret_access_key,
    )
    assert looked_up(elsewhere) == []
    elsewhere.close()
    assert [one["eventName"] for one in looked_up(connect(sandbox, "cloudtrail"))] == ["CreateBucket"]


@pytest.mark.parametrize(("days", "number"), [(89, 1), (91, 0)])
def test_what_is_older_than_ninety_days_is_forgotten(
    sandbox: Sandbox, connect: Callable[..., Any], clock: SteppingClock, days: int, number: int
) -> None:
    connect(sandbox).list_users()
    clock.advance(timedelta(days=days))
    assert len(looked_up(connect(sandbox, "cloudtrail"))) == number


def test_a_time_selects_with_both_its_ends(sandbox: Sandbox, connect: Callable[..., Any], clock: SteppingClock) -> None:
    for _ in range(4):
        connect(sandbox).list_users()
        clock.advance(timedelta(minutes=1))
    window = {"StartTime": NOON + timedelta(minutes=1), "EndTime": NOON + timedelta(minutes=2)}
    times = [one["eventTime"] for one in looked_up(connect(sandbox, "cloudtrail"), **window)]
    assert times == ["2026-11-24T12:02:00Z", "2026-11-24T12:01:00Z"]


@pytest.mark.parametrize(
    ("key", "value", "number"),
    [
        ("EventName", "ListUsers", 2),
        ("EventName", "GetUser", 0),
        ("EventSource", "iam.amazonaws.com", 2),
        ("ReadOnly", "true", 2),
        ("ReadOnly", "false", 0),
        ("Username", "leastwise-auditor", 2),
        ("ResourceName", "x", 0),
    ],
)
def test_an_attribute_selects(sandbox: Sandbox, connect: Callable[..., Any], key: str, value: str, number: int) -> None:
    connect(sandbox).list_users()
    connect(sandbox).list_users()
    attributes = [{"AttributeKey": key, "AttributeValue": value}]
    assert len(looked_up(connect(sandbox, "cloudtrail"), LookupAttributes=attributes)) == number


ONE = {"AttributeKey": "EventName", "AttributeValue": "x"}


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"MaxResults": 51}, "InvalidMaxResultsException"),
        ({"MaxResults": 0}, "InvalidMaxResultsException"),
        ({"LookupAttributes": [ONE, ONE]}, "InvalidLookupAttributesException"),
        ({"LookupAttributes": [{**ONE, "AttributeKey": "ErrorCode"}]}, "InvalidLookupAttributesException"),
        ({"StartTime": NOON, "EndTime": NOON - timedelta(1)}, "InvalidTimeRangeException"),
        ({"NextToken": "nonsense"}, "InvalidNextTokenException"),
    ],
)
def test_a_request_that_is_not_as_in_the_model_is_refused(
    sandbox: Sandbox,
    connect: Callable[..., Any],
    refusal: Callable[..., tuple[int, str, str]],
    asked: dict[str, Any],
    code: str,
) -> None:
    assert refusal(lambda: connect(sandbox, "cloudtrail").lookup_events(**asked))[1] == code


def test_a_token_belongs_to_its_request(
    sandbox: Sandbox, connect: Callable[..., Any], refusal: Callable[..., tuple[int, str, str]]
) -> None:
    trail = connect(sandbox, "cloudtrail")
    for _ in range(3):
        connect(sandbox).list_users()
    token = trail.lookup_events(MaxResults=1)["NextToken"]
    assert refusal(lambda: trail.lookup_events(MaxResults=2, NextToken=token))[1] == "InvalidNextTokenException"


def test_a_wrong_signature_leaves_no_event(
    sandbox: Sandbox, connect: Callable[..., Any], refusal: Callable[..., tuple[int, str, str]]
) -> None:
    wrong = AccessKeyPair(sandbox.admin_credentials.access_key_id, "wrong")
    refusal(lambda: connect(sandbox, key=wrong).list_users())
    assert looked_up(connect(sandbox, "cloudtrail")) == []
