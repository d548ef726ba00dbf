"""What applying needs of a live account: single objects as they are now, and changes to them, one call at a time."""

from datetime import datetime
from typing import Protocol

from msgspec import Struct

from leastwise.policy import Arn

__all__ = [
    "About",
    "LiveAccount",
    "LiveKey",
    "LivePassword",
    "LivePolicy",
    "LiveText",
    "LiveVersion",
    "Reading",
    "Tag",
    "Writing",
]


class LiveVersion(Struct, frozen=True):
    """A version of a managed policy."""

    id: str
    """`v2`."""
    created_at: datetime
    """When it was made."""


class LiveText(Struct, frozen=True):
    """A version of a managed policy, with what it says."""

    text: str
    """What it says, to the character."""
    is_default: bool
    """Whether it is in force."""
    created_at: datetime
    """When it was made."""


class Tag(Struct, frozen=True, order=True):
    """A tag."""

    key: str
    """Its key."""
    value: str
    """Its value."""


class About(Struct, frozen=True):
    """What a managed policy has besides its versions, and a new one gets with it."""

    description: str = ""
    """Its description, which AWS never lets anyone change again; empty for none."""
    tags: tuple[Tag, ...] = ()
    """Its tags, sorted."""


class LivePolicy(Struct, frozen=True):
    """A managed policy as it is now."""

    arn: Arn
    """Its ARN."""
    default: str
    """The version in force."""
    text: str
    """What that says, to the character."""
    versions: tuple[LiveVersion, ...]
    """Every version, oldest first."""


class LiveKey(Struct, frozen=True):
    """An access key as it is now."""

    id: str
    """AKIA..."""
    created_at: datetime
    """When it was made."""
    active: bool
    """Whether it can be used."""


class LivePassword(Struct, frozen=True):
    """A console password as it is now."""

    created_at: datetime
    """When the login profile was made."""


class Reading(Protocol):
    """Reads single objects; each call is one to three AWS calls. None, or nothing, for what is not there."""

    async def inline(self, principal: Arn, name: str) -> str | None:
        """The text of an inline policy, to the character."""
        ...

    async def inline_names(self, principal: Arn) -> tuple[str, ...]:
        """The names of a principal's inline policies, sorted."""
        ...

    async def attached(self, principal: Arn) -> tuple[Arn, ...]:
        """The managed policies attached to a principal, sorted."""
        ...

    async def policy(self, policy: Arn) -> LivePolicy | None:
        """A managed policy with its versions and the text of the default one."""
        ...

    async def about(self, policy: Arn) -> About | None:
        """A managed policy's description and tags."""
        ...

    async def version(self, policy: Arn, version: str) -> LiveText | None:
        """One version."""
        ...

    async def holders(self, policy: Arn) -> tuple[Arn, ...]:
        """The principals that a policy is attached to, sorted."""
        ...

    async def bounded(self, policy: Arn) -> tuple[Arn, ...]:
        """The users and roles whose permissions boundary the policy is, sorted."""
        ...

    async def used_by(self, policy: Arn) -> tuple[Arn, ...]:
        """The principals that a policy is attached to or bounds, in one call, sorted."""
        ...

    async def members(self, group: Arn) -> tuple[Arn, ...]:
        """The users in a group, sorted."""
        ...

    async def keys(self, user: Arn) -> tuple[LiveKey, ...]:
        """A user's access keys, by id."""
        ...

    async def key_last_used(self, key: str) -> datetime | None:
        """When a key was last used; None for never."""
        ...

    async def password(self, user: Arn) -> LivePassword | None:
        """A user's password."""
        ...

    async def password_last_used(self, user: Arn) -> datetime | None:
        """When a user last signed in with a password, this one or an earlier one; None for never."""
        ...


class Writing(Protocol):
    """Changes single objects: each is one AWS call, and the only ones that change anything."""

    async def put_inline(self, principal: Arn, name: str, text: str) -> None:
        """Write an inline policy."""
        ...

    async def delete_inline(self, principal: Arn, name: str) -> None:
        """Delete an inline policy."""
        ...

    async def create_policy(self, policy: Arn, text: str, about: About) -> None:
        """Make a customer-managed policy with this ARN, whose version is v1."""
        ...

    async def delete_policy(self, policy: Arn) -> None:
        """Delete a policy that has one version and no attachment."""
        ...

    async def create_version(self, policy: Arn, text: str, *, is_default: bool) -> str:
        """Make a version of a policy; its id."""
        ...

    async def set_default(self, policy: Arn, version: str) -> None:
        """Put a version in force."""
        ...

    async def delete_version(self, policy: Arn, version: str) -> None:
        """Delete a version that is not in force."""
        ...

    async def attach(self, policy: Arn, principal: Arn) -> None:
        """Attach a managed policy; nothing happens where it is attached."""
        ...

    async def detach(self, policy: Arn, principal: Arn) -> None:
        """Detach a managed policy."""
        ...

    async def add_to_group(self, user: Arn, group: Arn) -> None:
        """Put a user into a group; nothing happens where it is in it."""
        ...

    async def remove_from_group(self, user: Arn, group: Arn) -> None:
        """Take a user out of a group."""
        ...

    async def set_key_status(self, user: Arn, key: str, *, active: bool) -> None:
        """Activate or deactivate an access key."""
        ...

    async def delete_password(self, user: Arn) -> None:
        """Delete a user's login profile."""
        ...


class LiveAccount(Reading, Writing, Protocol):
    """An account, live."""
