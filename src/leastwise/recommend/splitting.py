"""Patterns of which something goes, split into others that lie inside of them, readable or short."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from leastwise.catalog import Catalog
from leastwise.policy import (
    EVERY_NAME,
    ActionClause,
    ActionSet,
    Answer,
    NameSet,
    Wildcards,
    minimal_patterns,
    readable_patterns,
)

__all__ = ["clause_actions", "loses", "pattern_set", "split_patterns", "written"]

_Parts = tuple[int, NameSet, int, NameSet]
"""The known actions and the unknown names that are wanted, and those that may be matched."""

_EVERY: Final = "*"
_SETS: Final = 4096
"""Patterns with wildcards whose sets are kept, about 3 KB each: the documents of an account have few that differ."""
_CLAUSES: Final = 128
"""Clauses whose sets are kept, some 30 KB each: making and proving one document asks for the same few again."""
_PIECES: Final = 2048
"""Patterns of one service whose pieces are kept, some KB each: fitting a document asks for most of them again."""


@lru_cache(maxsize=_SETS)
def pattern_set(pattern: str, catalog: Catalog) -> ActionSet:
    """The actions that one pattern matches."""
    return ActionSet.of([pattern], catalog)


@lru_cache(maxsize=_CLAUSES)
def clause_actions(clause: ActionClause, catalog: Catalog) -> ActionSet:
    """The actions that an Action or NotAction is about."""
    literal = ActionSet.of((one for one in clause.patterns if not _has_wildcard(one)), catalog)
    wide = (pattern_set(one, catalog) for one in clause.patterns if _has_wildcard(one))
    named = ActionSet.union_of((literal, *wide), catalog)
    return ~named if clause.negated else named


def _has_wildcard(pattern: str) -> bool:
    return "*" in pattern or "?" in pattern


def loses(actions: ActionSet, removal: ActionSet) -> bool:
    """Whether something of the actions goes; what is not known to be in the removal stays."""
    return bool(actions.known & removal.known) or (actions & removal).is_empty() is Answer.NO


def split_patterns(patterns: tuple[str, ...], removal: ActionSet, *, short: frozenset[str]) -> tuple[str, ...]:
    """The patterns without the removal: those of which nothing goes as they are, the others in pieces, in their place.

    Of the services in `short` the pieces are as short as can be, else such as a person would write.
    """
    catalog = removal.catalog
    sets = {one: pattern_set(one, catalog) if _has_wildcard(one) else ActionSet.of([one], catalog) for one in patterns}
    split = {pattern for pattern, actions in sets.items() if loses(actions, removal)}
    granted = _Granted(catalog)
    for pattern in sets.keys() - split:
        granted.add(pattern, sets[pattern])
    found: list[str] = []
    for pattern, actions in sets.items():
        pieces: tuple[str, ...] = (pattern,)
        if pattern in split and _goes_whole(pattern, actions, removal):
            continue
        if pattern in split:
            room = actions - removal
            # What another pattern still grants needs no pattern of its own.
            pieces = _pieces(pattern, room - granted.beside(pattern), room, short=short)
            granted.add(pattern, ActionSet.of(pieces, catalog))
        found += pieces
    return tuple(dict.fromkeys(found))


def _goes_whole(pattern: str, actions: ActionSet, removal: ActionSet) -> bool:
    """Whether the pattern is of one service, of which all goes: the commonest case, and seen at once."""
    gone = removal.open.get(_service(pattern))
    return gone == EVERY_NAME and not actions.known & ~removal.known


class _Granted:
    """What the patterns that stay grant, by the service that they name."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._sets: dict[str, list[ActionSet]] = {}

    def add(self, pattern: str, actions: ActionSet) -> None:
        """Count what stays of a pattern."""
        self._sets.setdefault(_service(pattern), []).append(actions)

    def beside(self, pattern: str) -> ActionSet:
        """What others grant that may have something in common with the pattern."""
        service = _service(pattern)
        if service == _EVERY:
            return ActionSet.union_of((one for found in self._sets.values() for one in found), self._catalog)
        return ActionSet.union_of((*self._sets.get(service, ()), *self._sets.get(_EVERY, ())), self._catalog)


def _service(pattern: str) -> str:
    """The service that a pattern names; `*` for a pattern over more than one."""
    namespace = pattern.partition(":")[0].lower()
    return _EVERY if "*" in namespace or "?" in namespace else namespace


def _pieces(pattern: str, wanted: ActionSet, room: ActionSet, *, short: frozenset[str]) -> tuple[str, ...]:
    namespace = _service(pattern)
    if room.catalog.service(namespace) is None or room.rest:
        return written(wanted, within=room, short=short, case=(pattern,))
    parts = (wanted.known, wanted.names(namespace), room.known, room.names(namespace))
    return _pieces_of_service(pattern, namespace, parts, room.catalog, is_short=namespace in short)


@lru_cache(maxsize=_PIECES)
def _pieces_of_service(
    pattern: str, namespace: str, parts: _Parts, catalog: Catalog, *, is_short: bool
) -> tuple[str, ...]:
    known, names, room_known, room_names = parts
    wanted = ActionSet(catalog, known, rest=False, open={namespace: names} if names else {})
    room = ActionSet(catalog, room_known, rest=False, open={namespace: room_names} if room_names else {})
    return written(wanted, within=room, short=frozenset({namespace} if is_short else ()), case=(pattern,))


def written(
    wanted: ActionSet, *, within: ActionSet, short: frozenset[str], case: Iterable[str] = ()
) -> tuple[str, ...]:
    """Patterns of the wanted actions that match nothing else known, and nothing outside `within`.

    Those of the services in `short` are as short as can be, else such as a person would write; `case` are patterns
    whose spelling is kept where they stay.
    """
    if not short:
        return readable_patterns(wanted, within=within)
    shortened = ActionSet.of((f"{service}:*" for service in short), wanted.catalog)
    few = wanted & shortened
    return (
        *readable_patterns(wanted - shortened, within=within),
        *minimal_patterns(few, wildcards=Wildcards.OPEN, within=within, written=_of(case, short)).patterns,
    )


def _of(patterns: Iterable[str], services: frozenset[str]) -> tuple[str, ...]:
    return tuple(one for one in patterns if _service(one) in services)
