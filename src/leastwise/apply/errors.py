"""What can go wrong with a journal, a lock, or a step that does not fit what is there."""

from pathlib import Path

from leastwise.errors import LeastwiseError

__all__ = ["JournalError", "LockedError", "UnfitError"]


class JournalError(LeastwiseError):
    """A journal that cannot be read, or that is not of this run; the message carries file and line."""

    def __init__(self, path: Path, problem: str, *, line: int = 0, hint: str = "") -> None:
        place = f"{path}, line {line}" if line else f"{path}"
        super().__init__(f"{place}: {problem}", hint=hint)
        self.line = line
        """Line of the fault, from 1; 0 for the whole file."""


class LockedError(LeastwiseError):
    """Another run works on the account; the message says which process, where and since when."""


class UnfitError(LeastwiseError):
    """A step that does not fit what is there, or that nothing can bring about."""
