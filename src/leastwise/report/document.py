"""The scan as the outside sees it: the shape of `leastwise/scan/1`, which every format renders.

Fields stand in the order in which they are written. Adding one at the end of its group is fine; renaming, removing or
retyping one makes another schema. The JSON Schema in `schema/` is generated from these types, their texts included.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from leastwise.evidence import Granularity, Source
from leastwise.findings import Reason, Rule, ScanStatus, Severity, Verdict
from leastwise.inventory import PolicyKind, PrincipalType

__all__ = [
    "SCHEMA",
    "AccountCounts",
    "AccountEntry",
    "ActionEntry",
    "ErrorEntry",
    "EvidenceEntry",
    "ExemptEntry",
    "FindingCounts",
    "FindingEntry",
    "GainEntry",
    "GrantEntry",
    "ParametersEntry",
    "PolicyEntry",
    "PrincipalCounts",
    "PrincipalEntry",
    "RuleCount",
    "ScanDocument",
    "ServiceEntry",
    "Summary",
    "UnknownCount",
    "VerdictCounts",
]

SCHEMA: Final = "leastwise/scan/1"

Time = Annotated[datetime, Meta(tz=True, extra_json_schema={"pattern": "Z$"})]
Count = Annotated[int, Meta(ge=0)]
AccountNumber = Annotated[str, Meta(pattern=r"^\d{12}$")]
ArnText = Annotated[str, Meta(pattern="^arn:[^:]+:[^:]+:[^:]*:[^:]*:.+$")]
ResourceType = Annotated[str, Meta(pattern="^(user|role|group|policy)$")]


class ErrorEntry(Struct, frozen=True):
    """One answer that could not be had."""

    code: str
    """AWS's error code, or the reason as a word where AWS gave none."""
    message: str
    """What happened, one line."""
    operation: str
    """The AWS operation; empty if none was made."""
    arn: str
    """What it was about; empty for the account."""


class AccountEntry(Struct, frozen=True):
    """One account that was looked at."""

    id: AccountNumber
    """Its id."""
    alias: str | None
    """Its alias; null if it has none, or it could not be read."""
    partition: str
    """`aws`, `aws-cn` or `aws-us-gov`."""
    status: ScanStatus
    """How much of it could be looked at."""
    errors: tuple[ErrorEntry, ...]
    """Every answer that could not be had."""
    notes: tuple[str, ...]
    """What the reader must know besides: expired exemptions, unknown actions in documents, ..."""


class GrantEntry(Struct, frozen=True):
    """The statements of one policy that grant something."""

    policy: str
    """The ARN of a managed policy, or the name of an inline one."""
    kind: PolicyKind
    """Where the policy lives."""
    via: str
    """`direct`, or `group:NAME` where a user has it through a group."""
    statements: tuple[Count, ...]
    """Indexes of the statements, from 0, ascending."""


class ActionEntry(Struct, frozen=True):
    """The verdict on one granted action that some source tracks."""

    action: str
    """`s3:CreateBucket`."""
    verdict: Verdict
    """What the evidence says."""
    reason: Reason | None
    """Why it is unknown; null for the other verdicts."""
    last_used_at: Time | None
    """Its last use that any source saw; null for none."""


class ServiceEntry(Struct, frozen=True):
    """The verdict on one service."""

    namespace: str
    """`s3`."""
    name: str
    """`Amazon S3`."""
    verdict: Verdict
    """What the evidence says of the service as a whole."""
    reason: Reason | None
    """Why it is unknown; null for the other verdicts."""
    last_used_at: Time | None
    """Its last use that any source saw; null for none."""
    last_used_region: str | None
    """Where that was; null if never, or not said."""
    granted_by: tuple[GrantEntry, ...]
    """The statements that grant it; empty if a report lists it and no document that was read grants it."""
    actions: tuple[ActionEntry, ...]
    """Its granted actions that some source tracks, by name."""
    untracked_actions: Count
    """How many of its granted actions no source tracks."""


class EvidenceEntry(Struct, frozen=True):
    """Which source was looked at, over which window, and how finely."""

    source: Source
    """Who saw it."""
    window_start: Time
    """From when on it would have seen a use."""
    window_end: Time
    """Until when."""
    granularity: Granularity
    """How fine it looked."""


class GainEntry(Struct, frozen=True):
    """What would be gained: how many granted permissions would go."""

    services: Count
    """Whole services."""
    actions: Count
    """Actions, those of the whole services included."""
    writing: Count
    """Those of them that write or tag."""
    permissions: Count
    """Those of them that manage permissions."""


class PrincipalEntry(Struct, frozen=True):
    """Everything that is known of one principal."""

    arn: ArnText
    """Its ARN."""
    type: PrincipalType
    """What kind of principal."""
    account: AccountNumber
    """Its account's id."""
    id: str
    """Its unique id, AROA..., AIDA... or AGPA..."""
    path: str
    """`/` or `/team/`."""
    created_at: Time
    """When it was made."""
    last_used_at: Time | None
    """The latest use of any kind that any source saw; null if none did."""
    name: str
    """Its name, without the path."""
    boundary: ArnText | None
    """The policy that is its permissions boundary; null for none. AWS's reports do not consider it."""
    is_idle: bool
    """Whether a source proves that it was not used at all within the stale-after days."""
    is_editable: bool
    """False for service-linked and reserved roles, which nobody but AWS can change."""
    gain: GainEntry
    """What acting on its findings would remove, each action counted once."""
    evidence: tuple[EvidenceEntry, ...]
    """On what the verdicts stand."""
    services: tuple[ServiceEntry, ...]
    """By namespace."""


