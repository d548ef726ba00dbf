"""One service of an action set: what of it must stay, what may be matched, and the patterns that write it."""

from collections.abc import Iterable
from functools import lru_cache, reduce
from operator import or_
from typing import Final

from msgspec import Struct

from leastwise.catalog import Catalog, longest_piece, matches
from leastwise.policy.minimization.cover import cost
from leastwise.policy.minimization.fitting import fitting_in
from leastwise.policy.minimization.forms import Form
from leastwise.policy.minimization.shorten import Names, shortened
from leastwise.policy.minimization.spelling import spelled
from leastwise.policy.sets import names as name_sets
from leastwise.policy.sets.action_set import ActionSet
from leastwise.policy.sets.language import Answer, Effort, minimal, overlaps
from leastwise.policy.sets.names import EVERY_NAME, NO_NAME, NameSet, Region, names_matching

__all__ = ["PATTERN_OVERHEAD", "ServicePatterns", "service_patterns"]

PATTERN_OVERHEAD: Final = 3
"""Characters that a pattern of a list costs beside its own: two quotes and a comma."""
_CACHED: Final = 512
"""Services whose names are kept: all of them."""
_KEPT: Final = 2000
"""Patterns to keep that are shortened together; of more, each a bit in the masks of all, every one stays as it is."""
_STEPS: Final = 400_000
"""Steps that looking for lost names may take."""
_ROUNDS: Final = 4
"""How often a result is shortened again; real ones are final after the first."""


class ServicePatterns(Struct, frozen=True):
    """The actions of one service, written down."""

    namespace: str
    """The service."""
    patterns: tuple[str, ...]
    """The patterns, with the service."""
    open: NameSet
    """The unknown names that they match."""
    is_lost: bool
    """Whether unknown names of the set are not among these."""


@lru_cache(_CACHED)
def _known_names(catalog: Catalog, namespace: str) -> tuple[str, ...]:
    service = catalog.service(namespace)
    return () if service is None else tuple(action.name.lower() for action in catalog.actions(service.mask))


class _Task(Struct, frozen=True):
    """One service of a set."""

    namespace: str
    """The service."""
    catalog: Catalog
    """What is known."""
    known: tuple[str, ...]
    """The names of its known actions, in lower case and sorted."""
    text: str
    """The same in one text."""
    shift: int
    """Where the bits of its known actions begin in the catalog's."""
    allowed: int
    """Its known actions in the set, as bits of their order."""
    room: NameSet
    """The unknown names that patterns may match."""

    def matched(self, pattern: str) -> int:
        """The known actions whose names the pattern matches, as bits of their order."""
        # Most of many patterns match no known name, and that is seen sooner than a search is made ready.
        if longest_piece(pattern) not in self.text:
            return 0
        return self.catalog.expand(f"{self.namespace}:{pattern}").mask >> self.shift

    def names(self, kept: tuple[str, ...], wanted: int) -> Names:
        """What is to be written where these patterns must stay, and these known actions beside them."""
        return Names(
            known=self.known,
            wanted=wanted,
            banned=((1 << len(self.known)) - 1) & ~self.allowed,
            kept=kept,
            fits=fitting_in(self.room),
            overhead=PATTERN_OVERHEAD + len(self.namespace) + 1,
            may_widen=not {_lone_pattern(region) for region in self.room} <= set(kept),
        )


def service_patterns(
    namespace: str,
    actions: ActionSet,
    *,
    within: ActionSet | None = None,
    is_open: bool = False,
    written: Iterable[str] = (),
) -> ServicePatterns:
    """The patterns for the part of the set that is of this service: see `minimize.minimal_patterns`.

    `written` are name patterns in lower case and canonical.
    """
    unknown = actions.names(namespace)
    if "*" in namespace or "?" in namespace:
        # No document can say it: IAM refuses a wildcard in a service prefix (`grammar.action_problem`).
        return ServicePatterns(namespace, (), NO_NAME, is_lost=bool(unknown))
    return _solved(_task(namespace, actions, within=within, is_open=is_open), unknown, written)


def _task(namespace: str, actions: ActionSet, *, within: ActionSet | None, is_open: bool) -> _Task:
    service = actions.catalog.service(namespace)
    mask = 0 if service is None else service.mask
    shift = max((mask & -mask).bit_length() - 1, 0)
    room = EVERY_NAME if within is None else within.names(namespace)
    known = _known_names(actions.catalog, namespace)
    return _Task(
        namespace=namespace,
        catalog=actions.catalog,
        known=known,
        text=" ".join(known),
        shift=shift,
        allowed=(actions.known & mask) >> shift,
        room=room if is_open else name_sets.intersection(room, actions.names(namespace)),
    )


