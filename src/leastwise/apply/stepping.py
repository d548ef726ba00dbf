"""One step: its intent on disk, its calls made, what came of it read back and written down."""

from typing import Final

from msgspec import Struct

from leastwise.apply.account import LiveAccount
from leastwise.apply.acting import advance
from leastwise.apply.ahead import Ahead
from leastwise.apply.entries import Intent, StepEnded, StepResult, Way
from leastwise.apply.errors import UnfitError
from leastwise.apply.journal import Journal
from leastwise.apply.looking import Look
from leastwise.apply.outcome import Waiting
from leastwise.apply.reading import made_version, read_again
from leastwise.apply.states import State
from leastwise.apply.targets import is_reached, said
from leastwise.clock import Clock
from leastwise.errors import (
    AccessDeniedError,
    AwsError,
    ConcurrentChangeError,
    DeleteConflictError,
    InvalidInputError,
    LimitExceededError,
    MalformedPolicyError,
    NoSuchEntityError,
    UnmodifiableError,
)

__all__ = ["Patience", "Place", "StepUnknownError", "Stepper"]

_WITHOUT_EFFECT: Final = (AccessDeniedError, InvalidInputError, MalformedPolicyError, UnmodifiableError)
"""After these nothing has happened, and trying again is of no use."""
_NOT_YET: Final = (ConcurrentChangeError, DeleteConflictError, LimitExceededError, NoSuchEntityError)
"""After these nothing has happened either; but where AWS does not see yet what was done before, it soon will."""


class StepUnknownError(Exception):
    """What became of a step could not be read: nothing more may be done before someone knows."""


class Place(Struct, frozen=True):
    """Which step of which change."""

    change: str
    """The change's id."""
    step: int
    """The step's number, from 1."""
    way: Way = Way.FORTH
    """Whether it is done or undone."""


class Patience:
    """Waits between looks at something that AWS may not show yet, each time for longer."""

    def __init__(self, stepper: "Stepper", clock: Clock, waiting: Waiting) -> None:
        self._stepper, self._clock, self._waiting = stepper, clock, waiting
        self._pause = waiting.first_seconds

    async def is_another_look_worth_it(self) -> bool:
        """True after a wait, with nothing kept of what was read; False if the last look showed every change of ours."""
        left = self._stepper.seconds_until_fresh
        if left <= 0:
            return False
        await self._clock.sleep(min(self._pause, left))
        self._pause = min(2 * self._pause, self._waiting.longest_seconds)
        self._stepper.look.forget()
        return True


class Stepper:
    """Does steps on a live account, each with its lines in the journal."""

    def __init__(self, account: LiveAccount, journal: Journal, *, clock: Clock, waiting: Waiting) -> None:
        self._account, self._journal, self._clock, self._waiting = account, journal, clock, waiting
        self._fresh_at = clock.monotonic()
        self.look = Look(account)
        """What was read since the last call that changed something."""
        self.ahead = Ahead(account, clock)
        """What was read for changes whose turn is yet to come."""

    def distrust(self) -> None:
        """Count the account as changed just now, so that what is read may be old."""
        self._fresh_at = self._clock.monotonic() + self._waiting.settle_seconds
        self.look.forget()

    @property
    def seconds_until_fresh(self) -> float:
        """How long until every change of ours shows wherever it is looked for; 0 or less if it does."""
        return self._fresh_at - self._clock.monotonic()

    async def settle(self) -> None:
        """Wait until every change of ours shows."""
        await self._clock.sleep(self.seconds_until_fresh)
        self.look.forget()

    def patience(self) -> "Patience":
        """What waits between two looks at the same thing."""
        return Patience(self, self._clock, self._waiting)

    async def do(self, place: Place, before: State, target: State, *, overwrites: str = "") -> StepEnded:
        """What came of the step, whose intent is on disk before anything is called.

        Raises:
            StepUnknownError: what came of it could not be read.
        """
        intent = Intent(
            place.change, place.step, place.way, before, target, overwrites=overwrites, at=self._clock.now()
        )
        self._journal.write(intent, sync=True)
        return await self.finish(place, before, target)

    async def finish(self, place: Place, live: State, target: State) -> StepEnded:
        """What came of a step whose intent is on disk, from where the object is now.

        Raises:
            StepUnknownError: what came of it could not be read.
        """
        is_found = is_reached(live, target)
        try:
            after, error = (live, None) if is_found else await self._brought(live, target)
        except AwsError as fault:
            self._end(place, StepResult.UNKNOWN, f"it could not be read back: {fault}", None)
            raise StepUnknownError(f"{target.name} could not be read back: {fault}") from fault
        if is_reached(after, target):
            result = StepResult.DONE if error is None and not is_found else StepResult.FOUND_DONE
            return self._end(place, result, "" if error is None else str(error), after)
        shown = f"{target.name} is {said(after)}, and was to be {said(target)}"
        return self._end(place, StepResult.FAILED, shown if error is None else str(error), after)

    def _end(self, place: Place, result: StepResult, detail: str, after: State | None) -> StepEnded:
        ended = StepEnded(place.change, place.step, place.way, result, detail, after, at=self._clock.now())
        self._journal.write(ended)
        return ended

    async def _brought(self, live: State, target: State) -> tuple[State, AwsError | UnfitError | None]:
        """The object as it is read back after the calls, and what they failed with."""
        earlier, model = live, live
        try:
            while (after := await self._called(model, target)) is not None:
                earlier, model = model, after
        except (AwsError, UnfitError) as fault:
            return await self._read_back(model, target, fault), fault
        made = await made_version(earlier, model, self.look)
        if made is not None and is_reached(made, target):
            return made, None
        return await self._read_back(model, target, None), None

    async def _called(self, live: State, target: State) -> State | None:
        """What one call made of the object; tried again where AWS may only be late to see what was done before."""
        first = self._clock.monotonic()
        pause = self._waiting.first_seconds
        while True:
            self.ahead.mark_changed(target)
            try:
                return await advance(live, target, self._account)
            except _NOT_YET:
                if self._clock.monotonic() + pause > first + self._waiting.settle_seconds:
                    raise
                self.look.forget()
                if is_reached(await read_again(target, self.look), target):
                    raise
            finally:
                self.ahead.mark_changed(target)
                self.distrust()
            await self._clock.sleep(pause)
            pause = min(2 * pause, self._waiting.longest_seconds)

    async def _read_back(self, model: State, target: State, error: AwsError | UnfitError | None) -> State:
        """The object, once it is what it was to be, or what the calls that went well made of it; else at the last."""
        is_certain = isinstance(error, (*_WITHOUT_EFFECT, *_NOT_YET, UnfitError))
        live, patience = await read_again(model, self.look), self.patience()
        while not (is_reached(live, target) or (is_certain and is_reached(live, model))):
            if not await patience.is_another_look_worth_it():
                break
            live = await read_again(model, self.look)
        return live
