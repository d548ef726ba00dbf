"""The rate at which AWS lets an account be called, found by trying; arithmetic only, the waiting is in `limiter`.

AWS publishes neither rate nor burst of its buckets, so both are learned:

- *Starting*: the rate doubles every few round trips until AWS throttles for the first time.
- *A throttled answer* cuts the rate once for all calls that were under way with it. The first cut halves. A cut that
  follows soon upon another finds AWS's bucket empty at both moments, so what was accepted between them **is** AWS's
  rate, and the rate becomes that, less a margin. Any other cut is small: the rate had only crept past AWS's.
- *Between cuts* the rate climbs on a cubic curve, as TCP CUBIC does (RFC 9438): back to its anchor at once, slowly
  around it, faster beyond it, so that capacity that has come free is found.

Only calls that had to wait for their turn make the rate climb: a rate that nobody asks for proves nothing.
"""

from collections import deque

from msgspec import Struct

__all__ = ["AdaptiveRate", "RateLimits"]


class RateLimits(Struct, frozen=True, kw_only=True):
    """Where a rate begins and where it must end."""

    start: float
    """Calls per second to begin with."""
    ceiling: float
    """Calls per second never exceeded."""
    floor: float = 0.5
    """Calls per second never gone below, so that a lockout by others is noticed to have ended."""


_STARTING_GAIN = 1.3
"""Calls per second that each answer adds while starting, at most; doubles the rate in half a second."""
_STARTING_GAIN_IN_ROUND_TRIPS = 0.13
"""The same for long round trips: doubling takes at least four of them, or the answers come too late to stop at."""
_CLIMB_CALLS = 50
"""Calls that the way back to the anchor takes; decides how many of 100 calls are throttled for good (two)."""
_CLIMB_ROUND_TRIPS = 8
"""Round trips that the way back to the anchor takes at least."""
_SETTLING_CALLS = 1
"""Turns after a cut that were still spaced at the rate before it."""
_SOON_ROUND_TRIPS = 4
_SOON_CALLS = 5
"""A cut within so many round trips or calls of the last one is part of the same congestion."""
_MARGIN = 0.05
"""Share of AWS's measured rate that is left unused after a measurement."""
_REMEMBERED_ANSWERS = 2_048
"""Accepted calls remembered for a measurement."""


class AdaptiveRate:
    """Calls per second that AWS is believed to allow."""

    def __init__(self, limits: RateLimits) -> None:
        self._limits = limits
        self._per_second = min(limits.start, limits.ceiling)
        self._starting = True
        self._round_trip_seconds = 0.05
        self._anchor = self._per_second
        self._depth = 0.0
        self._climbing_seconds = 0.0
        self._last_answer_at = 0.0
        self._settled_at = float("-inf")
        self._congested_since = 0.0
        self._accepted: deque[float] = deque(maxlen=_REMEMBERED_ANSWERS)

    @property
    def per_second(self) -> float:
        """Calls per second allowed now."""
        return self._per_second

    def accept(self, *, sent_at: float, now: float, waited: bool) -> None:
        """Take in an answer that was not throttled; `waited` says whether the call had to wait for its turn."""
        self._round_trip_seconds += (now - sent_at - self._round_trip_seconds) / 8
        self._accepted.append(sent_at)
        if waited:
            self._climb(now)
        self._last_answer_at = now

    def throttle(self, *, sent_at: float, now: float) -> None:
        """Take in a throttled answer; one to a call sent before the last cut belongs to that cut."""
        if sent_at <= self._settled_at:
            return
        settled_at = now + _SETTLING_CALLS / self._per_second
        if self._starting:
            self._cut(self._per_second / 2, anchor=self._per_second * 0.9)
            self._congested_since = sent_at
        elif self._is_soon(sent_at):
            self._cut_to_measured(sent_at)
        else:
            self._cut(self._per_second * 0.9, anchor=self._per_second * 0.97)
            self._congested_since = sent_at
        self._settled_at = settled_at
        self._last_answer_at = now

    def _climb(self, now: float) -> None:
        if self._starting:
            gain = min(_STARTING_GAIN, _STARTING_GAIN_IN_ROUND_TRIPS / self._round_trip_seconds)
            self._raise_to(self._per_second + gain)
            return
        # A pause of the callers is no time in which the rate was tried, so it counts for one second at most.
        self._climbing_seconds += min(now - self._last_answer_at, 1.0)
        span = max(_CLIMB_CALLS / self._anchor, _CLIMB_ROUND_TRIPS * self._round_trip_seconds)
        remaining = (span - self._climbing_seconds) / span
        self._raise_to(self._anchor * (1 - self._depth * remaining**3))

    def _raise_to(self, per_second: float) -> None:
        self._per_second = min(self._limits.ceiling, max(self._per_second, per_second))

    def _is_soon(self, sent_at: float) -> bool:
        soon = max(_SOON_ROUND_TRIPS * self._round_trip_seconds, _SOON_CALLS / self._per_second)
        return sent_at - self._settled_at < soon and sent_at > self._congested_since

    def _cut_to_measured(self, sent_at: float) -> None:
        span = sent_at - self._congested_since
        accepted = sum(self._congested_since < moment <= sent_at for moment in self._accepted)
        # The bucket hands out whole calls, so the count is uncertain by half a one on each side.
        measured = max(accepted - 0.5, 0.5) / span * (1 - _MARGIN)
        lowest, highest = self._per_second * 0.4, self._per_second * 0.95
        self._cut(max(lowest, min(highest, measured)), anchor=(accepted + 0.5) / span)

    def _cut(self, per_second: float, *, anchor: float) -> None:
        self._per_second = max(self._limits.floor, per_second)
        self._anchor = max(anchor, self._per_second * 1.02)
        self._depth = 1 - self._per_second / self._anchor
        self._climbing_seconds = 0.0
        self._starting = False
