"""Patterns as languages: questions whose answers hold for names that do not exist yet.

A pattern stands for the set of all texts that it matches, over an alphabet that has more letters than any pattern
names. All patterns here are canonical (`canonical`) and in one case. Letters from `OPAQUE` on stand for a text that is
not known, such as a policy variable's value: only themselves and `*` match them, never `?`.
"""

from collections import deque
from collections.abc import Iterable
from enum import Enum
from typing import Final

from leastwise.catalog import canonical, literal_prefix, matches

__all__ = ["OPAQUE", "Answer", "canonical", "covers", "find", "matches", "minimal", "overlaps", "surely_disjoint"]

_STATES: Final = 2000
"""States that `overlaps` looks at before it gives up; real policies need a few dozen."""
OPAQUE: Final = "\U000f0000"
"""The first of the letters that stand for an unknown text, of any length."""
_OTHER: Final = "\ufdd2"
"""Stands for every letter that no pattern names; it is no character itself."""
_PLAIN: Final = "xyzwvutsrqponmlkjihgfedcba0123456789-_/"
"""What is written for it in an example, the first that no pattern names."""


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
    first, *middle = wide.split("*")
    if "?" in wide or not middle:
        return bool(middle or len(wide) == len(narrow)) and _covers_letter_by_letter(wide, narrow)
    last = middle.pop()
    at, end = len(first), len(narrow) - len(last)
    if at > end or not narrow.startswith(first) or not narrow.endswith(last):
        return False
    for piece in middle:
        at = narrow.find(piece, at, end)
        if at < 0:
            return False
        at += len(piece)
    return True


def _covers_letter_by_letter(wide: str, narrow: str) -> bool:
    if not narrow.startswith(literal_prefix(wide)):
        return False
    at, star, retry, position = 0, -1, 0, 0
    while position < len(narrow):
        wanted = wide[at] if at < len(wide) else ""
        if wanted == "*":
            star, retry = at, position
            at += 1
        elif wanted == narrow[position] or (wanted == "?" and "*" != narrow[position] < OPAQUE):
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
    found = find(inside, outside)
    return Answer.YES if isinstance(found, str) else found


def find(inside: Iterable[str], outside: Iterable[str]) -> str | Answer:
    """A short text that every pattern of `inside` matches and none of `outside`; NO or UNDECIDED without one.

    Letters that no pattern names are written as the first plain letter that is free. `inside` may be empty.

    >>> find(["get*", "*tag?"], ["get?ag*"]), find(["a*"], ["a*"])
    ('getagx', <Answer.NO: 0>)
    """
    wanted, banned = list(inside), list(outside)
    for pattern in wanted:
        # Most often the pattern without its stars is such a text, and asking costs next to nothing.
        guess = pattern.replace("*", "").replace("?", _PLAIN[0])
        if _is_in(guess, wanted, banned):
            return guess
        if guess == pattern:
            return Answer.NO
    return _walk([_Automaton(pattern) for pattern in wanted], [_Automaton(pattern) for pattern in banned])


def _is_in(text: str, wanted: Iterable[str], banned: Iterable[str]) -> bool:
    return all(covers(pattern, text) for pattern in wanted) and not any(covers(pattern, text) for pattern in banned)


def _walk(wanted: list["_Automaton"], banned: list["_Automaton"]) -> str | Answer:
    both = wanted + banned
    start = tuple(1 for _ in both)
    came: _Steps = {start: None}
    queue = deque([start])
    while queue:
        state = queue.popleft()
        if _accepts(wanted, state) and not any(a.accepts(s) for a, s in zip(banned, state[len(wanted) :], strict=True)):
            return _spelled(came, state)
        for letter in _next_letters(both, state):
            after = tuple(automaton.step(places, letter) for automaton, places in zip(both, state, strict=True))
            if after not in came and all(after[: len(wanted)]):
                came[after] = (state, letter)
                queue.append(after)
        if len(came) > _STATES:
            return Answer.UNDECIDED
    return Answer.NO


def _next_letters(automatons: list["_Automaton"], state: tuple[int, ...]) -> list[str]:
    """The letters that some automaton waits for; every other one has the same effect as `_OTHER`."""
    named: set[str] = set()
    for automaton, places in zip(automatons, state, strict=True):
        named |= automaton.awaited(places)
    return [_OTHER, *sorted(named)]


def _spelled(came: "_Steps", state: tuple[int, ...]) -> str:
    found: list[str] = []
    step = came[state]
    while step is not None:
        found.append(step[1])
        step = came[step[0]]
    free = next((letter for letter in _PLAIN if letter not in found), _OTHER)
    return "".join(reversed(found)).replace(_OTHER, free)


def _accepts(automatons: list["_Automaton"], state: tuple[int, ...]) -> bool:
    return all(automaton.accepts(places) for automaton, places in zip(automatons, state, strict=False))


class _Automaton:
    """A pattern as a machine whose state is a set of places in it, kept as bits."""

    def __init__(self, pattern: str) -> None:
        self._letters: dict[str, int] = {}
        self._any = self._loops = 0
        self._at = pattern.replace("*", "")
        place = 0
        for letter in pattern:
            if letter == "*":
                self._loops |= 1 << place
                continue
            if letter == "?":
                self._any |= 1 << place
            else:
                self._letters[letter] = self._letters.get(letter, 0) | 1 << place
            place += 1
        self._end = place

    def awaited(self, places: int) -> set[str]:
        """The letters that lead on from these places, `?` apart."""
        found: set[str] = set()
        left = places & ~self._any & (1 << self._end) - 1
        while left:
            lowest = left & -left
            found.add(self._at[lowest.bit_length() - 1])
            left ^= lowest
        return found

    def step(self, places: int, letter: str) -> int:
        taken = places & (self._letters.get(letter, 0) | (self._any if letter < OPAQUE else 0))
        return taken << 1 | places & self._loops

    def accepts(self, places: int) -> bool:
        return bool(places >> self._end & 1)


_Steps = dict[tuple[int, ...], tuple[tuple[int, ...], str] | None]
"""How each state was reached first: from which, by which letter; None for the start."""
