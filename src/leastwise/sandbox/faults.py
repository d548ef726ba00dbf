"""Trouble on request: latency, throttling, server errors and dropped connections."""

import time
from collections import Counter
from datetime import datetime
from fnmatch import fnmatchcase
from random import Random
from threading import Lock
from typing import Final

from leastwise.sandbox.operations import is_change
from leastwise.sandbox.options import SandboxOptions, Trouble
from leastwise.sandbox.refusals import Refusal

__all__ = ["Bucket", "DroppedConnectionError", "Faults", "Troubles"]

_STATUSES: Final = {
    "AccessDenied": 403,
    "ConcurrentModification": 409,
    "DeleteConflict": 409,
    "EntityAlreadyExists": 409,
    "EntityTemporarilyUnmodifiable": 409,
    "InternalFailure": 500,
    "LimitExceeded": 409,
    "NoSuchEntity": 404,
    "ServiceFailure": 500,
    "ServiceUnavailable": 503,
    "TooManyRequestsException": 429,
}
"""HTTP status by code (botocore's model of iam 2010-05-08, and IAM API Reference, "Common errors"); 400 for others."""
_THROTTLED: Final = {
    "access-analyzer": (429, "ThrottlingException"),
    "config": (400, "ThrottlingException"),
    "iam": (400, "Throttling"),
    "securityhub": (429, "TooManyRequestsException"),
}
"""What each service that has a limit answers beyond it."""
_HUB_BURST: Final = 3
"""Security Hub lets through three seconds' worth at once (BatchImportFindings: 10 a second, burst 30)."""


class DroppedConnectionError(Exception):
    """The connection is to be closed without an answer."""


class Bucket:
    """A token bucket that goes by the sandbox's clock."""

    def __init__(self, *, rate: float, burst: int, now: datetime) -> None:
        self._rate = rate
        self._burst = burst
        self._tokens = float(burst)
        self._filled_at = now
        self._lock = Lock()

    def take(self, now: datetime) -> bool:
        """Whether one more call is let through now."""
        with self._lock:
            refill = max((now - self._filled_at).total_seconds(), 0.0) * self._rate
            self._tokens = min(self._tokens + refill, float(self._burst))
            self._filled_at = max(self._filled_at, now)
            allowed = self._tokens >= 1.0
            self._tokens -= 1.0 if allowed else 0.0
            return allowed


class Troubles:
    """Counts calls, and says which of them are to go wrong as planned."""

    def __init__(self, planned: tuple[Trouble, ...]) -> None:
        self._planned = planned
        self._seen: Counter[int] = Counter()
        self._lock = Lock()

    def of(self, label: str) -> Trouble | None:
        """The trouble of one more call of this operation, as `iam:GetUser`; None for none."""
        with self._lock:
            hit = [trouble for place, trouble in enumerate(self._planned) if self._hits(place, trouble, label)]
        return hit[0] if hit else None

    def _hits(self, place: int, trouble: Trouble, label: str) -> bool:
        if not (fnmatchcase(label, trouble.operation) if trouble.operation else is_change(label)):
            return False
        self._seen[place] += 1
        return trouble.number <= self._seen[place] < trouble.number + trouble.times


def _make(trouble: Trouble) -> None:
    """Let a call go wrong.

    Raises:
        Refusal: with the trouble's code.
        DroppedConnectionError: its connection is lost.
    """
    if trouble.code == "silent":
        time.sleep(trouble.silent_seconds)
    if trouble.code in {"dropped", "silent"}:
        raise DroppedConnectionError
    raise Refusal(_STATUSES.get(trouble.code, 400), trouble.code, "The sandbox was told to answer so.")


class Faults:
    """Decides which calls go wrong."""

    def __init__(self, options: SandboxOptions) -> None:
        self._options = options
        self._random = Random(options.seed)  # noqa: S311 - no secret
        self._lock = Lock()
        hub = options.hub_calls_per_second
        self._buckets = {
            "access-analyzer": self._filled(options.analyzer_calls_per_second),
            "config": self._filled(options.config_calls_per_second),
            "iam": self._filled(options.calls_per_second, burst=options.burst),
            "securityhub": self._filled(hub, burst=None if hub is None else max(1, round(_HUB_BURST * hub))),
        }
        self._troubles = Troubles(options.troubles)

    def before(self, service: str, label: str) -> Trouble | None:
        """Let a call in, late or not at all; what is to be `after` its work, if that is planned.

        Raises:
            Refusal: it is throttled, meets a server error, or is to be refused.
            DroppedConnectionError: its connection is lost before anything is done.
        """
        trouble = self._troubles.of(label)
        if trouble is not None and not trouble.takes_effect:
            _make(trouble)
        if self._options.latency_seconds:
            time.sleep(self._options.latency_seconds)
        if self._draw() < self._options.drop_rate / 2:
            raise DroppedConnectionError
        if self._draw() < self._options.error_rate:
            raise self._server_error()
        if service in self._buckets and not self._lets_through(self._buckets[service]):
            raise Refusal(*_THROTTLED[service], "Rate exceeded")
        return trouble

    def after(self, trouble: Trouble | None) -> None:
        """Let an answer out, or not.

        Raises:
            Refusal: the work is done, and the answer says that it is not.
            DroppedConnectionError: the connection is lost although the work is done.
        """
        if trouble is not None:
            _make(trouble)
        if self._draw() < self._options.drop_rate / 2:
            raise DroppedConnectionError

    def _filled(self, rate: float | None, *, burst: int | None = None) -> Bucket | None:
        if rate is None:
            return None
        return Bucket(rate=rate, burst=burst or max(1, round(rate)), now=self._options.now())

    def _lets_through(self, bucket: Bucket | None) -> bool:
        return bucket is None or bucket.take(self._options.now())

    def _server_error(self) -> Refusal:
        if self._draw() < 0.5:  # noqa: PLR2004 - one half
            return Refusal(500, "ServiceFailure", "The request processing has failed because of an unknown error.")
        return Refusal(503, "ServiceUnavailable", "Service is unable to handle request.")

    def _draw(self) -> float:
        with self._lock:
            return self._random.random()
