"""Finding the places of a document's pieces in its text, long after it was read."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import cached_property
from typing import Final, NamedTuple

from leastwise.policy.document.json_text import JsonText, Path
from leastwise.policy.document.model import Document

__all__ = ["Places", "Span"]

_LINE_END: Final = re.compile("\n")


class Span(NamedTuple):
    """A stretch of the text."""

    start: int
    """Offset of its first character."""
    end: int
    """Offset behind its last character."""


class _Piece(NamedTuple):
    key: Span
    value: Span


class Places:
    """Where the pieces of a document stand. It must be one that was parsed, since it is read again here.

    The pieces of one statement are looked up at the first question about it and kept until the next statement is asked
    for: many questions cost little if they come statement by statement.
    """

    def __init__(self, document: Document) -> None:
        self._document = document
        self._json = JsonText(document.text)
        self._kept: tuple[int, dict[Path, _Piece], list[Path]] = (-1, {}, [])

    @cached_property
    def is_listed(self) -> bool:
        """Whether the Statement is a list, so that a path into it has an index."""
        start = self._document.statements[0].position.start
        return self._document.text[:start].rstrip().endswith("[")

    def path(self, index: int, *steps: str | int) -> Path:
        """The path of a piece of a statement."""
        return ("Statement", index, *steps) if self.is_listed else ("Statement", *steps)

    def find(self, path: Path, *, at_key: bool = False) -> Span:
        """Where the value at this path stands, or its key; the last one where a key stands twice."""
        if not path:
            return Span(self._json.space(0), len(self._document.text.rstrip()))
        piece = self._top[path] if path[0] != "Statement" or len(path) == 1 else self._within(path)
        return piece.key if at_key else piece.value

    def _within(self, path: Path) -> _Piece:
        index, rest = (int(path[1]), path[2:]) if self.is_listed else (0, path[1:])
        if rest:
            return self._statement(index)[1][rest]
        position = self._document.statements[index].position
        span = Span(position.start, position.end)
        return _Piece(span, span)

    def real(self, path: Path) -> Path:
        """The path without the place behind it, where a lone value stands instead of a list."""
        if len(path) > 1 and isinstance(path[-1], int):
            span = self.find(path[:-1])
            return path if self._document.text[span.start] == "[" else path[:-1]
        return path

    def repeated(self) -> Iterator[Path]:
        """The paths of the keys that stand twice in an object that counts, each once, in order."""
        yield from self._repeated_at_top
        for statement in self._document.statements:
            yield from (self.path(statement.index, *path) for path in self._statement(statement.index)[2])

    def line_and_column(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset, both from 1."""
        before = bisect_left(self._line_ends, offset)
        return before + 1, offset - (self._line_ends[before - 1] if before else -1)

    @cached_property
    def _line_ends(self) -> list[int]:
        return [found.start() for found in _LINE_END.finditer(self._document.text)]

    @cached_property
    def _top(self) -> dict[Path, _Piece]:
        members, _ = self._json.members(self._json.space(0))
        return {(member.key,): self._piece(member.key_start, member.start, member.end) for member in members}

    @cached_property
    def _repeated_at_top(self) -> list[Path]:
        members, _ = self._json.members(self._json.space(0))
        return _twice([(member.key,) for member in members])

    def _statement(self, index: int) -> tuple[int, dict[Path, _Piece], list[Path]]:
        if self._kept[0] != index:
            pieces: dict[Path, _Piece] = {}
            doubled: list[Path] = []
            self._gather((), self._document.statements[index].position.start, pieces, doubled)
            self._kept = (index, pieces, doubled)
        return self._kept

    def _gather(self, path: Path, start: int, pieces: dict[Path, _Piece], doubled: list[Path]) -> None:
        # A policy is but a few levels deep: parsing has made sure of it.
        text = self._document.text
        if text[start] == "[":
            for place, item in enumerate(self._json.items(start).items):
                pieces[*path, place] = _Piece(Span(item.start, item.end), Span(item.start, item.end))
        elif text[start] == "{":
            members, _ = self._json.members(start)
            doubled += _twice([(*path, member.key) for member in members])
            for member in {member.key: member for member in members}.values():
                pieces[*path, member.key] = self._piece(member.key_start, member.start, member.end)
                self._gather((*path, member.key), member.start, pieces, doubled)

    def _piece(self, key_start: int, start: int, end: int) -> _Piece:
        return _Piece(Span(key_start, self._json.value(key_start).end), Span(start, end))


def _twice(paths: list[Path]) -> list[Path]:
    seen: set[Path] = set()
    found: dict[Path, None] = {}
    for path in paths:
        if path in seen:
            found[path] = None
        seen.add(path)
    return list(found)
