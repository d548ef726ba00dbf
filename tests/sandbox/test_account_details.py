"""Section 6 of the facts: GetAccountAuthorizationDetails."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from leastwise.sandbox import AUDITOR, Sandbox

Connect = Callable[..., Any]
Refusal = Callable[[Callable[[], object]], tuple[int, str, str]]

MADE_AT = datetime(2025, 1, 1, tzinfo=UTC)
TRUST = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}'
SQS = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}]}'
SNS = SQS.replace("sqs", "sns")
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
LISTS = ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")


def details(iam: Any, **arguments: Any) -> dict[str, list[dict[str, Any]]]:  # noqa: ANN401 - a boto3 client and its arguments
    """Every page together."""
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in LISTS}
    marker: dict[str, str] = {}
    while True:
        page = iam.get_account_authorization_details(**arguments, **marker)
        for name in LISTS:
            found[name] += page[name]
        if not page["IsTruncated"]:
            assert "Marker" not in page
            return found
        marker = {"Marker": page["Marker"]}


@pytest.fixture
def firm(sandbox: Sandbox) -> Sandbox:
    """One user, group, role and customer policy, and one AWS policy in use."""
    estate = sandbox.estate
    policy = estate.create_policy(
        "queues", document=SQS, created_at=MADE_AT, earlier_versions=[(SNS, MADE_AT - timedelta(days=90))]
    )
    estate.create_user("ann", created_at=MADE_AT, path="/staff/", tags={"team": "a & <b>"}, boundary=policy)
    estate.put_inline("user", "ann", "own", SNS)
    estate.create_group("crew", created_at=MADE_AT)
    estate.add_member("crew", "ann")
    estate.attach("group", "crew", ADMINISTRATOR)
    role = estate.create_role("worker", trust_document=TRUST, created_at=MADE_AT, tags={"a": "1"})
    estate.put_inline("role", "worker", "own", SQS)
    estate.attach("role", "worker", policy)
    estate.record_use(role, "sqs", at=MADE_AT + timedelta(days=400), region="eu-west-1")
    return sandbox


def test_a_user_has_its_policies_groups_boundary_and_tags(firm: Sandbox, connect: Connect) -> None:
    users = {user["UserName"]: user for user in details(connect(firm))["UserDetailList"]}
    ann = users["ann"]
    assert set(users) == {"ann", AUDITOR}
    assert (ann["Arn"], ann["Path"]) == (f"arn:aws:iam::{firm.account_id}:user/staff/ann", "/staff/")
    assert (ann["UserId"][:4], len(ann["UserId"]), ann["CreateDate"]) == ("AIDA", 21, MADE_AT)
    assert ann["UserPolicyList"] == [{"PolicyName": "own", "PolicyDocument": json.loads(SNS)}]
    assert (ann["GroupList"], ann["Tags"]) == (["crew"], [{"Key": "team", "Value": "a & <b>"}])
    assert ann["PermissionsBoundary"]["PermissionsBoundaryArn"].endswith(":policy/queues")
    assert "PermissionsBoundary" not in users[AUDITOR]


def test_a_group_has_its_policies(firm: Sandbox, connect: Connect) -> None:
    (crew,) = details(connect(firm))["GroupDetailList"]
    assert crew["AttachedManagedPolicies"] == [{"PolicyName": "AdministratorAccess", "PolicyArn": ADMINISTRATOR}]
    assert (crew["GroupId"][:4], crew["GroupPolicyList"]) == ("AGPA", [])


def test_a_role_has_its_last_use_and_trust(firm: Sandbox, connect: Connect) -> None:
    (worker,) = details(connect(firm))["RoleDetailList"]
    assert worker["RoleLastUsed"] == {"LastUsedDate": MADE_AT + timedelta(days=400), "Region": "eu-west-1"}
    assert worker["AssumeRolePolicyDocument"] == json.loads(TRUST)
    assert (worker["RoleId"][:4], worker["Tags"]) == ("AROA", [{"Key": "a", "Value": "1"}])
    assert worker["RolePolicyList"] == [{"PolicyName": "own", "PolicyDocument": json.loads(SQS)}]


@pytest.mark.parametrize("days", [None, 401])
def test_a_role_not_used_in_400_days_has_an_empty_last_use(
    sandbox: Sandbox, connect: Connect, days: int | None
) -> None:
    used = sandbox.estate.now - timedelta(days=days) if days else None
    sandbox.estate.create_role("idle", trust_document=TRUST, created_at=MADE_AT, last_used_at=used)
    (idle,) = details(connect(sandbox))["RoleDetailList"]
    assert idle["RoleLastUsed"] == {}


def test_every_version_of_a_customer_policy_comes_with_its_date(firm: Sandbox, connect: Connect) -> None:
    (queues,) = details(connect(firm), Filter=["LocalManagedPolicy"])["Policies"]
    versions = [(one["VersionId"], one["IsDefaultVersion"], one["CreateDate"]) for one in queues["PolicyVersionList"]]
    assert versions == [("v2", True, MADE_AT), ("v1", False, MADE_AT - timedelta(days=90))]
    assert [one["Document"] for one in queues["PolicyVersionList"]] == [json.loads(SQS), json.loads(SNS)]
    assert (queues["AttachmentCount"], queues["PermissionsBoundaryUsageCount"]) == (1, 1)
    assert (queues["PolicyId"][:4], queues["DefaultVersionId"]) == ("ANPA", "v2")
    assert (queues["CreateDate"], queues["UpdateDate"]) == (MADE_AT - timedelta(days=90), MADE_AT)


def test_of_aws_policies_only_those_in_use_come_and_with_their_document(firm: Sandbox, connect: Connect) -> None:
    (administrator,) = details(connect(firm), Filter=["AWSManagedPolicy"])["Policies"]
    assert administrator["Arn"] == ADMINISTRATOR
    (version,) = administrator["PolicyVersionList"]
    assert version["Document"]["Statement"] == [{"Effect": "Allow", "Action": "*", "Resource": "*"}]


def test_documents_come_as_written_percent_encoded(firm: Sandbox, connect: Connect) -> None:
    raw: list[bytes] = []
    iam = connect(firm)
    iam.meta.events.register("before-parse", lambda response_dict, **_: raw.append(response_dict["body"]))
    iam.get_account_authorization_details(Filter=["Role"])
    assert b"%7B%22Version%22%3A%20%222012-10-17%22%2C%20%22Statement%22" in raw[0]


@pytest.mark.parametrize(
    ("kind", "name"),
    [("User", "UserDetailList"), ("Group", "GroupDetailList"), ("Role", "RoleDetailList")],
)
def test_a_filter_leaves_the_other_kinds_out(firm: Sandbox, connect: Connect, kind: str, name: str) -> None:
    found = details(connect(firm), Filter=[kind])
    assert [other for other in LISTS if found[other]] == [name]


@pytest.mark.parametrize("short", [False, True])
def test_pages_together_are_the_whole(start: Callable[..., Sandbox], connect: Connect, *, short: bool) -> None:
    sandbox = start(roles=120, short_pages=short)
    iam = connect(sandbox)
    roles = [role["RoleName"] for role in details(iam, MaxItems=40)["RoleDetailList"]]
    assert roles == [f"load-{number:04}" for number in range(1, 121)]


def test_a_page_holds_100_items_unless_told_otherwise(start: Callable[..., Sandbox], connect: Connect) -> None:
    iam = connect(start(roles=120))
    page = iam.get_account_authorization_details()
    assert (sum(len(page[name]) for name in LISTS), page["IsTruncated"]) == (100, True)


def test_max_items_must_be_1_to_1000(sandbox: Sandbox, connect: Connect, refusal: Refusal) -> None:
    ask = connect(sandbox).get_account_authorization_details
    assert refusal(lambda: ask(MaxItems=1001))[1] == "ValidationError"
    assert refusal(lambda: ask(MaxItems=0))[1] == "ValidationError"
    assert refusal(lambda: ask(Marker="invalid"))[1] == "ValidationError"


def test_list_roles_and_list_users_leave_out_last_use_boundaries_and_tags(firm: Sandbox, connect: Connect) -> None:
    iam = connect(firm)
    (role,) = iam.list_roles()["Roles"]
    ann = next(user for user in iam.list_users()["Users"] if user["UserName"] == "ann")
    assert not {"RoleLastUsed", "PermissionsBoundary", "Tags"} & set(role)
    assert not {"PermissionsBoundary", "Tags"} & set(ann)


def test_ids_and_keys_are_the_same_in_every_run_of_one_seed(start: Callable[..., Sandbox], connect: Connect) -> None:
    one, same, other = start(roles=3), start(roles=3), start(roles=3, seed=1)
    ids = [[role["RoleId"] for role in details(connect(sandbox))["RoleDetailList"]] for sandbox in (one, same, other)]
    assert ids[0] == ids[1] != ids[2]
    assert one.admin_credentials == same.admin_credentials != other.admin_credentials
