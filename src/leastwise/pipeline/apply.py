"""Carrying a plan out on the account that it is for, and putting back what a run changed."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from leastwise.apply import (
    ApplyOptions,
    Comparison,
    Journal,
    JournalRead,
    Outcome,
    Progress,
    RollBackOptions,
    RunKind,
    account_lock,
    apply_plan,
    chosen,
    histories,
    read_journal,
    roll_back,
)
from leastwise.apply.aws_account import AwsAccount, open_account
from leastwise.apply.journal_copy import CopyingProgress, JournalCopy, journal_copy
from leastwise.apply.places import BucketPlace, TablePlace
from leastwise.apply.remote_lock import RemoteHold, remote_lock
from leastwise.aws import ConnectionOptions
from leastwise.catalog import matches
from leastwise.clock import Clock
from leastwise.errors import UsageError
from leastwise.pipeline.runs import find_run, interrupted_run, made_changes, made_folder, new_journal
from leastwise.plan import Change, Plan
from leastwise.policy import AccountId, Arn

__all__ = [
    "ApplyRequest",
    "Keeping",
    "RanRun",
    "RollBackRequest",
    "apply_to_account",
    "arns_named",
    "changes_to_make",
    "roll_back_run",
    "run_to_put_back",
]

_DIGEST: Final = slice(len("sha256:"), len("sha256:") + 8)
"""The part of a plan's digest that stands in the name of its runs."""


class Keeping(Struct, frozen=True):
    """Where a run is kept: its journal, copies of it, and the lock that nobody else takes meanwhile."""

    journals: Path
    """The folder of the journals, and of the lock among processes of this machine."""
    lock: TablePlace | BucketPlace | None = None
    """Where the lock is that all machines share; None for none."""
    copies: BucketPlace | None = None
    """Where the journal is copied to; None for nowhere."""


class ApplyRequest(Struct, frozen=True):
    """What a person wants carried out."""

    plan: Plan
    """The plan, as it was read."""
    options: ApplyOptions
    """Which part of it."""
    keeping: Keeping
    """Where the run is kept."""

    @property
    def interrupted(self) -> Path | None:
        """The journal of the plan's last run, if that did not get through and is to go on; None for a new run."""
        return interrupted_run(self.keeping.journals, kind=RunKind.APPLY, plan=self.plan.digest)


class RollBackRequest(Struct, frozen=True):
    """What a person wants put back."""

    run: str
    """The run, by its id or its journal."""
    options: RollBackOptions
    """Which part of it."""
    keeping: Keeping
    """Where the run is kept, and the roll-back."""


class RanRun(Struct, frozen=True):
    """What came of a run."""

    run: str
    """Its id; empty for a dry run, which keeps no journal."""
    outcomes: tuple[Outcome, ...]
    """What came of each change."""
    comparisons: tuple[Comparison, ...] = ()
    """For a roll-back, each object beside what it was before."""
    problem: str = ""
    """What went wrong with the journal's copies or with the shared lock; empty for nothing."""


def changes_to_make(request: ApplyRequest) -> tuple[Change, ...]:
    """The changes that the request is about and that no run has made yet, in the plan's order.

    Raises:
        JournalError: a journal of the folder cannot be read.
        UsageError: an id that is asked for is none of the plan's changes.
    """
    known = {change.id for change in request.plan.changes}
    for wanted in request.options.changes:
        if wanted not in known:
            raise UsageError(f"the plan has no change {wanted}", hint="`leastwise report PLAN` lists their ids")
    return chosen(request.plan, _left_over(request))


def _left_over(request: ApplyRequest) -> ApplyOptions:
    """The options without the changes that earlier runs of the plan made."""
    made = made_changes(request.keeping.journals, request.plan.digest)
    if not made:
        return request.options
    wanted = request.options.changes or tuple(change.id for change in request.plan.changes)
    left = tuple(one for one in wanted if one not in made)
    # No id at all would mean all of them.
    return replace(request.options, changes=left) if left else replace(request.options, at_most=0)


async def apply_to_account(
    request: ApplyRequest,
    connection: ConnectionOptions,
    *,
    clock: Clock,
    progress: Progress,
    stop: asyncio.Event,
) -> RanRun:
    """What came of the changes; a run of the plan that was interrupted goes on.

    Raises:
        UsageError: the credentials are of another account than the plan.
        LockedError: another run works on the account.
        JournalError: a journal cannot be read or written.
        AwsError: the account cannot be reached.
    """
    known = request.plan.touched
    async with open_account(connection, clock=clock, known=known) as account:
        await _check_account(account, request.plan.account.id)
        if request.options.dry_run:
            with TemporaryDirectory() as folder, Journal.create(Path(folder) / "dry-run.jsonl") as journal:
                return RanRun("", await _applied(request, account, journal, clock=clock, progress=progress, stop=stop))
        keeper = _Keeper(request.keeping, request.plan.account.id, connection, clock)
        name = request.plan.digest[_DIGEST]
        async with keeper.kept(lambda: request.interrupted, name=name, progress=progress) as kept:
            outcomes = await _applied(request, account, kept.journal, clock=clock, progress=kept.progress, stop=stop)
    return RanRun(kept.journal.found.run, outcomes, problem=kept.problem)


