"""What becomes of each statement of a document, and who uses what of it since when."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Final

from leastwise.catalog import Catalog
from leastwise.findings import ActionVerdict, PrincipalJudgement, ServiceVerdict, Verdict
from leastwise.plan import Gone, Seen, StatementChange
from leastwise.policy import ActionSet, Document, Effect, Statement
from leastwise.recommend.proof import Shown
from leastwise.recommend.removal import RemovalOptions
from leastwise.recommend.splitting import clause_actions

__all__ = ["statement_changes"]

_SEEN: Final = 6
"""How many services that stay are told of a statement; the others are counted."""
_STAYS: Final = (Verdict.USED, Verdict.STALE, Verdict.UNKNOWN)
"""The verdicts that keep a service, the one that says most first."""

_Held = tuple[PrincipalJudgement, ServiceVerdict]

_namespace: Final = attrgetter("namespace")


def statement_changes(
    before: Document, shown: Shown, *, holders: Sequence[PrincipalJudgement], options: RemovalOptions, catalog: Catalog
) -> tuple[StatementChange, ...]:
    """The statements that change, each with what goes and what stays, by the verdicts on all holders.

    Costs the services of the changed statements times the holders.
    """
    teller = _Teller(holders, options, catalog)
    return tuple(
        teller.told(before, shown.after, statement, successor)
        for statement, successor in shown.pairs
        if statement.effect is Effect.ALLOW and (successor is None or successor.actions != statement.actions)
    )


class _Teller:
    """Tells of the services of a statement by the verdicts on those who hold it."""

    def __init__(self, holders: Sequence[PrincipalJudgement], options: RemovalOptions, catalog: Catalog) -> None:
        self._holders, self._catalog = holders, catalog
        self._verdicts_of_gone, self._include_stale = options.verdicts, options.include_stale

    def told(
        self, before: Document, after: Document | None, statement: Statement, successor: Statement | None
    ) -> StatementChange:
        had = clause_actions(statement.actions, self._catalog)
        has = (
            ActionSet.nothing(self._catalog) if successor is None else clause_actions(successor.actions, self._catalog)
        )
        seen = sorted(
            self._seen(has), key=lambda one: (_STAYS.index(one.verdict), -_stamp(one.last_used_at), one.service)
        )
        return StatementChange(
            index=statement.index,
            sid=statement.sid,
            before=before.quote(statement),
            after=None if successor is None or after is None else after.quote(successor),
            gone=tuple(self._gone(had, has)),
            seen=tuple(seen[:_SEEN]),
            more_seen=max(len(seen) - _SEEN, 0),
        )

    def _gone(self, had: ActionSet, has: ActionSet) -> Iterator[Gone]:
        lost = had.known & ~has.known
        masks = {service.namespace: service.mask for service in self._catalog.services_of(lost)}
        masks |= {one: 0 for one in had.open.keys() - has.open.keys() if self._catalog.service(one) is None}
        for namespace, whole in sorted(masks.items()):
            verdicts = [service for _, service in self._verdicts(namespace)]
            if all(service.verdict in self._verdicts_of_gone for service in verdicts):
                yield Gone(namespace, (), self._names(has.known & whole), *self._last(verdicts))
            else:
                names = self._names(lost & whole)
                actions = (one for service in verdicts for one in service.actions if one.name in names)
                yield Gone(namespace, names, (), *self._last(actions))

    def _last(self, said: Iterable[ServiceVerdict | ActionVerdict]) -> tuple[Verdict, datetime | None]:
        """Stale where a holder used it, which then was longer ago than the days; and when."""
        if not self._include_stale:
            return Verdict.UNUSED, None
        found = list(said)
        moments = (one.last_used_at for one in found if one.last_used_at is not None)
        is_stale = any(one.verdict is Verdict.STALE for one in found)
        return Verdict.STALE if is_stale else Verdict.UNUSED, max(moments, default=None)

    def _names(self, mask: int) -> tuple[str, ...]:
        return tuple(one.name for one in self._catalog.actions(mask)) if mask else ()

    def _seen(self, has: ActionSet) -> Iterator[Seen]:
        """The services that stay because they are used, or not known not to be."""
        for service in self._catalog.services_of(has.known):
            found = [held for held in self._verdicts(service.namespace) if held[1].verdict in _STAYS]
            if found:
                yield _seen(service.namespace, found)

    def _verdicts(self, namespace: str) -> Iterator[_Held]:
        for holder in self._holders:
            place = bisect_left(holder.services, namespace, key=_namespace)
            if place < len(holder.services) and holder.services[place].namespace == namespace:
                yield holder, holder.services[place]


def _seen(namespace: str, found: list[_Held]) -> Seen:
    """What keeps the service: the holder who used it last speaks, or of those who never did the first."""
    verdict = min((service.verdict for _, service in found), key=_STAYS.index)
    said = [held for held in found if held[1].verdict is verdict]
    holder, service = max(said, key=lambda held: _stamp(held[1].last_used_at))
    used = sum(one.verdict is Verdict.USED for _, one in found)
    return Seen(namespace, verdict, holder.principal.arn, service.last_used_at, used)


def _weight(seen: Seen) -> tuple[int, float, str]:
    return _STAYS.index(seen.verdict), -_stamp(seen.last_used_at), seen.service


def _stamp(moment: datetime | None) -> float:
    return 0.0 if moment is None else moment.timestamp()
