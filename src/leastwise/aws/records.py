"""What exists in an account, as AWS gives it: the rows of GetAccountAuthorizationDetails and the account's own facts.

Policy documents are kept as the raw text they were stored as (decoded from the URL encoding of the answer, once).
"""

from datetime import datetime
from enum import Enum

from msgspec import Struct

__all__ = [
    "AccountSummary",
    "AttachedPolicyRecord",
    "AuthorizationFilter",
    "AuthorizationPage",
    "CallerIdentity",
    "CredentialReport",
    "CredentialReportState",
    "GroupRecord",
    "InlinePolicyRecord",
    "ManagedPolicyRecord",
    "PolicyVersionRecord",
    "RoleLastUsedRecord",
    "RoleRecord",
    "SummaryEntry",
    "TagRecord",
    "UserRecord",
]


class AuthorizationFilter(Enum):
    """Kinds of entity that GetAccountAuthorizationDetails can be narrowed to."""

    USER = "User"
    ROLE = "Role"
    GROUP = "Group"
    LOCAL_MANAGED_POLICY = "LocalManagedPolicy"
    AWS_MANAGED_POLICY = "AWSManagedPolicy"


class CallerIdentity(Struct, frozen=True, gc=False):
    """Who AWS takes the caller for."""

    account: str
    """Account id, 12 digits."""
    arn: str
    """ARN of the user, or of the role session."""
    user_id: str
    """Unique id of the user, or of the role and its session."""


class TagRecord(Struct, frozen=True, gc=False):
    """One tag."""

    key: str
    """The tag's name."""
    value: str
    """The tag's value; may be empty."""


class AttachedPolicyRecord(Struct, frozen=True, gc=False):
    """A managed policy attached to a principal."""

    name: str
    """The policy's name."""
    arn: str
    """The policy's ARN."""


class InlinePolicyRecord(Struct, frozen=True, gc=False):
    """A policy embedded in a principal."""

    name: str
    """The policy's name, unique within the principal."""
    document: str
    """The raw text of the document."""


class RoleLastUsedRecord(Struct, frozen=True, gc=False):
    """When a role was last used; AWS sends it empty for a role that was not used in 400 days (IAM User Guide)."""

    at: datetime | None
    """Last use, aware and in UTC; `None` where AWS knows of none in its tracking period."""
    region: str | None
    """Region of the last use; `None` where AWS names none."""


class UserRecord(Struct, frozen=True, kw_only=True, gc=False):
    """One IAM user."""

    arn: str
    """The user's ARN."""
    name: str
    """The user's name."""
    id: str
    """The user's unique id, `AIDA...`."""
    path: str
    """The user's path, `/` at least."""
    created_at: datetime
    """Creation, aware and in UTC."""
    group_names: tuple[str, ...]
    """Names of the groups the user is in."""
    inline_policies: tuple[InlinePolicyRecord, ...]
    """Policies embedded in the user."""
    attached_policies: tuple[AttachedPolicyRecord, ...]
    """Managed policies attached to the user itself."""
    boundary_arn: str | None
    """ARN of the permissions boundary; `None` for none."""
    tags: tuple[TagRecord, ...]
    """The user's tags."""


class RoleRecord(Struct, frozen=True, kw_only=True, gc=False):
    """One IAM role."""

    arn: str
    """The role's ARN."""
    name: str
    """The role's name."""
    id: str
    """The role's unique id, `AROA...`."""
    path: str
    """The role's path, `/` at least."""
    created_at: datetime
    """Creation, aware and in UTC."""
    trust_document: str
    """Raw text of the trust policy."""
    instance_profile_arns: tuple[str, ...]
    """ARNs of the instance profiles that carry the role."""
    inline_policies: tuple[InlinePolicyRecord, ...]
    """Policies embedded in the role."""
    attached_policies: tuple[AttachedPolicyRecord, ...]
    """Managed policies attached to the role."""
    boundary_arn: str | None
    """ARN of the permissions boundary; `None` for none."""
    tags: tuple[TagRecord, ...]
    """The role's tags."""
    last_used: RoleLastUsedRecord | None
    """The role's last use; `None` where AWS sent no such member, which says nothing of the role's use."""


