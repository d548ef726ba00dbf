"""The real clock."""

import asyncio
import time
from datetime import UTC, datetime

__all__ = ["SystemClock"]


class SystemClock:
    """The machine's own time; the `leastwise.clock.Clock` of every real run."""

    def now(self) -> datetime:
        """The present moment, aware and in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds from an arbitrary start, never going back."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Return after this many seconds; a negative number counts as 0."""
        await asyncio.sleep(max(0.0, seconds))
