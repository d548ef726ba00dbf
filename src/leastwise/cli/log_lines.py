"""`-v`: what the rooms log, a line each on standard error; without it, what libraries would say there is kept back."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from leastwise.cli.streams import say

__all__ = ["log_lines"]

_LEVELS: Final = (logging.WARNING, logging.INFO, logging.DEBUG)
"""What of ours is shown at no `-v`, one and two."""
_LIBRARIES_FROM: Final = 2
"""How many `-v` show what libraries log. botocore logs a traceback for each refresh of credentials that fails, and our
own error says the same in a line."""


@contextmanager
def log_lines(verbosity: int) -> Iterator[None]:
    """While the context lasts, our log goes to standard error as far as `verbosity` asks for it.

    The lowest level of libraries is INFO: botocore's DEBUG shows what it signs.
    """
    ours, everything = logging.getLogger("leastwise"), logging.getLogger()
    before = (ours.level, everything.level, ours.propagate)
    lines = _Lines()
    silence = logging.NullHandler()
    ours.setLevel(_LEVELS[min(verbosity, len(_LEVELS) - 1)])
    ours.propagate = False
    ours.addHandler(lines)
    everything.addHandler(lines if verbosity >= _LIBRARIES_FROM else silence)
    if verbosity >= _LIBRARIES_FROM:
        everything.setLevel(logging.INFO)
    try:
        yield
    finally:
        ours.setLevel(before[0])
        everything.setLevel(before[1])
        ours.propagate = before[2]
        ours.removeHandler(lines)
        everything.removeHandler(lines)
        everything.removeHandler(silence)


class _Lines(logging.Handler):
    """A line a record, with the seconds since the start."""

    def emit(self, record: logging.LogRecord) -> None:
        """Say it."""
        say(f"{record.relativeCreated / 1000:.1f} s: {self.format(record)}")
