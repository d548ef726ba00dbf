"""The fewest characters that write the names of one service: the problem, its candidates and its solution."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from msgspec import Struct

from leastwise.catalog import indexes, literal_prefix, mask_of
from leastwise.policy.minimization.cover import Candidate, Exact, cheapest_cover, cost
from leastwise.policy.minimization.forms import Form, forms_of
from leastwise.policy.minimization.trie import divided, head_length, shorter

__all__ = ["Names", "shortened"]

_PAIRED: Final = 20_000
"""Beginnings times tails that are looked at together."""
_SIFTED: Final = 4
"""Prefixes that candidates are compared with before anything is done with them; those with the most names."""
_SHORTEST_TAIL: Final = 2
"""Characters of `*x`."""

Fits = Callable[[str], bool]
"""Whether all names that a pattern matches, known or not, may be matched."""


class Names(Struct, frozen=True):
    """What is to be written: known names of a service, and patterns whose whole language must stay."""

    known: tuple[str, ...]
    """The known names of the service, in lower case and sorted."""
    wanted: int
    """The known names to write out, as bits of their order; without those that a kept pattern matches."""
    banned: int
    """The known names that nothing may match."""
    kept: tuple[str, ...]
    """Patterns that must stay, sorted; they or what covers them. None covers another or matches a banned name."""
    fits: Fits | None
    """What else a pattern must meet; None if only `banned` counts."""
    overhead: int
    """What each pattern costs beside its own characters."""
    may_widen: bool
    """False where nothing wider than the kept patterns and the names themselves fits."""

    @property
    def kept_bits(self) -> int:
        """One bit for each kept pattern, above those of the names."""
        return ((1 << len(self.kept)) - 1) << len(self.known)

    @property
    def todo(self) -> int:
        """What must be covered."""
        return self.wanted | self.kept_bits


def shortened(names: Names) -> tuple[Form, ...]:
    """Patterns that match all wanted names and kept patterns and no banned name, sorted; masks with bits of `todo`.

    Never longer than the names and kept patterns themselves, nor than the best `prefix*` patterns, which are exact
    (`trie`). Below these it is a heuristic over `*ending`, `*infix*`, `?x*`, `head*ending` and `head*infix*`: see
    `cover`. Costs about 0.2 ms for a service of 40 names, and at most `_PAIRED` steps more than is linear.
    """
    if not names.may_widen or not names.todo:
        return tuple(sorted(_written_out(names)))
    if not names.banned and _may(names, "*"):
        return tuple(sorted(min(_written_out(names), [Form("*", names.todo)], key=lambda some: _cost(names, some))))
    division = divided(names.known, wanted=names.wanted, banned=names.banned)
    prefixed = _prefixed(names, division.free)
    if not names.wanted:
        return tuple(sorted(prefixed))
    candidates = _candidates(names, prefixed, division.blocked)
    covered = cheapest_cover(candidates, names.todo, overhead=names.overhead, exact=_exactly(names))
    # The first of equal ones, so that what is already shortest stays as it is.
    return tuple(sorted(min(prefixed, covered, key=lambda some: _cost(names, some))))


def _cost(names: Names, chosen: Iterable[Form]) -> int:
    return cost(chosen, names.overhead)


def _may(names: Names, pattern: str) -> bool:
    return names.fits is None or names.fits(pattern)


def _written_out(names: Names) -> list[Form]:
    known = names.known
    literal = [Form(known[place], 1 << place) for place in indexes(names.wanted)]
    return literal + [Form(pattern, 1 << place) for place, pattern in enumerate(names.kept, len(known))]


def _prefixed(names: Names, free: dict[str, int]) -> list[Form]:
    known = names.known
    masks: dict[str, int] = {}
    for key, mask in free.items():
        for fitting, part in _fitting(names, key, mask):
            masks[fitting] = masks.get(fitting, 0) | part
    for place, pattern in enumerate(names.kept, len(known)):
        key = _kept_key(names, pattern)
        masks[key] = masks.get(key, 0) | 1 << place
    words = (*known, *names.kept)
    return [Form(shorter(key, words, mask), mask) for key, mask in masks.items()]


def _fitting(names: Names, key: str, mask: int) -> Iterator[tuple[str, int]]:
    # Where `key` is too wide, each of its names gets its own shortest one that fits.
    if names.fits is None or names.fits(key) or not key.endswith("*"):
        yield key, mask
        return
    for place in indexes(mask):
        name = names.known[place]
        longer = (f"{name[:length]}*" for length in range(len(key), len(name) + 1))
        yield next(filter(names.fits, longer), name), 1 << place


def _kept_key(names: Names, pattern: str) -> str:
    head = literal_prefix(pattern)
    length = head_length(head, lambda beginning: _is_refused(names, beginning))
    return pattern if length > len(head) else f"{head[:length]}*"


def _is_refused(names: Names, beginning: str) -> bool:
    known = names.known
    start = bisect_left(known, beginning)
    end = bisect_left(known, beginning + "\U0010ffff", lo=start)
    return bool(names.banned & ((1 << end) - (1 << start))) or not _may(names, f"{beginning}*")


def _candidates(names: Names, prefixed: list[Form], heads: Iterable[Candidate]) -> list[Candidate]:
    """Patterns that match no banned name: for each part of what must be covered, the shortest that was found."""
    cheapest: dict[int, str] = {}
    largest = sorted(prefixed, key=_by_names, reverse=True)[:_SIFTED]
    tails = _useful(forms_of(names.known).tails, names.wanted, largest)
    _note_free(names, tails, cheapest)
    _note_free(names, _useful(forms_of(names.known).skips, names.wanted, largest), cheapest)
    _note_joined(names, tails, [head for head in heads if _may_gain(head, names.wanted, prefixed)], cheapest=cheapest)
    found = [(pattern, mask) for mask, pattern in cheapest.items()]
    return [*prefixed, *_useful(found, names.wanted, largest)]


def _by_names(form: Form) -> int:
    return form.mask.bit_count()


def _useful(candidates: Iterable[Candidate], wanted: int, prefixed: list[Form]) -> list[Candidate]:
    """Those that match a wanted name, and either names of several prefixes or are shorter than the one prefix."""
    found = [candidate for candidate in candidates if candidate[1] & wanted]
    for prefix, whole in prefixed:
        others, length = wanted & ~whole, len(prefix)
        found = [candidate for candidate in found if candidate[1] & others or len(candidate[0]) < length]
    return found


def _note_free(names: Names, tails: Iterable[Candidate], cheapest: dict[int, str]) -> None:
    """Note the tails that match no banned name; they match a wanted one."""
    wanted, banned, fits = names.wanted, names.banned, names.fits
    for pattern, mask in tails:
        if not mask & banned:
            held = mask & wanted
            is_shorter = held not in cheapest or len(pattern) < len(cheapest[held])
            if is_shorter and (fits is None or fits(pattern)):
                cheapest[held] = pattern


def _note_joined(names: Names, tails: Iterable[Candidate], heads: list[Candidate], *, cheapest: dict[int, str]) -> None:
    """Note the tails that match a banned name behind the heads that do so, where together they match none."""
    wanted, banned, fits = names.wanted, names.banned, names.fits
    blocked = [candidate for candidate in tails if candidate[1] & banned]
    # Heads and tails come shortest first; the heads beyond the bound are the longest.
    for head, within in heads[: _PAIRED // (len(blocked) + 1)]:
        bad, good = within & banned, within & wanted
        for held, tail in [(mask & good, tail) for tail, mask in blocked if not mask & bad and mask & good]:
            is_shorter = held not in cheapest or len(head) + len(tail) < len(cheapest[held])
            if is_shorter and (fits is None or fits(head + tail)):
                cheapest[held] = head + tail


def _may_gain(head: Candidate, wanted: int, prefixed: list[Form]) -> bool:
    """Whether the wanted names of the head take more than one prefix that is as short as head and tail can be."""
    text, mask = head
    within = mask & wanted
    needed = [len(prefix) for prefix, names in prefixed if names & within]
    return bool(text) and (len(needed) > 1 or needed[0] > len(text) + _SHORTEST_TAIL)


def _exactly(names: Names) -> Exact:
    known, kept_bits = names.known, names.kept_bits

    def exact(pattern: str, mask: int) -> int:
        # Only of what a head and a tail match together it is not known whether they do so one behind the other.
        if pattern[0] in "*?" or "*" not in pattern[:-1] or mask & kept_bits:
            return mask
        head, piece, *more = pattern.split("*")
        start, places = len(head), indexes(mask)
        if more:
            return mask_of(place for place in places if known[place].find(piece, start) >= 0)
        return mask_of(place for place in places if known[place].endswith(piece, start))

    return exact
