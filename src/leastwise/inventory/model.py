"""The principals and policies of one account, as they were when the snapshot was taken."""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from leastwise.policy import AccountId, Arn, Document

__all__ = [
    "Account",
    "Attachment",
    "Group",
    "InlinePolicy",
    "ManagedPolicy",
    "PolicyText",
    "PolicyVersion",
    "Principal",
    "PrincipalType",
    "Role",
    "RoleLastUsed",
    "Snapshot",
    "Tag",
    "User",
]


class PrincipalType(StrEnum):
    """What kind of principal."""

    USER = "user"
    ROLE = "role"
    GROUP = "group"


class Account(Struct, frozen=True):
    """The account that was looked at."""

    id: AccountId
    """Its id."""
    partition: str
    """`aws`, `aws-cn`, `aws-us-gov`."""
    alias: str | None = None
    """Its alias; None if it has none, or it could not be read."""


class PolicyText(Struct, frozen=True):
    """A policy document as it came, and what it means where it can be parsed."""

    text: str
    """The raw text, to the character."""
    document: Document | None
    """The parsed document; None if it is not one that IAM would accept."""
    fault: str = ""
    """Why it could not be parsed, with path, line and column; empty if it could."""


class InlinePolicy(Struct, frozen=True):
    """A policy that lives in its principal. Its age is not known to AWS."""

    name: str
    """Unique within its principal."""
    policy: PolicyText
    """What it says."""


class Attachment(Struct, frozen=True):
    """A managed policy attached to a principal. Since when is not known to AWS."""

    arn: Arn
    """The policy's."""
    name: str
    """The policy's."""


class Tag(Struct, frozen=True):
    """A tag of a principal."""

    key: str
    """Its key."""
    value: str
    """Its value."""


class User(Struct, frozen=True):
    """An IAM user."""

    arn: Arn
    """Its ARN."""
    name: str
    """Its name."""
    id: str
    """Its unique id, AIDA..."""
    path: str
    """`/` or `/team/`."""
    created_at: datetime
    """When it was made."""
    inline: tuple[InlinePolicy, ...] = ()
    """Its own policies."""
    attached: tuple[Attachment, ...] = ()
    """Its managed policies."""
    groups: tuple[str, ...] = ()
    """Names of the groups it is in."""
    boundary: Arn | None = None
    """The policy that is its permissions boundary; None for none."""
    tags: tuple[Tag, ...] = ()
    """Its tags."""

    @property
    def type(self) -> PrincipalType:
        """What kind of principal."""
        return PrincipalType.USER


class RoleLastUsed(Struct, frozen=True):
    """When a role was last used within the last 400 days, and where."""

    at: datetime
    """When."""
    region: str | None
    """Where; None if AWS did not say."""


class Role(Struct, frozen=True):
    """An IAM role."""

    arn: Arn
    """Its ARN."""
    name: str
    """Its name."""
    id: str
    """Its unique id, AROA..."""
    path: str
    """`/`, `/aws-service-role/...`, `/aws-reserved/...`, ..."""
    created_at: datetime
    """When it was made."""
    trust: PolicyText
    """Who may assume it."""
    last_used: RoleLastUsed | None = None
    """Its last use; None if it was not used in the last 400 days (IAM User Guide, RoleLastUsed)."""
    last_used_known: bool = True
    """False if the answer says nothing of last uses, as ListRoles' does not; then None means nothing."""
    inline: tuple[InlinePolicy, ...] = ()
    """Its own policies."""
    attached: tuple[Attachment, ...] = ()
    """Its managed policies."""
    boundary: Arn | None = None
    """The policy that is its permissions boundary; None for none."""
    tags: tuple[Tag, ...] = ()
    """Its tags."""

    @property
    def type(self) -> PrincipalType:
        """What kind of principal."""
        return PrincipalType.ROLE

    @property
    def is_service_linked(self) -> bool:
        """Whether AWS made it for a service of its own; nobody else can edit it."""
        return self.path.startswith("/aws-service-role/")

    @property
    def is_reserved(self) -> bool:
        """Whether AWS keeps it for itself (service-linked or Identity Center); it cannot be edited in IAM."""
        return self.is_service_linked or self.path.startswith("/aws-reserved/")


class Group(Struct, frozen=True):
    """An IAM group. Its members are the users that name it."""

    arn: Arn
    """Its ARN."""
    name: str
    """Its name."""
    id: str
    """Its unique id, AGPA..."""
    path: str
    """`/` or `/team/`."""
    created_at: datetime
    """When it was made."""
    inline: tuple[InlinePolicy, ...] = ()
    """Its own policies."""
    attached: tuple[Attachment, ...] = ()
    """Its managed policies."""

    @property
    def type(self) -> PrincipalType:
        """What kind of principal."""
        return PrincipalType.GROUP


Principal = User | Role | Group


class PolicyVersion(Struct, frozen=True):
    """One version of a managed policy."""

    id: str
    """`v1`, `v2`, ..."""
    created_at: datetime
    """When it was made."""
    is_default: bool
    """Whether it is the one in force."""
    policy: PolicyText
    """What it says."""


class ManagedPolicy(Struct, frozen=True):
    """A customer-managed or AWS-managed policy."""

    arn: Arn
    """Its ARN."""
    name: str
    """Its name."""
    id: str
    """Its unique id, ANPA..."""
    path: str
    """`/` or `/team/`."""
    created_at: datetime
    """When it was made."""
    updated_at: datetime
    """When its newest version was made, in force or not (IAM API, ManagedPolicyDetail, UpdateDate)."""
    versions: tuple[PolicyVersion, ...]
    """Every version that AWS listed, oldest first."""
    attachment_count: int = 0
    """To how many principals AWS says it is attached."""
    boundary_usage_count: int = 0
    """Of how many principals AWS says it is the permissions boundary."""

    @property
    def is_aws_managed(self) -> bool:
        """Whether AWS owns it, so that only attaching and detaching is possible."""
        return self.arn.account == "aws"

    @property
    def default_version(self) -> PolicyVersion | None:
        """The version in force; None if AWS listed none."""
        return next((version for version in self.versions if version.is_default), None)


class Snapshot(Struct, frozen=True):
    """One account at one moment."""

    account: Account
    """Which account."""
    taken_at: datetime
    """When AWS was asked."""
    users: tuple[User, ...] = ()
    """Every user, by ARN."""
    roles: tuple[Role, ...] = ()
    """Every role, by ARN."""
    groups: tuple[Group, ...] = ()
    """Every group, by ARN."""
    policies: tuple[ManagedPolicy, ...] = ()
    """Every customer-managed policy, and the AWS-managed ones in use, by ARN."""

    def principals(self) -> Iterator[Principal]:
        """Every user, role and group, by ARN within its kind: groups, roles, users."""
        yield from self.groups
        yield from self.roles
        yield from self.users
