"""Verdicts on what is granted, and the findings made of them."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum

from msgspec import Struct

from leastwise.evidence import Granularity, Source, Window
from leastwise.inventory import GrantedBy, ManagedPolicy, Principal
from leastwise.policy import Arn

__all__ = [
    "ActionVerdict",
    "EvidenceNote",
    "Exempt",
    "Finding",
    "Gain",
    "Judgement",
    "Parameters",
    "PolicyJudgement",
    "PrincipalJudgement",
    "Reason",
    "Rule",
    "ServiceVerdict",
    "Severity",
    "Verdict",
]


class Verdict(StrEnum):
    """What the evidence says of a granted service or action."""

    USED = "used"
    """Seen within the stale-after days."""
    STALE = "stale"
    """Seen, but not within them."""
    UNUSED = "unused"
    """Tracked over a window that is long enough, old enough, and never seen."""
    UNKNOWN = "unknown"
    """Anything else; the reason says what."""


class Reason(StrEnum):
    """Why a verdict is unknown."""

    UNTRACKED = "untracked"
    """No source looks at this action or service of this principal."""
    TOO_NEW = "too-new"
    """The principal, or every grant of the permission, is younger than the stale-after days."""
    WINDOW_TOO_SHORT = "window-too-short"
    """No source looked far enough back."""
    NOT_IN_REPORT = "not-in-report"
    """Granted, and a report was had, but it does not list the service."""
    UNATTACHED = "unattached"
    """A policy that nobody holds: there is nobody whose use could be seen."""
    REPORT_FAILED = "report-failed"
    REPORT_LOST = "report-lost"
    NOT_READABLE = "not-readable"
    TIMED_OUT = "timed-out"
    UNREACHABLE = "unreachable"
    NOT_COLLECTED = "not-collected"
    INTERRUPTED = "interrupted"

    @property
    def is_failure(self) -> bool:
        """Whether evidence could not be had that another scan might have: it makes a scan incomplete."""
        return self not in _NO_FAILURE


_NO_FAILURE = frozenset(
    {Reason.UNTRACKED, Reason.TOO_NEW, Reason.WINDOW_TOO_SHORT, Reason.NOT_IN_REPORT, Reason.UNATTACHED}
)


class Rule(StrEnum):
    """The kinds of findings; each is a module of its own in `leastwise.findings.rules`."""

    UNUSED_SERVICE = "unused-service"
    STALE_SERVICE = "stale-service"
    UNUSED_ACTION = "unused-action"
    UNUSED_ROLE = "unused-role"
    UNUSED_USER = "unused-user"
    UNUSED_ACCESS_KEY = "unused-access-key"
    UNUSED_PASSWORD = "unused-password"  # noqa: S105 - the name of a rule
    UNATTACHED_POLICY = "unattached-policy"
    EMPTY_GROUP = "empty-group"
    UNUSED_GROUP_GRANT = "unused-group-grant"


class Severity(StrEnum):
    """How much a finding matters, by what the unused permissions could do."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Parameters(Struct, frozen=True):
    """What a judgement depends on, besides its input."""

    now: datetime
    """The moment it is made for; aware, UTC."""
    stale_after_days: int = 90
    """A use longer ago than this many days is stale; also the least age and window of an `unused`."""


class ActionVerdict(Struct, frozen=True, gc=False):
    """The verdict on one granted action that some source tracks."""

    name: str
    """Without the service, as AWS writes it."""
    verdict: Verdict
    """What the evidence says."""
    reason: Reason | None = None
    """Why it is unknown; None for the other verdicts."""
    last_used_at: datetime | None = None
    """Its last use that any source saw."""


