"""Scanning one account: collect, judge, and say how much could be known."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from leastwise.aws import ConnectionOptions, connect
from leastwise.catalog import Catalog, load_catalog
from leastwise.clock import Clock
from leastwise.collect import (
    Collected,
    Progress,
    Questions,
    SavedWriter,
    VerifyDoor,
    collect_evidence,
    collect_snapshot,
    mark_missing,
    read_saved,
    report_subjects,
    verify_attribution,
)
from leastwise.evidence import Evidence, Gap, GapReason, Source
from leastwise.findings import (
    AccountScan,
    Judgement,
    Parameters,
    Scan,
    ScanError,
    ScanParameters,
    ScanStatus,
    Scope,
    judge,
)
from leastwise.inventory import Account, GrantIndex, Principal, Selection, Snapshot
from leastwise.pipeline.garbage import seldom_collected
from leastwise.settings import Settings

__all__ = ["ScanRequest", "Scanned", "account_scan", "scan_account", "scan_saved"]

_log: Final = logging.getLogger(__name__)

_UNCHECKED: Final = "The attribution was not checked against AWS's: the scan was interrupted."


class ScanRequest(Struct, frozen=True):
    """What a user asks for."""

    parameters: ScanParameters = ScanParameters()
    """What to look at, and what counts as unused."""
    settings: Settings = Settings()
    """Exemptions and what else `leastwise.toml` fixes."""

    @property
    def selection(self) -> Selection:
        """The principals to look at."""
        return Selection(self.parameters.principals, self.parameters.exclude)

    def only(self, principal: str) -> "ScanRequest":
        """The same of one principal, whatever else was left out."""
        parameters = msgspec.structs.replace(self.parameters, principals=(principal,), exclude=())
        return msgspec.structs.replace(self, parameters=parameters)


class Scanned(Struct, frozen=True):
    """A scan of one account, and what it was made of."""

    scan: Scan
    """What a report says."""
    collected: Collected
    """The facts."""
    grants: GrantIndex
    """Who is granted what, by which statement."""
    judgement: Judgement
    """The account, judged."""


async def scan_account(
    request: ScanRequest,
    options: ConnectionOptions,
    *,
    clock: Clock,
    progress: Progress,
    stop: asyncio.Event,
    save: Path | None = None,
) -> Scanned:
    """The account that the options lead to, as it is now.

    When `stop` is set, what is known by then is judged; before the account was read that is nothing, and the work is
    cancelled. With `save`, what was collected is kept in that directory.

    Raises:
        AwsError: the account cannot be read at all.
        UsageError: the directory cannot be written.
        CancelledError: `stop` was set before the account was read.
    """
    writer = SavedWriter(save) if save is not None else None
    if writer is not None:
        writer.begin()
    async with AsyncExitStack() as stack:
        stack.enter_context(seldom_collected())
        async with _cancelled_by(stop):
            door = await stack.enter_async_context(connect(options, clock=clock))
            reading = collect_snapshot(door, clock=clock, progress=progress, writer=writer)
            snapshot, catalog = await asyncio.gather(reading, asyncio.to_thread(load_catalog))
        grants = GrantIndex(catalog, snapshot)
        questions = _questions(request, snapshot, grants)
        evidence = await collect_evidence(
            snapshot, questions, door=door, clock=clock, progress=progress, stop=stop, writer=writer
        )
        notes = await _verified(request, snapshot, grants=grants, door=door, progress=progress, stop=stop)
        _log.info("AWS is believed to allow %.0f calls a second", door.calls_per_second)
    progress.begin("judging", total=None)
    return _scanned(request, Collected(snapshot, evidence, notes), grants, catalog)


@asynccontextmanager
async def _cancelled_by(stop: asyncio.Event) -> AsyncIterator[None]:
    """Cancels the task within when `stop` is set."""
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 - a coroutine is run by a task

    async def watch() -> None:
        await stop.wait()
        task.cancel()

    watcher = asyncio.create_task(watch())
    try:
        yield
    finally:
        watcher.cancel()


@seldom_collected()
def scan_saved(request: ScanRequest, path: Path) -> Scanned:
    """The account that a directory or the AWS command line's files hold, as of the moment they were saved.

    Raises:
        SavedScanError: they cannot be read.
    """
    collected = read_saved(path)
    catalog = load_catalog()
    grants = GrantIndex(catalog, collected.snapshot)
    questions = _questions(request, collected.snapshot, grants)
    evidence = mark_missing(
        collected.evidence, subjects=questions.subjects, users=questions.users, reason=GapReason.NOT_COLLECTED
    )
    return _scanned(request, msgspec.structs.replace(collected, evidence=evidence), grants, catalog)


def _questions(request: ScanRequest, snapshot: Snapshot, grants: GrantIndex) -> Questions:
    selection = request.selection
    return Questions(
        subjects=report_subjects(snapshot, grants, selection=selection, policies=request.parameters.policies),
        users=tuple(user for user in snapshot.users if selection.takes(user)),
    )


async def _verified(
    request: ScanRequest,
    snapshot: Snapshot,
    *,
    grants: GrantIndex,
    door: VerifyDoor,
    progress: Progress,
    stop: asyncio.Event,
) -> tuple[str, ...]:
    """Where AWS attributes a service to other policies than we do; nothing if nobody asked."""
    if not request.parameters.verify:
        return ()
    principals = [principal for principal in snapshot.principals() if request.selection.takes(principal)]
    work = verify_attribution(principals, grants=grants, catalog=load_catalog(), door=door, progress=progress)
    checking, stopped = asyncio.create_task(work), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({checking, stopped}, return_when=asyncio.FIRST_COMPLETED)
        return checking.result() if checking.done() else (_UNCHECKED,)
    finally:
        for task in (checking, stopped):
            task.cancel()
        await asyncio.gather(checking, stopped, return_exceptions=True)


@seldom_collected()
def _scanned(request: ScanRequest, collected: Collected, grants: GrantIndex, catalog: Catalog) -> Scanned:
    parameters = Parameters(collected.snapshot.taken_at, request.parameters.stale_after_days)
    judgement = judge(
        collected.snapshot,
        collected.evidence,
        grants=grants,
        parameters=parameters,
        scope=Scope(request.selection, request.parameters.services),
        settings=request.settings,
        catalog=catalog,
    )
    judgement = msgspec.structs.replace(judgement, notes=(*collected.notes, *judgement.notes))
    principals = filter(request.selection.takes, collected.snapshot.principals())
    account = account_scan(
        judgement, collected.snapshot.account, evidence=collected.evidence, grants=grants, principals=principals
    )
    return Scanned(Scan(parameters.now, request.parameters, (account,)), collected, grants, judgement)


def account_scan(
    judgement: Judgement,
    account: Account,
    *,
    evidence: Evidence,
    grants: GrantIndex,
    principals: Iterable[Principal],
) -> AccountScan:
    """The account, or what was looked at of it, with every answer that could not be had for these principals."""
    errors = tuple(sorted({*_errors(evidence), *_unreadable(principals, grants)}))
    return AccountScan(account, ScanStatus.PARTIAL if errors else ScanStatus.COMPLETE, errors, judgement)


def _errors(evidence: Evidence) -> Iterator[ScanError]:
    """Every answer that could not be had; one that was missing for all users alike is told once."""
    return (_error(gap) for gaps in evidence.gaps.values() for gap in gaps)


def _unreadable(principals: Iterable[Principal], grants: GrantIndex) -> Iterator[ScanError]:
    """Every document that is no policy, for each principal that holds it: what it grants is not known."""
    for principal in principals:
        for holding in grants.of(principal).unreadable:
            yield ScanError("not-a-policy", f"{holding.policy}: {holding.text.fault}", arn=principal.arn)


def _error(gap: Gap) -> ScanError:
    subject = "" if gap.source is Source.CREDENTIAL_REPORT else gap.subject
    return ScanError(gap.code or gap.reason, gap.detail, gap.operation, subject)
