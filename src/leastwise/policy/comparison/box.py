"""Sets of requests as boxes, and what is left of a box when others are taken from it."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from msgspec import Struct

from leastwise.policy.comparison.implication import contradicts, follows
from leastwise.policy.comparison.literal import Literal, Literals, negated
from leastwise.policy.comparison.share import Share, loosened
from leastwise.policy.sets import names as name_sets
from leastwise.policy.sets.action_set import ActionSet
from leastwise.policy.sets.language import Answer, Effort
from leastwise.policy.sets.names import EVERY_NAME, NO_NAME, NameSet

__all__ = ["Box", "common", "left_over", "meets", "weight"]

_PAIR: Final = 5
"""Steps that comparing a region with another counts for."""
_PATTERN: Final = 2
"""Steps that looking at a pattern counts for."""
_LITERAL: Final = 5
"""Steps that looking at a literal counts for."""
_BOX: Final = 200
"""Steps that making a box and looking at it counts for, beside those for its patterns."""


class Box(Struct, frozen=True, eq=False):
    """No other requests than those for these actions on these resources where the literals hold."""

    actions: ActionSet
    """The actions."""
    resources: NameSet
    """The resources, where each variable could be anything."""
    as_written: NameSet
    """The same with variables as opaque letters; equal to `resources` where that says no more."""
    literals: Literals
    """What must hold."""

    def is_empty(self, effort: Effort) -> bool:
        """Whether it is seen to hold no request. Exact but for literals, and patterns too entangled to decide."""
        if contradicts(self.literals) or name_sets.is_empty(self.resources, effort) is Answer.YES:
            return True
        return self.actions.is_empty(effort) is Answer.YES


def weight(box: Box, share: Share) -> int:
    """The steps that taking a share from a box, or what they have in common, counts for: about one a microsecond."""
    named = box.actions.open.keys() & share.actions.open.keys()
    actions = sum(_pairs(box.actions.names(one), share.actions.names(one)) for one in named)
    literals = _literal_weight(box, share) * (1 + len(share.literals))
    return _BOX + actions + _pairs(box.resources, share.as_written) + literals


def _pairs(one: NameSet, other: NameSet) -> int:
    if one is EVERY_NAME or other is EVERY_NAME:
        return 1
    patterns = sum(len(part.inside) + len(part.outside) for some in (one, other) for part in some)
    return _PAIR * len(one) * len(other) + _PATTERN * patterns


def _literal_weight(box: Box, share: Share) -> int:
    """The steps that asking `contradicts` of both counts for."""
    return _LITERAL * (len(box.literals) + len(share.literals)) if share.literals else 0


def common(box: Box, share: Share) -> Box:
    """What the box and the share have in common, or more, but never less."""
    resources = name_sets.intersection(box.resources, share.at_most)
    as_written = resources
    if resources == box.resources:
        as_written = box.as_written
    elif name_sets.lies_within(share.at_most, box.resources):
        resources, as_written = share.at_most, share.as_written
    return Box(box.actions & share.actions, resources, as_written, box.literals | share.literals)


def meets(box: Box, share: Share) -> bool:
    """Whether the two may have a request in common; a cheap look, so a True may be wrong."""
    mine, yours = box.actions, share.actions
    if not (mine.known & yours.known or mine.rest or yours.rest or mine.open.keys() & yours.open.keys()):
        return False
    return not (box.literals and share.literals) or not contradicts(box.literals | share.literals)


def left_over(box: Box, covers: Iterable[Share], effort: Effort) -> Iterator[Box | None]:
    """The parts of the box that none of the covers is seen to hold; None, once, where the effort is used up.

    A part may turn out to hold no request at all, where that could not be decided.
    """
    clean: list[Share] = []
    others: list[Share] = []
    for cover in covers:
        if not effort.take(1 + _literal_weight(box, cover) * (1 + len(cover.literals))):
            yield None
            return
        if meets(box, cover):
            is_clean = all(follows(literal, box.literals) for literal in cover.literals)
            (clean if is_clean else others).append(cover)
    for part in _by_resource(box):
        if not effort.take(sum(weight(part, cover) for cover in clean)):
            yield None
            return
        rest = _without_clean(part, clean)
        if rest is not None:
            yield from _split(rest, [*clean, *others], effort)


def _by_resource(box: Box) -> Iterator[Box]:
    """The box, a region of its resources at a time."""
    if len(box.as_written) == 1:
        yield box
        return
    is_plain = box.as_written is box.resources
    for region in sorted(box.as_written, key=lambda region: (sorted(region.inside), sorted(region.outside))):
        here = frozenset({region})
        yield Box(box.actions, here if is_plain else frozenset({loosened(region)}), here, box.literals)


def _without_clean(box: Box, covers: Iterable[Share]) -> Box | None:
    """The box without the actions that covers hold on all of its resources; None if none is left."""
    actions = box.actions
    for cover in covers:
        if _holds_resources(cover, box):
            actions = actions - cover.actions
            if not (actions.known or actions.rest or actions.open):
                return None
    return Box(actions, box.resources, box.as_written, box.literals)


def _holds_resources(cover: Share, box: Box) -> bool:
    if box.as_written == cover.as_written or name_sets.lies_within(box.resources, cover.at_least):
        return True
    # A variable that stays the same on both sides proves that one lies in the other, but never that two are apart.
    is_positive = not any(region.outside or region.besides for region in cover.as_written)
    return is_positive and name_sets.lies_within(box.as_written, cover.as_written)


def _split(box: Box, covers: Sequence[Share], effort: Effort) -> Iterator[Box | None]:
    stack = [(box, 0)]
    while stack:
        part, place = stack.pop()
        while place < len(covers) and not meets(part, covers[place]):
            effort.take(1 + _literal_weight(part, covers[place]))
            place += 1
        if place == len(covers):
            if not part.is_empty(effort):
                yield part
            continue
        if not effort.take(2 * weight(part, covers[place])):
            yield None
            return
        stack += ((piece, place + 1) for piece in _pieces(part, covers[place]))


def _pieces(box: Box, cover: Share) -> Iterator[Box]:
    """What is left of the box, in pieces that do not meet: by action, then by resource, then literal by literal."""
    yield from _box(box.actions - cover.actions, box.resources, box.literals)
    both = box.actions & cover.actions
    yield from _box(both, name_sets.difference(box.resources, cover.at_least), box.literals)
    resources = name_sets.intersection(box.resources, cover.at_least)
    literals = box.literals
    for literal in sorted(cover.literals - literals, key=_order):
        yield from _box(both, resources, literals | {negated(literal)})
        literals |= {literal}


def _order(literal: Literal) -> tuple[str, str, list[str], bool]:
    return literal.test.key, literal.test.operator, sorted(literal.test.values), literal.holds


def _box(actions: ActionSet, resources: NameSet, literals: Literals) -> Iterator[Box]:
    is_nothing = not (actions.known or actions.rest or actions.open) or resources == NO_NAME
    if not is_nothing and not contradicts(literals):
        yield Box(actions, resources, resources, literals)
