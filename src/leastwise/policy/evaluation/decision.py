"""What a simulation answers: whether a request is allowed, and which statements made it so."""

from enum import StrEnum

from msgspec import Struct

from leastwise.policy.document.model import Effect

__all__ = ["Decision", "Layer", "Outcome", "Reason", "Stance", "StatementRef"]


class Outcome(StrEnum):
    """What becomes of a request."""

    ALLOWED = "allowed"
    """It is allowed."""
    EXPLICIT_DENY = "explicit-deny"
    """Some statement denies it."""
    IMPLICIT_DENY = "implicit-deny"
    """No statement denies it, but one that would have to allow it is missing."""


class Layer(StrEnum):
    """A kind of policy that has a say."""

    IDENTITY = "identity"
    """The caller's own policies and its groups'."""
    BOUNDARY = "boundary"
    """Its permissions boundary."""
    SESSION = "session"
    """The policies of its session."""
    RESOURCE = "resource"
    """The policy of the resource; for AssumeRole the role's trust policy."""
    SERVICE_CONTROL = "service-control"
    """The SCPs at one place of the caller's organization."""
    RESOURCE_CONTROL = "resource-control"
    """The RCPs at one place of the resource's organization."""


class Stance(StrEnum):
    """What a layer says of a request."""

    ALLOW = "allow"
    """Some statement allows it, and none denies it."""
    EXPLICIT_DENY = "explicit-deny"
    """Some statement denies it."""
    NO_STATEMENT = "no-statement"
    """No statement is about it."""


class StatementRef(Struct, frozen=True):
    """Where a statement stands."""

    policy: str
    """The name of its policy."""
    index: int
    """Its place in the document, from 0."""
    sid: str | None
    """Its Sid; None if it has none."""
    effect: Effect
    """Allow or Deny."""


class Reason(Struct, frozen=True):
    """What one layer had to do with a decision."""

    layer: Layer
    """The layer."""
    level: int | None
    """For SCPs and RCPs the place in the organization, from 0 for its root; None for all others."""
    stance: Stance
    """What it says."""
    statements: tuple[StatementRef, ...]
    """The statements that make it say so, by policy and place; empty where there is none, or none is needed."""


class Decision(Struct, frozen=True):
    """What becomes of a request, and why."""

    outcome: Outcome
    """The answer."""
    reasons: tuple[Reason, ...]
    """The layers that made it: all that deny; or all that allow, as far as they were needed; or all that should allow
    and do not. SCPs first, then RCPs, identity, boundary, session, resource."""

    @property
    def is_allowed(self) -> bool:
        """Whether the request is allowed."""
        return self.outcome is Outcome.ALLOWED
