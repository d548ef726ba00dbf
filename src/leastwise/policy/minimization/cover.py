"""Covering a set with patterns that cost as many characters as they have: greedy, then improved.

The best cover is hard to find (weighted set cover is NP-hard), so this one is a heuristic: within a logarithm of the
best of its candidates, then made better by exchanges as long as one is found within bounds.
"""

from collections.abc import Callable, Iterable, Sequence
from heapq import heapify, heappop, heapreplace
from typing import Final

from leastwise.policy.minimization.forms import Form

__all__ = ["Candidate", "Exact", "cheapest_cover", "cost", "without_needless"]

_ROUNDS: Final = 8
"""Exchanges that are made at most."""
_LOOKED_AT: Final = 100_000
"""Pairs of candidate and chosen pattern that a round of exchanges looks at, or it is not begun."""

Candidate = tuple[str, int]
"""A pattern and what it matches at most, as in a `Form`; there are tens of thousands, and a tuple is made faster."""
Exact = Callable[[str, int], int]
"""What a candidate, as its pattern and mask, really matches, of what its mask says that it may match at most."""


def cost(chosen: Iterable[Form], overhead: int) -> int:
    """The characters of the patterns, each with this many around it."""
    return sum(len(form.pattern) + overhead for form in chosen)


def cheapest_cover(candidates: Sequence[Candidate], todo: int, *, overhead: int, exact: Exact) -> list[Form]:
    """Candidates that together hold all of `todo`, with few characters, each with `overhead` more around it.

    Together the candidates must hold it; the order in which they come does not count.
    """
    chosen = without_needless(_greedy(candidates, todo, overhead, exact), todo)
    for _ in range(_ROUNDS):
        better = _exchanged(chosen, candidates, todo=todo, overhead=overhead, exact=exact)
        if better is None:
            break
        chosen = better
    return chosen


def _greedy(candidates: Sequence[Candidate], todo: int, overhead: int, exact: Exact) -> list[Form]:
    # What a candidate still brings only shrinks, so the first of the heap is the best if its own figure is of now.
    heap = [((len(pattern) + overhead) / mask.bit_count(), pattern, mask) for pattern, mask in candidates]
    heapify(heap)
    chosen: list[Form] = []
    while todo and heap:
        rate, pattern, mask = heap[0]
        brings = mask & todo
        if brings and (true := exact(pattern, mask)) != mask:
            mask, brings = true, true & todo
        if not brings:
            heappop(heap)
        elif (now := (len(pattern) + overhead) / brings.bit_count()) > rate:
            heapreplace(heap, (now, pattern, mask))
        else:
            chosen.append(Form(pattern, mask))
            todo &= ~mask
    return chosen


def without_needless(chosen: Iterable[Form], todo: int) -> list[Form]:
    """The chosen without those whose part the others hold too, the longest looked at first. Linear."""
    ordered = sorted(chosen, key=_longest_first)
    behind = [0]
    for form in reversed(ordered):
        behind.append(behind[-1] | form.mask)
    behind.pop()
    kept: list[Form] = []
    held = 0
    for form in ordered:
        if form.mask & todo & ~(held | behind.pop()):
            kept.append(form)
            held |= form.mask
    return kept


def _longest_first(form: Form) -> tuple[int, str]:
    return -len(form.pattern), form.pattern


def _exchanged(
    chosen: list[Form], candidates: Sequence[Candidate], *, todo: int, overhead: int, exact: Exact
) -> list[Form] | None:
    """The cover with one more candidate and without what that makes needless, if that is shorter; else None."""
    if len(chosen) < 2 or len(chosen) * len(candidates) > _LOOKED_AT:  # noqa: PLR2004 - one pattern is exchanged for none
        return None
    parts = _own_parts(chosen, todo, overhead)
    best, most = None, 0
    for pattern, mask in candidates:
        gain = -len(pattern) - overhead
        for part, price in parts:
            if not part & ~mask:
                gain += price
        if gain > most and exact(pattern, mask) == mask:
            best, most = Form(pattern, mask), gain
    if best is None:
        return None
    others = without_needless([one for one in chosen if one != best], todo & ~best.mask)
    return [best, *others] if cost([best, *others], overhead) < cost(chosen, overhead) else None


def _own_parts(chosen: list[Form], todo: int, overhead: int) -> list[tuple[int, int]]:
    once = more = 0
    for form in chosen:
        more |= once & form.mask
        once |= form.mask
    once &= todo & ~more
    return [(form.mask & once, len(form.pattern) + overhead) for form in chosen]
