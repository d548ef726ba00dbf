"""Guessing which known name was meant."""

from collections.abc import Callable
from difflib import get_close_matches
from typing import Final

__all__ = ["Guesses"]

_MOST: Final = 50
"""Names of one document that are guessed; each costs some milliseconds where there are many known ones."""
_LONGEST: Final = 100
"""Characters of a name that is guessed; none of AWS has more than 90 with its prefix."""
_ALIKE: Final = 0.8
"""How like a known name must be, from 0 to 1, as difflib counts; below it guesses are more often wrong than right."""


class Guesses:
    """The likely names for a document's unknown ones; it stops guessing when it has done so often."""

    def __init__(self) -> None:
        self._done = 0
        self._known: dict[str, dict[str, str]] = {}

    def of(self, name: str, family: str, known: Callable[[], list[str]]) -> str:
        """What a message says of the name that was likely meant; empty if none is like it.

        `known` are the names of its family, as AWS writes them, and is asked once for each family.
        """
        if self._done >= _MOST or len(name) > _LONGEST:
            return ""
        self._done += 1
        if family not in self._known:
            self._known[family] = {one.lower(): one for one in known()}
        found = get_close_matches(name.lower(), self._known[family], n=1, cutoff=_ALIKE)
        return f", did you mean {self._known[family][found[0]]!r}?" if found else ""
