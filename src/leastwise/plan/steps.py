"""The single steps that changes are made of: each is one thing done to one object, and says all that it takes."""

from datetime import datetime

from msgspec import Struct

from leastwise.policy import Arn

__all__ = [
    "AddToGroup",
    "Attach",
    "CreatePolicy",
    "CreateVersion",
    "DeleteInline",
    "DeletePassword",
    "DeletePolicy",
    "Detach",
    "KeptVersion",
    "PutInline",
    "RemoveFromGroup",
    "RestorePolicy",
    "RestoreVersion",
    "SetKeyStatus",
    "Step",
]


class PutInline(Struct, frozen=True, tag_field="do", tag="put-inline"):
    """Write an inline policy of a principal, over the one of that name if there is one."""

    principal: Arn
    """The user, role or group that it lives in."""
    policy: str
    """Its name."""
    document: str
    """Its text, to the character."""


class DeleteInline(Struct, frozen=True, tag_field="do", tag="delete-inline"):
    """Delete an inline policy of a principal."""

    principal: Arn
    """The user, role or group that it lives in."""
    policy: str
    """Its name."""


class CreatePolicy(Struct, frozen=True, tag_field="do", tag="create-policy"):
    """Make a customer-managed policy that is not there yet."""

    policy: Arn
    """What its ARN will be: of the account, its path and its name."""
    document: str
    """The text of its first version."""
    description: str
    """Its description, which AWS never lets anyone change again."""


class DeletePolicy(Struct, frozen=True, tag_field="do", tag="delete-policy"):
    """Delete a customer-managed policy that is attached to nobody, with all its versions."""

    policy: Arn
    """Which."""


class KeptVersion(Struct, frozen=True):
    """A version of a policy that is deleted, so that it can be made again."""

    version: str
    """`v2`."""
    document: str
    """Its text."""
    is_default: bool
    """Whether it was the one in force."""


class RestorePolicy(Struct, frozen=True, tag_field="do", tag="restore-policy"):
    """Make a deleted policy again, with the same versions."""

    policy: Arn
    """Its ARN."""
    created_at: datetime
    """When it was first made."""
    versions: tuple[KeptVersion, ...]
    """Its versions, oldest first."""


class CreateVersion(Struct, frozen=True, tag_field="do", tag="create-version"):
    """Make a new version of a customer-managed policy, and the default; where five exist, the oldest other one goes."""

    policy: Arn
    """Which."""
    document: str
    """The new version's text."""
    drops: KeptVersion | None = None
    """The version that must go first, since a policy has at most five (IAM quotas); None where there is room."""


class RestoreVersion(Struct, frozen=True, tag_field="do", tag="restore-version"):
    """Make an older version the default again, and delete the version that a change had made."""

    policy: Arn
    """Which."""
    version: str
    """The version that is to be the default."""
    document: str
    """What it says."""
    restores: KeptVersion | None = None
    """A version that was dropped and is made again. AWS gives it a new number."""


class Attach(Struct, frozen=True, tag_field="do", tag="attach"):
    """Attach a managed policy."""

    policy: Arn
    """Which."""
    principal: Arn
    """To which user, role or group."""


class Detach(Struct, frozen=True, tag_field="do", tag="detach"):
    """Detach a managed policy from one principal."""

    policy: Arn
    """Which."""
    principal: Arn
    """From which user, role or group."""


class AddToGroup(Struct, frozen=True, tag_field="do", tag="add-to-group"):
    """Put a user into a group."""

    user: Arn
    """Whom."""
    group: Arn
    """Where."""


class RemoveFromGroup(Struct, frozen=True, tag_field="do", tag="remove-from-group"):
    """Take a user out of a group."""

    user: Arn
    """Whom."""
    group: Arn
    """Out of what."""


class SetKeyStatus(Struct, frozen=True, tag_field="do", tag="set-key-status"):
    """Activate or deactivate an access key, which keeps its secret."""

    user: Arn
    """Whose."""
    number: int
    """1 or 2, as in the credential report, which does not give a key's id."""
    created_at: datetime
    """When the key was made or last rotated, which tells which of the user's keys it is."""
    active: bool
    """What it is to be."""


class DeletePassword(Struct, frozen=True, tag_field="do", tag="delete-password"):
    """Delete a user's login profile. It cannot be undone: AWS gives no password back."""

    user: Arn
    """Whose."""


Step = (
    PutInline
    | DeleteInline
    | CreatePolicy
    | DeletePolicy
    | RestorePolicy
    | CreateVersion
    | RestoreVersion
    | Attach
    | Detach
    | AddToGroup
    | RemoveFromGroup
    | SetKeyStatus
    | DeletePassword
)
"""One thing done to one object."""
