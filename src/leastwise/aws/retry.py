"""When a failed call is tried again."""

from random import Random

from msgspec import Struct

from leastwise.aws.wire import FailureKind

__all__ = ["RetryPolicy"]

_REPEATABLE = frozenset(
    {
        FailureKind.THROTTLED,
        FailureKind.FAULT,
        FailureKind.DROPPED,
        FailureKind.TIMED_OUT,
        FailureKind.UNREACHABLE,
    }
)
_WITHOUT_EFFECT = frozenset({FailureKind.THROTTLED, FailureKind.UNREACHABLE})
"""Failures after which the call has certainly not been carried out: AWS refused it, or it was never sent."""
_UNREACHABLE_ATTEMPTS = 3
"""A name that does not resolve or a refused connection is a mistake more often than an outage, so it is told soon."""


class RetryPolicy(Struct, frozen=True, kw_only=True):
    """Bounded retries with full jitter: the wait is drawn from 0 to a limit that doubles."""

    maximum_attempts: int
    """How often a call is sent at most, the first time included."""
    first_limit_seconds: float = 0.2
    """Longest wait before the second attempt."""
    last_limit_seconds: float = 10.0
    """Longest wait before any attempt."""

    def wait_seconds(
        self, kind: FailureKind, *, attempts: int, random: Random, is_repeatable: bool = True
    ) -> float | None:
        """Seconds to wait after so many failed attempts; `None` if the call is not to be tried again.

        What is not repeatable is tried again only where it is certain that nothing has happened yet.
        """
        allowed = _UNREACHABLE_ATTEMPTS if kind is FailureKind.UNREACHABLE else self.maximum_attempts
        if kind not in (_REPEATABLE if is_repeatable else _WITHOUT_EFFECT) or attempts >= min(
            allowed, self.maximum_attempts
        ):
            return None
        return random.uniform(0, min(self.last_limit_seconds, self.first_limit_seconds * 2 ** (attempts - 1)))
