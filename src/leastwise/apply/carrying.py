"""One change: made whole or not at all, from its beginning or from where an earlier run was killed."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import partial
from typing import Final

from msgspec import Struct

from leastwise.apply.account import Reading
from leastwise.apply.as_before import AsBefore
from leastwise.apply.entries import ChangeBegun, ChangeEnded, ChangeResult, StepEnded, StepResult, Way
from leastwise.apply.errors import UnfitError
from leastwise.apply.history import ChangeHistory, Move
from leastwise.apply.journal import Journal
from leastwise.apply.live import Difference
from leastwise.apply.outcome import Outcome
from leastwise.apply.reading import read_again
from leastwise.apply.states import State
from leastwise.apply.stepping import Place, Stepper, StepUnknownError
from leastwise.apply.targets import is_between, is_reached, said, target_of, touched
from leastwise.clock import Clock
from leastwise.errors import AwsError, ConnectionFailedError, CredentialsError, DeadlineExceededError
from leastwise.plan import Precondition, Step
from leastwise.policy import Arn

__all__ = ["Carrier", "Task"]

_OUT_OF_REACH: Final = (ConnectionFailedError, CredentialsError, DeadlineExceededError)
"""After these, whatever comes next fails alike."""
_UNDONE: Final = "it was being undone when an earlier part of the run ended"


class Task(Struct, frozen=True):
    """What is to be made, in terms of objects: a change of a plan, or one that is put back."""

    change: str
    """The change's id."""
    title: str
    """What it is, in one line."""
    principals: tuple[Arn, ...]
    """The users and roles whom it reaches."""
    doing: tuple[Step | State, ...]
    """What is done, in this order: steps, or objects that are made what they are here."""
    check: Callable[[Reading], Awaitable[Difference | None]]
    """Tells what is other than it was planned for."""
    preconditions: tuple[Precondition, ...] = ()
    """The same as the plan says it, for the journal."""
    inverse: tuple[Step, ...] = ()
    """What the plan says that undoes it, for the journal."""
    is_forced: bool = False
    """Whether what is other than it was planned for is overwritten; what it was is in the journal."""


def _object_of(item: Step | State) -> State:
    return touched(item) if isinstance(item, Step) else item


async def _read(task: Task, reading: Reading) -> None:
    """Read what the change relies on, and what its first step begins from."""
    if await task.check(reading) is None:
        await read_again(_object_of(task.doing[0]), reading)


class _HaltedError(Exception):
    """A change can neither be finished nor undone."""


