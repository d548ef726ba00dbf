"""Section 5 of the facts: ListPoliciesGrantingServiceAccess."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from leastwise.sandbox import Sandbox

Connect = Callable[..., Any]
Refusal = Callable[[Callable[[], object]], tuple[int, str, str]]

MADE_AT = datetime(2025, 1, 1, tzinfo=UTC)
ALLOW_SQS = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sqs:*","Resource":"*"}]}'
ALLOW_S3 = ALLOW_SQS.replace("sqs", "s3")
DENY_S3 = ALLOW_S3.replace("Allow", "Deny")


@pytest.fixture
def ann(sandbox: Sandbox) -> str:
    estate = sandbox.estate
    arn = estate.create_user("ann", created_at=MADE_AT)
    estate.put_inline("user", "ann", "own", ALLOW_S3)
    estate.create_group("crew", created_at=MADE_AT)
    estate.add_member("crew", "ann")
    estate.put_inline("group", "crew", "shared", ALLOW_SQS)
    managed = estate.create_policy("managed", document=ALLOW_SQS, created_at=MADE_AT)
    estate.attach("user", "ann", managed)
    estate.attach("group", "crew", managed)
    return arn


def test_rows_follow_the_request_and_say_what_each_policy_is(sandbox: Sandbox, connect: Connect, ann: str) -> None:
    iam = connect(sandbox)
    answer = iam.list_policies_granting_service_access(Arn=ann, ServiceNamespaces=["sqs", "ec2", "s3"])
    managed = {
        "PolicyName": "managed",
        "PolicyType": "MANAGED",
        "PolicyArn": f"arn:aws:iam::{sandbox.account_id}:policy/managed",
    }
    of_crew = {"PolicyName": "shared", "PolicyType": "INLINE", "EntityType": "GROUP", "EntityName": "crew"}
    own = {"PolicyName": "own", "PolicyType": "INLINE", "EntityType": "USER", "EntityName": "ann"}
    assert answer["PoliciesGrantingServiceAccess"] == [
        {"ServiceNamespace": "sqs", "Policies": [managed, of_crew]},
        {"ServiceNamespace": "ec2", "Policies": []},
        {"ServiceNamespace": "s3", "Policies": [own]},
    ]
    assert answer["IsTruncated"] is False


def test_a_namespace_asked_for_twice_comes_once(sandbox: Sandbox, connect: Connect, ann: str) -> None:
    answer = connect(sandbox).list_policies_granting_service_access(Arn=ann, ServiceNamespaces=["s3", "s3", "ec2"])
    assert [row["ServiceNamespace"] for row in answer["PoliciesGrantingServiceAccess"]] == ["s3", "ec2"]


def test_another_policys_deny_does_not_hide_a_grant(sandbox: Sandbox, connect: Connect, ann: str) -> None:
    sandbox.estate.put_inline("user", "ann", "no", DENY_S3)
    answer = connect(sandbox).list_policies_granting_service_access(Arn=ann, ServiceNamespaces=["s3"])
    assert [one["PolicyName"] for one in answer["PoliciesGrantingServiceAccess"][0]["Policies"]] == ["own"]


def test_an_unknown_namespace_fails_the_whole_call_and_is_named(
    sandbox: Sandbox, connect: Connect, ann: str, refusal: Refusal
) -> None:
    ask = connect(sandbox).list_policies_granting_service_access
    names = ["s3", "nosuch", "IAM"]
    answer = refusal(lambda: ask(Arn=ann, ServiceNamespaces=names))
    assert answer == (400, "InvalidInput", "Invalid service namespace: [nosuch, IAM]")


@pytest.mark.parametrize("names", [["s3"] * 201, [], ["s3:GetObject"], [""], ["x" * 65]])
def test_namespaces_outside_the_model_are_refused(
    sandbox: Sandbox, connect: Connect, ann: str, refusal: Refusal, names: list[str]
) -> None:
    ask = connect(sandbox).list_policies_granting_service_access
    assert refusal(lambda: ask(Arn=ann, ServiceNamespaces=names))[:2] == (400, "ValidationError")


def test_200_namespaces_are_answered_in_one_page(sandbox: Sandbox, connect: Connect, ann: str) -> None:
    from leastwise.sandbox.actions import services  # noqa: PLC0415 - only this test needs the names

    names = sorted(services().namespaces)[:200]
    answer = connect(sandbox).list_policies_granting_service_access(Arn=ann, ServiceNamespaces=names)
    assert len(answer["PoliciesGrantingServiceAccess"]) == 200
    assert answer["IsTruncated"] is False


def test_a_policy_or_the_root_cannot_be_asked_about(
    sandbox: Sandbox, connect: Connect, ann: str, refusal: Refusal
) -> None:
    del ann
    ask = connect(sandbox).list_policies_granting_service_access
    policy = f"arn:aws:iam::{sandbox.account_id}:policy/managed"
    root = f"arn:aws:iam::{sandbox.account_id}:root"
    of_policy = refusal(lambda: ask(Arn=policy, ServiceNamespaces=["s3"]))
    of_root = refusal(lambda: ask(Arn=root, ServiceNamespaces=["s3"]))
    assert of_policy == (400, "InvalidInput", f"Invalid Entity Arn: {policy} is not supported.")
    assert of_root == (400, "InvalidInput", f"Could not extract entity from ARN : {root}")


def test_a_marker_of_ones_own_making_is_refused(sandbox: Sandbox, connect: Connect, ann: str, refusal: Refusal) -> None:
    ask = connect(sandbox).list_policies_granting_service_access
    answer = refusal(lambda: ask(Arn=ann, ServiceNamespaces=["s3"], Marker="invalid"))
    assert answer == (400, "ValidationError", "Invalid Marker.")
