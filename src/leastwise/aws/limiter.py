"""One line in which all calls of an account wait for their turn, at the rate that AWS is found to allow."""

import asyncio

from msgspec import Struct

from leastwise.aws.rate import AdaptiveRate
from leastwise.clock import Clock

__all__ = ["Permit", "RateLimiter"]

_CATCH_UP_SECONDS = 0.02
"""Delay of the event loop that later calls may make up for, or every late timer would lower the rate for good."""


class Permit(Struct, frozen=True, gc=False):
    """Leave to send one call."""

    sent_at: float
    """When it was given, in the clock's monotonic seconds."""
    waited: bool
    """Whether the call had to wait for it."""


class RateLimiter:
    """The line of one account; every call passes it, and every answer is told to it."""

    def __init__(self, rate: AdaptiveRate, *, clock: Clock) -> None:
        self._rate = rate
        self._clock = clock
        self._line = asyncio.Lock()
        self._turn = asyncio.Lock()
        self._next_at = clock.monotonic()

    @property
    def per_second(self) -> float:
        """Calls per second allowed now."""
        return self._rate.per_second

    async def permit(self, *, again: bool) -> Permit:
        """Leave to send a call, once its turn has come; a call sent again goes before all that wait in line."""
        if again:
            return await self._take_turn()
        async with self._line:
            return await self._take_turn()

    def accept(self, permit: Permit) -> None:
        """Take in that the call of this permit was answered and not throttled."""
        self._rate.accept(sent_at=permit.sent_at, now=self._clock.monotonic(), waited=permit.waited)

    def throttle(self, permit: Permit) -> None:
        """Take in that the call of this permit was throttled."""
        self._rate.throttle(sent_at=permit.sent_at, now=self._clock.monotonic())

    async def _take_turn(self) -> Permit:
        waited = self._turn.locked()
        async with self._turn:
            while (wait := self._next_at - self._clock.monotonic()) > 0:
                waited = True
                await self._clock.sleep(wait)
            now = self._clock.monotonic()
            interval = 1 / self._rate.per_second
            self._next_at = max(self._next_at, now - max(interval, _CATCH_UP_SECONDS)) + interval
            return Permit(sent_at=now, waited=waited)