class Carrier:
    """Makes changes on a live account, one after the other."""

    def __init__(self, stepper: Stepper, journal: Journal, clock: Clock) -> None:
        self._stepper, self._journal, self._clock = stepper, journal, clock
        self.out_of_reach = ""
        """Why nothing that comes next can succeed; empty if it may."""

    def look_ahead(self, tasks: Iterable[Task]) -> None:
        """Begin to read what these rely on, whose turn comes soon."""
        for task in tasks:
            self._stepper.ahead.begin(task.change, partial(_read, task))

    async def close(self) -> None:
        """Give up what was read ahead and is not wanted any more."""
        await self._stepper.ahead.close()

    async def checked(self, task: Task, check: Callable[[Reading], Awaitable[Difference | None]]) -> Difference | None:
        """What is other than it was planned for, once what was changed just now shows; None for nothing.

        Raises:
            AwsError: it could not be read.
        """
        look = self._stepper.look
        look.forget()
        await self._stepper.ahead.hand_over(task.change, look)
        patience = self._stepper.patience()
        try:
            found = await check(look)
            while found is not None and await patience.is_another_look_worth_it():
                found = await check(look)
        except _OUT_OF_REACH as fault:
            self.out_of_reach = f"{task.change}: {fault}"
            raise
        return found

    async def carry_out(self, task: Task, history: ChangeHistory | None) -> Outcome:
        """What came of the change; `history` is what an earlier part of the run did of it, if it did not end it."""
        try:
            if history is not None and history.moves:
                return await self._resume(task, history)
            return await self._begin(task)
        except (_HaltedError, StepUnknownError) as halt:
            return Outcome(task.change, task.title, ChangeResult.HALTED, str(halt))

    async def _begin(self, task: Task) -> Outcome:
        steps = tuple(one for one in task.doing if isinstance(one, Step))
        self._journal.write(
            ChangeBegun(
                task.change,
                task.title,
                task.principals,
                steps,
                task.inverse,
                task.preconditions,
                at=self._clock.now(),
            )
        )
        try:
            found = await self.checked(task, task.check)
        except AwsError as fault:
            return self._ended(task, ChangeResult.FAILED, f"what is there could not be read: {fault}")
        if found is not None and not task.is_forced:
            return self._ended(task, ChangeResult.REFUSED, str(found), found)
        return await self._go_on(task, [], overwrites="" if found is None else str(found))

    async def _resume(self, task: Task, history: ChangeHistory) -> Outcome:
        """Finish what an earlier part of the run had begun, if all else is still as it was; else undo it."""
        self._stepper.distrust()
        await self._stepper.settle()
        moves = list(history.moves)
        if history.is_being_undone:
            return await self._undone(task, moves, ChangeResult.FAILED, history.why or _UNDONE)
        try:
            found = await self._drifted(task, moves)
        except AwsError as fault:
            raise _HaltedError(f"what is there could not be read: {fault}") from fault
        if found is not None:
            return await self._undone(task, moves, ChangeResult.REFUSED, str(found), found)
        if not moves[-1].is_done:
            ended = await self._finish(task, moves[-1])
            if ended.result is StepResult.FAILED:
                return await self._undone(task, moves, ChangeResult.FAILED, ended.detail)
        return await self._go_on(task, moves)

    async def _finish(self, task: Task, move: Move) -> StepEnded:
        live = await self._live(move.before)
        return await self._stepper.finish(Place(task.change, move.step), live, move.target)

    async def _drifted(self, task: Task, moves: Sequence[Move]) -> Difference | None:
        """What somebody else changed in the midst of the change: of what it relies on, or of what it did."""
        if not task.is_forced:
            found = await task.check(AsBefore(self._stepper.look, (move.before for move in moves)))
            if found is not None:
                return found
        for move in {move.before.name: move for move in moves}.values():
            live = await read_again(move.before, self._stepper.look)
            if not (is_reached(live, move.target) if move.is_done else is_between(live, move.before, move.target)):
                return Difference(live.name, said(move.target), said(live))
        return None

    async def _go_on(self, task: Task, moves: list[Move], *, overwrites: str = "") -> Outcome:
        for number, item in enumerate(task.doing[len(moves) :], start=len(moves) + 1):
            try:
                before = await read_again(_object_of(item), self._stepper.look)
                target = target_of(item, before) if isinstance(item, Step) else item
            except (AwsError, UnfitError) as fault:
                return await self._undone(task, moves, ChangeResult.FAILED, str(fault))
            ended = await self._stepper.do(Place(task.change, number), before, target, overwrites=overwrites)
            moves.append(Move(number, before, target))
            if ended.result is StepResult.FAILED:
                return await self._undone(task, moves, ChangeResult.FAILED, ended.detail)
        was_there = all(is_reached(move.before, move.target) for move in moves)
        return self._ended(task, ChangeResult.FOUND_DONE if was_there else ChangeResult.DONE)

    async def _undone(
        self,
        task: Task,
        moves: Sequence[Move],
        result: ChangeResult,
        detail: str,
        found: Difference | None = None,
    ) -> Outcome:
        """The change's end after all that was done of it is undone."""
        for move in reversed(moves):
            try:
                await self._undo(task, move)
            except (_HaltedError, StepUnknownError) as halt:
                raise _HaltedError(f"{detail}; and what was done before cannot be undone: {halt}") from halt
        return self._ended(task, result, detail, found)

    async def _undo(self, task: Task, move: Move) -> None:
        live = await self._live(move.before)
        if is_reached(live, move.before):
            return
        if not is_between(live, move.before, move.target):
            raise _HaltedError(
                f"somebody else changed {live.name}, which was to be {said(move.target)} and is {said(live)}"
            )
        ended = await self._stepper.do(Place(task.change, move.step, Way.BACK), live, move.before)
        if ended.result is StepResult.FAILED:
            raise _HaltedError(ended.detail)

    async def _live(self, state: State) -> State:
        try:
            return await read_again(state, self._stepper.look)
        except AwsError as fault:
            raise _HaltedError(f"{state.name} could not be read: {fault}") from fault

    def _ended(self, task: Task, result: ChangeResult, detail: str = "", found: Difference | None = None) -> Outcome:
        self._journal.write(ChangeEnded(task.change, result, detail, at=self._clock.now()))
        return Outcome(task.change, task.title, result, detail, found)
