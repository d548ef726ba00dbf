"""The content of a last-accessed report, taken from policies and usage at one moment."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TypeVar

import msgspec

from leastwise.sandbox.account import Account, Entity
from leastwise.sandbox.actions import services
from leastwise.sandbox.granting import potentially_allowed
from leastwise.sandbox.jobs import Granularity
from leastwise.sandbox.ledger import LastUse, UsageLedger
from leastwise.sandbox.rendering import Value, date, element
from leastwise.sandbox.tracking import is_tracked

__all__ = ["TRACKING_PERIOD", "Report", "take_report"]

_Key = TypeVar("_Key")

TRACKING_PERIOD = timedelta(days=400)
"""How far back reports and RoleLastUsed look (UG "last accessed information")."""


class Report(msgspec.Struct, frozen=True):
    """A report as it stands now."""

    rows: tuple[str, ...]
    """The services as XML, by namespace."""
    entities: Mapping[str, Mapping[str, datetime | None]]
    """By namespace: unique id of each user or role, and when it last used the service, most recent first."""


class _Use(msgspec.Struct, frozen=True):
    last: LastUse
    by: Entity


def take_report(
    account: Account, ledger: UsageLedger, entity: Entity, *, granularity: Granularity, now: datetime
) -> Report:
    """The report of a user, role, group or managed policy."""
    documents = tuple(policy.document for policy in account.held_by(entity))
    granted = _by_service(documents)
    users = account.reached_by(entity)
    since = now - TRACKING_PERIOD
    service_uses = {one.arn: _recent(ledger.services(one.arn), since) for one in users}
    action_uses = {one.arn: _recent(ledger.actions(one.arn), since) for one in users}
    rows = []
    for namespace in sorted(granted):
        uses = [_Use(service_uses[one.arn][namespace], one) for one in users if namespace in service_uses[one.arn]]
        tracked = granted[namespace] if granularity == "ACTION_LEVEL" else ()
        rows.append(_row(namespace, uses, tracked, [(one, action_uses[one.arn]) for one in users]))
    entities = {namespace: _entities(namespace, users, service_uses) for namespace in granted}
    return Report(tuple(rows), entities)


@lru_cache(maxsize=1024)
def _by_service(documents: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
    """The granted services with those of their granted actions that are tracked, by name."""
    granted: defaultdict[str, list[str]] = defaultdict(list)
    for namespace, action in potentially_allowed(documents):
        tracked = granted[namespace]
        if is_tracked(namespace, action):
            tracked.append(action)
    return {namespace: tuple(sorted(actions)) for namespace, actions in granted.items()}


def _recent(uses: Mapping[_Key, LastUse], since: datetime) -> Mapping[_Key, LastUse]:
    return {key: use for key, use in uses.items() if use.at >= since}


def _row(
    namespace: str,
    uses: Sequence[_Use],
    tracked: Sequence[str],
    action_uses: Sequence[tuple[Entity, Mapping[tuple[str, str], LastUse]]],
) -> str:
    latest = max(uses, key=lambda use: use.last.at, default=None)
    fields: dict[str, Value] = {"ServiceName": services().name(namespace)}
    if latest:
        fields["LastAuthenticated"] = latest.last.at
    fields["ServiceNamespace"] = namespace
    if latest:
        fields["LastAuthenticatedEntity"] = latest.by.arn
        fields["LastAuthenticatedRegion"] = latest.last.region
    fields["TotalAuthenticatedEntities"] = len(uses)
    text = "".join(element(name, value) for name, value in fields.items())
    return f"<member>{text}{_actions(namespace, tracked, action_uses if uses else ())}</member>"


def _actions(
    namespace: str,
    tracked: Sequence[str],
    action_uses: Sequence[tuple[Entity, Mapping[tuple[str, str], LastUse]]],
) -> str:
    if not tracked:
        return ""
    used: dict[str, _Use] = {}
    for entity, uses in action_uses:
        for (service, action), last in uses.items():
            if service == namespace and (action not in used or used[action].last.at < last.at):
                used[action] = _Use(last, entity)
    members = "".join(_action(name, used.get(name.lower())) for name in tracked)
    return f"<TrackedActionsLastAccessed>{members}</TrackedActionsLastAccessed>"


def _action(name: str, use: _Use | None) -> str:
    if use is None:
        return f"<member><ActionName>{name}</ActionName></member>"
    accessed = {
        "ActionName": name,
        "LastAccessedEntity": use.by.arn,
        "LastAccessedTime": date(use.last.at),
        "LastAccessedRegion": use.last.region,
    }
    return element("member", accessed)


def _entities(
    namespace: str, users: Iterable[Entity], uses: Mapping[str, Mapping[str, LastUse]]
) -> Mapping[str, datetime | None]:
    dated = [(one.id, uses[one.arn][namespace].at) for one in users if namespace in uses[one.arn]]
    idle = [one.id for one in users if namespace not in uses[one.arn]]
    recent_first = sorted(dated, key=lambda pair: pair[1], reverse=True)
    return {**dict(recent_first), **dict.fromkeys(idle)}
