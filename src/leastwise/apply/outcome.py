"""What a run may do, what it says while it runs, and what comes of each change."""

from typing import Protocol

from msgspec import Struct

from leastwise.apply.entries import ChangeResult
from leastwise.apply.live import Difference
from leastwise.policy import Arn

__all__ = ["ApplyOptions", "NoProgress", "Outcome", "Progress", "Waiting"]


class Outcome(Struct, frozen=True):
    """What came of one change."""

    change: str
    """Its id."""
    title: str
    """What it is, in one line."""
    result: ChangeResult
    """What became of it."""
    detail: str = ""
    """Why, where there is something to say."""
    difference: Difference | None = None
    """What is other than it was planned for; None where that is not why, or where an earlier part of the run said."""


class Waiting(Struct, frozen=True):
    """How long to wait for what AWS has not shown yet."""

    settle_seconds: float = 30.0
    """After how long a change is taken to show wherever it is looked for. IAM is eventually consistent, and names no
    bound (IAM User Guide, Troubleshooting: changes that I make are not always immediately visible)."""
    first_seconds: float = 0.5
    """How long to wait before the second look; each further wait is twice as long."""
    longest_seconds: float = 5.0
    """How long to wait between two looks at most."""


class ApplyOptions(Struct, frozen=True):
    """What a person decided; of a run that is resumed, what was chosen at its beginning counts."""

    changes: tuple[str, ...] = ()
    """Ids of the changes to make; empty for all."""
    principals: tuple[Arn, ...] = ()
    """Make only changes that reach nobody but these; empty for all."""
    at_most: int | None = None
    """How many changes to make; None for all."""
    canary: bool = False
    """Whether to make only the changes that reach one principal alone: the first for whom there are such."""
    dry_run: bool = False
    """Whether to check only whether the changes could be made. Nothing is called that changes anything."""
    delete_passwords: bool = False
    """Whether passwords are deleted, which nothing takes back; without it such changes are left alone."""
    waiting: Waiting = Waiting()
    """How long to wait for AWS."""


class Progress(Protocol):
    """Told how far a run is; must not block."""

    def begin(self, title: str, *, number: int, total: int) -> None:
        """A change is looked at: the number-th of so many."""
        ...

    def end(self, outcome: Outcome) -> None:
        """That is what came of it."""
        ...


class NoProgress:
    """Shows nothing."""

    def begin(self, title: str, *, number: int, total: int) -> None:
        """Nothing."""

    def end(self, outcome: Outcome) -> None:
        """Nothing."""
