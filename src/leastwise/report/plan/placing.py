"""Which hunk of a difference changes which statement, and which of the statement's reasons belong there."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, TypeAlias

from msgspec import Struct

from leastwise.errors import PolicyError
from leastwise.plan import Gone, StatementChange
from leastwise.policy import parse_document

__all__ = ["Code", "Told", "placed"]

Code: TypeAlias = tuple[str, int, int, int, int]
"""What becomes of lines, as difflib says it: a tag, and the lines from and to in the old and the new text."""

_NAMESPACE: Final = re.compile(r'"([A-Za-z0-9-]+):')


class Told(Struct, frozen=True):
    """A statement that a hunk changes, and what of it is to be told there."""

    statement: StatementChange
    """Which."""
    gone: tuple[Gone, ...]
    """What goes in this hunk."""
    is_first: bool
    """Whether no hunk before this one changes it."""


class _Place(Struct, frozen=True):
    """The lines of a statement in the old text, from 0."""

    first: int
    last: int


def placed(
    statements: Sequence[StatementChange],
    before: str | None,
    groups: Sequence[Sequence[Code]],
    *,
    old: Sequence[str],
    new: Sequence[str],
) -> list[list[Told]]:
    """For each group of lines the statements that it changes; every statement is in one of them, if there is one.

    Where several hunks change a statement, each has of what goes the services whose actions are named in its lines, and
    the first also what is named in none.
    """
    found: list[list[Told]] = [[] for _ in groups]
    if not groups:
        return found
    places = _places(before)
    named = [_namespaces(codes, old, new) for codes in groups]
    for statement in statements:
        place = places.get(statement.index, _Place(0, 0))
        touched = [index for index, codes in enumerate(groups) if any(_touches(code, place) for code in codes)]
        for index, told in _shared_out(statement, touched or [_nearest(groups, place)], named):
            found[index].append(told)
    return found


def _places(before: str | None) -> Mapping[int, _Place]:
    """Where each statement stands; nothing for a new text, or one that is no policy."""
    if before is None:
        return {}
    try:
        document = parse_document(before)
    except PolicyError:
        return {}
    starts = ((one, one.position.line - 1) for one in document.statements)
    return {one.index: _Place(line, line + document.quote(one).count("\n")) for one, line in starts}


def _touches(code: Code, place: _Place) -> bool:
    tag, start, end, _, _ = code
    if tag == "equal":
        return False
    if start == end:
        return place.first < start <= place.last
    return start <= place.last and end > place.first


def _nearest(groups: Sequence[Sequence[Code]], place: _Place) -> int:
    """Of two equal statements difflib may call the other one changed."""
    return min(range(len(groups)), key=lambda index: abs(groups[index][0][1] - place.first))


def _namespaces(codes: Sequence[Code], old: Sequence[str], new: Sequence[str]) -> frozenset[str]:
    """The services that the changed lines name."""
    lines = (line for tag, i1, i2, j1, j2 in codes if tag != "equal" for line in (*old[i1:i2], *new[j1:j2]))
    return frozenset(name.lower() for line in lines for name in _NAMESPACE.findall(line))


def _shared_out(
    statement: StatementChange, touched: Sequence[int], named: Sequence[frozenset[str]]
) -> Iterator[tuple[int, Told]]:
    first = touched[0]
    everywhere = frozenset[str]().union(*(named[index] for index in touched))
    for index in touched:
        here = (one for one in statement.gone if one.service in named[index])
        nowhere = (one for one in statement.gone if one.service not in everywhere and index == first)
        gone = statement.gone if len(touched) == 1 else (*nowhere, *here)
        yield index, Told(statement, tuple(gone), is_first=index == first)
