"""A sandbox that checks rights: a caller may do what its policies allow, on what they allow it, and nothing else."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

import pytest

from leastwise.sandbox import AccessKeyPair, Sandbox
from sandbox.toys import make_function, make_role

Connect = Callable[..., Any]
Refusal = Callable[[Callable[[], object]], tuple[int, str, str]]

MADE_AT: Final = datetime(2025, 1, 1, tzinfo=UTC)
PLAIN: Final = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}'
READ_ONLY: Final = "arn:aws:iam::aws:policy/ReadOnlyAccess"


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Resource": "*", **one} for one in statements]})


def allow(*actions: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    return {"Effect": "Allow", "Action": list(actions), **more}


def deny(*actions: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    return {**allow(*actions, **more), "Effect": "Deny"}


@pytest.fixture
def sandbox(start: Callable[..., Sandbox]) -> Sandbox:
    """It checks rights; there are a user, a role under a path, and a group."""
    running = start(enforce_policies=True)
    running.estate.create_user("bob", created_at=MADE_AT)
    trust = document({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}})
    running.estate.create_role("it", path="/team/", trust_document=trust, created_at=MADE_AT, tags={"stage": "test"})
    running.estate.create_group("crew", created_at=MADE_AT)
    return running


@pytest.fixture
def ann(sandbox: Sandbox) -> AccessKeyPair:
    """The key of a user who may do nothing yet."""
    sandbox.estate.create_user("ann", created_at=MADE_AT)
    return sandbox.estate.create_access_key("ann", created_at=MADE_AT)


def grant(sandbox: Sandbox, *statements: dict[str, Any]) -> None:
    sandbox.estate.put_inline("user", "ann", "rights", document(*statements))


def arn(sandbox: Sandbox, rest: str) -> str:
    return f"arn:aws:iam::{sandbox.account_id}:{rest}"


def test_who_may_nothing_is_refused_in_the_words_of_aws(
    sandbox: Sandbox, connect: Connect, refusal: Refusal, ann: AccessKeyPair
) -> None:
    iam = connect(sandbox, key=ann)
    user = arn(sandbox, "user/ann")
    said = f"User: {user} is not authorized to perform: iam:GetRole on resource: role it"
    silent = f"{said} because no identity-based policy allows the iam:GetRole action"
    assert refusal(lambda: iam.get_role(RoleName="it")) == (403, "AccessDenied", silent)
    grant(sandbox, allow("*"), deny("iam:Get*"))
    denied = f"{said} with an explicit deny in an identity-based policy"
    assert refusal(lambda: iam.get_role(RoleName="it")) == (403, "AccessDenied", denied)


def test_the_sandboxs_own_key_may_everything_and_everybody_may_ask_who_he_is(
    sandbox: Sandbox, connect: Connect, ann: AccessKeyPair
) -> None:
    connect(sandbox).create_group(GroupName="new")
    assert connect(sandbox, "sts", key=ann).get_caller_identity()["Arn"].endswith(":user/ann")


RESOURCES: Final[dict[str, tuple[Callable[[Any, str], object], str]]] = {
    "iam:AttachRolePolicy": (lambda iam, _: iam.attach_role_policy(RoleName="it", PolicyArn=READ_ONLY), "role/team/it"),
    "iam:DetachRolePolicy": (lambda iam, _: iam.detach_role_policy(RoleName="it", PolicyArn=READ_ONLY), "role/team/it"),
    "iam:PutUserPolicy": (
        lambda iam, _: iam.put_user_policy(UserName="bob", PolicyName="p", PolicyDocument=PLAIN),
        "user/bob",
    ),
    "iam:DeleteGroupPolicy": (lambda iam, _: iam.delete_group_policy(GroupName="crew", PolicyName="p"), "group/crew"),
    "iam:AddUserToGroup": (lambda iam, _: iam.add_user_to_group(GroupName="crew", UserName="bob"), "group/crew"),
    "iam:CreatePolicy": (
        lambda iam, _: iam.create_policy(PolicyName="p", Path="/team/", PolicyDocument=PLAIN),
        "policy/team/p",
    ),
    "iam:CreatePolicyVersion": (
        lambda iam, policy: iam.create_policy_version(PolicyArn=policy, PolicyDocument=PLAIN),
        "policy/mine",
    ),
    "iam:ListEntitiesForPolicy": (lambda iam, policy: iam.list_entities_for_policy(PolicyArn=policy), "policy/mine"),
    "iam:UpdateAccessKey": (
        lambda iam, _: iam.update_access_key(UserName="bob", AccessKeyId="A" * 20, Status="Inactive"),
        "user/bob",
    ),
    "iam:GetLoginProfile": (lambda iam, _: iam.get_login_profile(UserName="bob"), "user/bob"),
    "iam:GenerateServiceLastAccessedDetails": (
        lambda iam, policy: iam.generate_service_last_accessed_details(Arn=policy),
        "policy/mine",
    ),
}


def test_to_make_a_policy_with_tags_takes_the_right_to_tag_it(
    sandbox: Sandbox, connect: Connect, ann: AccessKeyPair
) -> None:
    iam, tags = connect(sandbox, key=ann), [{"Key": "owner", "Value": "ann"}]
    grant(sandbox, allow("iam:CreatePolicy"))
    iam.create_policy(PolicyName="plain", PolicyDocument=PLAIN)
    with pytest.raises(iam.exceptions.ClientError, match="iam:TagPolicy"):
        iam.create_policy(PolicyName="tagged", PolicyDocument=PLAIN, Tags=tags)
    grant(sandbox, allow("iam:CreatePolicy", "iam:TagPolicy"))
    iam.create_policy(PolicyName="tagged", PolicyDocument=PLAIN, Tags=tags)


@pytest.mark.parametrize("action", RESOURCES)
def test_a_right_holds_for_its_resource_alone(
    sandbox: Sandbox, connect: Connect, ann: AccessKeyPair, action: str
) -> None:
    mine = sandbox.estate.create_policy("mine", document=PLAIN, created_at=MADE_AT)
    iam = connect(sandbox, key=ann)
    call, rest = RESOURCES[action]
    resource = arn(sandbox, rest)

    def is_allowed(*statements: dict[str, Any]) -> bool:
        grant(sandbox, *statements)
        try:
            call(iam, mine)
        except iam.exceptions.ClientError as error:
            return str(error.response["Error"]["Code"]) != "AccessDenied"
        return True

    assert not is_allowed(allow(action, Resource=f"{resource}x"))
    assert not is_allowed(allow("*"), deny(action, Resource=resource))
    assert not is_allowed(allow("iam:Simulate*"))
    assert is_allowed(allow(action, Resource=resource), deny(action, Resource=f"{resource}x"))


def test_an_action_without_a_resource_wants_all_resources(
    sandbox: Sandbox, connect: Connect, refusal: Refusal, ann: AccessKeyPair
) -> None:
    iam = connect(sandbox, key=ann)
    grant(sandbox, allow("iam:*", Resource=arn(sandbox, "*")))
    assert refusal(iam.list_users)[1] == "AccessDenied"
    assert refusal(iam.get_account_authorization_details)[1] == "AccessDenied"
    grant(sandbox, allow("iam:ListUsers", "access-analyzer:ValidatePolicy"))
    iam.list_users()
    analyzer = connect(sandbox, "accessanalyzer", key=ann)
    analyzer.validate_policy(policyDocument=PLAIN, policyType="IDENTITY_POLICY")
    grant(sandbox, allow("iam:ListUsers"))
    denied = refusal(lambda: analyzer.validate_policy(policyDocument=PLAIN, policyType="IDENTITY_POLICY"))
    assert denied[:2] == (403, "AccessDeniedException")


CONDITIONS: Final = {
    "the policy that is attached": ({"ArnEquals": {"iam:PolicyARN": READ_ONLY}}, True),
    "another policy": ({"ArnEquals": {"iam:PolicyARN": f"{READ_ONLY}x"}}, False),
    "the tag of the role": ({"StringEquals": {"iam:ResourceTag/stage": "test"}}, True),
    "another tag of the role": ({"StringEquals": {"aws:ResourceTag/stage": "live"}}, False),
    "the caller": ({"StringEquals": {"aws:username": "ann"}}, True),
    "another region": ({"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}, False),
    "another sender": ({"NotIpAddress": {"aws:SourceIp": "127.0.0.0/8"}}, False),
    "a time that has come": ({"DateGreaterThan": {"aws:CurrentTime": "2026-01-01T00:00:00Z"}}, True),
}


@pytest.mark.parametrize("name", CONDITIONS)
def test_conditions_count_in_an_allow_and_in_a_deny(
    sandbox: Sandbox, connect: Connect, refusal: Refusal, ann: AccessKeyPair, name: str
) -> None:
    condition, holds = CONDITIONS[name]
    iam = connect(sandbox, key=ann)

    def attach() -> object:
        return iam.attach_role_policy(RoleName="it", PolicyArn=READ_ONLY)

    grant(sandbox, allow("iam:AttachRolePolicy", Condition=condition))
    if holds:
        attach()
    else:
        assert refusal(attach)[1] == "AccessDenied"
    grant(sandbox, allow("iam:AttachRolePolicy"), deny("iam:AttachRolePolicy", Condition=condition))
    if holds:
        assert "explicit deny" in refusal(attach)[2]
    else:
        attach()


def test_groups_attached_policies_and_boundaries_count(
    sandbox: Sandbox, connect: Connect, refusal: Refusal, ann: AccessKeyPair
) -> None:
    iam, estate = connect(sandbox, key=ann), sandbox.estate
    estate.put_inline("group", "crew", "rights", document(allow("iam:ListUsers")))
    assert refusal(iam.list_users)[1] == "AccessDenied"
    estate.add_member("crew", "ann")
    iam.list_users()
    assert refusal(iam.list_roles)[1] == "AccessDenied"
    estate.attach("user", "ann", READ_ONLY)
    iam.list_roles()
    bound = estate.create_policy("bound", document=document(allow("iam:ListUsers")), created_at=MADE_AT)
    estate.set_boundary("user", "ann", bound)
    iam.list_users()
    assert refusal(iam.list_roles)[2].endswith("because no permissions boundary allows the iam:ListRoles action")


def test_a_session_has_the_rights_of_its_role(
    sandbox: Sandbox, connect: Connect, refusal: Refusal, ann: AccessKeyPair
) -> None:
    sandbox.estate.put_inline("role", "it", "rights", document(allow("iam:ListUsers")))
    role = arn(sandbox, "role/team/it")
    made = connect(sandbox, "sts", key=ann).assume_role(RoleArn=role, RoleSessionName="s")["Credentials"]
    iam = connect(sandbox, key=AccessKeyPair(made["AccessKeyId"], made["SecretAccessKey"]), token=made["SessionToken"])
    iam.list_users()
    assert "assumed-role/it/s is not authorized" in refusal(iam.list_roles)[2]


def test_a_refused_call_changes_nothing_and_counts_as_use(
    sandbox: Sandbox, connect: Connect, refusal: Refusal, ann: AccessKeyPair
) -> None:
    iam = connect(sandbox, key=ann)
    assert refusal(lambda: iam.create_group(GroupName="new"))[1] == "AccessDenied"
    assert [group["GroupName"] for group in connect(sandbox).list_groups()["Groups"]] == ["crew"]
    assert ("iam", "creategroup") in sandbox.ledger.actions(arn(sandbox, "user/ann"))


def test_without_the_knob_everybody_may_everything(start: Callable[..., Sandbox], connect: Connect) -> None:
    sandbox = start()
    sandbox.estate.create_user("ann", created_at=MADE_AT)
    connect(sandbox, key=sandbox.estate.create_access_key("ann", created_at=MADE_AT)).create_group(GroupName="new")


def test_an_object_and_a_bucket_are_resources_of_their_own(
    sandbox: Sandbox, connect: Connect, refusal: Refusal, ann: AccessKeyPair
) -> None:
    mine, own = connect(sandbox, "s3", key=ann), connect(sandbox, "s3")
    own.create_bucket(Bucket="state")
    own.put_object(Bucket="state", Key="a/there", Body=b"x")
    grant(sandbox, allow("s3:GetObject", "s3:PutObject", Resource="arn:aws:s3:::state/a/*"))
    assert mine.get_object(Bucket="state", Key="a/there")["Body"].read() == b"x"
    mine.put_object(Bucket="state", Key="a/new one", Body=b"y")
    denied = refusal(lambda: mine.put_object(Bucket="state", Key="b/new", Body=b"y"))
    assert denied[:2] == (403, "AccessDenied")
    assert "s3:PutObject on resource: arn:aws:s3:::state/b/new because" in denied[2]
    assert refusal(lambda: mine.get_object(Bucket="state", Key="b"))[1] == "AccessDenied"
    assert refusal(lambda: mine.list_objects_v2(Bucket="state"))[1] == "AccessDenied"
    grant(sandbox, allow("s3:ListBucket", Resource="arn:aws:s3:::state/*"))
    assert refusal(lambda: mine.list_objects_v2(Bucket="state"))[1] == "AccessDenied"
    grant(
        sandbox, allow("s3:ListBucket", Resource="arn:aws:s3:::state", Condition={"StringLike": {"s3:prefix": "a/*"}})
    )
    assert mine.list_objects_v2(Bucket="state", Prefix="a/")["KeyCount"] == 2
    assert refusal(lambda: mine.list_objects_v2(Bucket="state", Prefix="b/"))[1] == "AccessDenied"


def test_who_may_not_list_a_bucket_is_not_told_that_an_object_is_not_there(
    sandbox: Sandbox, connect: Connect, refusal: Refusal, ann: AccessKeyPair
) -> None:
    mine = connect(sandbox, "s3", key=ann)
    connect(sandbox, "s3").create_bucket(Bucket="state")
    reading = allow("s3:GetObject", Resource="arn:aws:s3:::state/*")
    grant(sandbox, reading)
    denied = refusal(lambda: mine.get_object(Bucket="state", Key="none"))
    assert denied[:2] == (403, "AccessDenied")
    assert "s3:ListBucket on resource: arn:aws:s3:::state " in denied[2]
    assert refusal(lambda: mine.head_object(Bucket="state", Key="none"))[0] == 403
    grant(sandbox, reading, allow("s3:ListBucket", Resource="arn:aws:s3:::state"))
    assert refusal(lambda: mine.get_object(Bucket="state", Key="none"))[:2] == (404, "NoSuchKey")
    assert refusal(lambda: mine.head_object(Bucket="state", Key="none"))[0] == 404


def finding_of(account: str) -> dict[str, Any]:
    return {"Id": "f", "AwsAccountId": account, "ProductArn": product_of(account)}


def product_of(account: str) -> str:
    return f"arn:aws:securityhub:us-east-1:{account}:product/{account}/default"


SERVICES: Final[dict[str, tuple[str, Callable[[Any, str], object], str]]] = {
    "config:GetComplianceDetailsByConfigRule": (
        "config",
        lambda client, _: client.get_compliance_details_by_config_rule(ConfigRuleName="r"),
        "arn:aws:config:us-east-1:ACCOUNT:config-rule/r",
    ),
    "config:StartConfigRulesEvaluation": (
        "config",
        lambda client, _: client.start_config_rules_evaluation(ConfigRuleNames=["r"]),
        "arn:aws:config:us-east-1:ACCOUNT:config-rule/r",
    ),
    "config:PutEvaluations": ("config", lambda client, _: client.put_evaluations(ResultToken="none"), "*"),
    "securityhub:GetFindings": (
        "securityhub",
        lambda client, _: client.get_findings(),
        "arn:aws:securityhub:us-east-1:ACCOUNT:hub/default",
    ),
    "securityhub:BatchImportFindings": (
        "securityhub",
        lambda client, account: client.batch_import_findings(Findings=[finding_of(account)]),
        product_of("ACCOUNT"),
    ),
    "lambda:InvokeFunction": (
        "lambda",
        lambda client, _: client.invoke(FunctionName="f", Payload=b"{}"),
        "arn:aws:lambda:us-east-1:ACCOUNT:function:f",
    ),
    "lambda:CreateFunction": (
        "lambda",
        lambda client, _: client.create_function(FunctionName="f", Role="r", Code={}),
        "arn:aws:lambda:us-east-1:ACCOUNT:function:f",
    ),
}


@pytest.mark.parametrize("action", SERVICES)
def test_a_right_in_config_security_hub_and_lambda_holds_for_its_resource_alone(
    sandbox: Sandbox, connect: Connect, ann: AccessKeyPair, action: str
) -> None:
    service, call, pattern = SERVICES[action]
    client, resource = connect(sandbox, service, key=ann), pattern.replace("ACCOUNT", sandbox.account_id)

    def is_allowed(*statements: dict[str, Any]) -> bool:
        grant(sandbox, *statements)
        try:
            call(client, sandbox.account_id)
        except client.exceptions.ClientError as error:
            return str(error.response["Error"]["Code"]) != "AccessDeniedException"
        return True

    assert not is_allowed(allow("iam:*"))
    assert not is_allowed(allow(action, Resource="arn:aws:s3:::other"))
    assert not is_allowed(allow("*"), deny(action, Resource=resource))
    assert is_allowed(allow(action, Resource=resource))


def test_a_function_may_do_what_its_role_allows_and_nothing_else(sandbox: Sandbox, connect: Connect) -> None:
    client = connect(sandbox, "lambda")
    code = "import boto3\ndef handler(event, context):\n    return len(boto3.client('iam').list_users()['Users'])"
    for name, actions in (("may", "iam:ListUsers"), ("may-not", "iam:ListRoles")):
        make_function(client, make_role(sandbox, {"Action": actions, "Resource": "*"}, name=name), code, name=name)
    answers = {name: client.invoke(FunctionName=name) for name in ("may", "may-not")}
    assert answers["may"]["Payload"].read() == b"2"
    assert b"is not authorized to perform: iam:ListUsers" in answers["may-not"]["Payload"].read()