class GroupRecord(Struct, frozen=True, kw_only=True, gc=False):
    """One IAM group."""

    arn: str
    """The group's ARN."""
    name: str
    """The group's name."""
    id: str
    """The group's unique id, `AGPA...`."""
    path: str
    """The group's path, `/` at least."""
    created_at: datetime
    """Creation, aware and in UTC."""
    inline_policies: tuple[InlinePolicyRecord, ...]
    """Policies embedded in the group."""
    attached_policies: tuple[AttachedPolicyRecord, ...]
    """Managed policies attached to the group."""


class PolicyVersionRecord(Struct, frozen=True, kw_only=True, gc=False):
    """One version of a managed policy."""

    id: str
    """The version's id, `v1`, `v2`, ..."""
    document: str
    """Raw text of the document."""
    is_default: bool
    """Whether this version is the one in force."""
    created_at: datetime
    """Creation, aware and in UTC."""


class ManagedPolicyRecord(Struct, frozen=True, kw_only=True, gc=False):
    """One managed policy, a customer's or AWS's own, with the versions that AWS sent."""

    arn: str
    """The policy's ARN."""
    name: str
    """The policy's name."""
    id: str
    """The policy's unique id, `ANPA...`; empty where a stand-in for AWS leaves it out."""
    path: str
    """The policy's path, `/` at least."""
    created_at: datetime
    """Creation, aware and in UTC."""
    updated_at: datetime
    """Creation of the newest version, aware and in UTC."""
    default_version_id: str
    """Id of the version in force."""
    attachment_count: int
    """Number of users, roles and groups it is attached to."""
    boundary_usage_count: int
    """Number of users and roles it bounds."""
    is_attachable: bool
    """Whether it may be attached."""
    versions: tuple[PolicyVersionRecord, ...]
    """Its versions; every one of a customer's policy, the default one of AWS's own."""


class AuthorizationPage(Struct, frozen=True, kw_only=True, gc=False):
    """One page of GetAccountAuthorizationDetails; any of its lists may be empty."""

    users: tuple[UserRecord, ...] = ()
    """Users of this page."""
    roles: tuple[RoleRecord, ...] = ()
    """Roles of this page."""
    groups: tuple[GroupRecord, ...] = ()
    """Groups of this page."""
    policies: tuple[ManagedPolicyRecord, ...] = ()
    """Managed policies of this page."""
    is_truncated: bool = False
    """Whether more follow; then there is a marker."""
    marker: str | None = None
    """Where the next page begins; `None` on the last page."""


class CredentialReportState(Enum):
    """How far AWS is with the credential report."""

    STARTED = "STARTED"
    IN_PROGRESS = "INPROGRESS"
    COMPLETE = "COMPLETE"


class CredentialReport(Struct, frozen=True, gc=False):
    """AWS's report on users' passwords, keys and devices."""

    content: bytes
    """The report as CSV, as AWS wrote it."""
    generated_at: datetime
    """When AWS wrote it, aware and in UTC; at most 4 hours ago (IAM User Guide)."""


class SummaryEntry(Struct, frozen=True, gc=False):
    """One count or quota of an account."""

    name: str
    """AWS's name for it, e.g. `AttachedPoliciesPerRoleQuota`."""
    value: int
    """The count or the limit."""


class AccountSummary(Struct, frozen=True):
    """The counts and quotas of an account."""

    entries: tuple[SummaryEntry, ...]
    """Sorted by name."""

    def value(self, name: str) -> int | None:
        """The count or quota of this name; `None` where AWS did not send it."""
        return next((entry.value for entry in self.entries if entry.name == name), None)
