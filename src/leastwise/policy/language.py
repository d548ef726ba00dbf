"""Patterns as languages: questions whose answers hold for names that do not exist yet.

A pattern stands for the set of all texts that it matches, over an alphabet that has more letters than any pattern
names. All patterns here are canonical (`canonical`) and in one case.
"""

from collections.abc import Iterable
from enum import Enum
from typing import Final

from leastwise.catalog import canonical, literal_prefix, matches

__all__ = ["Answer", "canonical", "covers", "matches", "minimal", "overlaps", "surely_disjoint"]

_STATES: Final = 2000
"""States that `overlaps` looks at before it gives up; real policies need a few dozen."""
_OTHER: Final = "\U0010ffff"
"""Stands for every letter that no pattern names."""


class Answer(Enum):
    """The answer to a question that may be too costly to decide."""

    NO = 0
    YES = 1
    UNDECIDED = 2


def covers(wide: str, narrow: str) -> bool:
    """Whether every text that `narrow` matches can be seen to be matched by `wide` too.

    `wide` is matched against `narrow` as if the wildcards of `narrow` were letters, which only an equal or wider
    wildcard takes. True is certain; a False may be wrong where a `*` of `narrow` hides a letter that it must have
    (`*a?*` covers `*a*a`): where that matters, ask `overlaps`. Time is at most one pattern times the other.

    >>> covers("get*", "get?ject*"), covers("get?", "get*")
    (True, False)
    """
    if wide in ("*", narrow):
        return True
    if not narrow.startswith(literal_prefix(wide)):
        return False
    at, star, retry, position = 0, -1, 0, 0
    while position < len(narrow):
        wanted = wide[at] if at < len(wide) else ""
        if wanted == "*":
            star, retry = at, position
            at += 1
        elif wanted == narrow[position] or (wanted == "?" and narrow[position] != "*"):
            at += 1
            position += 1
        elif star >= 0:
            retry += 1
            at, position = star + 1, retry
        else:
            return False
    return wide[at:] in ("", "*")


def minimal(patterns: Iterable[str]) -> frozenset[str]:
    """The patterns without those that another one covers. Quadratic in those that share a prefix.

    >>> sorted(minimal(["get*", "getobject", "put?"]))
    ['get*', 'put?']
    """
    distinct = set(patterns)
    wide = [(literal_prefix(pattern), pattern) for pattern in distinct if "*" in pattern or "?" in pattern]
    return frozenset(
        narrow
        for narrow in distinct
        if not any(narrow.startswith(prefix) and narrow != one and covers(one, narrow) for prefix, one in wide)
    )


def surely_disjoint(one: str, other: str) -> bool:
    """Whether the two can be seen to have no text in common, by their fixed beginnings and ends alone.

    >>> surely_disjoint("get*", "put*"), surely_disjoint("*tags", "*keys"), surely_disjoint("a*c", "ab*")
    (True, True, False)
    """
    return _heads_differ(one, other) or _heads_differ(one[::-1], other[::-1])


def _heads_differ(one: str, other: str) -> bool:
    first, second = literal_prefix(one), literal_prefix(other)
    if len(first) > len(second):
        first, second, one, other = second, first, other, one
    if not second.startswith(first):
        return True
    return len(first) == len(one) and len(second) > len(first)


def overlaps(inside: Iterable[str], outside: Iterable[str]) -> Answer:
    """Whether some text is matched by every pattern of `inside` and by none of `outside`.

    Decided by walking through the product of the patterns' automata, one letter at a time; UNDECIDED after so many
    states that going on could take for ever.

    >>> overlaps(["a*", "*b"], []), overlaps(["a?"], ["*"])
    (<Answer.YES: 1>, <Answer.NO: 0>)
    """
    wanted = [_Automaton(pattern) for pattern in inside]
    banned = [_Automaton(pattern) for pattern in outside]
    both = wanted + banned
    letters = {_OTHER}.union(*(automaton.letters for automaton in both))
    start = tuple(1 for _ in both)
    seen, queue = {start}, [start]
    while queue:
        state = queue.pop()
        if _accepts(wanted, state) and not any(a.accepts(s) for a, s in zip(banned, state[len(wanted) :], strict=True)):
            return Answer.YES
        for letter in letters:
            after = tuple(automaton.step(places, letter) for automaton, places in zip(both, state, strict=True))
            if after not in seen and all(after[: len(wanted)]):
                seen.add(after)
                queue.append(after)
        if len(seen) > _STATES:
            return Answer.UNDECIDED
    return Answer.NO


def _accepts(automatons: list["_Automaton"], state: tuple[int, ...]) -> bool:
    return all(automaton.accepts(places) for automaton, places in zip(automatons, state, strict=False))


class _Automaton:
    """A pattern as a machine whose state is a set of places in it, kept as bits."""

    def __init__(self, pattern: str) -> None:
        self.letters: dict[str, int] = {}
        self._any = self._loops = 0
        place = 0
        for letter in pattern:
            if letter == "*":
                self._loops |= 1 << place
                continue
            if letter == "?":
                self._any |= 1 << place
            else:
                self.letters[letter] = self.letters.get(letter, 0) | 1 << place
            place += 1
        self._end = place

    def step(self, places: int, letter: str) -> int:
        taken = places & (self._any | self.letters.get(letter, 0))
        return taken << 1 | places & self._loops

    def accepts(self, places: int) -> bool:
        return bool(places >> self._end & 1)
