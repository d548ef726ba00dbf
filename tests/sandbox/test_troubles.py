"""Calls that go wrong as planned, before or after their effect; and reads that lag behind writes."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError

from leastwise.sandbox import Sandbox, SteppingClock, Trouble

Connect = Callable[..., Any]
Refusal = Callable[[Callable[[], object]], tuple[int, str, str]]

MADE_AT: Final = datetime(2025, 1, 1, tzinfo=UTC)
PLAIN: Final = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}'
STATUSES: Final = {
    "AccessDenied": 403,
    "ConcurrentModification": 409,
    "DeleteConflict": 409,
    "EntityTemporarilyUnmodifiable": 409,
    "LimitExceeded": 409,
    "MalformedPolicyDocument": 400,
    "NoSuchEntity": 404,
    "ServiceFailure": 500,
    "ServiceUnavailable": 503,
    "Throttling": 400,
}


def names(iam: Any) -> list[str]:  # noqa: ANN401 - a boto3 client
    """The groups that are there."""
    return [group["GroupName"] for group in iam.list_groups()["Groups"]]


@pytest.mark.parametrize("code", STATUSES)
@pytest.mark.parametrize("takes_effect", [False, True])
def test_one_call_is_answered_with_any_code_before_or_after_its_effect(
    start: Callable[..., Sandbox],
    connect: Connect,
    refusal: Refusal,
    code: str,
    takes_effect: bool,  # noqa: FBT001 - a parameter
) -> None:
    sandbox = start(troubles=(Trouble(code=code, number=2, takes_effect=takes_effect),))
    iam = connect(sandbox)
    iam.create_group(GroupName="one")
    assert names(iam) == ["one"], "reads are not counted"
    assert refusal(lambda: iam.create_group(GroupName="two"))[:2] == (STATUSES[code], code)
    iam.create_group(GroupName="three")
    assert names(iam) == (["one", "two", "three"] if takes_effect else ["one", "three"])
    assert sandbox.tally.outcomes(code) == 1


@pytest.mark.parametrize("code", ["dropped", "silent"])
@pytest.mark.parametrize("takes_effect", [False, True])
def test_one_connection_is_closed_before_or_after_the_effect(
    start: Callable[..., Sandbox],
    connect: Connect,
    code: str,
    takes_effect: bool,  # noqa: FBT001 - a parameter
) -> None:
    trouble = Trouble(code=code, operation="iam:CreateGroup", takes_effect=takes_effect, silent_seconds=0.1)
    iam = connect(start(troubles=(trouble,)))
    with pytest.raises(ConnectionClosedError):
        iam.create_group(GroupName="one")
    assert names(iam) == (["one"] if takes_effect else [])


def test_troubles_are_counted_for_their_own_operation_and_come_in_a_row(
    start: Callable[..., Sandbox], connect: Connect
) -> None:
    troubles = (
        Trouble(code="Throttling", operation="iam:Create*", number=2, times=2),
        Trouble(code="ServiceFailure", operation="iam:ListGroups", number=2),
    )
    iam = connect(start(troubles=troubles))

    def outcome(call: Callable[[], object]) -> str:
        try:
            call()
        except ClientError as error:
            return str(error.response["Error"]["Code"])
        return "served"

    makings = [outcome(lambda name=f"g{number}": iam.create_group(GroupName=name)) for number in range(4)]  # type: ignore[misc]  # mypy cannot infer a lambda with a default
    assert makings == ["served", "Throttling", "Throttling", "served"]
    assert [outcome(iam.list_groups) for _ in range(3)] == ["served", "ServiceFailure", "served"]


def test_reads_answer_from_before_a_write_until_the_time_has_passed(
    start: Callable[..., Sandbox], connect: Connect, clock: SteppingClock, refusal: Refusal
) -> None:
    sandbox = start(stale_read_seconds=5)
    sandbox.estate.create_user("ann", created_at=MADE_AT)
    iam = connect(sandbox)
    iam.put_user_policy(UserName="ann", PolicyName="work", PolicyDocument=PLAIN)
    arn = iam.create_policy(PolicyName="p", PolicyDocument=PLAIN)["Policy"]["Arn"]
    iam.attach_user_policy(UserName="ann", PolicyArn=arn)

    def seen() -> tuple[int, int, int]:
        inline = iam.list_user_policies(UserName="ann")["PolicyNames"]
        attached = iam.list_attached_user_policies(UserName="ann")["AttachedPolicies"]
        policies = iam.get_account_authorization_details(Filter=["LocalManagedPolicy"])["Policies"]
        return len(inline), len(attached), len(policies)

    assert seen() == (0, 0, 0)
    assert refusal(lambda: iam.get_policy_version(PolicyArn=arn, VersionId="v1"))[:2] == (404, "NoSuchEntity")
    assert refusal(lambda: iam.get_user_policy(UserName="ann", PolicyName="work"))[:2] == (404, "NoSuchEntity")
    clock.advance(timedelta(seconds=4))
    iam.delete_user_policy(UserName="ann", PolicyName="work")
    assert seen() == (0, 0, 0)
    clock.advance(timedelta(seconds=1))
    assert seen() == (1, 1, 1), "the later write is not seen yet"
    clock.advance(timedelta(seconds=4))
    assert seen() == (0, 1, 1)


def test_writes_and_callers_see_the_present(start: Callable[..., Sandbox], connect: Connect) -> None:
    sandbox = start(stale_read_seconds=60)
    iam = connect(sandbox)
    arn = iam.create_policy(PolicyName="p", PolicyDocument=PLAIN)["Policy"]["Arn"]
    made = [iam.create_policy_version(PolicyArn=arn, PolicyDocument=PLAIN)["PolicyVersion"] for _ in range(4)]
    assert [one["VersionId"] for one in made] == ["v2", "v3", "v4", "v5"]
    for version in made[1:]:
        iam.delete_policy_version(PolicyArn=arn, VersionId=version["VersionId"])
    key = sandbox.estate.create_access_key("leastwise-auditor", created_at=MADE_AT)
    assert names(connect(sandbox, key=key)) == []


def test_without_the_knob_a_write_is_seen_at_once(sandbox: Sandbox, connect: Connect) -> None:
    iam = connect(sandbox)
    iam.create_group(GroupName="one")
    assert names(iam) == ["one"]
