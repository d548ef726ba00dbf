"""When to ask again for a job, learned from how long this account's jobs are seen to take."""

from bisect import insort

__all__ = ["Pacing"]

_FIRST_LOOK_SECONDS = 1.0
"""A small principal's report takes about this long (public record of live calls, September 2026)."""
_GROWTH = 2.4
"""A job that is pending at age a is looked at again at this many times a: three looks reach 5.8 s."""
_SLACK_SECONDS = 0.15
"""AWS gives whole seconds in some answers; a look this much later than expected saves a second one."""
_LEARNING_SECONDS = 15.0
"""How long the others wait for the first scout to finish: twice what an administrator's report takes."""
_PERCENTILE = 0.9
"""Waiting for the slowest tenth would delay the rest; looking before the median would ask most jobs twice."""


class Pacing:
    """How old a job should be before it is looked at; shared by every job of an account."""

    def __init__(self) -> None:
        self._finished: list[float] = []

    def due_age(self, last_look_age: float | None, *, is_scout: bool) -> float:
        """The age in seconds at which a job is worth a look, given its age at the last one; None for none yet.

        Until a job has finished only scouts look, so that the others need one look each. The answer changes as jobs
        finish: ask again before acting on it.
        """
        if last_look_age is not None:
            return max(last_look_age * _GROWTH, last_look_age + _FIRST_LOOK_SECONDS)
        if self._finished:
            return self._finished[int((len(self._finished) - 1) * _PERCENTILE)] + _SLACK_SECONDS
        return _FIRST_LOOK_SECONDS if is_scout else _LEARNING_SECONDS

    def saw_finished(self, took_seconds: float) -> None:
        """Note that a job took this long."""
        insort(self._finished, took_seconds)
