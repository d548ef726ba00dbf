"""The one door to AWS: sessions, signed calls, rate limits, retries, paging, and AWS errors turned into ours.

Promise: every answer that leaves this room is a typed record or one of our errors, every wait has a deadline, and no
call made here changes anything in the account (but for the reports that AWS is asked to write).
"""

from leastwise.aws.analysis import AccessReason, FindingType, NewAccess, PolicyFinding
from leastwise.aws.analyzer import AnalyzerDoor, connect_analyzer
from leastwise.aws.connect import connect
from leastwise.aws.door import AccountDoor
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
from leastwise.aws.system_clock import SystemClock

__all__ = [
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
    "FindingType",
    "GrantingPolicy",
    "GrantingPolicyKind",
    "Granularity",
    "GroupRecord",
    "InlinePolicyRecord",
    "JobError",
    "JobStatus",
    "LastAccessedPage",
    "LastAccessedRow",
    "ManagedPolicyRecord",
    "NewAccess",
    "PoliciesGrantingPage",
    "PolicyFinding",
    "PolicyVersionRecord",
    "RoleLastUsedRecord",
    "RoleRecord",
    "ServiceGrants",
    "SummaryEntry",
    "SystemClock",
    "TagRecord",
    "TrackedActions",
    "TrackedUse",
    "UserRecord",
    "connect",
    "connect_analyzer",
    "follow_pages",
]
