"""What IAM refuses of the writes that a plan is carried out with, and what it keeps; moto alone is kinder."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote, unquote

import pytest

from leastwise.sandbox import Sandbox

Connect = Callable[..., Any]
Refusal = Callable[[Callable[[], object]], tuple[int, str, str]]
Attempt = Callable[[Any, str], object]

MADE_AT: Final = datetime(2025, 1, 1, tzinfo=UTC)
TRUST: Final = (
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}'
)
PLAIN: Final = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}'
KINDS: Final = ("user", "role", "group")
READ_ONLY: Final = "arn:aws:iam::aws:policy/ReadOnlyAccess"


def furnish(sandbox: Sandbox) -> None:
    """A user, a role and a group, all called `it`."""
    sandbox.estate.create_user("it", created_at=MADE_AT)
    sandbox.estate.create_role("it", trust_document=TRUST, created_at=MADE_AT)
    sandbox.estate.create_group("it", created_at=MADE_AT)


def of_kind(iam: Any, operation: str, kind: str, **parameters: Any) -> Any:  # noqa: ANN401 - a boto3 client
    """Call `put_{}_policy` and its like for the principal of this kind."""
    return getattr(iam, operation.format(kind))(**{f"{kind.capitalize()}Name": "it", **parameters})


def create(iam: Any, name: str = "p", **parameters: Any) -> str:  # noqa: ANN401 - a boto3 client
    """The ARN of a new policy."""
    return str(iam.create_policy(PolicyName=name, PolicyDocument=PLAIN, **parameters)["Policy"]["Arn"])


MALFORMED: Final = {
    "no JSON": "{",
    "no statement": '{"Version":"2012-10-17","Statement":[]}',
    "an unknown element": PLAIN.replace('"Effect"', '"Sids":"a","Effect"'),
    "a principal": PLAIN.replace('"Effect"', '"Principal":"*","Effect"'),
    "no resource": PLAIN.replace(',"Resource":"*"', ""),
    "an effect in lower case": PLAIN.replace("Allow", "allow"),
    "two colons": PLAIN.replace("s3:GetObject", "s3:Get:Object"),
    "no prefix": PLAIN.replace("s3:GetObject", "GetObject"),
    "a wildcard in the prefix": PLAIN.replace("s3:GetObject", "s*:GetObject"),
    "no ARN": PLAIN.replace('"Resource":"*"', '"Resource":"bucket"'),
    "one Sid twice": '{"Version":"2012-10-17","Statement":['
    + ",".join(['{"Sid":"a","Effect":"Allow","Action":"s3:*","Resource":"*"}'] * 2)
    + "]}",
    "a Sid with a dash": PLAIN.replace('"Effect"', '"Sid":"a-b","Effect"'),
    "an operator that is none": PLAIN.replace('"Effect"', '"Condition":{"StringIs":{"a":"b"}},"Effect"'),
    "text behind it": PLAIN + "x",
}


@pytest.mark.parametrize("fault", MALFORMED)
def test_what_is_no_policy_is_malformed_wherever_it_is_put(
    sandbox: Sandbox, connect: Connect, refusal: Refusal, fault: str
) -> None:
    furnish(sandbox)
    iam, text = connect(sandbox), MALFORMED[fault]
    arn = create(iam)
    attempts: list[Callable[[], object]] = [
        lambda: iam.create_policy(PolicyName="bad", PolicyDocument=text),
        lambda: iam.create_policy_version(PolicyArn=arn, PolicyDocument=text),
        lambda: iam.put_user_policy(UserName="it", PolicyName="bad", PolicyDocument=text),
        lambda: iam.put_role_policy(RoleName="it", PolicyName="bad", PolicyDocument=text),
        lambda: iam.put_group_policy(GroupName="it", PolicyName="bad", PolicyDocument=text),
    ]
    assert [refusal(attempt)[:2] for attempt in attempts] == [(400, "MalformedPolicyDocument")] * len(attempts)


@pytest.mark.parametrize(
    "text", [PLAIN.replace("2012-10-17", "2008-10-17"), PLAIN.replace('"Version":"2012-10-17",', "")]
)
def test_an_inline_policy_may_be_of_the_old_version_and_a_managed_one_not(
    sandbox: Sandbox, connect: Connect, refusal: Refusal, text: str
) -> None:
    furnish(sandbox)
    iam = connect(sandbox)
    for kind in KINDS:
        of_kind(iam, "put_{}_policy", kind, PolicyName="old", PolicyDocument=text)
    answer = refusal(lambda: iam.create_policy(PolicyName="old", PolicyDocument=text))
    assert answer == (400, "MalformedPolicyDocument", "Policy document must be version 2012-10-17 or greater.")


PARAMETERS: Final[dict[str, Attempt]] = {
    "a name with a space": lambda iam, _: iam.create_policy(PolicyName="a b", PolicyDocument=PLAIN),
    "a name of 129 characters": lambda iam, _: iam.create_policy(PolicyName="a" * 129, PolicyDocument=PLAIN),
    "no name": lambda iam, _: iam.put_user_policy(UserName="it", PolicyName="", PolicyDocument=PLAIN),
    "a path without its end": lambda iam, _: iam.create_policy(PolicyName="a", Path="/a", PolicyDocument=PLAIN),
    "a description too long": lambda iam, _: iam.create_policy(
        PolicyName="a", Description="x" * 1001, PolicyDocument=PLAIN
    ),
    "a text with an emoji": lambda iam, _: iam.put_role_policy(
        RoleName="it", PolicyName="a", PolicyDocument=PLAIN.replace("*", "arn:aws:s3:::\N{GRINNING FACE}")
    ),
    "a text too long": lambda iam, _: iam.create_policy(PolicyName="a", PolicyDocument=PLAIN + " " * 131072),
    "no text": lambda iam, arn: iam.create_policy_version(PolicyArn=arn, PolicyDocument=""),
    "a version without its v": lambda iam, arn: iam.delete_policy_version(PolicyArn=arn, VersionId="1"),
    "a status of its own": lambda iam, _: iam.update_access_key(UserName="it", AccessKeyId="A" * 20, Status="Off"),
}


@pytest.mark.parametrize("fault", PARAMETERS)
def test_a_parameter_outside_the_model_is_refused(
    sandbox: Sandbox, connect: Connect, refusal: Refusal, fault: str
) -> None:
    furnish(sandbox)
    iam = connect(sandbox)
    arn = create(iam)
    assert refusal(lambda: PARAMETERS[fault](iam, arn))[:2] == (400, "ValidationError")


def test_a_name_is_taken_in_every_case_and_under_every_path(
    sandbox: Sandbox, connect: Connect, refusal: Refusal
) -> None:
    furnish(sandbox)
    iam = connect(sandbox)
    create(iam, "Mine", Path="/team/")
    attempts: list[Callable[[], object]] = [
        lambda: create(iam, "Mine", Path="/team/"),
        lambda: create(iam, "mine"),
        lambda: iam.create_user(UserName="IT"),
        lambda: iam.create_role(RoleName="It", AssumeRolePolicyDocument=TRUST),
        lambda: iam.create_group(GroupName="iT", Path="/elsewhere/"),
    ]
    assert [refusal(attempt)[:2] for attempt in attempts] == [(409, "EntityAlreadyExists")] * len(attempts)
    create(iam, "ReadOnlyAccess")


def test_a_number_of_a_version_is_never_used_again(sandbox: Sandbox, connect: Connect) -> None:
    iam = connect(sandbox)
    arn = create(iam)

    def add(*, default: bool) -> str:
        made = iam.create_policy_version(PolicyArn=arn, PolicyDocument=PLAIN, SetAsDefault=default)
        return str(made["PolicyVersion"]["VersionId"])

    assert (add(default=True), add(default=False)) == ("v2", "v3")
    for version in ("v1", "v3"):
        iam.delete_policy_version(PolicyArn=arn, VersionId=version)
    assert add(default=False) == "v4"
    listed = iam.list_policy_versions(PolicyArn=arn)["Versions"]
    assert [(one["VersionId"], one["IsDefaultVersion"]) for one in listed] == [("v4", False), ("v2", True)]
    assert not any("Document" in one for one in listed)


def test_a_version_that_is_the_default_can_be_made_the_default(sandbox: Sandbox, connect: Connect) -> None:
    iam = connect(sandbox)
    arn = create(iam)
    iam.set_default_policy_version(PolicyArn=arn, VersionId="v1")
    (version,) = iam.list_policy_versions(PolicyArn=arn)["Versions"]
    assert version["IsDefaultVersion"]


def test_what_is_in_use_is_not_deleted(sandbox: Sandbox, connect: Connect, refusal: Refusal) -> None:
    furnish(sandbox)
    iam = connect(sandbox)
    conflict = (409, "DeleteConflict")
    for kind in KINDS:
        arn = create(iam, kind)
        of_kind(iam, "attach_{}_policy", kind, PolicyArn=arn)
        assert refusal(lambda arn=arn: iam.delete_policy(PolicyArn=arn))[:2] == conflict  # type: ignore[misc]  # mypy cannot infer a lambda with a default
        of_kind(iam, "detach_{}_policy", kind, PolicyArn=arn)
        iam.delete_policy(PolicyArn=arn)
    arn = create(iam)
    iam.put_role_permissions_boundary(RoleName="it", PermissionsBoundary=arn)
    assert refusal(lambda: iam.delete_policy(PolicyArn=arn))[:2] == conflict
    iam.delete_role_permissions_boundary(RoleName="it")
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=PLAIN, SetAsDefault=False)
    assert refusal(lambda: iam.delete_policy(PolicyArn=arn))[:2] == conflict
    assert refusal(lambda: iam.delete_policy_version(PolicyArn=arn, VersionId="v1"))[:2] == conflict
    iam.delete_policy_version(PolicyArn=arn, VersionId="v2")
    iam.delete_policy(PolicyArn=arn)


ABSENT: Final[dict[str, Attempt]] = {
    **{
        f"{operation} of a {kind}": lambda iam, _, operation=operation, kind=kind, more=more: of_kind(  # type: ignore[misc]  # mypy cannot infer a lambda with defaults
            iam, operation, kind, **more
        )
        for kind in KINDS
        for operation, more in {
            "detach_{}_policy": {"PolicyArn": READ_ONLY},
            "delete_{}_policy": {"PolicyName": "missing"},
            "get_{}_policy": {"PolicyName": "missing"},
        }.items()
    },
    "a version": lambda iam, arn: iam.delete_policy_version(PolicyArn=arn, VersionId="v9"),
    "a default version": lambda iam, arn: iam.set_default_policy_version(PolicyArn=arn, VersionId="v9"),
    "a version to read": lambda iam, arn: iam.get_policy_version(PolicyArn=arn, VersionId="v9"),
    "a policy": lambda iam, arn: iam.delete_policy(PolicyArn=f"{arn}x"),
    "a policy's new version": lambda iam, arn: iam.create_policy_version(PolicyArn=f"{arn}x", PolicyDocument=PLAIN),
    "a policy to attach": lambda iam, arn: iam.attach_user_policy(UserName="it", PolicyArn=f"{arn}x"),
    "a policy's versions": lambda iam, arn: iam.list_policy_versions(PolicyArn=f"{arn}x"),
    "a policy's holders": lambda iam, arn: iam.list_entities_for_policy(PolicyArn=f"{arn}x"),
    "a user's policies": lambda iam, _: iam.list_user_policies(UserName="nobody"),
    "a role's attachments": lambda iam, _: iam.list_attached_role_policies(RoleName="nobody"),
    "a group's members": lambda iam, _: iam.get_group(GroupName="nobody"),
    "a user to add": lambda iam, _: iam.add_user_to_group(GroupName="it", UserName="nobody"),
    "a member": lambda iam, _: iam.remove_user_from_group(GroupName="it", UserName="it"),
    "a key": lambda iam, _: iam.update_access_key(UserName="it", AccessKeyId="A" * 20, Status="Inactive"),
    "a password": lambda iam, _: iam.delete_login_profile(UserName="it"),
    "a password to read": lambda iam, _: iam.get_login_profile(UserName="it"),
}


@pytest.mark.parametrize("what", ABSENT)
def test_what_is_not_there_is_no_such_entity(sandbox: Sandbox, connect: Connect, refusal: Refusal, what: str) -> None:
    furnish(sandbox)
    iam = connect(sandbox)
    arn = create(iam)
    assert refusal(lambda: ABSENT[what](iam, arn))[:2] == (404, "NoSuchEntity")


def test_a_policy_for_service_linked_roles_is_not_attachable(
    sandbox: Sandbox, connect: Connect, refusal: Refusal
) -> None:
    furnish(sandbox)
    theirs = "arn:aws:iam::aws:policy/aws-service-role/AmazonECSServiceRolePolicy"
    answer = refusal(lambda: connect(sandbox).attach_role_policy(RoleName="it", PolicyArn=theirs))
    assert answer[:2] == (400, "PolicyNotAttachable")


def test_a_user_is_in_ten_groups_at_most(sandbox: Sandbox, connect: Connect, refusal: Refusal) -> None:
    furnish(sandbox)
    iam = connect(sandbox)
    for number in range(11):
        sandbox.estate.create_group(f"g{number}", created_at=MADE_AT)
    for number in [*range(10), 0]:
        iam.add_user_to_group(GroupName=f"g{number}", UserName="it")
    answer = refusal(lambda: iam.add_user_to_group(GroupName="g10", UserName="it"))
    assert answer == (409, "LimitExceeded", "Cannot exceed quota for GroupsPerUser: 10")


def test_a_document_is_kept_to_the_character_and_sent_percent_encoded(sandbox: Sandbox, connect: Connect) -> None:
    furnish(sandbox)
    iam = connect(sandbox)
    text = "\n\t" + PLAIN.replace("*", "arn:aws:s3:::b/%41+&<\u00e9/x").replace(",", " ,\r\n ") + "\n"
    raw: list[str] = []
    iam.meta.events.register("after-call", lambda http_response, **_: raw.append(http_response.text))
    arn = iam.create_policy(PolicyName="p", PolicyDocument=text)["Policy"]["Arn"]
    iam.get_policy_version(PolicyArn=arn, VersionId="v1")
    for kind in KINDS:
        of_kind(iam, "put_{}_policy", kind, PolicyName="p", PolicyDocument=text)
        of_kind(iam, "get_{}_policy", kind, PolicyName="p")
    assert sum(f"Document>{quote(text, safe='')}<" in answer for answer in raw) == 4
    assert unquote(quote(text, safe="")) == text


def test_lists_come_in_pages_and_attachments_are_told_from_boundaries(sandbox: Sandbox, connect: Connect) -> None:
    furnish(sandbox)
    iam = connect(sandbox)
    arn = create(iam)
    iam.put_user_permissions_boundary(UserName="it", PermissionsBoundary=arn)
    for kind in ("role", "group"):
        of_kind(iam, "attach_{}_policy", kind, PolicyArn=arn)

    def held(**parameters: str) -> set[str]:
        pages = iam.get_paginator("list_entities_for_policy").paginate(
            PolicyArn=arn, PaginationConfig={"PageSize": 1}, **parameters
        )
        return {kind for page in pages for kind in ("Users", "Roles", "Groups") if page[f"Policy{kind}"]}

    assert held() == {"Users", "Roles", "Groups"}
    assert held(PolicyUsageFilter="PermissionsPolicy") == {"Roles", "Groups"}
    assert held(PolicyUsageFilter="PermissionsBoundary") == {"Users"}
    assert held(EntityFilter="Role") == {"Roles"}
    for number in range(120):
        sandbox.estate.put_inline("role", "it", f"p{number:03}", PLAIN)
    first = iam.list_role_policies(RoleName="it")
    assert (len(first["PolicyNames"]), first["IsTruncated"]) == (100, True)
    rest = iam.list_role_policies(RoleName="it", Marker=first["Marker"])
    assert [*first["PolicyNames"], *rest["PolicyNames"]] == [f"p{number:03}" for number in range(120)]


def test_a_password_is_as_old_as_itself_and_not_as_its_user(sandbox: Sandbox, connect: Connect) -> None:
    furnish(sandbox)
    iam = connect(sandbox)
    iam.create_login_profile(UserName="it", Password=json.dumps("a password"))
    made_at = iam.get_login_profile(UserName="it")["LoginProfile"]["CreateDate"]
    assert made_at == sandbox.options.now()
