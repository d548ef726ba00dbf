"""The patterns that the known names of a service suggest, each with the names that it matches.

They are made once for a service and kept, since they do not depend on what is asked of them.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

__all__ = ["Form", "Forms", "forms_of"]

_SUFFIX: Final = 4
"""Letters of an ending."""
_INFIX: Final = 3
"""Letters of a piece from the middle; 5 would gain 1 % and double the forms."""
_SKIPPED: Final = 2
"""Letters at the front that `?` may stand for; more would gain less than 1 %."""
_BEHIND_SKIPPED: Final = 2
"""Letters behind them."""
_CACHED: Final = 512
"""Services whose forms are kept: all of them, at about 60 KB each."""


class Form(NamedTuple):
    """A pattern and what it matches."""

    pattern: str
    """In lower case."""
    mask: int
    """The names that it matches, as bits in their order."""


class Forms(NamedTuple):
    """The forms over the names of a service: of those that match the same names, a shortest one."""

    tails: tuple[Form, ...]
    """`*ending` and `*infix*`, shortest first. They may stand behind a beginning."""
    skips: tuple[Form, ...]
    """`?x*` and the like, where no tail that matches the same is as short."""


@lru_cache(_CACHED)
def forms_of(names: tuple[str, ...]) -> Forms:
    """The forms over names of lower case; kept. Costs about 20 microseconds a name the first time.

    >>> [form.pattern for form in forms_of(("get", "put")).tails if form.mask == 0b11]
    ['*t']
    """
    tails = _tails(names)
    return Forms(_listed(tails), _listed(_skips(names, tails)))


def _tails(names: Sequence[str]) -> dict[int, str]:
    found: dict[int, str] = {}
    for length in range(1, _SUFFIX + 1):
        _note(found, ((name[-length:], place) for place, name in enumerate(names) if len(name) >= length), "*", "")
        if length <= _INFIX:
            _note(found, _infixes(names, length), "*", "*")
    return found


def _infixes(names: Sequence[str], length: int) -> Iterator[tuple[str, int]]:
    for place, name in enumerate(names):
        for start in range(len(name) - length + 1):
            yield name[start : start + length], place


def _skips(names: Sequence[str], tails: dict[int, str]) -> dict[int, str]:
    found: dict[int, str] = {}
    for skipped in range(1, _SKIPPED + 1):
        for length in range(1, _BEHIND_SKIPPED + 1):
            end = skipped + length
            pieces = ((name[skipped:end], place) for place, name in enumerate(names) if len(name) >= end)
            _note(found, pieces, "?" * skipped, "*")
    return {mask: pattern for mask, pattern in found.items() if len(pattern) < len(tails.get(mask, pattern + "+"))}


def _note(found: dict[int, str], pieces: Iterable[tuple[str, int]], before: str, behind: str) -> None:
    masks: dict[str, int] = {}
    for piece, place in pieces:
        masks[piece] = masks.get(piece, 0) | 1 << place
    around = len(before) + len(behind)
    for piece, mask in masks.items():
        if mask not in found or len(piece) + around < len(found[mask]):
            found[mask] = f"{before}{piece}{behind}"


def _listed(found: dict[int, str]) -> tuple[Form, ...]:
    return tuple(sorted((Form(pattern, mask) for mask, pattern in found.items()), key=_length))


def _length(form: Form) -> int:
    return len(form.pattern)
