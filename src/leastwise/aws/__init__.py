"""The one door to AWS: sessions, signed calls, rate limits, retries, paging, and AWS errors turned into ours.

Promise: every answer that leaves this room is a typed record or one of our errors, every wait has a deadline, and no
call made here changes anything in the account (but for the reports that AWS is asked to write). `IamDoor.change` alone
can, and which operation it calls is its caller's word: `apply` has the one module that speaks it. `SecurityHubDoor`
writes findings of ours, and changes nothing that they are about.
"""

from leastwise.aws.analysis import AccessReason, FindingType, NewAccess, PolicyFinding
from leastwise.aws.analyzer import AnalyzerDoor, connect_analyzer
from leastwise.aws.connect import connect
from leastwise.aws.door import AccountDoor
from leastwise.aws.event_history import EventHistoryDoor, EventPage, EventRecord, connect_event_history
from leastwise.aws.iam_door import IamDoor, connect_iam
from leastwise.aws.iam_records import AccessKeyRecord, HolderRecord, PolicyUsage, PrincipalKind, VersionRecord
from leastwise.aws.options import ConnectionOptions
from leastwise.aws.paging import follow_pages
from leastwise.aws.records import (
    AccountSummary,
    AttachedPolicyRecord,
    AuthorizationFilter,
    AuthorizationPage,
    CallerIdentity,
    CredentialReport,
    CredentialReportState,
    GroupRecord,
    InlinePolicyRecord,
    ManagedPolicyRecord,
    PolicyVersionRecord,
    RoleLastUsedRecord,
    RoleRecord,
    SummaryEntry,
    TagRecord,
    UserRecord,
)
from leastwise.aws.region import region_of
from leastwise.aws.reports import (
    EntitiesPage,
    EntityUse,
    GrantingPolicy,
    GrantingPolicyKind,
    Granularity,
    JobError,
    JobStatus,
    LastAccessedPage,
    LastAccessedRow,
    PoliciesGrantingPage,
    ServiceGrants,
    TrackedActions,
    TrackedUse,
)
from leastwise.aws.security_hub import (
    MAXIMUM_BATCH_BYTES,
    MAXIMUM_FINDINGS,
    SecurityHubDoor,
    connect_security_hub,
)
from leastwise.aws.security_hub_records import FailedFinding, StoredFinding
from leastwise.aws.system_clock import SystemClock

__all__ = [
    "MAXIMUM_BATCH_BYTES",
    "MAXIMUM_FINDINGS",
    "AccessKeyRecord",
    "AccessReason",
    "AccountDoor",
    "AccountSummary",
    "AnalyzerDoor",
    "AttachedPolicyRecord",
    "AuthorizationFilter",
    "AuthorizationPage",
    "CallerIdentity",
    "ConnectionOptions",
    "CredentialReport",
    "CredentialReportState",
    "EntitiesPage",
    "EntityUse",
    "EventHistoryDoor",
    "EventPage",
    "EventRecord",
    "FailedFinding",
    "FindingType",
    "GrantingPolicy",
    "GrantingPolicyKind",
    "Granularity",
    "GroupRecord",
    "HolderRecord",
    "IamDoor",
    "InlinePolicyRecord",
    "JobError",
    "JobStatus",
    "LastAccessedPage",
    "LastAccessedRow",
    "ManagedPolicyRecord",
    "NewAccess",
    "PoliciesGrantingPage",
    "PolicyFinding",
    "PolicyUsage",
    "PolicyVersionRecord",
    "PrincipalKind",
    "RoleLastUsedRecord",
    "RoleRecord",
    "SecurityHubDoor",
    "ServiceGrants",
    "StoredFinding",
    "SummaryEntry",
    "SystemClock",
    "TagRecord",
    "TrackedActions",
    "TrackedUse",
    "UserRecord",
    "VersionRecord",
    "connect",
    "connect_analyzer",
    "connect_event_history",
    "connect_iam",
    "connect_security_hub",
    "follow_pages",
    "region_of",
]