class PolicyEntry(Struct, frozen=True):
    """Everything that is known of one managed policy."""

    arn: ArnText
    """Its ARN."""
    name: str
    """Its name, without the path."""
    kind: PolicyKind
    """`managed` or `aws-managed`."""
    attached_to: tuple[ArnText, ...]
    """ARNs of the principals that hold it directly."""
    account: AccountNumber
    """The account that was looked at; AWS-managed policies have none of their own."""
    boundary_of: tuple[ArnText, ...]
    """ARNs of the principals whose permissions boundary it is."""
    evidence: tuple[EvidenceEntry, ...]
    """On what the verdicts stand."""
    services: tuple[ServiceEntry, ...]
    """By namespace, over all principals that it reaches."""


class ExemptEntry(Struct, frozen=True):
    """Why a finding is not to be acted on."""

    owner: str
    """Who answers for it."""
    reason: str
    """Why."""
    until: date | None
    """Last day on which it holds; null for an exemption by tag."""


class FindingEntry(Struct, frozen=True):
    """Something to act on."""

    id: str
    """Stable from scan to scan."""
    rule: Rule
    """Its kind."""
    severity: Severity
    """How much it matters, by what the unused permissions could do."""
    account: AccountNumber
    """Account id."""
    resource: ArnText
    """ARN of the principal or policy."""
    resource_type: ResourceType
    """`user`, `role`, `group` or `policy`."""
    title: str
    """One line."""
    detail: str
    """What was seen, and what can be done."""
    services: tuple[str, ...]
    """Namespaces it is about."""
    actions: tuple[str, ...]
    """Actions it is about, `service:Name`."""
    evidence: tuple[EvidenceEntry, ...]
    """On what it stands."""
    exempt: ExemptEntry | None
    """Set where an exemption covers it: then it stays visible and does not count."""
    gain: GainEntry
    """What acting on it would remove."""


class AccountCounts(Struct, frozen=True):
    """How many accounts could be looked at, and how well."""

    complete: Count
    """Everything that was asked was answered."""
    partial: Count
    """Some evidence could not be had."""
    failed: Count
    """Nothing is known of them."""


class PrincipalCounts(Struct, frozen=True):
    """How many principals there are."""

    users: Count
    """IAM users."""
    roles: Count
    """IAM roles."""
    groups: Count
    """IAM groups."""
    idle: Count
    """Those of them that are proved not to be used at all."""


class VerdictCounts(Struct, frozen=True):
    """How often each verdict was given."""

    used: Count
    """Seen within the stale-after days."""
    stale: Count
    """Seen, but not within them."""
    unused: Count
    """Looked for long enough, and never seen."""
    unknown: Count
    """Anything else."""


class UnknownCount(Struct, frozen=True):
    """How much could not be known for one reason."""

    reason: Reason
    """Why."""
    principals: Count
    """How many principals it touches."""
    services: Count
    """How many of their services."""
    actions: Count
    """How many of their actions; for `untracked` with those that no source tracks."""


class RuleCount(Struct, frozen=True):
    """How many findings one rule made."""

    rule: Rule
    """Which rule."""
    open: Count
    """Those to act on."""
    exempt: Count
    """Those that an exemption covers."""


class FindingCounts(Struct, frozen=True):
    """How many findings there are."""

    open: Count
    """Those to act on."""
    exempt: Count
    """Those that an exemption covers."""
    by_rule: tuple[RuleCount, ...]
    """The same for every rule that found something."""


class Summary(Struct, frozen=True):
    """The scan in figures. Verdicts are counted over principals, not over policies."""

    accounts: AccountCounts
    """How many accounts."""
    principals: PrincipalCounts
    """How many principals."""
    policies: Count
    """How many managed policies."""
    services: VerdictCounts
    """Verdicts on services granted to principals."""
    actions: VerdictCounts
    """Verdicts on actions granted to principals; `unknown` with those that no source tracks."""
    unknown: tuple[UnknownCount, ...]
    """What could not be known, by reason."""
    findings: FindingCounts
    """How many findings."""
    gain: GainEntry
    """What acting on all open findings would remove, over all principals."""


class ParametersEntry(Struct, frozen=True):
    """What the user asked for."""

    stale_after_days: Count
    """A use longer ago than this many days is stale."""
    principals: tuple[str, ...]
    """Patterns of principals to look at; empty for all."""
    services: tuple[str, ...]
    """Namespaces to report; empty for all."""
    exclude: tuple[str, ...]
    """Patterns of principals to leave out."""
    policies: bool
    """Whether AWS was asked for a report of every managed policy, too."""
    verify: bool
    """Whether our attribution was checked against AWS's."""


class ScanDocument(Struct, frozen=True):
    """A scan of one or more accounts."""

    schema: Literal["leastwise/scan/1"]
    """Which shape this is."""
    version: str
    """The version of leastwise that made it."""
    generated_at: Time
    """The moment the scan was made for."""
    parameters: ParametersEntry
    """What the user asked for."""
    accounts: tuple[AccountEntry, ...]
    """By id."""
    # The three long lists are built entry by entry where the document was made from a scan: iterate, do not keep.
    principals: Sequence[PrincipalEntry]
    """By account and ARN."""
    policies: Sequence[PolicyEntry]
    """By account and ARN."""
    findings: Sequence[FindingEntry]
    """By account, rule, resource and id."""
    summary: Summary
    """The scan in figures."""
