"""The fewest characters that literals and `prefix*` patterns need for a set of names: exact, and linear.

The names of a service stand in a trie. The patterns `prefix*` that match no banned name are closed downwards (a longer
prefix matches less), so every name has a shortest one, and two names share it or their patterns have no name in common.
One of them for all its names costs less than any two patterns for parts of them; a name that is alone is written out
where that is not longer. So walking down to the first nodes without a banned name finds the optimum.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

__all__ = ["Division", "divided", "head_length", "prefix_cover", "shorter"]

_CACHED: Final = 512
"""Services whose trie is kept: all of them, at about 20 KB each."""


class Division(NamedTuple):
    """The trie of a service, divided by what may be matched."""

    free: dict[str, int]
    """The shortest pattern of each wanted name that matches no banned one, with its wanted names as bits."""
    blocked: list[tuple[str, int]]
    """The beginnings, shortest first, that wanted and banned names have in common, with all their names as bits."""


class _Node(NamedTuple):
    """Names that begin alike; those with the same names are one node."""

    head: str
    """The shortest beginning that these names alone have; the name itself where it ends here."""
    mask: int
    """The names, as bits of their order."""
    children: tuple["_Node", ...]
    """The next ones down; empty for a lone name."""
    ends: bool
    """Whether it stands for a name that is also the beginning of others, so that no wildcard fits behind it."""


def divided(names: tuple[str, ...], *, wanted: int, banned: int) -> Division:
    """The wanted names by their shortest patterns that match no banned name. `names` are sorted and all different.

    >>> divided(("getkey", "getkeys", "put", "putkey"), wanted=0b0111, banned=0b1000)
    Division(free={'g*': 3, 'put': 4}, blocked=[('', 15), ('p', 12)])
    """
    found = Division({}, [])
    level = [_trie(names)] if names else []
    while level:
        below: list[_Node] = []
        for node in level:
            head, mask, children, ends = node
            if mask & wanted:
                if mask & banned:
                    found.blocked.append((head, mask))
                    below += children
                else:
                    found.free[head if ends else f"{head}*"] = mask & wanted
        level = below
    return found


@lru_cache(_CACHED)
def _trie(names: tuple[str, ...]) -> _Node:
    return _node(names, 0, len(names), "")


def _node(names: tuple[str, ...], start: int, end: int, head: str) -> _Node:
    """The node of the names from `start` up to `end`, all of which begin with `head`."""
    mask = (1 << end) - (1 << start)
    if end - start == 1:
        return _Node(head, mask, (), ends=False)
    depth = _shared(names[start], names[end - 1])
    children: list[_Node] = []
    if len(names[start]) == depth:
        children.append(_Node(names[start], 1 << start, (), ends=True))
        start += 1
    while start < end:
        letter = names[start][: depth + 1]
        behind = next((place for place in range(start, end) if not names[place].startswith(letter)), end)
        children.append(_node(names, start, behind, letter))
        start = behind
    return _Node(head, mask, tuple(children), ends=False)


def _shared(one: str, other: str) -> int:
    for place, (a, b) in enumerate(zip(one, other, strict=False)):
        if a != b:
            return place
    return min(len(one), len(other))


def head_length(head: str, is_banned: Callable[[str], bool]) -> int:
    """The length of the shortest beginning that is not banned; one more than the head has if all are.

    >>> head_length("getkey", lambda beginning: "get".startswith(beginning))
    4
    """
    return next((length for length in range(len(head) + 1) if not is_banned(head[:length])), len(head) + 1)


def prefix_cover(allowed: Iterable[str], banned: Iterable[str]) -> tuple[str, ...]:
    """The literals and `prefix*` that match all allowed names and no banned one with the fewest characters, sorted.

    Optimal for these two forms, whatever each pattern costs beside its own characters. Names are of one case.

    >>> prefix_cover(["getkey", "getkeys", "put"], ["putkey"])
    ('g*', 'put')
    """
    wanted, forbidden = set(allowed), set(banned)
    names = tuple(sorted(wanted | forbidden))
    masks = [sum(1 << place for place, name in enumerate(names) if name in part) for part in (wanted, forbidden)]
    free = divided(names, wanted=masks[0], banned=masks[1]).free
    return tuple(sorted(shorter(key, names, mask) for key, mask in free.items()))


def shorter(key: str, names: Sequence[str], mask: int) -> str:
    """The pattern, or the name itself where it is the only one of the mask and not longer."""
    alone = names[mask.bit_length() - 1] if mask & (mask - 1) == 0 else None
    return key if alone is None or len(alone) > len(key) else alone