def _solved(task: _Task, unknown: NameSet, written: Iterable[str]) -> ServicePatterns:
    kept = _kept(task, unknown, written)
    found, matched = _settled(task, kept)
    return ServicePatterns(
        task.namespace,
        tuple(f"{task.namespace}:{_spelled(task, form)}" for form in found),
        matched,
        is_lost=_is_lost(unknown, frozenset(kept), matched),
    )


def _settled(task: _Task, kept: tuple[str, ...]) -> tuple[tuple[Form, ...], NameSet]:
    """The patterns, and the unknown names that they match."""
    # What was found is given in again until it stays, so that writing the result's own set changes nothing.
    held = reduce(or_, map(task.matched, kept), 0)
    if len(kept) > _KEPT:
        found = (*shortened(task.names((), task.allowed & ~held)), *(Form(pattern, 0) for pattern in kept))
        return found, _unknown_names(task, found)
    names = task.names(kept, task.allowed & ~held)
    found = shortened(names)
    matched = _unknown_names(task, found)
    for _ in range(_ROUNDS):
        if len(found) == 1 or not names.may_widen:
            break
        again = shortened(_given_again(task, found, matched))
        if cost(again, names.overhead) >= cost(found, names.overhead):
            break
        found, matched = again, _unknown_names(task, again)
    return found, matched


def _unknown_names(task: _Task, found: tuple[Form, ...]) -> NameSet:
    wildcards = (form.pattern for form in found if not _is_known(task, form.pattern))
    if any(form.mask >> len(task.known) for form in found):
        return names_matching(wildcards)
    # Each matches a known name that no other does, so none covers another, and that need not be looked for.
    return frozenset(region for pattern in wildcards for region in names_matching([pattern]))


def _given_again(task: _Task, found: tuple[Form, ...], matched: NameSet) -> Names:
    kept = tuple(sorted(pattern for pattern in map(_lone_pattern, matched) if pattern is not None))
    alone = (form for form in found if _is_known(task, form.pattern))
    wanted = (form.mask for form in alone if not any(matches(pattern, form.pattern) for pattern in kept))
    return task.names(kept, reduce(or_, wanted, 0))


def _is_known(task: _Task, pattern: str) -> bool:
    return "*" not in pattern and task.catalog.action(f"{task.namespace}:{pattern}") is not None


def _kept(task: _Task, unknown: NameSet, written: Iterable[str]) -> tuple[str, ...]:
    """The patterns of the set, and those written, that match no known action outside it and may stay."""
    fits = fitting_in(task.room)
    lone = {pattern for pattern in map(_lone_pattern, unknown) if pattern is not None}
    more = {pattern for pattern in written if not _is_known(task, pattern)} - lone
    found = [
        one for one in sorted(lone | more) if not task.matched(one) & ~task.allowed and (fits is None or fits(one))
    ]
    # Of the set's own none covers another.
    return tuple(sorted(minimal(found))) if more else tuple(found)


def _lone_pattern(region: Region) -> str | None:
    return next(iter(region.inside)) if region.is_plain else None


def _is_lost(unknown: NameSet, kept: frozenset[str], matched: NameSet) -> bool:
    """Whether unknown names of the set are not matched, or cannot be seen to be."""
    # A lone pattern that is not kept matches a name that is not in the set, and then nothing matches all its others.
    if any(region.is_plain and not region.inside <= kept for region in unknown):
        return True
    others = [region for region in unknown if not region.is_plain]
    written = {pattern for one in matched for pattern in one.inside} if others else set()
    effort = Effort(_STEPS)
    return any(overlaps(one.inside, one.outside | written, effort) is not Answer.NO for one in others)


def _spelled(task: _Task, form: Form) -> str:
    mask = form.mask & ((1 << len(task.known)) - 1) or task.matched(form.pattern)
    if not mask or form.pattern == "*":
        return form.pattern
    name = task.known[(mask & -mask).bit_length() - 1]
    action = task.catalog.action(f"{task.namespace}:{name}")
    return form.pattern if action is None else spelled(form.pattern, action.name)
