"""Trouble on request: latency, throttling, server errors and dropped connections."""

import time
from datetime import datetime
from random import Random
from threading import Lock

from leastwise.sandbox.options import SandboxOptions
from leastwise.sandbox.refusals import Refusal

__all__ = ["Bucket", "DroppedConnectionError", "Faults"]


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


class Faults:
    """Decides which calls go wrong."""

    def __init__(self, options: SandboxOptions) -> None:
        self._options = options
        self._random = Random(options.seed)  # noqa: S311 - no secret
        self._lock = Lock()
        self._bucket = self._filled(options.calls_per_second, burst=options.burst)
        self._analyzer_bucket = self._filled(options.analyzer_calls_per_second)

    def before(self, service: str) -> None:
        """Let a call in, late or not at all.

        Raises:
            Refusal: it is throttled, or meets a server error.
            DroppedConnectionError: its connection is lost before anything is done.
        """
        if self._options.latency_seconds:
            time.sleep(self._options.latency_seconds)
        if self._draw() < self._options.drop_rate / 2:
            raise DroppedConnectionError
        if self._draw() < self._options.error_rate:
            raise self._server_error()
        if service == "iam" and not self._lets_through(self._bucket):
            raise Refusal(400, "Throttling", "Rate exceeded")
        if service == "access-analyzer" and not self._lets_through(self._analyzer_bucket):
            raise Refusal(429, "ThrottlingException", "Rate exceeded")

    def after(self) -> None:
        """Let an answer out, or not.

        Raises:
            DroppedConnectionError: the connection is lost although the work is done.
        """
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
