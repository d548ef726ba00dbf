"""What AWS says of use: the answers of the last-accessed operations, as AWS gives them."""

from datetime import datetime
from enum import Enum

from msgspec import Struct

__all__ = [
    "EntitiesPage",
    "EntityUse",
    "GrantingPolicy",
    "GrantingPolicyKind",
    "Granularity",
    "JobError",
    "JobStatus",
    "LastAccessedPage",
    "LastAccessedRow",
    "PoliciesGrantingPage",
    "ServiceGrants",
    "TrackedActions",
    "TrackedUse",
]


class Granularity(Enum):
    """How deep a last-accessed report looks; action level contains all of service level."""

    SERVICE_LEVEL = "SERVICE_LEVEL"
    ACTION_LEVEL = "ACTION_LEVEL"


class JobStatus(Enum):
    """How far AWS is with a last-accessed report."""

    IN_PROGRESS = "IN_PROGRESS"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"


class JobError(Struct, frozen=True, gc=False):
    """Why AWS could not write a report."""

    code: str
    """AWS's code."""
    message: str
    """AWS's sentence."""


class TrackedUse(Struct, frozen=True, gc=False):
    """The last use of one tracked action."""

    name: str
    """The action without its service prefix, e.g. `CreateBucket`."""
    at: datetime
    """The last use, aware and in UTC; denied attempts count (IAM User Guide)."""
    entity: str | None
    """ARN of who used it last; `None` where AWS names nobody."""
    region: str | None
    """Region it was used in last; `None` where AWS names none."""


class TrackedActions(Struct, frozen=True, gc=False):
    """The actions of one service that AWS lists for an entity; an action that is not listed is not tracked."""

    names: tuple[str, ...]
    """Every listed action, used or not, in AWS's order and without the service prefix."""
    used: tuple[TrackedUse, ...]
    """The listed actions that were used, in AWS's order."""


class LastAccessedRow(Struct, frozen=True, gc=False):
    """One service that an entity's policies allow, with its last use."""

    namespace: str
    """The service's prefix, e.g. `s3`."""
    name: str
    """The service's name as the console shows it."""
    last_authenticated: datetime | None
    """The last attempt to use it, aware and in UTC; `None` for none in the tracking period."""
    entity: str | None
    """ARN of who tried last; `None` where AWS names nobody."""
    region: str | None
    """Region of the last attempt; `None` where AWS names none."""
    authenticated_entities: int
    """Number of entities that tried in the tracking period."""
    tracked: TrackedActions | None
    """The service's tracked actions; `None` where AWS sent no list, so that none of its actions is tracked here."""


class LastAccessedPage(Struct, frozen=True, kw_only=True, gc=False):
    """One answer of GetServiceLastAccessedDetails."""

    status: JobStatus
    """How far the job is; only a COMPLETED one has rows."""
    granularity: Granularity | None
    """How deep the report looks; `None` while AWS does not say, as in a pending answer."""
    created_at: datetime
    """When the job was made, aware and in UTC."""
    completed_at: datetime | None
    """When it ended, aware and in UTC; `None` while it runs."""
    services: tuple[LastAccessedRow, ...]
    """The rows of this page, in AWS's order."""
    is_truncated: bool
    """Whether more rows follow; then there is a marker."""
    marker: str | None
    """Where the next page begins; `None` on the last page."""
    error: JobError | None
    """Why the job failed; `None` where AWS does not say."""


class EntityUse(Struct, frozen=True, gc=False):
    """One entity that a group's or a policy's permissions reach, with its last use of a service."""

    arn: str
    """The entity's ARN."""
    name: str
    """The entity's name."""
    kind: str
    """USER, ROLE or GROUP."""
    id: str
    """The entity's unique id."""
    path: str | None
    """The entity's path; `None` where AWS leaves it out."""
    last_authenticated: datetime | None
    """The last attempt, aware and in UTC; `None` for none in the tracking period."""


class EntitiesPage(Struct, frozen=True, kw_only=True, gc=False):
    """One answer of GetServiceLastAccessedDetailsWithEntities."""

    status: JobStatus
    """How far the job is."""
    created_at: datetime
    """When the job was made, aware and in UTC."""
    completed_at: datetime | None
    """When it ended, aware and in UTC; `None` while it runs."""
    entities: tuple[EntityUse, ...]
    """The entities of this page, most recent first."""
    is_truncated: bool
    """Whether more follow; then there is a marker."""
    marker: str | None
    """Where the next page begins; `None` on the last page."""
    error: JobError | None
    """Why the job failed; `None` where AWS does not say."""


class GrantingPolicyKind(Enum):
    """Where a granting policy lives."""

    INLINE = "INLINE"
    MANAGED = "MANAGED"


class GrantingPolicy(Struct, frozen=True, gc=False):
    """A policy that grants an entity access to a service; it may be attached directly or through a group."""

    name: str
    """The policy's name."""
    kind: GrantingPolicyKind
    """Whether it is managed or embedded."""
    arn: str | None
    """ARN of a managed policy; `None` for an embedded one."""
    entity_kind: str | None
    """USER, ROLE or GROUP that embeds it; `None` for a managed policy."""
    entity_name: str | None
    """Name of the entity that embeds it; `None` for a managed policy."""


class ServiceGrants(Struct, frozen=True, gc=False):
    """The policies that grant one service."""

    namespace: str
    """The service's prefix."""
    policies: tuple[GrantingPolicy, ...]
    """Empty where nothing grants it."""


class PoliciesGrantingPage(Struct, frozen=True, kw_only=True, gc=False):
    """One answer of ListPoliciesGrantingServiceAccess."""

    services: tuple[ServiceGrants, ...]
    """One entry a service asked for, in the order of the question."""
    is_truncated: bool
    """Whether more follow; then there is a marker."""
    marker: str | None
    """Where the next page begins; `None` on the last page."""
