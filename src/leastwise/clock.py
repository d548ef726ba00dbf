"""A clock as a value, so that what depends on time can be run on any time."""

from datetime import datetime
from typing import Protocol

__all__ = ["Clock"]


class Clock(Protocol):
    """Where time comes from; `leastwise.aws.SystemClock` is the real one, tests pass their own."""

    def now(self) -> datetime:
        """The present moment, aware and in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds from an arbitrary start, never going back."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return after this many seconds; a negative number counts as 0."""
        ...
