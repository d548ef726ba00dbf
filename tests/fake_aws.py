"""Doors to an AWS that answers as told, in virtual time."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from leastwise.aws import (
    AuthorizationFilter,
    AuthorizationPage,
    CallerIdentity,
    CredentialReport,
    CredentialReportState,
    GrantingPolicy,
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
from leastwise.errors import AwsError, InvalidInputError, NoSuchEntityError
from leastwise.inventory import User
from virtual_time import START, VirtualClock

__all__ = [
    "FakeAccount",
    "FakeCredentials",
    "FakeEvidence",
    "FakeGranting",
    "FakeReports",
    "credential_csv",
    "page",
    "row",
]

USED_AT = START - timedelta(days=3)


def row(namespace: str, *, used: bool = False, actions: Sequence[str] | None = ("Get", "List")) -> LastAccessedRow:
    """A row whose first action was used, if the service was."""
    uses = (TrackedUse(actions[0], USED_AT, None, "eu-west-1"),) if used and actions else ()
    return LastAccessedRow(
        namespace=namespace,
        name=namespace.upper(),
        last_authenticated=USED_AT if used else None,
        entity=None,
        region="eu-west-1" if used else None,
        authenticated_entities=int(used),
        tracked=None if actions is None else TrackedActions(tuple(actions), uses),
    )


class FakeReports:
    """Last-accessed reports; whatever is not told otherwise takes `job_seconds` and lists two services."""

    def __init__(self, *, job_seconds: float = 5.0, round_trip_seconds: float = 0.1) -> None:
        self.clock = VirtualClock()
        self.job_seconds = job_seconds
        self.round_trip_seconds = round_trip_seconds
        self.polls: Counter[str] = Counter()
        self.generated: Counter[str] = Counter()
        self.calls = 0
        self.on_generate: dict[str, Callable[[int], None]] = {}
        """By ARN, what happens at the nth generate; it may raise."""
        self.on_poll: dict[str, Callable[[], None]] = {}
        """By ARN, what happens at each look at a job; it may raise."""
        self.seconds: dict[str, float] = {}
        """By ARN, how long its jobs take."""
        self.failed: dict[str, JobError | None] = {}
        """By ARN, jobs that end as FAILED."""
        self.lost: dict[str, int] = {}
        """By ARN, how many jobs vanish before they are read."""
        self.pages: dict[str, list[LastAccessedPage]] = {}
        """By ARN, the pages of the finished report, in place of the usual one."""
        self._jobs: dict[str, tuple[str, float]] = {}

    async def generate_service_last_accessed_details(self, arn: str, *, granularity: Granularity) -> str:
        assert granularity is Granularity.ACTION_LEVEL
        await self._round_trip()
        self.generated[arn] += 1
        if arn in self.on_generate:
            self.on_generate[arn](self.generated[arn])
        job = f"job-{len(self._jobs)}"
        self._jobs[job] = (arn, self.clock.monotonic())
        return job

    async def service_last_accessed_details(
        self, job_id: str, *, marker: str | None = None, maximum_items: int = 1000
    ) -> LastAccessedPage:
        assert maximum_items == 1000
        await self._round_trip()
        arn, started = self._jobs[job_id]
        self.polls[job_id] += marker is None
        if arn in self.on_poll:
            self.on_poll[arn]()
        if self.generated[arn] <= self.lost.get(arn, 0):
            raise NoSuchEntityError(f"Job {job_id} does not exist.", code="NoSuchEntity", status=404)
        if self.clock.monotonic() - started < self.seconds.get(arn, self.job_seconds):
            return page(JobStatus.IN_PROGRESS, created_at=START)
        if arn in self.failed:
            return page(JobStatus.FAILED, created_at=START, error=self.failed[arn])
        if arn in self.pages:
            return self.pages[arn][int(marker or 0)]
        ended = START + timedelta(seconds=self.seconds.get(arn, self.job_seconds))
        return page(JobStatus.COMPLETED, created_at=START, completed_at=ended, rows=(row("s3", used=True), row("sqs")))

    async def _round_trip(self) -> None:
        self.calls += 1
        await asyncio.sleep(self.round_trip_seconds)


def page(
    status: JobStatus,
    *,
    created_at: datetime,
    completed_at: datetime | None = None,
    rows: tuple[LastAccessedRow, ...] = (),
    marker: str | None = None,
    is_truncated: bool | None = None,
    error: JobError | None = None,
) -> LastAccessedPage:
    """A page as AWS gives it: pending ones leave out nearly everything."""
    done = status is JobStatus.COMPLETED
    return LastAccessedPage(
        status=status,
        granularity=Granularity.ACTION_LEVEL if done else None,
        created_at=created_at,
        completed_at=completed_at,
        services=rows,
        is_truncated=marker is not None if is_truncated is None else is_truncated,
        marker=marker,
        error=error,
    )


_COLUMNS = (
    "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,"
    "mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,"
    "access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,"
    "access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,"
    "cert_1_last_rotated,cert_2_active,cert_2_last_rotated"
)


def credential_csv(users: Iterable[User]) -> bytes:
    """A credential report on users with a password that was never used, and no keys."""
    made, no_key, no_certificate = "2024-01-02T03:04:05+00:00", "false,N/A,N/A,N/A,N/A", "false,N/A"
    rest = f"true,no_information,N/A,N/A,false,{no_key},{no_key},{no_certificate},{no_certificate}"
    return "\n".join([_COLUMNS, *(f"{one.name},{one.arn},{made},{rest}" for one in users)]).encode()


class FakeCredentials:
    """A credential report that is ready after so many seconds, or never had."""

    def __init__(self, content: bytes, *, ready_after: float = 0.0, error: Exception | None = None) -> None:
        self.content = content
        self.ready_after = ready_after
        self.error = error
        self.calls: Counter[str] = Counter()
        self._asked_at: float | None = None

    async def generate_credential_report(self) -> CredentialReportState:
        self.calls["generate"] += 1
        if self.error is not None:
            raise self.error
        self._asked_at = VirtualClock().monotonic()
        return CredentialReportState.STARTED if self.ready_after else CredentialReportState.COMPLETE

    async def credential_report(self) -> CredentialReport:
        self.calls["get"] += 1
        assert self._asked_at is not None
        if VirtualClock().monotonic() - self._asked_at < self.ready_after:
            raise AwsError("in progress", operation="iam:GetCredentialReport", code="ReportInProgress", status=404)
        return CredentialReport(self.content, START)


class FakeEvidence(FakeReports):
    """Last-accessed reports and a credential report behind one door."""

    def __init__(self, credentials: FakeCredentials, *, job_seconds: float = 5.0) -> None:
        super().__init__(job_seconds=job_seconds)
        self.credentials = credentials

    async def generate_credential_report(self) -> CredentialReportState:
        return await self.credentials.generate_credential_report()

    async def credential_report(self) -> CredentialReport:
        return await self.credentials.credential_report()


class FakeAccount:
    """An account's own facts: who asks, the alias, and the pages of its details."""

    def __init__(
        self,
        *pages: AuthorizationPage,
        caller: CallerIdentity,
        aliases: tuple[str, ...] | AwsError = (),
        refusal: AwsError | None = None,
    ) -> None:
        self._pages = pages
        self._caller = caller
        self._aliases = aliases
        self._refusal = refusal

    async def caller_identity(self) -> CallerIdentity:
        return self._caller

    async def account_aliases(self) -> tuple[str, ...]:
        if isinstance(self._aliases, AwsError):
            raise self._aliases
        return self._aliases

    async def authorization_details(
        self, filters: tuple[AuthorizationFilter, ...] = ()
    ) -> AsyncIterator[AuthorizationPage]:
        assert not filters
        for one in self._pages:
            await asyncio.sleep(0)
            yield one
        if self._refusal is not None:
            raise self._refusal


