"""A plan carried out on a live account."""

import asyncio
from collections.abc import Sequence

from leastwise import __version__
from leastwise.apply.account import LiveAccount, Reading
from leastwise.apply.carrying import Carrier, Task
from leastwise.apply.entries import SCHEMA, ChangeResult, RunBegun, RunKind
from leastwise.apply.history import histories
from leastwise.apply.journal import Journal
from leastwise.apply.live import Difference, difference
from leastwise.apply.outcome import ApplyOptions, Outcome, Progress
from leastwise.apply.running import Run, begin_run
from leastwise.apply.stepping import Stepper
from leastwise.clock import Clock
from leastwise.errors import AwsError
from leastwise.plan import Change, Plan

__all__ = ["apply_plan", "chosen"]


def chosen(plan: Plan, options: ApplyOptions) -> tuple[Change, ...]:
    """The changes of the plan that a person wants made, in its order.

    A change that reaches others besides the wanted principals is not among them. An id that the plan does not have is
    none of its changes.
    """
    found = [change for change in plan.changes if not options.changes or change.id in options.changes]
    if options.principals:
        found = [change for change in found if change.principals and {*change.principals} <= {*options.principals}]
    if options.canary:
        found = _canary(found)
    return tuple(found[: options.at_most])


def _canary(changes: Sequence[Change]) -> list[Change]:
    """The changes that reach one principal alone: the first for whom there are such."""
    alone = [change for change in changes if len(change.principals) == 1]
    return [change for change in alone if change.principals == alone[0].principals]


async def apply_plan(
    plan: Plan,
    account: LiveAccount,
    *,
    journal: Journal,
    clock: Clock,
    options: ApplyOptions,
    stop: asyncio.Event,
    progress: Progress,
) -> tuple[Outcome, ...]:
    """What came of each chosen change, in the plan's order: each is made whole, or nothing of it is done.

    The journal is a new one, or that of a run of this plan that was interrupted, which then goes on: what was in flight
    is finished or undone, what was made is not made again, and what was refused or failed is tried again. Once `stop`
    is set, the change in flight is finished and no other begun. A dry run leaves the journal alone.

    A change costs what its preconditions and its steps read, each thing once, its calls, and one look at each object
    afterwards, or more where AWS is late to show it.

    Raises:
        JournalError: the journal is of another run, or cannot be written; nothing is done after that.
    """
    stepper = Stepper(account, journal, clock=clock, waiting=options.waiting)
    carrier = Carrier(stepper, journal, clock)
    if options.dry_run:
        return tuple([await _tried(carrier, _task(change, options)) for change in chosen(plan, options)])
    begun = begin_run(journal, _beginning(plan, options, journal=journal, clock=clock), clock=clock)
    tasks = [_task(change, options) for change in plan.changes if change.id in begun.changes]
    run = Run(carrier, journal, clock=clock, stop=stop, progress=progress)
    outcomes = await run.all_of(tasks, histories(journal.found.entries))
    run.end(outcomes)
    return outcomes


def _beginning(plan: Plan, options: ApplyOptions, *, journal: Journal, clock: Clock) -> RunBegun:
    return RunBegun(
        SCHEMA,
        journal.found.run,
        RunKind.APPLY,
        plan.account.id,
        plan.digest,
        of="",
        version=__version__,
        at=clock.now(),
        changes=tuple(change.id for change in chosen(plan, options)),
    )


def _task(change: Change, options: ApplyOptions) -> Task:
    async def check(reading: Reading) -> Difference | None:
        return await _first_difference(change, reading, options)

    return Task(
        change.id,
        change.title,
        change.principals,
        change.steps,
        check,
        preconditions=change.preconditions,
        inverse=change.inverse,
    )


async def _first_difference(change: Change, reading: Reading, options: ApplyOptions) -> Difference | None:
    for precondition in change.preconditions:
        found = await difference(precondition, reading, may_delete_passwords=options.delete_passwords)
        if found is not None:
            return found
    return None


async def _tried(carrier: Carrier, task: Task) -> Outcome:
    """Whether the change could be made now."""
    try:
        found = await carrier.checked(task, task.check)
    except AwsError as fault:
        return Outcome(task.change, task.title, ChangeResult.FAILED, f"what is there could not be read: {fault}")
    result = ChangeResult.WOULD_DO if found is None else ChangeResult.REFUSED
    return Outcome(task.change, task.title, result, "" if found is None else str(found), found)
