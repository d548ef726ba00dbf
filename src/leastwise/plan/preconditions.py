"""What must still be so when a change is carried out: what the scan saw, as the live state can be compared with it."""

from datetime import datetime
from hashlib import sha256

from msgspec import Struct

from leastwise.policy import Arn

__all__ = [
    "Absent",
    "AttachedTo",
    "HasPassword",
    "HoldsOnly",
    "InGroup",
    "InlineIs",
    "KeyIs",
    "MembersAre",
    "NoInline",
    "PolicyIs",
    "Precondition",
    "digest_of",
]


def digest_of(text: str) -> str:
    """The SHA-256 of a text as UTF-8, e.g. `sha256:9f86d0...`.

    >>> digest_of("{}")[:15]
    'sha256:44136fa3'
    """
    return f"sha256:{sha256(text.encode()).hexdigest()}"


class InlineIs(Struct, frozen=True, tag_field="check", tag="inline-is"):
    """The principal has this inline policy, and it says just this."""

    principal: Arn
    """The user, role or group that it lives in."""
    policy: str
    """Its name."""
    digest: str
    """`digest_of` its text."""


class NoInline(Struct, frozen=True, tag_field="check", tag="no-inline"):
    """The principal has no inline policy of this name."""

    principal: Arn
    """The user, role or group."""
    policy: str
    """The name."""


class PolicyIs(Struct, frozen=True, tag_field="check", tag="policy-is"):
    """The managed policy has just these versions, this default version, and that says just this."""

    policy: Arn
    """Which."""
    version: str
    """The default version, e.g. `v3`."""
    digest: str
    """`digest_of` the text of the default version."""
    versions: tuple[str, ...]
    """Every version, oldest first; empty where other versions do not matter."""


class AttachedTo(Struct, frozen=True, tag_field="check", tag="attached-to"):
    """The managed policy is attached to these principals, or to nobody but these."""

    policy: Arn
    """Which."""
    principals: tuple[Arn, ...]
    """The users, roles and groups, sorted; empty for none."""
    exactly: bool
    """False: to each of these. True: to nobody but these, and nobody's permissions boundary; whoever came later was
    never asked about."""


class Absent(Struct, frozen=True, tag_field="check", tag="absent"):
    """The account has no such policy yet."""

    policy: Arn
    """Which."""


class MembersAre(Struct, frozen=True, tag_field="check", tag="members-are"):
    """Nobody but these users is in the group; whoever came later was never asked about."""

    group: Arn
    """Which."""
    users: tuple[Arn, ...]
    """Its members, sorted."""


class HoldsOnly(Struct, frozen=True, tag_field="check", tag="holds-only"):
    """The principal holds no other policies than these."""

    principal: Arn
    """The user, role or group."""
    inline: tuple[str, ...]
    """Names of its inline policies, sorted."""
    attached: tuple[Arn, ...]
    """Its managed policies, sorted."""


class InGroup(Struct, frozen=True, tag_field="check", tag="in-group"):
    """The user is in the group."""

    user: Arn
    """Who."""
    group: Arn
    """Where."""


class KeyIs(Struct, frozen=True, tag_field="check", tag="key-is"):
    """The access key is there, active, and has not been used since."""

    user: Arn
    """Whose."""
    number: int
    """1 or 2, as in the credential report."""
    created_at: datetime
    """When it was made or last rotated."""
    last_used_at: datetime | None
    """Its last use; None if never."""


class HasPassword(Struct, frozen=True, tag_field="check", tag="has-password"):
    """The user has a password and has not signed in with it since."""

    user: Arn
    """Whose."""
    last_used_at: datetime | None
    """The last sign-in; None if never."""


Precondition = (
    InlineIs | NoInline | PolicyIs | AttachedTo | Absent | MembersAre | HoldsOnly | InGroup | KeyIs | HasPassword
)
"""One thing that must still be so."""
