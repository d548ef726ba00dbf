"""Section 9 of the facts: what IAM refuses to store, to change and to delete."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from leastwise.sandbox import Sandbox

Connect = Callable[..., Any]
Refusal = Callable[[Callable[[], object]], tuple[int, str, str]]

MADE_AT = datetime(2025, 1, 1, tzinfo=UTC)
TRUST = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}'


def document(size: int, action: str = "sqs:SendMessage") -> str:
    """A document of this many characters, white space not counted."""
    empty = {"Version": "2012-10-17", "Statement": [{"Sid": "", "Effect": "Allow", "Action": action, "Resource": "*"}]}
    short = json.dumps(empty, separators=(",", ":"))
    return short.replace('"Sid":""', f'"Sid":"{"x" * (size - len(short))}"')


def test_a_managed_document_holds_6144_characters_without_white_space(
    sandbox: Sandbox, connect: Connect, refusal: Refusal
) -> None:
    iam = connect(sandbox)
    fitting = document(6144).replace(",", ",\n        ")
    arn = iam.create_policy(PolicyName="fits", PolicyDocument=fitting)["Policy"]["Arn"]
    too_large = (409, "LimitExceeded", "Cannot exceed quota for PolicySize: 6144")
    assert refusal(lambda: iam.create_policy(PolicyName="large", PolicyDocument=document(6145))) == too_large
    assert refusal(lambda: iam.create_policy_version(PolicyArn=arn, PolicyDocument=document(6145))) == too_large


@pytest.mark.parametrize(("kind", "limit"), [("role", 10240), ("group", 5120), ("user", 2048)])
def test_inline_documents_share_one_limit(
    sandbox: Sandbox, connect: Connect, refusal: Refusal, kind: str, limit: int
) -> None:
    iam = connect(sandbox)
    sandbox.estate.create_user("it", created_at=MADE_AT)
    sandbox.estate.create_group("it", created_at=MADE_AT)
    sandbox.estate.create_role("it", trust_document=TRUST, created_at=MADE_AT)
    put: Any = getattr(iam, f"put_{kind}_policy")
    name = {f"{kind.capitalize()}Name": "it"}
    put(**name, PolicyName="one", PolicyDocument=document(limit - 200))
    put(**name, PolicyName="two", PolicyDocument=document(200))
    put(**name, PolicyName="two", PolicyDocument=document(200))
    answer = refusal(lambda: put(**name, PolicyName="two", PolicyDocument=document(201)))
    assert answer == (409, "LimitExceeded", f"Maximum policy size of {limit} bytes exceeded for {kind} it")


@pytest.mark.parametrize("action", ["s*:Get*", "*:Get*", "s?:GetObject"])
def test_a_wildcard_in_a_service_prefix_is_malformed(
    sandbox: Sandbox, connect: Connect, refusal: Refusal, action: str
) -> None:
    iam = connect(sandbox)
    answer = refusal(lambda: iam.create_policy(PolicyName="bad", PolicyDocument=document(200, action)))
    message = "Action vendors (e.g., aws, ec2, etc.) must not contain wildcards."
    assert answer == (400, "MalformedPolicyDocument", message)


@pytest.mark.parametrize("action", ["*", "S3:GETOBJECT", "s3:*"])
def test_other_patterns_are_legal(sandbox: Sandbox, connect: Connect, action: str) -> None:
    connect(sandbox).create_policy(PolicyName="good", PolicyDocument=document(200, action))


def test_a_text_that_is_no_policy_is_malformed(sandbox: Sandbox, connect: Connect, refusal: Refusal) -> None:
    iam = connect(sandbox)
    for text in ("{", "[]", '{"Version":"2012-10-17"}'):
        answer = refusal(lambda text=text: iam.create_policy(PolicyName="bad", PolicyDocument=text))  # type: ignore[misc]  # mypy cannot infer a lambda with a default
        assert answer[:2] == (400, "MalformedPolicyDocument")


def test_a_policy_has_five_versions_at_most(sandbox: Sandbox, connect: Connect, refusal: Refusal) -> None:
    iam = connect(sandbox)
    arn = iam.create_policy(PolicyName="many", PolicyDocument=document(200))["Policy"]["Arn"]
    for _ in range(4):
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=document(200), SetAsDefault=True)
    answer = refusal(lambda: iam.create_policy_version(PolicyArn=arn, PolicyDocument=document(200)))
    assert answer[:2] == (409, "LimitExceeded")
    assert refusal(lambda: iam.delete_policy(PolicyArn=arn))[:2] == (409, "DeleteConflict")


def test_ten_managed_policies_can_be_attached_and_attaching_twice_changes_nothing(
    sandbox: Sandbox, connect: Connect, refusal: Refusal
) -> None:
    iam = connect(sandbox)
    sandbox.estate.create_role("it", trust_document=TRUST, created_at=MADE_AT)
    arns = [
        iam.create_policy(PolicyName=f"p{number}", PolicyDocument=document(200))["Policy"]["Arn"]
        for number in range(11)
    ]
    for arn in [*arns[:10], arns[0]]:
        iam.attach_role_policy(RoleName="it", PolicyArn=arn)
    answer = refusal(lambda: iam.attach_role_policy(RoleName="it", PolicyArn=arns[10]))
    assert answer == (409, "LimitExceeded", "Cannot exceed quota for PoliciesPerRole: 10")
    assert refusal(lambda: iam.delete_policy(PolicyArn=arns[0]))[:2] == (409, "DeleteConflict")


@pytest.mark.parametrize("path", ["/aws-service-role/ecs.amazonaws.com/", "/aws-reserved/sso.amazonaws.com/"])
def test_roles_of_aws_cannot_be_changed(sandbox: Sandbox, connect: Connect, refusal: Refusal, path: str) -> None:
    iam, role = connect(sandbox), {"RoleName": "theirs"}
    sandbox.estate.create_role("theirs", path=path, trust_document=TRUST, created_at=MADE_AT)
    arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    attempts: list[Callable[[], object]] = [
        lambda: iam.put_role_policy(**role, PolicyName="own", PolicyDocument=document(200)),
        lambda: iam.delete_role_policy(**role, PolicyName="own"),
        lambda: iam.attach_role_policy(**role, PolicyArn=arn),
        lambda: iam.detach_role_policy(**role, PolicyArn=arn),
        lambda: iam.put_role_permissions_boundary(**role, PermissionsBoundary=arn),
        lambda: iam.delete_role_permissions_boundary(**role),
        lambda: iam.update_assume_role_policy(**role, PolicyDocument=TRUST),
        lambda: iam.update_role(**role, Description="mine"),
        lambda: iam.delete_role(**role),
    ]
    assert [refusal(attempt)[:2] for attempt in attempts] == [(400, "UnmodifiableEntity")] * len(attempts)


def test_policies_of_aws_cannot_be_changed(sandbox: Sandbox, connect: Connect, refusal: Refusal) -> None:
    iam, arn = connect(sandbox), "arn:aws:iam::aws:policy/ReadOnlyAccess"
    attempts: list[Callable[[], object]] = [
        lambda: iam.create_policy_version(PolicyArn=arn, PolicyDocument=document(200)),
        lambda: iam.delete_policy_version(PolicyArn=arn, VersionId="v1"),
        lambda: iam.set_default_policy_version(PolicyArn=arn, VersionId="v1"),
        lambda: iam.delete_policy(PolicyArn=arn),
    ]
    assert [refusal(attempt)[:2] for attempt in attempts] == [(400, "UnmodifiableEntity")] * len(attempts)


def test_a_users_boundary_is_put_shown_and_taken_away(sandbox: Sandbox, connect: Connect, refusal: Refusal) -> None:
    iam, arn = connect(sandbox), "arn:aws:iam::aws:policy/ReadOnlyAccess"
    iam.create_user(UserName="ann", PermissionsBoundary=arn)
    assert iam.get_user(UserName="ann")["User"]["PermissionsBoundary"]["PermissionsBoundaryArn"] == arn
    iam.delete_user_permissions_boundary(UserName="ann")
    assert "PermissionsBoundary" not in iam.get_user(UserName="ann")["User"]
    iam.put_user_permissions_boundary(UserName="ann", PermissionsBoundary=arn)
    assert iam.get_user(UserName="ann")["User"]["PermissionsBoundary"]["PermissionsBoundaryArn"] == arn
    missing = f"arn:aws:iam::{sandbox.account_id}:policy/missing"
    answer = refusal(lambda: iam.put_user_permissions_boundary(UserName="ann", PermissionsBoundary=missing))
    assert answer[:2] == (404, "NoSuchEntity")


def test_a_user_with_something_left_cannot_be_deleted(sandbox: Sandbox, connect: Connect, refusal: Refusal) -> None:
    iam = connect(sandbox)
    iam.create_user(UserName="ann")
    iam.create_group(GroupName="crew")
    key = iam.create_access_key(UserName="ann")["AccessKey"]["AccessKeyId"]
    assert refusal(lambda: iam.delete_user(UserName="ann"))[:2] == (409, "DeleteConflict")
    iam.delete_access_key(UserName="ann", AccessKeyId=key)
    iam.add_user_to_group(GroupName="crew", UserName="ann")
    assert refusal(lambda: iam.delete_user(UserName="ann"))[:2] == (409, "DeleteConflict")
    assert refusal(lambda: iam.delete_group(GroupName="crew"))[:2] == (409, "DeleteConflict")
    iam.remove_user_from_group(GroupName="crew", UserName="ann")
    iam.delete_user(UserName="ann")


def test_what_the_api_creates_has_ids_and_dates_like_aws(sandbox: Sandbox, connect: Connect) -> None:
    iam = connect(sandbox)
    made = [
        iam.create_user(UserName="ann")["User"]["UserId"],
        iam.create_group(GroupName="crew")["Group"]["GroupId"],
        iam.create_role(RoleName="it", AssumeRolePolicyDocument=TRUST)["Role"]["RoleId"],
        iam.create_policy(PolicyName="p", PolicyDocument=document(200))["Policy"]["PolicyId"],
    ]
    assert [identifier[:4] for identifier in made] == ["AIDA", "AGPA", "AROA", "ANPA"]
    assert {len(identifier) for identifier in made} == {21}
    assert iam.get_role(RoleName="it")["Role"]["CreateDate"] == sandbox.options.now()


def test_an_operation_that_does_not_exist_is_refused(sandbox: Sandbox, connect: Connect, refusal: Refusal) -> None:
    answer = refusal(
        lambda: connect(sandbox).simulate_custom_policy(PolicyInputList=["{}"], ActionNames=["s3:GetObject"])
    )
    assert answer[:2] == (400, "InvalidAction")
