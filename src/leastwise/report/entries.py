"""Sequences whose entries are built when they are asked for, so that a large document is never held whole."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final, Generic, TypeVar, overload

__all__ = ["Entries", "Shared"]

S = TypeVar("S")
T = TypeVar("T")

_MOST_SHARED: Final = 4096


class Entries(Sequence[T], Generic[S, T]):
    """Equal to any sequence with equal entries. It keeps the sources; each reading builds its entry anew."""

    __slots__ = ("_make", "_sources")
    __hash__ = None  # type: ignore[assignment] # it equals lists too, which cannot be hashed

    def __init__(self, sources: Sequence[S], make: Callable[[S], T]) -> None:
        self._sources = sources
        self._make = make

    def __len__(self) -> int:
        return len(self._sources)

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[T]: ...
    def __getitem__(self, index: int | slice) -> T | Sequence[T]:
        """The entry, or a sequence of entries that are built later still."""
        if isinstance(index, slice):
            return Entries(self._sources[index], self._make)
        return self._make(self._sources[index])

    def __iter__(self) -> Iterator[T]:
        return map(self._make, self._sources)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or isinstance(other, str):
            return NotImplemented
        return len(self) == len(other) and all(mine == its for mine, its in zip(self, other, strict=True))


class Shared(Generic[S, T]):
    """Makes something of one source object once, since verdicts share theirs; it forgets when it grows large."""

    __slots__ = ("_made", "_make")

    def __init__(self, make: Callable[[S, str], T]) -> None:
        self._make = make
        self._made: dict[tuple[int, str], tuple[S, T]] = {}

    def __call__(self, source: S, context: str = "") -> T:
        """What is made of this very object in this context."""
        key = (id(source), context)
        known = self._made.get(key)
        if known is not None:
            return known[1]
        if len(self._made) >= _MOST_SHARED:
            self._made.clear()
        made = self._make(source, context)
        # The source is kept beside it, so that its identity is not given to another object meanwhile.
        self._made[key] = (source, made)
        return made