async def _applied(
    request: ApplyRequest,
    account: AwsAccount,
    journal: Journal,
    *,
    clock: Clock,
    progress: Progress,
    stop: asyncio.Event,
) -> tuple[Outcome, ...]:
    return await apply_plan(
        request.plan,
        account,
        journal=journal,
        clock=clock,
        options=_left_over(request),
        stop=stop,
        progress=progress,
    )


class _Kept:
    """A run that is being kept."""

    def __init__(
        self, journal: Journal, progress: Progress, *, copy: JournalCopy | None, hold: RemoteHold | None
    ) -> None:
        self.journal, self.progress, self._copy, self._hold = journal, progress, copy, hold

    @property
    def problem(self) -> str:
        """What went wrong with the copies of the journal and with the lock that machines share, as far as is known."""
        copying = "" if self._copy is None or not self._copy.problem else f"the journal: {self._copy.problem}"
        locking = "" if self._hold is None or not self._hold.trouble else f"the lock: {self._hold.trouble}"
        return "; ".join(filter(None, (copying, locking)))


class _Keeper(Struct, frozen=True):
    """Keeps runs on one account."""

    keeping: Keeping
    account: str
    connection: ConnectionOptions
    clock: Clock

    @asynccontextmanager
    async def kept(
        self, interrupted: Callable[[], Path | None], *, name: str, progress: Progress
    ) -> AsyncIterator[_Kept]:
        """The journal of a run, new or the interrupted one, with the account locked, and copied where that is wanted.

        Raises:
            LockedError: another run works on the account.
            JournalError: a journal cannot be read or made.
            AwsError: the lock, or the first copy, cannot be written.
        """
        folder, account = self.keeping.journals, AccountId(self.account)
        made_folder(folder)
        async with AsyncExitStack() as stack:
            stack.enter_context(account_lock(folder, account, clock=self.clock))
            hold = None
            if self.keeping.lock is not None:
                held = remote_lock(self.keeping.lock, account, run=name, options=self.connection, clock=self.clock)
                hold = await stack.enter_async_context(held)
            there = interrupted()
            opened = Journal.resume(there) if there else new_journal(folder, at=self.clock.now(), name=name)
            journal = stack.enter_context(opened)
            copy = None
            if self.keeping.copies is not None:
                copying = journal_copy(self.keeping.copies, journal.path, options=self.connection)
                copy = await stack.enter_async_context(copying)
            told = progress if copy is None else CopyingProgress(progress, copy)
            yield _Kept(journal, told, copy=copy, hold=hold)


async def roll_back_run(
    request: RollBackRequest,
    connection: ConnectionOptions,
    *,
    clock: Clock,
    progress: Progress,
    stop: asyncio.Event,
) -> RanRun:
    """What came of putting back what a run changed; a roll-back of it that was interrupted goes on.

    Raises:
        UsageError: there is no such run, it is a roll-back itself, or the credentials are of another account.
        LockedError: another run works on the account.
        JournalError: a journal cannot be read or written.
        AwsError: the account cannot be reached.
    """
    done = run_to_put_back(request)
    assert done.begun is not None  # noqa: S101 - run_to_put_back looked
    known = {arn for one in histories(done.entries).values() for arn in one.begun.principals}
    account_id = AccountId(done.begun.account)
    async with open_account(connection, clock=clock, known=known) as account:
        await _check_account(account, account_id)
        keeper = _Keeper(request.keeping, account_id, connection, clock)

        def interrupted() -> Path | None:
            return interrupted_run(request.keeping.journals, kind=RunKind.ROLL_BACK, of=done.run)

        async with keeper.kept(interrupted, name=f"back-{done.run}", progress=progress) as kept:
            found = await roll_back(
                done,
                account,
                journal=kept.journal,
                clock=clock,
                options=request.options,
                stop=stop,
                progress=kept.progress,
            )
    return RanRun(kept.journal.found.run, found.outcomes, found.comparisons, kept.problem)


def run_to_put_back(request: RollBackRequest) -> JournalRead:
    """The run whose changes are to be put back.

    Raises:
        UsageError: there is no such run, or it is a roll-back itself.
        JournalError: its journal cannot be read.
    """
    read = read_journal(find_run(request.keeping.journals, request.run))
    if read.begun is None:
        raise UsageError(f"run {read.run} was killed before it changed anything")
    if read.begun.kind is RunKind.ROLL_BACK:
        raise UsageError(f"run {read.run} is a roll-back itself", hint="apply the plan again to undo it")
    return read


async def _check_account(account: AwsAccount, wanted: str) -> None:
    identity = await account.caller_identity()
    if identity.account != wanted:
        raise UsageError(
            f"the credentials are of account {identity.account}, and this is about {wanted}",
            hint="use --profile, or credentials of that account",
        )


def arns_named(known: Collection[Arn], patterns: tuple[str, ...], *, of: str) -> tuple[Arn, ...]:
    """Those that patterns name by ARN, name, type/name or type/path/name; `of` says in errors what has them.

    Raises:
        UsageError: nobody is named by a pattern.
    """
    found: list[Arn] = []
    for pattern in patterns:
        named = [arn for arn in sorted(known) if any(matches(pattern, name) for name in arn.names)]
        if not named:
            raise UsageError(f"the {of} changes nothing of {pattern}")
        found += named
    return tuple(dict.fromkeys(found))
