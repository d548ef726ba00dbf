"""How far a collection is, for whoever wants to show it."""

from typing import Protocol

__all__ = ["NoProgress", "Progress"]


class Progress(Protocol):
    """Told what is being waited for; must not block."""

    def begin(self, what: str, *, total: int | None) -> None:
        """A phase of this many steps begins; None if nobody knows how many."""
        ...

    def advance(self) -> None:
        """A step of the phase is done."""
        ...


class NoProgress:
    """Shows nothing."""

    def begin(self, what: str, *, total: int | None) -> None:
        """Nothing."""

    def advance(self) -> None:
        """Nothing."""
