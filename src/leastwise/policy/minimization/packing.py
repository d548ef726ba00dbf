"""Laying statements into documents of limited size, splitting a list of actions where it must be."""

from collections.abc import Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from leastwise.policy.document.model import Document, Statement
from leastwise.policy.document.render import json_string, render_compact

__all__ = ["Unpacked", "packed"]


class Unpacked(Struct, frozen=True):
    """Why statements could not be laid into the documents."""

    statement: Statement | None
    """The one that fits no document; None if only the number of documents is too small."""
    excess: int
    """The characters by which it, or all of it together, is too long."""


class _Piece(Struct, frozen=True):
    """A statement, or what is left of one."""

    statement: Statement
    """What it says."""
    size: int
    """Characters of the statement as JSON, with the comma behind it."""


class _Bin(Struct):
    """A document in the making."""

    room: int
    """Characters that are left."""
    statements: list[Statement] = []
    """What is in it."""


def packed(document: Document, *, limit: int, count: int) -> tuple[Document, ...] | Unpacked:
    """The document's statements in at most `count` documents of at most `limit` characters, in order within each.

    Those that cannot be split are laid first, and the longest of each kind, each into the first document that has room
    for it; this takes about a quarter more documents than the best way at worst. One for which there is no room is
    split, if it has a list under Action; its parts under NotAction would grant more. All parts but the first lose the
    Sid, so that it stays unique.
    """
    pieces = [_piece(document, statement) for statement in document.statements]
    room = limit - _frame(document, pieces[0]) + 1
    bins: list[_Bin] = []
    for piece in sorted(pieces, key=lambda piece: (_can_be_split(piece), -piece.size, piece.statement.index)):
        failure = _lay(document, piece, bins, room=room, count=count)
        if failure is not None:
            return failure
    return tuple(
        replace(document, statements=tuple(sorted(one.statements, key=lambda statement: statement.index)))
        for one in bins
    )


def _can_be_split(piece: _Piece) -> bool:
    return not piece.statement.actions.negated and len(piece.statement.actions.patterns) > 1


def _piece(document: Document, statement: Statement) -> _Piece:
    return _Piece(statement, _length(document, statement, statement) - _length(document, statement))


def _frame(document: Document, piece: _Piece) -> int:
    return _length(document, piece.statement) - piece.size + 1


def _length(document: Document, *statements: Statement) -> int:
    return len(render_compact(replace(document, statements=statements)))


def _lay(document: Document, piece: _Piece, bins: list[_Bin], *, room: int, count: int) -> Unpacked | None:
    """Put the piece into a bin, a new one if need be; says why if that cannot be."""
    if piece.size <= room and len(bins) < count and all(one.room < piece.size for one in bins):
        bins.append(_Bin(room))
    for one in bins:
        if piece.size <= one.room:
            _put(one, piece)
            return None
    if not _can_be_split(piece):
        # The room of a document is counted with the comma behind each statement, the last one's too.
        return Unpacked(piece.statement if piece.size > room else None, max(piece.size - room, 0))
    return _pour(document, piece, bins, room=room, count=count)


def _put(one: _Bin, piece: _Piece) -> None:
    one.statements = [*one.statements, piece.statement]
    one.room -= piece.size


def _pour(document: Document, piece: _Piece, bins: list[_Bin], *, room: int, count: int) -> Unpacked | None:
    """Split the piece's actions over the bins that have room, and over new ones."""
    statement, place = piece.statement, 0
    patterns = statement.actions.patterns
    while patterns:
        if place == len(bins):
            if len(bins) == count:
                return Unpacked(None, sum(len(json_string(pattern)) + 1 for pattern in patterns))
            bins.append(_Bin(room))
        first, patterns = _fitting(document, statement, patterns, bins[place].room)
        if first:
            _put(bins[place], _piece(document, _with(statement, first)))
            statement = replace(statement, sid=None)
        elif bins[place].room == room:
            return Unpacked(statement, _piece(document, _with(statement, patterns[:1])).size - room)
        place += 1
    return None


def _fitting(
    document: Document, statement: Statement, patterns: Sequence[str], room: int
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The patterns from the front that fit into the room within their statement, and the others."""
    left = room - _piece(document, _with(statement, patterns[:1])).size
    if left < 0:
        return (), tuple(patterns)
    # One alone is no list and needs no brackets.
    taken, left = 1, left - len("[]")
    for pattern in patterns[1:]:
        left -= len(json_string(pattern)) + 1
        if left < 0:
            break
        taken += 1
    return tuple(patterns[:taken]), tuple(patterns[taken:])


def _with(statement: Statement, patterns: Iterable[str]) -> Statement:
    return replace(statement, actions=replace(statement.actions, patterns=tuple(patterns)))
