"""What a run changed put back, last first, and compared with what it was."""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from functools import partial

from msgspec import Struct

from leastwise import __version__
from leastwise.apply.account import LiveAccount, Reading
from leastwise.apply.carrying import Carrier, Task
from leastwise.apply.entries import SCHEMA, ChangeResult, Compared, RunBegun, RunKind
from leastwise.apply.errors import JournalError
from leastwise.apply.history import ChangeHistory, Move, histories
from leastwise.apply.journal import Journal, JournalRead
from leastwise.apply.live import Difference
from leastwise.apply.outcome import Outcome, Progress, Waiting
from leastwise.apply.reading import read_again
from leastwise.apply.running import Run, begin_run
from leastwise.apply.states import AttachmentState, PolicyState, State
from leastwise.apply.stepping import Stepper
from leastwise.apply.targets import is_between, is_exactly, is_reached, said
from leastwise.clock import Clock
from leastwise.errors import AwsError
from leastwise.policy import Arn

__all__ = ["Comparison", "RollBackOptions", "RolledBack", "roll_back"]


class RollBackOptions(Struct, frozen=True):
    """What a person decided; of a run that is resumed, which changes were chosen at its beginning counts."""

    changes: tuple[str, ...] = ()
    """Ids of the changes to put back; empty for all."""
    principals: tuple[Arn, ...] = ()
    """Put back only changes that reach nobody but these; empty for all."""
    is_forced: bool = False
    """Whether what somebody changed since is overwritten; what it was is in the journal then."""
    waiting: Waiting = Waiting()
    """How long to wait for AWS."""


class Comparison(Struct, frozen=True):
    """An object after it was put back, beside what it was before the run changed it."""

    object: str
    """Which object."""
    is_back: bool
    """Whether it is what it was, to the character; the number of a version that was deleted does not count."""
    detail: str = ""
    """How it differs, or which number a version has now; empty where all is as it was."""


class RolledBack(Struct, frozen=True):
    """What came of a roll-back."""

    outcomes: tuple[Outcome, ...]
    """What came of each change, in the order in which they were put back."""
    comparisons: tuple[Comparison, ...]
    """Every object of theirs, in the order in which the run changed them; none if the roll-back did not get through."""


async def roll_back(
    done: JournalRead,
    account: LiveAccount,
    *,
    journal: Journal,
    clock: Clock,
    options: RollBackOptions,
    stop: asyncio.Event,
    progress: Progress,
) -> RolledBack:
    """What came of putting back what a run changed: its last change first, each back whole or left as it is.

    A change is put back only where every object of it is what the run made of it; one that somebody changed since is
    left alone with the whole change, and named, unless that is forced. One that is already back counts as put back. A
    change that the run left half-done is put back from where it is. The journal is a new one, or that of a roll-back
    of the same run that was interrupted, which then goes on.

    Raises:
        JournalError: `done` tells of no run, or the journal is of another one, or cannot be written.
    """
    if done.begun is None:
        raise JournalError(journal.path, f"there is nothing in the journal of run {done.run} yet")
    stepper = Stepper(account, journal, clock=clock, waiting=options.waiting)
    stepper.distrust()
    found = _chosen(done, options)
    begun = begin_run(journal, _beginning(done.begun, found, journal=journal, clock=clock), clock=clock)
    wanted = [one for one in _changed(done) if one.begun.change in begun.changes]
    if any(one.ended is None for one in wanted):
        await stepper.settle()  # what a killed run called last may not show yet
    run = Run(Carrier(stepper, journal, clock), journal, clock=clock, stop=stop, progress=progress)
    outcomes = await run.all_of(tuple(_tasks(wanted, options)), histories(journal.found.entries))
    comparisons: tuple[Comparison, ...] = ()
    if all(one.result not in (ChangeResult.NOT_REACHED, ChangeResult.HALTED) for one in outcomes):
        comparisons = tuple([await _compared(state, stepper) for state in _first_befores(wanted)])
    for one in comparisons:
        journal.write(Compared(one.object, "" if one.is_back else one.detail, clock.now()))
    run.end(outcomes)
    return RolledBack(outcomes, comparisons)


