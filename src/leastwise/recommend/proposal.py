"""What is proposed for each policy of an account, or why nothing is."""

from enum import StrEnum

from msgspec import Struct

from leastwise.inventory import PolicyKind
from leastwise.policy import Arn, Document
from leastwise.recommend.proof import Proof
from leastwise.recommend.reduction import Reduction

__all__ = ["Obstacle", "PolicyRef", "Proposal", "Unchanged"]


class PolicyRef(Struct, frozen=True, order=True):
    """Which policy."""

    policy: str
    """The ARN of a managed policy, or the name of an inline one."""
    kind: PolicyKind
    """Where it lives."""
    owner: Arn | None = None
    """The principal that an inline policy lives in; None for a managed one."""


class Proposal(Struct, frozen=True):
    """A policy in a smaller form, with the proof."""

    policy: PolicyRef
    """Which policy."""
    holders: tuple[Arn, ...]
    """The users and roles that it reaches, sorted: none of them uses what goes."""
    before: Document
    """What it says."""
    reduction: Reduction
    """What becomes of it."""
    proof: Proof
    """What was shown of that."""


class Obstacle(StrEnum):
    """Why a policy is left as it is although something might go."""

    BOUNDARY = "boundary"
    """It is the permissions boundary of someone, whom it limits without granting anything."""
    UNREADABLE = "unreadable"
    """What it says could not be read."""
    NO_HOLDER = "no-holder"
    """It reaches no user and no role, so that there is nobody whose use could be seen."""
    MISSING_EVIDENCE = "missing-evidence"
    """Evidence on someone whom it reaches could not be had."""
    NOT_EDITABLE = "not-editable"
    """It reaches a role that only AWS can change."""
    TOO_LONG = "too-long"
    """Even with services given back whole, it would not fit its quota."""


class Unchanged(Struct, frozen=True):
    """A policy that is left as it is."""

    policy: PolicyRef
    """Which policy."""
    obstacle: Obstacle
    """Why."""
    detail: str = ""
    """What exactly, where there is more to say."""
