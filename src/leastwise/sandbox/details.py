"""What GetAccountAuthorizationDetails says of each user, role, group and policy."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any, Literal
from urllib.parse import quote

import msgspec

from leastwise.sandbox.account import Account, Entity, boundary_of
from leastwise.sandbox.ledger import UsageLedger
from leastwise.sandbox.rendering import Value
from leastwise.sandbox.reports import TRACKING_PERIOD

__all__ = ["DetailKind", "DetailRef", "Details", "detail_refs", "role_last_used"]

DetailKind = Literal["User", "Group", "Role", "LocalManagedPolicy", "AWSManagedPolicy"]


class DetailRef(msgspec.Struct, frozen=True):
    """Something to be told in detail."""

    kind: DetailKind
    """The filter that it belongs to."""
    entity: Entity
    """What it is."""


def detail_refs(account: Account, kinds: Sequence[str]) -> list[DetailRef]:
    """Everything of these kinds, or of all where none is given; of AWS's policies only those in use."""
    refs = [DetailRef("User", user) for user in account.users()]
    refs += [DetailRef("Group", group) for group in account.groups()]
    refs += [DetailRef("Role", role) for role in account.roles()]
    refs += _policy_refs(account)
    return [ref for ref in refs if not kinds or ref.kind in kinds]


def _policy_refs(account: Account) -> list[DetailRef]:
    in_use = {*account.attachments(), *account.boundary_uses()}
    refs = []
    for arn, policy in sorted(account.backend.managed_policies.items()):
        kind: DetailKind = "AWSManagedPolicy" if ":iam::aws:policy/" in arn else "LocalManagedPolicy"
        if kind == "LocalManagedPolicy" or arn in in_use:
            refs.append(DetailRef(kind, Entity("policy", policy.name, arn, policy.id, policy.path)))
    return refs


class Details:
    """The details of an account's users, groups, roles and policies at one moment."""

    def __init__(self, account: Account, ledger: UsageLedger, *, now: datetime) -> None:
        self._account = account
        self._ledger = ledger
        self._now = now

    def of(self, ref: DetailRef) -> Mapping[str, Value]:
        """The detail of one of them."""
        found = self._account.object(ref.entity)
        if ref.kind == "User":
            return _user(found, self._groups[ref.entity.arn])
        if ref.kind == "Group":
            return _group(found)
        if ref.kind == "Role":
            return _role(found, role_last_used(self._ledger, found.arn, now=self._now))
        return _policy(found, attachments=self._attachments, boundary_uses=self._boundary_uses)

    @cached_property
    def _groups(self) -> Mapping[str, Sequence[str]]:
        names: defaultdict[str, list[str]] = defaultdict(list)
        for group in self._account.groups():
            for user in self._account.object(group).users:
                names[user.arn].append(group.name)
        return names

    @cached_property
    def _attachments(self) -> Mapping[str, int]:
        return self._account.attachments()

    @cached_property
    def _boundary_uses(self) -> Mapping[str, int]:
        return self._account.boundary_uses()


def _user(user: Any, groups: Sequence[str]) -> Mapping[str, Value]:  # noqa: ANN401 - moto's User
    return {
        "Path": user.path,
        "UserName": user.name,
        "UserId": user.id,
        "Arn": user.arn,
        "CreateDate": user.create_date,
        "UserPolicyList": _inline(user) or None,
        "GroupList": groups,
        "AttachedManagedPolicies": _attached(user),
        "PermissionsBoundary": _boundary(user),
        "Tags": _tags(user.tags or []),
    }


def _group(group: Any) -> Mapping[str, Value]:  # noqa: ANN401 - moto's Group
    return {
        "Path": group.path,
        "GroupName": group.name,
        "GroupId": group.id,
        "Arn": group.arn,
        "CreateDate": group.create_date,
        "GroupPolicyList": _inline(group),
        "AttachedManagedPolicies": _attached(group),
    }


def _role(role: Any, last_used: Mapping[str, Value]) -> Mapping[str, Value]:  # noqa: ANN401 - moto's Role
    return {
        "Path": role.path,
        "RoleName": role.name,
        "RoleId": role.id,
        "Arn": role.arn,
        "CreateDate": role.create_date,
        "AssumeRolePolicyDocument": encoded(role.assume_role_policy_document),
        "InstanceProfileList": [_profile(profile) for profile in role.instance_profile_list],
        "RolePolicyList": _inline(role),
        "AttachedManagedPolicies": _attached(role),
        "PermissionsBoundary": _boundary(role),
        "Tags": _tags(role.tags),
        "RoleLastUsed": last_used,
    }


def role_last_used(ledger: UsageLedger, role_arn: str, *, now: datetime) -> Mapping[str, Value]:
    """RoleLastUsed; empty where the role was not used in the tracking period."""
    last = ledger.principal(role_arn)
    if last is None or last.at < now - TRACKING_PERIOD:
        return {}
    return {"LastUsedDate": last.at, "Region": last.region}


def _policy(
    policy: Any,  # noqa: ANN401 - moto's ManagedPolicy
    *,
    attachments: Mapping[str, int],
    boundary_uses: Mapping[str, int],
) -> Mapping[str, Value]:
    return {
        "PolicyName": policy.name,
        "PolicyId": policy.id,
        "Arn": policy.arn,
        "Path": policy.path,
        "DefaultVersionId": policy.default_version_id,
        "AttachmentCount": attachments.get(policy.arn, 0),
        "PermissionsBoundaryUsageCount": boundary_uses.get(policy.arn, 0),
        "IsAttachable": True,
        "Description": policy.description or None,
        "CreateDate": policy.create_date,
        "UpdateDate": policy.update_date,
        "PolicyVersionList": [_version(version) for version in reversed(policy.versions)],
    }


def _version(version: Any) -> Mapping[str, Value]:  # noqa: ANN401 - moto's PolicyVersion
    return {
        "Document": encoded(version.document),
        "VersionId": version.version_id,
        "IsDefaultVersion": version.is_default,
        "CreateDate": version.create_date,
    }


def _profile(profile: Any) -> Mapping[str, Value]:  # noqa: ANN401 - moto's InstanceProfile
    return {
        "Path": profile.path,
        "InstanceProfileName": profile.name,
        "InstanceProfileId": profile.id,
        "Arn": profile.arn,
        "CreateDate": profile.create_date,
        "Roles": [],
    }


def encoded(document: str) -> str:
    """A document as IAM sends it: RFC 3986 percent-encoded JSON."""
    return quote(document, safe="")


def _inline(principal: Any) -> list[Value]:  # noqa: ANN401 - one of moto's three kinds
    return [{"PolicyName": name, "PolicyDocument": encoded(text)} for name, text in principal.policies.items()]


def _attached(principal: Any) -> list[Value]:  # noqa: ANN401 - one of moto's three kinds
    return [{"PolicyName": one.name, "PolicyArn": one.arn} for one in principal.managed_policies.values()]


def _boundary(principal: Any) -> Mapping[str, Value] | None:  # noqa: ANN401 - a user or role of moto
    arn = boundary_of(principal)
    return {"PermissionsBoundaryType": "PermissionsBoundaryPolicy", "PermissionsBoundaryArn": arn} if arn else None


def _tags(tags: Sequence[Mapping[str, str]]) -> list[Value]:
    return [{"Key": tag["Key"], "Value": tag["Value"]} for tag in tags]
