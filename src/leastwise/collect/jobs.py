"""Last-accessed reports: jobs generated and polled side by side, each ending as a Usage or as a Gap with its reason."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from leastwise.aws import Granularity, JobError, JobStatus, LastAccessedPage, follow_pages
from leastwise.clock import Clock
from leastwise.collect.gaps import gap_of
from leastwise.collect.pacing import Pacing
from leastwise.collect.progress import Progress
from leastwise.collect.usage import usage_of
from leastwise.errors import AwsError, CredentialsError, NoSuchEntityError, ResponseError
from leastwise.evidence import Gap, GapReason, Source, Usage
from leastwise.policy import Arn

__all__ = ["Answer", "JobLimits", "ReportDoor", "collect_reports"]

_OPERATION = "iam:GetServiceLastAccessedDetails"
_SCOUTS = 3
"""How many jobs are looked at early, even while others are still being asked for, to learn how long jobs take."""
_NAP_SECONDS = 0.25
"""How often a waiting job looks whether the others have taught it a better time."""

Answer = Usage | Gap


class ReportDoor(Protocol):
    """What of the door to AWS this needs."""

    async def generate_service_last_accessed_details(self, arn: str, *, granularity: Granularity) -> str:
        """The id of a new job."""
        ...

    async def service_last_accessed_details(
        self, job_id: str, *, marker: str | None = None, maximum_items: int = 1000
    ) -> LastAccessedPage:
        """One page of a job's answer."""
        ...


class JobLimits(Struct, frozen=True):
    """Bounds on a collection of reports."""

    in_flight: int = 1000
    """Jobs that AWS is asked to work on at a time."""
    timeout_seconds: float = 600.0
    """How old a job may get."""


class _Job(Struct):
    """A job that AWS works on."""

    id: str
    subject: Arn
    started: float
    is_scout: bool = False


async def collect_reports(
    subjects: Sequence[Arn],
    *,
    door: ReportDoor,
    clock: Clock,
    progress: Progress,
    deliver: Callable[[Answer], None],
    granularity: Granularity = Granularity.ACTION_LEVEL,
    limits: JobLimits | None = None,
) -> None:
    """Deliver one answer a subject, as they come.

    ACTION_LEVEL holds everything that SERVICE_LEVEL does (IAM API, GenerateServiceLastAccessedDetails).
    Subjects that AWS cannot answer for get a Gap; nothing that AWS says stops the others. Cancelled, it ends at once,
    and what was not delivered was not had.
    """
    run = _Run(door, clock, limits or JobLimits(), granularity)

    async def answer(subject: Arn) -> None:
        deliver(await run.answer(subject))
        progress.advance()

    async with asyncio.TaskGroup() as group:
        for subject in subjects:
            group.create_task(answer(subject))


class _Run:
    """The jobs of one account: what they share is how long jobs take, and whether the credentials still work."""

    def __init__(self, door: ReportDoor, clock: Clock, limits: JobLimits, granularity: Granularity) -> None:
        self._door = door
        self._granularity = granularity
        self._clock = clock
        self._limits = limits
        self._slots = asyncio.Semaphore(limits.in_flight)
        self._pacing = Pacing()
        self._asking = 0
        self._nobody_asks = asyncio.Event()
        self._nobody_asks.set()
        self._scouts = 0
        self._refusal: CredentialsError | None = None

    async def answer(self, subject: Arn) -> Answer:
        """The report of one subject, or why there is none."""
        async with self._slots:
            if self._refusal is not None:
                return gap_of(self._refusal, subject=subject, source=Source.LAST_ACCESSED)
            try:
                return await self._report(subject)
            except CredentialsError as error:
                # Every further call would fail the same way: the rest is spared the asking.
                self._refusal = error
                return gap_of(error, subject=subject, source=Source.LAST_ACCESSED)
            except AwsError as error:
                return gap_of(error, subject=subject, source=Source.LAST_ACCESSED)

    async def _report(self, subject: Arn) -> Answer:
        """The report; a job that is gone, as after a change of credentials, is generated once more."""
        job = await self._generate(subject)
        try:
            return await self._read(job)
        except NoSuchEntityError:
            return await self._read(await self._generate(subject))

    async def _generate(self, subject: Arn) -> _Job:
        self._asking += 1
        self._nobody_asks.clear()
        try:
            job_id = await self._door.generate_service_last_accessed_details(subject, granularity=self._granularity)
        finally:
            self._asking -= 1
            if self._asking == 0:
                self._nobody_asks.set()
        return _Job(job_id, subject, self._clock.monotonic())

    async def _read(self, job: _Job) -> Answer:
        try:
            first = await self._finished_page(job)
        finally:
            self._scouts -= job.is_scout
        if isinstance(first, Gap):
            return first
        return usage_of(job.subject, await self._all_pages(job, first))

    async def _finished_page(self, job: _Job) -> LastAccessedPage | Gap:
        """The first page of the finished job, or why it did not finish."""
        last_look: float | None = None
        while True:
            await self._until_due(job, last_look)
            page = await self._door.service_last_accessed_details(job.id)
            last_look = self._clock.monotonic() - job.started
            if page.status is not JobStatus.IN_PROGRESS:
                self._pacing.saw_finished(_seconds_between(page.created_at, page.completed_at, default=last_look))
                return page if page.status is JobStatus.COMPLETED else _failed(job, page.error)
            if last_look > self._limits.timeout_seconds:
                return _timed_out(job, last_look)

    async def _until_due(self, job: _Job, last_look: float | None) -> None:
        """Return when the job is worth a look: old enough, and no job that could start to run waits for its call."""
        while (wait := self._wait(job, last_look)) > 0:
            await self._clock.sleep(min(wait, _NAP_SECONDS))
        if not job.is_scout:
            await self._nobody_asks.wait()

    def _wait(self, job: _Job, last_look: float | None) -> float:
        if not job.is_scout and self._scouts < _SCOUTS:
            job.is_scout = True
            self._scouts += 1
        return job.started + self._pacing.due_age(last_look, is_scout=job.is_scout) - self._clock.monotonic()

    async def _all_pages(self, job: _Job, first: LastAccessedPage) -> list[LastAccessedPage]:
        """Every page of the answer; raises ResponseError for one that does not end."""

        async def fetch(marker: str | None) -> LastAccessedPage:
            return first if marker is None else await self._door.service_last_accessed_details(job.id, marker=marker)

        def refuse(problem: str) -> ResponseError:
            return ResponseError(problem, operation=_OPERATION, arn=job.subject)

        return [page async for page in follow_pages(fetch, refuse=refuse)]


def _seconds_between(start: datetime, end: datetime | None, *, default: float) -> float:
    """How long AWS says the job took, which a look between two looks cannot tell; `default` if it does not say."""
    return (end - start).total_seconds() if end is not None and end > start else default


def _failed(job: _Job, error: JobError | None) -> Gap:
    said = f": {error.code}: {error.message}" if error is not None else ""
    return Gap(
        job.subject,
        Source.LAST_ACCESSED,
        GapReason.REPORT_FAILED,
        detail=f"AWS could not make the report{said}",
        operation=_OPERATION,
        code=error.code if error is not None else "",
    )


def _timed_out(job: _Job, age: float) -> Gap:
    return Gap(
        job.subject,
        Source.LAST_ACCESSED,
        GapReason.TIMED_OUT,
        detail=f"the report was still not ready after {age:.0f} s",
        operation=_OPERATION,
    )
