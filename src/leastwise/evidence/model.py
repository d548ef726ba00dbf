"""What a source saw of a subject's use over a window, and why where it saw nothing."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from leastwise.policy import Arn

__all__ = [
    "ActionUse",
    "CredentialUse",
    "Evidence",
    "Gap",
    "GapReason",
    "Granularity",
    "KeyUse",
    "PasswordUse",
    "PrincipalUse",
    "ServiceUse",
    "Source",
    "Usage",
    "Window",
]


class Source(StrEnum):
    """Who saw it."""

    LAST_ACCESSED = "last-accessed"
    """IAM's service last accessed report (Access Advisor)."""
    ROLE_LAST_USED = "role-last-used"
    """A role's RoleLastUsed."""
    CREDENTIAL_REPORT = "credential-report"
    """IAM's credential report."""


class Granularity(StrEnum):
    """How fine a source looks."""

    PRINCIPAL = "principal"
    SERVICE = "service"
    ACTION = "action"


class Window(Struct, frozen=True, order=True, gc=False):
    """The time that a source looked at."""

    start: datetime
    """From when on it would have seen a use."""
    end: datetime
    """Until when."""


class ActionUse(Struct, frozen=True, order=True, gc=False):
    """An action that was used."""

    name: str
    """Without the service, as AWS writes it: `CreateBucket`."""
    at: datetime
    """Its last use."""
    region: str | None = None
    """Where; None if the source does not say."""
    entity: Arn | None = None
    """Who, for the report of a group or a policy; None if the source does not say."""


class ServiceUse(Struct, frozen=True, gc=False):
    """What a source says of one service."""

    namespace: str
    """`s3`."""
    name: str
    """`Amazon S3`."""
    last_used_at: datetime | None
    """Its last use in the window; None if it was listed and never used."""
    region: str | None = None
    """Where it was last used; None if never, or not said."""
    entity: Arn | None = None
    """Who used it last; None if never, or not said."""
    tracked: tuple[str, ...] | None = None
    """Names of every action that the source tracks here, used or not; None if it looks at no action."""
    used: tuple[ActionUse, ...] = ()
    """Those of them that were used in the window."""


class Usage(Struct, frozen=True):
    """What one source saw of one subject (a principal or a managed policy), service by service."""

    subject: Arn
    """Whose use it is."""
    source: Source
    """Who saw it."""
    granularity: Granularity
    """How fine it looked."""
    window: Window
    """The time it looked at."""
    services: Mapping[str, ServiceUse]
    """By namespace; a service that is not here was not looked at, which is not the same as not used."""
    is_complete: bool = True
    """False where the source said more than could be had: a page of a report whose next page is missing."""


class PrincipalUse(Struct, frozen=True):
    """When a principal as a whole was last used; if never in the window, nothing that it holds was used then."""

    subject: Arn
    """The principal."""
    source: Source
    """Who saw it."""
    window: Window
    """The time it looked at."""
    last_used_at: datetime | None
    """Its last use; None if there was none in the window."""
    region: str | None = None
    """Where; None if never, or not said."""


class PasswordUse(Struct, frozen=True):
    """A user's console password."""

    enabled: bool
    """Whether there is one."""
    created_at: datetime | None
    """When it was last set; None if not said."""
    last_used_at: datetime | None
    """Its last use; None if never."""
    used_known: bool = True
    """False where AWS says `no_information`, which may be a use before October 2014."""


class KeyUse(Struct, frozen=True):
    """One of a user's two access keys. The credential report gives no key id."""

    number: int
    """1 or 2, as in the credential report."""
    active: bool
    """Whether it can be used."""
    created_at: datetime | None
    """When it was made or last rotated; None if not said."""
    last_used_at: datetime | None
    """Its last use; None if never."""
    region: str | None = None
    """Where it was last used."""
    service: str | None = None
    """With which service it was last used."""


class CredentialUse(Struct, frozen=True):
    """What the credential report says of one user."""

    subject: Arn
    """The user."""
    window: Window
    """The report's own time is the end; it looks back to the user's creation."""
    password: PasswordUse
    """Its password."""
    keys: tuple[KeyUse, ...]
    """Its existing access keys."""


class GapReason(StrEnum):
    """Why a source could not answer."""

    REPORT_FAILED = "report-failed"
    """The job ended as FAILED."""
    REPORT_LOST = "report-lost"
    """The job, or the principal, was gone before it could be read."""
    NOT_READABLE = "not-readable"
    """Access was denied."""
    TIMED_OUT = "timed-out"
    """The job did not end in time."""
    UNREACHABLE = "unreachable"
    """AWS could not be reached, or answered with faults, after every retry."""
    NOT_COLLECTED = "not-collected"
    """Nobody asked: a saved scan has no such file."""
    INTERRUPTED = "interrupted"
    """The scan was stopped before the answer came."""


class Gap(Struct, frozen=True, order=True):
    """A source that could not answer for a subject."""

    subject: Arn
    """Whom it was asked about; for the account-wide credential report, the user."""
    source: Source
    """Which source."""
    reason: GapReason
    """Why, as a word."""
    detail: str = ""
    """Why, as AWS said it: code, message, request id."""
    operation: str = ""
    """The AWS operation that failed; empty if none was made."""
    code: str = ""
    """AWS's error code; empty if there was none."""


class Evidence(Struct, frozen=True):
    """All that is known of use, as a set: order and repetition do not matter.

    Build it with `leastwise.evidence.evidence_of` and join two with `leastwise.evidence.merge`, which keep each tuple
    sorted and without repetition.
    """

    usages: Mapping[Arn, tuple[Usage, ...]]
    """By subject."""
    principals: Mapping[Arn, tuple[PrincipalUse, ...]]
    """By principal."""
    credentials: Mapping[Arn, tuple[CredentialUse, ...]]
    """By user."""
    gaps: Mapping[Arn, tuple[Gap, ...]]
    """By subject."""
