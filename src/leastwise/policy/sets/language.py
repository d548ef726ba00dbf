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

__all__ = [
    "OPAQUE",
    "Answer",
    "Effort",
    "canonical",
    "covers",
    "find",
    "matches",
    "minimal",
    "overlaps",
    "surely_disjoint",
]

_STATES: Final = 2000
"""States that `overlaps` looks at before it gives up; real policies need a few dozen."""
_STEPS: Final = 200_000
"""Steps of single automata in all of these states together."""
_LETTERS: Final = 20_000
"""Letters of patterns that are made into automata for one question; a document of 6 KB has no more."""
_FEW: Final = 1000
"""Pairs that are compared one by one, without putting the patterns in order first."""
_COMPARED: Final = 50_000
"""Pairs of patterns that `minimal` compares; what is left then is kept as it is."""
_COMPARED_EACH: Final = 10
"""Pairs that it compares beside these for each pattern, so that a few that cover all others are enough for any list."""
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


class Effort:
    """How much work is left for a question, or for several together; counted, so that an answer is always the same."""

    def __init__(self, steps: int) -> None:
        self._left = steps

    def take(self, steps: int = 1) -> bool:
        """Whether that much was left; it is gone then."""
        self._left -= steps
        return self._left >= 0


def minimal(patterns: Iterable[str]) -> frozenset[str]:
    """The patterns without those that another one covers.

    Linear in those without wildcards, or with different beginnings; quadratic in those that share one, up to a bound:
    of more than some hundreds that start with a wildcard, and of which none covers many, some may stay needlessly.

    >>> sorted(minimal(["get*", "getobject", "put?"]))
    ['get*', 'put?']
    """
    distinct = set(patterns)
    wide = [pattern for pattern in distinct if "*" in pattern or "?" in pattern]
    if not wide or len(distinct) == 1:
        return frozenset(distinct)
    if len(wide) * len(distinct) <= _FEW:
        headed = [(literal_prefix(pattern), pattern) for pattern in wide]
        return frozenset(
            narrow
            for narrow in distinct
            if not any(narrow.startswith(head) and narrow != one and covers(one, narrow) for head, one in headed)
        )
    found = _Widest(Effort(_COMPARED + _COMPARED_EACH * len(distinct)))
    return frozenset(pattern for pattern in sorted(distinct, key=_widest_first) if found.takes(pattern))


def _widest_first(pattern: str) -> tuple[int, int, int, str]:
    # What covers a pattern has no more letters; with as many it has no fewer stars, and then no fewer `?`.
    stars = pattern.count("*")
    return len(pattern) - stars, -stars, -pattern.count("?"), pattern


class _Widest:
    """Patterns of which none covers another, by their fixed beginnings and ends."""

    def __init__(self, effort: Effort) -> None:
        self._by_ends: dict[tuple[str, str], list[str]] = {}
        self._lengths: dict[tuple[int, int], None] = {}
        self._effort = effort

    def takes(self, pattern: str) -> bool:
        """Whether the pattern is not covered; it is one of them then. Whatever covers it must come before it."""
        length = len(pattern)
        for head, tail in self._lengths:
            for wide in self._by_ends.get((pattern[:head], pattern[length - tail :] if tail <= length else ""), ()):
                if not self._effort.take():
                    return True
                if covers(wide, pattern):
                    return False
        if "*" in pattern or "?" in pattern:
            self._add(literal_prefix(pattern), literal_prefix(pattern[::-1])[::-1], pattern)
        return True

    def _add(self, head: str, tail: str, pattern: str) -> None:
        self._lengths[len(head), len(tail)] = None
        self._by_ends.setdefault((head, tail), []).append(pattern)


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


def overlaps(inside: Iterable[str], outside: Iterable[str], effort: Effort | None = None) -> Answer:
    """Whether some text is matched by every pattern of `inside` and by none of `outside`.

    Decided by walking through the product of the patterns' automata, one letter at a time; UNDECIDED after so many
    states that going on could take for ever, or where the `effort` that several questions share is used up.

    >>> overlaps(["a*", "*b"], []), overlaps(["a?"], ["*"])
    (<Answer.YES: 1>, <Answer.NO: 0>)
    """
    found = find(inside, outside, effort)
    return Answer.YES if isinstance(found, str) else found


def find(inside: Iterable[str], outside: Iterable[str], effort: Effort | None = None) -> str | Answer:
    """A short text that every pattern of `inside` matches and none of `outside`; NO or UNDECIDED without one.

    Letters that no pattern names are written as the first plain letter that is free. `inside` may be empty.

    >>> find(["get*", "*tag?"], ["get?ag*"]), find(["a*"], ["a*"])
    ('getagx', <Answer.NO: 0>)
    """
    wanted, banned = sorted(inside), sorted(outside)
    left = effort or Effort(_STEPS)
    size = sum(map(len, wanted)) + sum(map(len, banned))
    for pattern in wanted:
        # Most often the pattern without its stars is such a text, and asking costs next to nothing.
        guess = pattern.replace("*", "").replace("?", _PLAIN[0])
        if not left.take(len(wanted) + len(banned) + (len(guess) * size >> 10)):
            return Answer.UNDECIDED
        if _is_in(guess, wanted, banned):
            return guess
        if guess == pattern:
            return Answer.NO
    if size > _LETTERS:
        return Answer.UNDECIDED
    return _walk([_Automaton(pattern) for pattern in wanted], [_Automaton(pattern) for pattern in banned], left)


def _is_in(text: str, wanted: Iterable[str], banned: Iterable[str]) -> bool:
    return all(covers(pattern, text) for pattern in wanted) and not any(covers(pattern, text) for pattern in banned)


def _walk(wanted: list["_Automaton"], banned: list["_Automaton"], effort: Effort) -> str | Answer:
    both = wanted + banned
    start = tuple(1 for _ in both)
    came: _Steps = {start: None}
    queue = deque([start])
    while queue:
        state = queue.popleft()
        if _accepts(wanted, state) and not any(a.accepts(s) for a, s in zip(banned, state[len(wanted) :], strict=True)):
            return _spelled(came, state)
        letters = _next_letters(both, state)
        if len(came) > _STATES or not effort.take(len(letters) * len(both)):
            return Answer.UNDECIDED
        for letter in letters:
            after = tuple(automaton.step(places, letter) for automaton, places in zip(both, state, strict=True))
            if after not in came and all(after[: len(wanted)]):
                came[after] = (state, letter)
                queue.append(after)
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