class FakeGranting:
    """ListPoliciesGrantingServiceAccess, as strict as AWS, over what each service is granted by."""

    def __init__(
        self,
        granted: Mapping[str, Sequence[GrantingPolicy]],
        *,
        invalid: Sequence[str] = (),
        rows_a_page: int = 200,
        error: AwsError | None = None,
    ) -> None:
        self.calls: list[tuple[str, ...]] = []
        """The namespaces of each call, further pages included."""
        self.is_endless = False
        """Whether every page names the same one as the next."""
        self._granted = granted
        self._invalid = frozenset(invalid)
        self._rows_a_page = rows_a_page
        self._error = error

    async def policies_granting_service_access(
        self, arn: str, namespaces: Sequence[str], *, marker: str | None = None
    ) -> PoliciesGrantingPage:
        self.calls.append(tuple(namespaces))
        if self._error is not None:
            raise self._error
        assert arn
        self._check(namespaces)
        start = int(marker or 0)
        end = start + self._rows_a_page
        rows = tuple(ServiceGrants(name, tuple(self._granted.get(name, ()))) for name in namespaces[start:end])
        is_truncated = self.is_endless or end < len(namespaces)
        next_marker = str(start if self.is_endless else end) if is_truncated else None
        return PoliciesGrantingPage(services=rows, is_truncated=is_truncated, marker=next_marker)

    def _check(self, namespaces: Sequence[str]) -> None:
        if not 1 <= len(namespaces) <= 200:
            message = "Value at 'serviceNamespaces' failed to satisfy constraint: Member must have length less than 200"
            raise InvalidInputError(message, code="ValidationError", status=400)
        unknown = [name for name in namespaces if name in self._invalid]
        if unknown:
            message = f"Invalid service namespace: [{', '.join(unknown)}]"
            raise InvalidInputError(message, code="InvalidInput", status=400)
