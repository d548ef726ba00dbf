"""A clock that a test, or a demonstration of a year, can hold in its hand."""

from datetime import datetime, timedelta
from threading import Lock

__all__ = ["SteppingClock"]


class SteppingClock:
    """Stands still until it is told to go on; pass it as `SandboxOptions.now`."""

    def __init__(self, start: datetime) -> None:
        self._moment = start
        self._lock = Lock()

    def __call__(self) -> datetime:
        """The moment it stands at, aware and in UTC."""
        with self._lock:
            return self._moment

    def advance(self, step: timedelta) -> None:
        """Go on by this much."""
        with self._lock:
            self._moment += step
