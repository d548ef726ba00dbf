"""What IAM says of single objects: the answers of its Get and List operations."""

from datetime import datetime
from enum import Enum
from typing import Generic, TypeVar

from msgspec import Struct

__all__ = [
    "AccessKeyRecord",
    "HolderRecord",
    "ListPage",
    "PolicyRecord",
    "PolicyUsage",
    "PrincipalKind",
    "VersionRecord",
    "VersionText",
]

Item = TypeVar("Item")


class PrincipalKind(Enum):
    """The kinds of principal, as IAM's operations and parameters name them."""

    USER = "User"
    ROLE = "Role"
    GROUP = "Group"


class PolicyUsage(Enum):
    """What a policy can be to a principal (botocore's model of iam 2010-05-08, PolicyUsageFilter)."""

    PERMISSIONS = "PermissionsPolicy"
    """It is attached."""
    BOUNDARY = "PermissionsBoundary"
    """It is the permissions boundary."""


class ListPage(Struct, Generic[Item], frozen=True):
    """One answer of an operation that lists."""

    items: tuple[Item, ...]
    """What it lists, in AWS's order."""
    is_truncated: bool
    """Whether more follow."""
    marker: str | None
    """Where the next page begins; None on the last."""


class VersionRecord(Struct, frozen=True):
    """A version of a managed policy, without its text."""

    id: str
    """`v2`."""
    is_default: bool
    """Whether it is in force."""
    created_at: datetime
    """When it was made."""


class VersionText(Struct, frozen=True):
    """A version of a managed policy, with its text."""

    version: VersionRecord
    """Which."""
    text: str
    """What it says, to the character."""


class PolicyRecord(Struct, frozen=True):
    """What a managed policy has besides its versions."""

    description: str
    """Its description; empty for none."""
    tags: tuple[tuple[str, str], ...]
    """Its tags, key and value, in AWS's order."""


class HolderRecord(Struct, frozen=True):
    """A principal that a policy is attached to, or bounds. AWS does not say its path, and so not its ARN."""

    kind: PrincipalKind
    """User, role or group."""
    name: str
    """Its name."""
    id: str
    """Its unique id."""


class AccessKeyRecord(Struct, frozen=True):
    """An access key, without its secret."""

    id: str
    """AKIA..."""
    created_at: datetime
    """When it was made."""
    is_active: bool
    """Whether it can be used."""
