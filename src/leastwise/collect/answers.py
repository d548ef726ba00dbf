"""Pages of GetAccountAuthorizationDetails put together in the shape in which the AWS command line prints them.

Live and saved collections go through this one shape, so that a scan from a saved directory sees what the live one saw.
"""

from collections.abc import Iterable

from leastwise.aws import (
    AttachedPolicyRecord,
    AuthorizationPage,
    GroupRecord,
    InlinePolicyRecord,
    ManagedPolicyRecord,
    PolicyVersionRecord,
    RoleLastUsedRecord,
    RoleRecord,
    TagRecord,
    UserRecord,
)
from leastwise.collect.cli_json import (
    AuthorizationDetails,
    BoundaryDetail,
    GroupDetail,
    LastUsedDetail,
    PolicyDetail,
    PolicyDocumentDetail,
    PolicyNameDetail,
    RoleDetail,
    TagDetail,
    UserDetail,
    VersionDetail,
    raw_document,
)

__all__ = ["details_of"]


def details_of(pages: Iterable[AuthorizationPage]) -> AuthorizationDetails:
    """Everything on the pages, in AWS's order."""
    pages = tuple(pages)
    return AuthorizationDetails(
        user_detail_list=tuple(_user(user) for page in pages for user in page.users),
        group_detail_list=tuple(_group(group) for page in pages for group in page.groups),
        role_detail_list=tuple(_role(role) for page in pages for role in page.roles),
        policies=tuple(_policy(policy) for page in pages for policy in page.policies),
    )


def _user(user: UserRecord) -> UserDetail:
    return UserDetail(
        arn=user.arn,
        user_name=user.name,
        user_id=user.id,
        create_date=user.created_at,
        path=user.path,
        user_policy_list=_inline(user.inline_policies),
        group_list=user.group_names,
        attached_managed_policies=_attached(user.attached_policies),
        permissions_boundary=_boundary(user.boundary_arn),
        tags=_tags(user.tags),
    )


def _role(role: RoleRecord) -> RoleDetail:
    return RoleDetail(
        arn=role.arn,
        role_name=role.name,
        role_id=role.id,
        create_date=role.created_at,
        assume_role_policy_document=raw_document(role.trust_document),
        path=role.path,
        role_policy_list=_inline(role.inline_policies),
        attached_managed_policies=_attached(role.attached_policies),
        permissions_boundary=_boundary(role.boundary_arn),
        tags=_tags(role.tags),
        role_last_used=_last_used(role.last_used),
    )


def _group(group: GroupRecord) -> GroupDetail:
    return GroupDetail(
        arn=group.arn,
        group_name=group.name,
        group_id=group.id,
        create_date=group.created_at,
        path=group.path,
        group_policy_list=_inline(group.inline_policies),
        attached_managed_policies=_attached(group.attached_policies),
    )


def _policy(policy: ManagedPolicyRecord) -> PolicyDetail:
    return PolicyDetail(
        arn=policy.arn,
        policy_name=policy.name,
        policy_id=policy.id,
        create_date=policy.created_at,
        update_date=policy.updated_at,
        path=policy.path,
        attachment_count=policy.attachment_count,
        permissions_boundary_usage_count=policy.boundary_usage_count,
        policy_version_list=tuple(map(_version, policy.versions)),
    )


def _version(version: PolicyVersionRecord) -> VersionDetail:
    return VersionDetail(version.id, version.is_default, version.created_at, raw_document(version.document))


def _inline(policies: Iterable[InlinePolicyRecord]) -> tuple[PolicyDocumentDetail, ...]:
    return tuple(PolicyDocumentDetail(policy.name, raw_document(policy.document)) for policy in policies)


def _attached(policies: Iterable[AttachedPolicyRecord]) -> tuple[PolicyNameDetail, ...]:
    return tuple(PolicyNameDetail(policy.name, policy.arn) for policy in policies)


def _boundary(arn: str | None) -> BoundaryDetail | None:
    return None if arn is None else BoundaryDetail(arn)


def _tags(tags: Iterable[TagRecord]) -> tuple[TagDetail, ...]:
    return tuple(TagDetail(tag.key, tag.value) for tag in tags)


def _last_used(last_used: RoleLastUsedRecord | None) -> LastUsedDetail | None:
    return None if last_used is None else LastUsedDetail(last_used.at, last_used.region)
