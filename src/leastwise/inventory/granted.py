"""Which statements of which policy grant a thing, and how the policy reaches its holder."""

from enum import StrEnum

from msgspec import Struct

__all__ = ["GrantedBy", "PolicyKind"]


class PolicyKind(StrEnum):
    """Where a policy lives, which decides how it can be changed."""

    MANAGED = "managed"
    """Customer-managed: new versions can be made."""
    AWS_MANAGED = "aws-managed"
    """AWS owns it: it can only be detached."""
    INLINE = "inline"
    """Inside its principal."""


class GrantedBy(Struct, frozen=True, order=True, gc=False):
    """The statements of one policy that grant something to one principal."""

    policy: str
    """The ARN of a managed policy, or the name of an inline one."""
    kind: PolicyKind
    """Where the policy lives."""
    via: str
    """`direct`, or `group:NAME` where a user has it through a group."""
    statements: tuple[int, ...]
    """Indexes of the statements, from 0, ascending."""
