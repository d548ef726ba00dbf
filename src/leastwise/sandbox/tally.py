"""How many calls came in, and how they ended."""

from collections import Counter
from threading import Lock

__all__ = ["Tally"]


class Tally:
    """Counts calls; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._calls: Counter[str] = Counter()
        self._outcomes: Counter[str] = Counter()

    def add(self, operation: str, outcome: str) -> None:
        """Count one call of this operation (`iam:GetUser`) that ended so: `served`, or the code it was refused with."""
        with self._lock:
            self._calls[operation] += 1
            self._outcomes[outcome] += 1

    @property
    def total(self) -> int:
        """All calls."""
        with self._lock:
            return self._calls.total()

    def calls(self, operation: str) -> int:
        """Calls of this operation, however they ended."""
        with self._lock:
            return self._calls[operation]

    def outcomes(self, outcome: str) -> int:
        """Calls that ended so: `served`, `dropped`, or an error code like `Throttling`."""
        with self._lock:
            return self._outcomes[outcome]
