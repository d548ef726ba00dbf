"""What `aws iam get-account-authorization-details` prints, as types; our saved directories have the same shape."""

from datetime import datetime

import msgspec
from msgspec import Raw, Struct, field

__all__ = [
    "AuthorizationDetails",
    "BoundaryDetail",
    "GroupDetail",
    "LastUsedDetail",
    "PolicyDetail",
    "PolicyDocumentDetail",
    "PolicyNameDetail",
    "RoleDetail",
    "TagDetail",
    "UserDetail",
    "VersionDetail",
    "document_text",
    "raw_document",
]


class TagDetail(Struct, frozen=True, rename="pascal"):
    """A tag."""

    key: str
    value: str


class BoundaryDetail(Struct, frozen=True, rename="pascal", omit_defaults=True):
    """A permissions boundary."""

    permissions_boundary_arn: str
    permissions_boundary_type: str = "Policy"


class PolicyNameDetail(Struct, frozen=True, rename="pascal"):
    """An attached managed policy."""

    policy_name: str
    policy_arn: str


class PolicyDocumentDetail(Struct, frozen=True, rename="pascal"):
    """An inline policy."""

    policy_name: str
    policy_document: Raw


class LastUsedDetail(Struct, frozen=True, rename="pascal", omit_defaults=True):
    """A role's last use; empty if there was none in 400 days."""

    last_used_date: datetime | None = None
    region: str | None = None


class UserDetail(Struct, frozen=True, rename="pascal", omit_defaults=True):
    """A user."""

    arn: str
    user_name: str
    user_id: str
    create_date: datetime
    path: str = "/"
    user_policy_list: tuple[PolicyDocumentDetail, ...] = ()
    group_list: tuple[str, ...] = ()
    attached_managed_policies: tuple[PolicyNameDetail, ...] = ()
    permissions_boundary: BoundaryDetail | None = None
    tags: tuple[TagDetail, ...] = ()


class RoleDetail(Struct, frozen=True, rename="pascal", omit_defaults=True):
    """A role."""

    arn: str
    role_name: str
    role_id: str
    create_date: datetime
    assume_role_policy_document: Raw
    path: str = "/"
    role_policy_list: tuple[PolicyDocumentDetail, ...] = ()
    attached_managed_policies: tuple[PolicyNameDetail, ...] = ()
    permissions_boundary: BoundaryDetail | None = None
    tags: tuple[TagDetail, ...] = ()
    role_last_used: LastUsedDetail | None = None


class GroupDetail(Struct, frozen=True, rename="pascal", omit_defaults=True):
    """A group."""

    arn: str
    group_name: str
    group_id: str
    create_date: datetime
    path: str = "/"
    group_policy_list: tuple[PolicyDocumentDetail, ...] = ()
    attached_managed_policies: tuple[PolicyNameDetail, ...] = ()


class VersionDetail(Struct, frozen=True, rename="pascal", omit_defaults=True):
    """A version of a managed policy."""

    version_id: str
    is_default_version: bool
    create_date: datetime
    document: Raw


class PolicyDetail(Struct, frozen=True, rename="pascal", omit_defaults=True):
    """A managed policy."""

    arn: str
    policy_name: str
    policy_id: str
    create_date: datetime
    update_date: datetime
    path: str = "/"
    attachment_count: int = 0
    permissions_boundary_usage_count: int = 0
    policy_version_list: tuple[VersionDetail, ...] = ()


class AuthorizationDetails(Struct, frozen=True, rename="pascal"):
    """The whole answer, all pages in one."""

    user_detail_list: tuple[UserDetail, ...]
    group_detail_list: tuple[GroupDetail, ...]
    role_detail_list: tuple[RoleDetail, ...]
    policies: tuple[PolicyDetail, ...]
    is_truncated: bool = field(default=False)
    marker: str | None = None


def document_text(raw: Raw) -> str:
    """The policy text in a Raw: a JSON string's content, or the text of the object that the AWS command line prints."""
    data = bytes(raw)
    return msgspec.json.decode(data, type=str) if data.startswith(b'"') else data.decode()


def raw_document(text: str) -> Raw:
    """The text as a JSON string, which keeps it to the character."""
    return Raw(msgspec.json.encode(text))
