"""Account details in the AWS command line's JSON, read into an inventory."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

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
    document_text,
)
from leastwise.inventory import (
    Account,
    Attachment,
    Group,
    InlinePolicy,
    ManagedPolicy,
    PolicyVersion,
    Role,
    RoleLastUsed,
    Snapshot,
    Tag,
    User,
    policy_text,
)
from leastwise.policy import Arn, DocumentKind

__all__ = ["snapshot_of"]


def snapshot_of(details: AuthorizationDetails, *, account: Account, taken_at: datetime) -> Snapshot:
    """The account as the details show it; raises ValueError for an ARN that is none.

    A role without RoleLastUsed was not used in 400 days (IAM User Guide), but only in an answer that has the member at
    all: ListRoles leaves it out, and a file made of its answers must not make every role look idle.
    """
    return Snapshot(
        account=account,
        taken_at=taken_at,
        users=tuple(sorted(map(_user, details.user_detail_list), key=_arn)),
        roles=tuple(sorted(_roles(details), key=_arn)),
        groups=tuple(sorted(map(_group, details.group_detail_list), key=_arn)),
        policies=tuple(sorted(map(_policy, details.policies), key=_arn)),
    )


def _roles(details: AuthorizationDetails) -> Iterator[Role]:
    says_last_used = any(role.role_last_used is not None for role in details.role_detail_list)
    return (_role(role, says_last_used=says_last_used) for role in details.role_detail_list)


def _arn(thing: User | Role | Group | ManagedPolicy) -> Arn:
    return thing.arn


def _user(detail: UserDetail) -> User:
    return User(
        arn=Arn(detail.arn),
        name=detail.user_name,
        id=detail.user_id,
        path=detail.path,
        created_at=_utc(detail.create_date),
        inline=_inline(detail.user_policy_list),
        attached=_attached(detail.attached_managed_policies),
        groups=tuple(sorted(detail.group_list)),
        boundary=_boundary(detail.permissions_boundary),
        tags=_tags(detail.tags),
    )


def _role(detail: RoleDetail, *, says_last_used: bool) -> Role:
    return Role(
        arn=Arn(detail.arn),
        name=detail.role_name,
        id=detail.role_id,
        path=detail.path,
        created_at=_utc(detail.create_date),
        trust=policy_text(document_text(detail.assume_role_policy_document), kind=DocumentKind.TRUST),
        last_used=_last_used(detail.role_last_used),
        last_used_known=says_last_used,
        inline=_inline(detail.role_policy_list),
        attached=_attached(detail.attached_managed_policies),
        boundary=_boundary(detail.permissions_boundary),
        tags=_tags(detail.tags),
    )


def _group(detail: GroupDetail) -> Group:
    return Group(
        arn=Arn(detail.arn),
        name=detail.group_name,
        id=detail.group_id,
        path=detail.path,
        created_at=_utc(detail.create_date),
        inline=_inline(detail.group_policy_list),
        attached=_attached(detail.attached_managed_policies),
    )


def _policy(detail: PolicyDetail) -> ManagedPolicy:
    return ManagedPolicy(
        arn=Arn(detail.arn),
        name=detail.policy_name,
        id=detail.policy_id,
        path=detail.path,
        created_at=_utc(detail.create_date),
        updated_at=_utc(detail.update_date),
        versions=tuple(sorted(map(_version, detail.policy_version_list), key=lambda version: _number(version.id))),
        attachment_count=detail.attachment_count,
        boundary_usage_count=detail.permissions_boundary_usage_count,
    )


def _version(detail: VersionDetail) -> PolicyVersion:
    return PolicyVersion(
        id=detail.version_id,
        created_at=_utc(detail.create_date),
        is_default=detail.is_default_version,
        policy=policy_text(document_text(detail.document)),
    )


def _number(version_id: str) -> int:
    """The number in `v12`: versions are counted, never reused (IAM User Guide, Versioning IAM policies)."""
    digits = version_id.removeprefix("v")
    return int(digits) if digits.isdecimal() else 0


def _inline(details: Iterable[PolicyDocumentDetail]) -> tuple[InlinePolicy, ...]:
    policies = (
        InlinePolicy(detail.policy_name, policy_text(document_text(detail.policy_document))) for detail in details
    )
    return tuple(sorted(policies, key=lambda policy: policy.name))


def _attached(details: Iterable[PolicyNameDetail]) -> tuple[Attachment, ...]:
    attachments = (Attachment(Arn(detail.policy_arn), detail.policy_name) for detail in details)
    return tuple(sorted(attachments, key=lambda attachment: attachment.arn))


def _boundary(detail: BoundaryDetail | None) -> Arn | None:
    return None if detail is None else Arn(detail.permissions_boundary_arn)


def _tags(details: Iterable[TagDetail]) -> tuple[Tag, ...]:
    return tuple(sorted((Tag(detail.key, detail.value) for detail in details), key=lambda tag: tag.key))


def _last_used(detail: LastUsedDetail | None) -> RoleLastUsed | None:
    if detail is None or detail.last_used_date is None:
        return None
    return RoleLastUsed(_utc(detail.last_used_date), detail.region)


def _utc(moment: datetime) -> datetime:
    """The moment in UTC, as every date of IAM is, with or without saying so."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
