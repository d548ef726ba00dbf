"""Single objects of an account as they are, or as they are to be, whole enough to be put back.

These types are what the journal keeps: fields stand in the order in which they are written.
"""

from datetime import datetime
from typing import assert_never

from msgspec import Struct

from leastwise.apply.account import About
from leastwise.policy import Arn

__all__ = [
    "AttachmentState",
    "InlineState",
    "KeyState",
    "MembershipState",
    "PasswordState",
    "PolicyState",
    "State",
    "VersionState",
    "arns_of",
]


class InlineState(Struct, frozen=True, tag_field="object", tag="inline-policy"):
    """An inline policy."""

    principal: Arn
    """The user, role or group that it lives in."""
    policy: str
    """Its name."""
    document: str | None
    """What it says, to the character; None if it is not there."""

    @property
    def name(self) -> str:
        """What it is called, the same for the same object."""
        return f"inline policy {self.policy} of {self.principal}"


class VersionState(Struct, frozen=True):
    """A version of a managed policy."""

    version: str
    """`v2`; empty for the number that AWS will give."""
    document: str
    """What it says, to the character."""
    is_default: bool
    """Whether it is in force."""
    created_at: datetime | None = None
    """When it was made; None for one that is yet to be made."""

    @property
    def number(self) -> int:
        """2 for `v2`; 0 where it has none yet."""
        digits = self.version.removeprefix("v")
        return int(digits) if digits.isdecimal() else 0


class PolicyState(Struct, frozen=True, tag_field="object", tag="managed-policy"):
    """A managed policy with all its versions."""

    policy: Arn
    """Its ARN."""
    versions: tuple[VersionState, ...]
    """Its versions, oldest first; none if it is not there."""
    about: About | None = None
    """Its description and tags, where it is to be made or deleted; None where that is not looked at."""

    @property
    def name(self) -> str:
        """What it is called, the same for the same object."""
        return f"policy {self.policy}"

    @property
    def default(self) -> VersionState | None:
        """The version in force; None if the policy is not there."""
        return next((one for one in self.versions if one.is_default), None)


class AttachmentState(Struct, frozen=True, tag_field="object", tag="attachment"):
    """Whether a managed policy is attached to a principal."""

    policy: Arn
    """Which policy."""
    principal: Arn
    """To which user, role or group."""
    is_attached: bool
    """Whether it is."""
    attached: tuple[Arn, ...] = ()
    """All that was attached to the principal, sorted; for the record, and empty where it is yet to be."""

    @property
    def name(self) -> str:
        """What it is called, the same for the same object."""
        return f"the attachment of {self.policy} to {self.principal}"


class MembershipState(Struct, frozen=True, tag_field="object", tag="membership"):
    """Whether a user is in a group."""

    user: Arn
    """Who."""
    group: Arn
    """Where."""
    is_member: bool
    """Whether it is."""
    members: tuple[Arn, ...] = ()
    """All who were in the group, sorted; for the record, and empty where it is yet to be."""

    @property
    def name(self) -> str:
        """What it is called, the same for the same object."""
        return f"the membership of {self.user} in {self.group}"


class KeyState(Struct, frozen=True, tag_field="object", tag="access-key"):
    """An access key."""

    user: Arn
    """Whose."""
    created_at: datetime
    """When it was made, which tells which it is."""
    id: str
    """AKIA...; empty if it is not there."""
    is_active: bool
    """Whether it can be used."""

    @property
    def name(self) -> str:
        """What it is called, the same for the same object."""
        return f"the access key of {self.user} made at {self.created_at.isoformat()}"


class PasswordState(Struct, frozen=True, tag_field="object", tag="password"):
    """A console password."""

    user: Arn
    """Whose."""
    created_at: datetime | None
    """When it was made; None if there is none."""

    @property
    def name(self) -> str:
        """What it is called, the same for the same object."""
        return f"the password of {self.user}"


State = InlineState | PolicyState | AttachmentState | MembershipState | KeyState | PasswordState
"""One object."""


def arns_of(state: State) -> tuple[Arn, ...]:
    """The ARNs by which the object is asked for."""
    match state:
        case InlineState():
            return (state.principal,)
        case PolicyState():
            return (state.policy,)
        case AttachmentState():
            return state.policy, state.principal
        case MembershipState():
            return state.user, state.group
        case KeyState() | PasswordState():
            return (state.user,)
        case _:
            assert_never(state)
