"""Single items of a call that fail on request, while the call as a whole succeeds."""

from collections import Counter
from fnmatch import fnmatchcase
from threading import Lock

__all__ = ["Failing"]


class Failing:
    """Says which items are to fail, each as often as told; safe to use from several threads."""

    def __init__(self, patterns: tuple[str, ...], *, times: int | None) -> None:
        self._patterns, self._times = patterns, times
        self._seen: Counter[str] = Counter()
        self._lock = Lock()

    def hits(self, identifier: str) -> bool:
        """Whether the item of this id fails this time."""
        if not any(fnmatchcase(identifier, pattern) for pattern in self._patterns):
            return False
        with self._lock:
            self._seen[identifier] += 1
            return self._times is None or self._seen[identifier] <= self._times
