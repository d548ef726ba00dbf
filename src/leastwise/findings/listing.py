"""The verdicts on the single actions of a service."""

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct

from leastwise.catalog import Catalog
from leastwise.findings.age import AgeBench
from leastwise.findings.model import ActionVerdict, Parameters, Reason, Verdict
from leastwise.findings.ruling import TOO_NEW, TOO_SHORT, UNRECORDED, UNUSED, Holder, Ruling
from leastwise.findings.sight import ServiceSight, is_within
from leastwise.inventory import GrantedBy

__all__ = ["ActionBench", "Listing", "ServiceQuestion"]

_UNRECORDED_NAMES = frozenset(text.lower() for text in UNRECORDED)
_WITH_UNRECORDED = frozenset(text.partition(":")[0] for text in UNRECORDED)
_Indexes = tuple[int | None, ...]


class Listing(Struct, frozen=True, gc=False):
    """What is said of the actions of one service."""

    actions: tuple[ActionVerdict, ...]
    """Those that some source tracks."""
    untracked: int
    """How many known actions are granted besides."""


class ServiceQuestion(Struct, frozen=True, gc=False):
    """A service of one holder, whose actions are to be judged."""

    namespace: str
    """Which."""
    holder: Holder
    """Whose."""
    seen: ServiceSight
    """What was seen of it."""
    mask: int
    """The known actions that are granted."""
    granted_by: tuple[GrantedBy, ...]
    """The statements that grant it."""
    ruling: Ruling
    """The verdict on the service as a whole."""


class ActionBench:
    """Judges the actions of many services; equal answers are one object."""

    def __init__(self, parameters: Parameters, *, catalog: Catalog, ages: AgeBench) -> None:
        self._parameters = parameters
        self._catalog = catalog
        self._ages = ages
        self._listings: dict[tuple[object, ...], Listing] = {}
        self._unseen: dict[tuple[str, Ruling], ActionVerdict] = {}
        self._first_bits: dict[str, int] = {}
        self._indexes: dict[tuple[str, tuple[str, ...]], _Indexes] = {}

    def listing(self, question: ServiceQuestion) -> Listing:
        """The verdicts on the tracked actions. Costs their number the first time, a look-up for each equal question."""
        seen, holder = question.seen, question.holder
        young = self._ages.young_actions(question.namespace, holder, names=seen.tracked, granted_by=question.granted_by)
        if seen.used:
            return self._new_listing(question, young)
        # A number as long as the catalog is slow to hash; that of one service alone is short.
        mask = question.mask >> self._first_bit(question.namespace)
        key = (question.namespace, seen.tracked, seen.covered, mask, question.ruling, young, holder.sight.is_silent)
        known = self._listings.get(key)
        if known is None:
            known = self._new_listing(question, young)
            if None not in self._indexes_of(question.namespace, seen.tracked):
                self._listings[key] = known
        return known

    def _first_bit(self, namespace: str) -> int:
        """Where the catalog's bits of the service begin."""
        place = self._first_bits.get(namespace)
        if place is None:
            service = self._catalog.service(namespace)
            mask = 0 if service is None else service.mask
            place = self._first_bits[namespace] = max((mask & -mask).bit_length() - 1, 0)
        return place

    def _new_listing(self, question: ServiceQuestion, young: frozenset[str]) -> Listing:
        shown = tuple(self._shown(question, self._indexes_of(question.namespace, question.seen.tracked)))
        if question.holder.sight.is_silent:
            untracked = 0
        else:
            untracked = question.mask.bit_count() - sum(index is not None for _, index in shown)
        return Listing(tuple(self._verdicts(question, [name for name, _ in shown], young)), untracked)

    def _shown(self, question: ServiceQuestion, indexes: _Indexes) -> Iterator[tuple[str, int | None]]:
        """The tracked actions that are granted, but for those that reports cannot show."""
        granted, namespace = question.holder.granted, question.namespace
        used = {use.name for use in question.seen.used}
        all_recorded = question.holder.sight.is_silent or namespace not in _WITH_UNRECORDED
        for name, index in zip(question.seen.tracked, indexes, strict=True):
            is_granted = granted.grants(namespace, name) if index is None else question.mask >> index & 1
            is_recorded = all_recorded or name in used or f"{namespace}:{name}".lower() not in _UNRECORDED_NAMES
            if is_granted and is_recorded:
                yield name, index

    def _verdicts(self, question: ServiceQuestion, names: list[str], young: frozenset[str]) -> Iterator[ActionVerdict]:
        seen = question.seen
        used = {use.name: use.at for use in sorted(seen.used, key=lambda use: use.at)}
        # What was never seen as a whole was not seen in part.
        is_whole = question.ruling in (UNUSED, TOO_NEW)
        covered = frozenset(seen.covered)
        for name in names:
            is_covered = is_whole or name in covered
            at = used.get(name)
            if at is not None:
                yield self._seen(name, at, is_covered=is_covered)
            else:
                yield self._not_seen(name, (TOO_NEW if name in young else UNUSED) if is_covered else TOO_SHORT)

    def _seen(self, name: str, at: datetime, *, is_covered: bool) -> ActionVerdict:
        if is_within(at, self._parameters):
            return ActionVerdict(name, Verdict.USED, None, at)
        if is_covered:
            return ActionVerdict(name, Verdict.STALE, None, at)
        return ActionVerdict(name, Verdict.UNKNOWN, Reason.WINDOW_TOO_SHORT, at)

    def _not_seen(self, name: str, ruling: Ruling) -> ActionVerdict:
        known = self._unseen.get((name, ruling))
        if known is None:
            known = self._unseen[name, ruling] = ActionVerdict(name, ruling.verdict, ruling.reason)
        return known

    def _indexes_of(self, namespace: str, names: tuple[str, ...]) -> _Indexes:
        """Where the catalog has these actions; None for one that it does not know."""
        key = (namespace, names)
        found = self._indexes.get(key)
        if found is None:
            actions = (self._catalog.action(f"{namespace}:{name}") for name in names)
            found = tuple(None if action is None else action.index for action in actions)
            self._indexes[key] = found
        return found
