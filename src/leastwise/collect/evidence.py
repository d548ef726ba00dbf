"""Everything that AWS knows of the use of an account, asked side by side, until it is there or somebody says stop."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Protocol

from msgspec import Struct, field

from leastwise.aws import Granularity
from leastwise.clock import Clock
from leastwise.collect.credentials import CredentialDoor, collect_credentials
from leastwise.collect.jobs import Answer, JobLimits, ReportDoor, collect_reports
from leastwise.collect.progress import Progress
from leastwise.collect.saved import SavedWriter
from leastwise.collect.subjects import mark_missing
from leastwise.errors import LeastwiseError
from leastwise.evidence import CredentialUse, Evidence, Gap, GapReason, Usage, evidence_of, role_uses
from leastwise.inventory import Snapshot, User
from leastwise.policy import Arn

__all__ = ["EvidenceDoor", "Questions", "collect_evidence"]


class EvidenceDoor(ReportDoor, CredentialDoor, Protocol):
    """What of the door to AWS this needs."""


class Questions(Struct, frozen=True):
    """What AWS is asked about."""

    subjects: tuple[Arn, ...]
    """Whose last-accessed report is wanted."""
    users: tuple[User, ...]
    """Whose credentials are wanted."""
    granularity: Granularity = Granularity.ACTION_LEVEL
    """How deep the reports look; action level holds everything that service level does."""


_Question = Callable[[], Coroutine[None, None, None]]


class _Heard(Struct):
    """What has been heard so far."""

    usages: list[Usage] = field(default_factory=list)
    credentials: list[CredentialUse] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)


async def collect_evidence(
    snapshot: Snapshot,
    questions: Questions,
    *,
    door: EvidenceDoor,
    clock: Clock,
    progress: Progress,
    stop: asyncio.Event,
    writer: SavedWriter | None = None,
    limits: JobLimits | None = None,
) -> Evidence:
    """What AWS says of these subjects and users, with a Gap for each answer that could not be had.

    When `stop` is set it ends at once with what is known by then. With a writer, each report is kept as it comes and
    the manifest is written last.
    """
    heard = _Heard()

    def deliver(answer: Answer) -> None:
        if isinstance(answer, Gap):
            heard.gaps.append(answer)
            return
        heard.usages.append(answer)
        if writer is not None:
            writer.usage(answer)

    async def ask_reports() -> None:
        await collect_reports(
            questions.subjects,
            door=door,
            clock=clock,
            progress=progress,
            deliver=deliver,
            granularity=questions.granularity,
            limits=limits,
        )

    async def ask_credentials() -> None:
        report, uses, gaps = await collect_credentials(questions.users, door=door, clock=clock)
        heard.credentials.extend(uses)
        heard.gaps.extend(gaps)
        if report is not None and writer is not None:
            writer.credential_report(report.content, generated_at=report.generated_at)

    progress.begin("reading last-accessed reports", total=len(questions.subjects))
    complete = await _all_or_stopped([ask_reports, ask_credentials], stop)
    evidence = _evidence(snapshot, questions, heard, complete=complete)
    if writer is not None:
        gaps = tuple(gap for gaps in evidence.gaps.values() for gap in gaps)
        writer.finish(snapshot, gaps=gaps, complete=complete)
    return evidence


def _evidence(snapshot: Snapshot, questions: Questions, heard: _Heard, *, complete: bool) -> Evidence:
    evidence = evidence_of(heard.usages, role_uses(snapshot), credentials=heard.credentials, gaps=heard.gaps)
    return mark_missing(
        evidence,
        subjects=questions.subjects,
        users=questions.users,
        reason=GapReason.NOT_COLLECTED if complete else GapReason.INTERRUPTED,
    )


async def _all_or_stopped(questions: Sequence[_Question], stop: asyncio.Event) -> bool:
    """Whether all were answered before `stop` was set; what was not is cancelled, or never asked."""
    if stop.is_set():
        return False

    async def ask_all() -> None:
        async with asyncio.TaskGroup() as group:
            for question in questions:
                group.create_task(question())

    work, stopped = asyncio.create_task(ask_all()), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({work, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if not work.done():
            return False
        _raise_first(work)
        return True
    finally:
        for task in (work, stopped):
            task.cancel()
        await asyncio.gather(work, stopped, return_exceptions=True)


def _raise_first(work: asyncio.Task[None]) -> None:
    """Raise what went wrong, one error of ours rather than a group of them: the first says enough."""
    try:
        work.result()
    except* LeastwiseError as group:
        raise _first(group) from group


def _first(error: BaseException) -> BaseException:
    return _first(error.exceptions[0]) if isinstance(error, BaseExceptionGroup) else error