def _changed(done: JournalRead) -> list[ChangeHistory]:
    """The changes of which something may be done now, the last first."""
    return [one for one in reversed(histories(done.entries).values()) if one.may_have_changed]


def _chosen(done: JournalRead, options: RollBackOptions) -> list[ChangeHistory]:
    found = [one for one in _changed(done) if not options.changes or one.begun.change in options.changes]
    if not options.principals:
        return found
    return [one for one in found if one.begun.principals and {*one.begun.principals} <= {*options.principals}]


def _beginning(of: RunBegun, found: Iterable[ChangeHistory], *, journal: Journal, clock: Clock) -> RunBegun:
    return RunBegun(
        SCHEMA,
        journal.found.run,
        RunKind.ROLL_BACK,
        of.account,
        of.plan,
        of=of.run,
        version=__version__,
        at=clock.now(),
        changes=tuple(one.begun.change for one in found),
    )


def _tasks(wanted: Sequence[ChangeHistory], options: RollBackOptions) -> Iterable[Task]:
    put_back_before: set[str] = set()
    for one in wanted:
        moves = _own_moves(one)
        yield Task(
            one.begun.change,
            one.begun.title,
            one.begun.principals,
            tuple(move.before for move in reversed(moves)),
            partial(_first_difference, one, frozenset(put_back_before)),
            is_forced=options.is_forced,
        )
        put_back_before.update(move.before.name for move in moves)


def _own_moves(history: ChangeHistory) -> list[Move]:
    """The steps that changed something; what was found done was somebody else's."""
    return [move for move in history.moves if not is_reached(move.before, move.target)]


async def _first_difference(
    history: ChangeHistory, put_back_before: Collection[str], reading: Reading
) -> Difference | None:
    """What somebody changed since the run did; a policy that is put back twice may have other numbers by then."""
    moves = _own_moves(history)
    for move in {move.before.name: move for move in moves}.values():
        live = await read_again(move.before, reading)
        if not _is_ours(live, move, history, is_renumbered=live.name in put_back_before):
            return Difference(live.name, said(move.after or move.target), said(live))
    for move in moves:
        found = await _other_holders(move, moves, reading)
        if found is not None:
            return found
    return None


def _is_ours(live: State, move: Move, history: ChangeHistory, *, is_renumbered: bool) -> bool:
    if is_reached(live, move.before):
        return True
    if history.ended is None or move.after is None:
        return is_between(live, move.before, move.target)
    return is_reached(live, move.after) if is_renumbered else is_exactly(live, move.after)


async def _other_holders(move: Move, moves: Iterable[Move], reading: Reading) -> Difference | None:
    """Who holds a policy besides those to whom the change attached it, where it is to be deleted."""
    before = move.before
    if not isinstance(before, PolicyState) or before.versions or await reading.policy(before.policy) is None:
        return None
    ours = [one.before for one in moves if isinstance(one.before, AttachmentState)]
    holders = {one.principal for one in ours if one.policy == before.policy}
    more = {*await reading.holders(before.policy)} - holders | {*await reading.bounded(before.policy)}
    if not more:
        return None
    expected = f"held by nobody but {', '.join(sorted(holders)) or 'nobody'}"
    return Difference(before.name, expected, f"held by {', '.join(sorted(more))} as well")


def _first_befores(wanted: Sequence[ChangeHistory]) -> list[State]:
    """Every object of the changes as it was before the first of them."""
    found: dict[str, State] = {}
    for history in reversed(wanted):
        for move in _own_moves(history):
            found.setdefault(move.before.name, move.before)
    return list(found.values())


async def _compared(before: State, stepper: Stepper) -> Comparison:
    patience = stepper.patience()
    try:
        live = await read_again(before, stepper.look)
        while not is_reached(live, before) and await patience.is_another_look_worth_it():
            live = await read_again(before, stepper.look)
    except AwsError as fault:
        return Comparison(before.name, is_back=False, detail=f"it could not be read: {fault}")
    if is_exactly(live, before):
        return Comparison(before.name, is_back=True)
    return Comparison(before.name, is_reached(live, before), f"it was {said(before)}, and is {said(live)}")
