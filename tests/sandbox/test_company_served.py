"""The sample company as a client of the running sandbox sees it."""

import csv
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from leastwise.sandbox.company_model import load_company
from leastwise.sandbox.options import SandboxOptions
from leastwise.sandbox.server import Sandbox

# boto3 makes its clients at run time, and their stubs are a package per service.
Client = Any

ACCOUNT = "222233335555"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
COMPANY = load_company().written_for(ACCOUNT)


@pytest.fixture(scope="module")
def iam() -> Iterator[Client]:
    with Sandbox(SandboxOptions(account_id=ACCOUNT, now=lambda: NOW, job_seconds=0)) as sandbox:
        client = boto3.client(
            "iam",
            endpoint_url=sandbox.endpoint_url,
            region_name="us-east-1",
            aws_access_key_id=sandbox.admin_credentials.access_key_id,
            aws_secret_access_key=sandbox.admin_credentials.secret_access_key,
        )
        yield client
        client.close()


@pytest.fixture(scope="module")
def details(iam: Client) -> dict[str, dict[str, Any]]:
    """Every detail of GetAccountAuthorizationDetails, by kind and name."""
    found: dict[str, dict[str, Any]] = {"User": {}, "Role": {}, "Group": {}, "Policy": {}}
    for page in iam.get_paginator("get_account_authorization_details").paginate():
        found["User"] |= {one["UserName"]: one for one in page["UserDetailList"]}
        found["Role"] |= {one["RoleName"]: one for one in page["RoleDetailList"]}
        found["Group"] |= {one["GroupName"]: one for one in page["GroupDetailList"]}
        found["Policy"] |= {one["PolicyName"]: one for one in page["Policies"]}
    return found


def policy_names(managed: tuple[str, ...]) -> set[str]:
    return {name.removeprefix("aws:").rpartition("/")[2] for name in managed}


def written(days: float | str | None) -> str | None:
    """A use as the credential report writes it; None for never."""
    return f"{NOW - timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}" if isinstance(days, float) else None


def test_roles_arrive_with_path_date_tags_boundary_and_policies(details: dict[str, dict[str, Any]]) -> None:
    assert set(details["Role"]) == {role.name for role in COMPANY.roles}
    for role in COMPANY.roles:
        arrived = details["Role"][role.name]
        assert arrived["Path"] == role.path
        assert arrived["Arn"] == f"arn:aws:iam::{ACCOUNT}:role{role.path}{role.name}"
        assert arrived["CreateDate"] == NOW - timedelta(days=role.age)
        assert {tag["Key"]: tag["Value"] for tag in arrived["Tags"]} == role.tags
        assert ("PermissionsBoundary" in arrived) == (role.boundary is not None)
        assert {one["PolicyName"] for one in arrived["AttachedManagedPolicies"]} == policy_names(role.managed)
        assert {one["PolicyName"] for one in arrived["RolePolicyList"]} == set(role.inline)


def test_a_role_was_last_used_when_it_was_last_seen_within_400_days(details: dict[str, dict[str, Any]]) -> None:
    for role in COMPANY.roles:
        seen = [days for days in (role.seen, *(use.days for use in role.uses)) if days is not None and days <= 400]
        arrived = details["Role"][role.name].get("RoleLastUsed", {})
        expected = NOW - timedelta(days=min(seen)) if seen else None
        assert arrived.get("LastUsedDate") == expected


def test_users_arrive_with_path_date_tags_groups_boundary_and_policies(details: dict[str, dict[str, Any]]) -> None:
    assert set(details["User"]) >= {user.name for user in COMPANY.users}
    for user in COMPANY.users:
        arrived = details["User"][user.name]
        assert (arrived["Path"], set(arrived["GroupList"])) == (user.path, set(user.groups))
        assert arrived["CreateDate"] == NOW - timedelta(days=user.age)
        assert {tag["Key"]: tag["Value"] for tag in arrived.get("Tags", [])} == user.tags
        assert ("PermissionsBoundary" in arrived) == (user.boundary is not None)
        assert {one["PolicyName"] for one in arrived["AttachedManagedPolicies"]} == policy_names(user.managed)
        assert {one["PolicyName"] for one in arrived.get("UserPolicyList", [])} == set(user.inline)


def test_groups_arrive_with_their_policies(details: dict[str, dict[str, Any]]) -> None:
    assert set(details["Group"]) == {group.name for group in COMPANY.groups}
    for group in COMPANY.groups:
        arrived = details["Group"][group.name]
        assert {one["PolicyName"] for one in arrived["AttachedManagedPolicies"]} == policy_names(group.managed)
        assert {one["PolicyName"] for one in arrived["GroupPolicyList"]} == set(group.inline)


def test_policies_arrive_with_every_version_and_its_date(details: dict[str, dict[str, Any]]) -> None:
    for policy in COMPANY.policies:
        arrived = details["Policy"][policy.name]
        ages = [policy.age, *(version.age for version in reversed(policy.earlier))]
        assert [one["CreateDate"] for one in arrived["PolicyVersionList"]] == [
            NOW - timedelta(days=age) for age in ages
        ]
        assert [one["IsDefaultVersion"] for one in arrived["PolicyVersionList"]] == [True, *([False] * (len(ages) - 1))]


def test_the_credential_report_tells_of_passwords_mfa_and_keys(iam: Client) -> None:
    iam.generate_credential_report()
    table = csv.DictReader(iam.get_credential_report()["Content"].decode().splitlines())
    rows = {row["user"]: row for row in table}
    for user in COMPANY.users:
        row = rows[user.name]
        assert (row["password_enabled"] == "true") == (user.password is not None)
        assert (row["mfa_active"] == "true") == user.mfa
        if user.password is not None:
            assert row["password_last_used"] == (written(user.password) or "no_information")
        arrived = {(row[f"access_key_{n}_active"], row[f"access_key_{n}_last_used_date"]) for n in (1, 2)}
        expected = {(str(key.active).lower(), written(key.used) or "N/A") for key in user.keys}
        assert arrived - {("false", "N/A")} == expected
        used = {row[f"access_key_{n}_last_used_service"] for n in (1, 2)} - {"N/A"}
        assert used == {key.service for key in user.keys if key.used is not None}


def test_a_report_tells_of_seeded_use(iam: Client) -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/teams/finance/finance-reports"
    job = iam.generate_service_last_accessed_details(Arn=role, Granularity="ACTION_LEVEL")["JobId"]
    report = iam.get_service_last_accessed_details(JobId=job)
    seen = {one["ServiceNamespace"]: one.get("LastAuthenticated") for one in report["ServicesLastAccessed"]}
    assert seen == {
        "athena": None,
        "budgets": NOW - timedelta(days=200),
        "ce": NOW - timedelta(days=89),
        "cur": NOW - timedelta(days=91),
        "s3": None,
        "savingsplans": None,
    }


def test_a_report_of_a_name_with_every_legal_character_can_be_had(iam: Client) -> None:
    user = f"arn:aws:iam::{ACCOUNT}:user/vendors/vendor+acme=ops@larkspur.example"
    job = iam.generate_service_last_accessed_details(Arn=user)["JobId"]
    report = iam.get_service_last_accessed_details(JobId=job)
    assert [one["ServiceNamespace"] for one in report["ServicesLastAccessed"]] == ["s3", "sts"]
