"""Changes looked at ahead, while the one before them is made: reads overlap, writes stay in single file."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from leastwise.apply.account import Reading
from leastwise.apply.looking import Look
from leastwise.apply.states import State, arns_of
from leastwise.clock import Clock
from leastwise.errors import AwsError
from leastwise.policy import Arn

__all__ = ["Ahead"]

_OLDEST_SECONDS: Final = 5.0
"""What was read longer ago is read anew: somebody else may have changed it since. IAM itself can be later than that."""


class _Early:
    """A look at what one change relies on, begun before its turn."""

    def __init__(self, look: Look, work: asyncio.Task[None], *, begun_at: float, turn: int) -> None:
        self.look, self.work, self.begun_at, self.turn = look, work, begun_at, turn


class Ahead:
    """Looks at changes before their turn, and hands over what is still so when it comes.

    What a call of ours may have changed since the look began is not handed over, nor what is too old, nor a look that
    failed: whoever asks reads it then.
    """

    def __init__(self, reading: Reading, clock: Clock) -> None:
        self._reading, self._clock = reading, clock
        self._early: dict[str, _Early] = {}
        self._turn = 0
        self._changed: dict[Arn, int] = {}

    def begin(self, change: str, read: Callable[[Reading], Awaitable[object]]) -> None:
        """Begin to look at a change; nothing happens if that has begun."""
        if change not in self._early:
            look = Look(self._reading)
            work = asyncio.create_task(_quietly(read, look))
            self._early[change] = _Early(look, work, begun_at=self._clock.monotonic(), turn=self._turn)

    def mark_changed(self, state: State) -> None:
        """Note that a call of ours changes the object about now; to be told before the call, and after it."""
        self._turn += 1
        self._changed.update(dict.fromkeys(arns_of(state), self._turn))

    async def hand_over(self, change: str, look: Look) -> None:
        """Put into `look` what was read ahead for the change and is still so."""
        early = self._early.pop(change, None)
        if early is None:
            return
        await early.work
        if self._clock.monotonic() - early.begun_at > _OLDEST_SECONDS:
            return
        if all(self._changed.get(arn, 0) <= early.turn for arn in early.look.arns):
            look.adopt(early.look)

    async def close(self) -> None:
        """Give up every look that nobody asked for."""
        work = [early.work for early in self._early.values()]
        self._early.clear()
        for one in work:
            one.cancel()
        await asyncio.gather(*work, return_exceptions=True)


async def _quietly(read: Callable[[Reading], Awaitable[object]], look: Look) -> None:
    """Read; a failure keeps nothing, so that whoever asks in earnest reads again and is told."""
    try:
        await read(look)
    except AwsError:
        look.forget()