class ServiceVerdict(Struct, frozen=True, gc=False):
    """The verdict on one service that a principal or a policy is granted, or that a report lists for it."""

    namespace: str
    """`s3`."""
    name: str
    """`Amazon S3`; the namespace itself where nobody knows the name."""
    verdict: Verdict
    """What the evidence says of the service as a whole."""
    reason: Reason | None = None
    """Why it is unknown; None for the other verdicts."""
    last_used_at: datetime | None = None
    """Its last use that any source saw."""
    last_used_region: str | None = None
    """Where that was; None if never, or not said."""
    granted_by: tuple[GrantedBy, ...] = ()
    """The statements that grant it; empty if a report lists it and no document that was read grants it."""
    actions: tuple[ActionVerdict, ...] = ()
    """Verdicts on its granted actions that some source tracks, by name; shared between equal services."""
    untracked_actions: int = 0
    """How many of its granted actions no source tracks."""


class EvidenceNote(Struct, frozen=True, order=True):
    """Which source was looked at, over which window."""

    source: Source
    window: Window
    granularity: Granularity


class PrincipalJudgement(Struct, frozen=True):
    """Everything that is known about one principal's permissions and their use."""

    principal: Principal
    """Who."""
    services: tuple[ServiceVerdict, ...]
    """By namespace."""
    evidence: tuple[EvidenceNote, ...]
    """On what it stands."""
    last_used_at: datetime | None = None
    """The latest use of any kind that any source saw; None if none did."""
    is_idle: bool = False
    """Whether a source proves that the principal as a whole was not used within the stale-after days."""
    is_editable: bool = True
    """False for service-linked and reserved roles: shown, never proposed."""


class PolicyJudgement(Struct, frozen=True):
    """Everything that is known about one managed policy."""

    policy: ManagedPolicy
    """Which."""
    attached_to: tuple[Arn, ...]
    """The principals that hold it directly, by ARN."""
    boundary_of: tuple[Arn, ...]
    """The principals whose boundary it is, by ARN."""
    services: tuple[ServiceVerdict, ...]
    """By namespace: over all principals that it reaches, or from its own report where one was asked for."""
    evidence: tuple[EvidenceNote, ...] = ()
    """On what it stands."""


class Gain(Struct, frozen=True):
    """What would be gained if the finding were acted on: how many granted actions would go."""

    services: int = 0
    """Whole services."""
    actions: int = 0
    """Actions, those of the whole services included."""
    writing: int = 0
    """Those of them that write or tag."""
    permissions: int = 0
    """Those of them that manage permissions."""


class Exempt(Struct, frozen=True):
    """Why a finding is not to be acted on."""

    owner: str
    """Who answers for it."""
    reason: str
    """Why."""
    until: date | None
    """Last day on which it holds; None for an exemption by tag."""


class Finding(Struct, frozen=True):
    """Something to act on. Its id is the same from scan to scan for the same rule, resource and matter."""

    id: str
    """Stable, at most 64 characters."""
    rule: Rule
    """Its kind."""
    severity: Severity
    """How much it matters."""
    account: str
    """Account id."""
    resource: Arn
    """The principal or policy."""
    resource_type: str
    """`user`, `role`, `group` or `policy`."""
    title: str
    """One line."""
    detail: str
    """What was seen, and what can be done."""
    services: tuple[str, ...] = ()
    """Namespaces it is about, sorted."""
    actions: tuple[str, ...] = ()
    """Actions it is about, `service:Name`, sorted."""
    evidence: tuple[EvidenceNote, ...] = ()
    """On what it stands."""
    exempt: Exempt | None = None
    """Set where an exemption covers it; it stays visible and does not count."""
    gain: Gain = Gain()
    """What acting on it would remove."""


class Judgement(Struct, frozen=True):
    """One account, judged."""

    parameters: Parameters
    """What it depends on."""
    principals: tuple[PrincipalJudgement, ...]
    """By ARN."""
    policies: tuple[PolicyJudgement, ...]
    """By ARN."""
    findings: tuple[Finding, ...]
    """In a fixed order: rule, then resource, then id."""
    gains: Mapping[Arn, Gain]
    """What would be gained, a principal: all its findings that are not exempt, each action counted once."""
    notes: tuple[str, ...] = ()
    """What the reader must know besides: expired exemptions, unknown actions in documents, ..."""
