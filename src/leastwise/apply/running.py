"""A run: its changes one after the other, until all were tried, someone says stop, or nothing more may be done."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

from leastwise import __version__
from leastwise.apply.carrying import Carrier, Task
from leastwise.apply.entries import ChangeResult, RunBegun, RunEnd, RunEnded, RunResumed
from leastwise.apply.errors import JournalError
from leastwise.apply.history import ChangeHistory
from leastwise.apply.journal import Journal
from leastwise.apply.outcome import Outcome, Progress
from leastwise.clock import Clock

__all__ = ["Run", "begin_run"]

_DONE: Final = (ChangeResult.DONE, ChangeResult.FOUND_DONE)
_AHEAD: Final = 3
"""How many changes are looked at before their turn: with two calls in a row a change, this fills what the round trips
leave of the limit, and what was read is a second or two old at its turn."""


def begin_run(journal: Journal, begun: RunBegun, *, clock: Clock) -> RunBegun:
    """The beginning of the run: this one of a new journal, or the one that a journal has, which goes on.

    Raises:
        JournalError: the journal is of another run.
    """
    there = journal.found.begun
    if there is None:
        journal.write(begun, sync=True)
        return begun
    if (there.kind, there.account, there.plan, there.of) != (begun.kind, begun.account, begun.plan, begun.of):
        problem = f"it is the journal of another run: {there.kind} of {there.of or there.plan} in {there.account}"
        raise JournalError(journal.path, problem, hint="Each run has a journal of its own.")
    journal.write(RunResumed(__version__, clock.now(), journal.found.torn), sync=True)
    return there


class Run:
    """Makes changes in order; of one that an earlier part of the run had made, it says so and no more."""

    def __init__(
        self, carrier: Carrier, journal: Journal, *, clock: Clock, stop: asyncio.Event, progress: Progress
    ) -> None:
        self._carrier, self._journal, self._clock = carrier, journal, clock
        self._stop, self._progress = stop, progress
        self._halt = ""

    async def all_of(self, tasks: Sequence[Task], past: Mapping[str, ChangeHistory]) -> tuple[Outcome, ...]:
        """What came of each, in their order. What is in flight is finished first; what was not made is tried again."""
        outcomes: dict[str, Outcome] = {}
        in_order = sorted(tasks, key=lambda task: not _is_in_flight(task, past))
        to_do = [task for task in in_order if not (_is_done(task, past) or _is_in_flight(task, past))]
        try:
            for number, task in enumerate(in_order, start=1):
                self._progress.begin(task.title, number=number, total=len(tasks))
                to_do = to_do[1:] if to_do[:1] == [task] else to_do
                if not self._is_over:
                    self._carrier.look_ahead(to_do[:_AHEAD])
                outcomes[task.change] = await self._one(task, past.get(task.change))
                self._progress.end(outcomes[task.change])
        finally:
            await self._carrier.close()
        return tuple(outcomes[task.change] for task in tasks)

    @property
    def _is_over(self) -> bool:
        """Whether no change is to be begun any more."""
        return bool(self._halt) or self._stop.is_set()

    async def _one(self, task: Task, past: ChangeHistory | None) -> Outcome:
        if past is not None and past.ended is not None and past.ended.result in _DONE:
            return Outcome(task.change, task.title, past.ended.result)
        if self._is_over:
            return Outcome(task.change, task.title, ChangeResult.NOT_REACHED, self._halt)
        outcome = await self._carrier.carry_out(task, past if past is not None and past.ended is None else None)
        if outcome.result is ChangeResult.HALTED:
            self._halt = f"{task.change}: {outcome.detail}"
        self._halt = self._halt or self._carrier.out_of_reach
        return outcome

    def end(self, outcomes: Sequence[Outcome]) -> None:
        """Write down how the run ended."""
        end = RunEnd.FINISHED
        if any(outcome.result is ChangeResult.NOT_REACHED for outcome in outcomes):
            end = RunEnd.INTERRUPTED
        if self._halt:
            end = RunEnd.HALTED
        self._journal.write(RunEnded(end, self._halt, self._clock.now()), sync=True)


def _is_done(task: Task, past: Mapping[str, ChangeHistory]) -> bool:
    found = past.get(task.change)
    return found is not None and found.ended is not None and found.ended.result in _DONE


def _is_in_flight(task: Task, past: Mapping[str, ChangeHistory]) -> bool:
    found = past.get(task.change)
    return found is not None and found.ended is None and bool(found.moves)
