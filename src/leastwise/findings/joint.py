"""What the verdicts on all holders of a policy say of the policy: one holder that may need a permission keeps it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from msgspec import Struct

from leastwise.catalog import Catalog
from leastwise.findings.model import ActionVerdict, Reason, ServiceVerdict, Verdict
from leastwise.findings.single import verdict_on_unlisted
from leastwise.inventory import Grants

__all__ = ["joint_verdict"]

_ORDER: Final = (Verdict.USED, Verdict.UNKNOWN, Verdict.STALE, Verdict.UNUSED)
"""Which of several verdicts speaks for all."""
_NEVER: Final = datetime.min.replace(tzinfo=UTC)


def joint_verdict(
    namespace: str, held: Sequence[ServiceVerdict], *, granted: Grants, catalog: Catalog, absence: Reason
) -> ServiceVerdict:
    """The verdict on a service of a policy, of the verdicts on its holders; `absence` is the reason if there are none.

    Costs the number of holders, and for each distinct list of their actions the length of that list.
    """
    service = catalog.service(namespace)
    known = granted.service_mask(namespace)
    if not held:
        name = namespace if service is None else service.name
        granted_by = granted.granted_by(namespace)
        return ServiceVerdict(
            namespace, name, Verdict.UNKNOWN, absence, granted_by=granted_by, untracked_actions=known.bit_count()
        )
    actions = tuple(_joint_actions(namespace, held, granted=granted, catalog=catalog))
    last = max(held, key=lambda one: (one.last_used_at or _NEVER, one.last_used_region or ""))
    verdict, reason = _joint(held)
    return ServiceVerdict(
        namespace=namespace,
        name=max(one.name for one in held),
        verdict=verdict,
        reason=reason,
        last_used_at=last.last_used_at,
        last_used_region=last.last_used_region,
        granted_by=granted.granted_by(namespace),
        actions=actions,
        untracked_actions=_untracked(namespace, held, known=known, actions=actions, catalog=catalog),
    )


def _joint(said: Sequence[ServiceVerdict | ActionVerdict]) -> tuple[Verdict, Reason | None]:
    verdict = min((one.verdict for one in said), key=_ORDER.index)
    if verdict is not Verdict.UNKNOWN:
        return verdict, None
    return verdict, min(one.reason for one in said if one.reason is not None)


def _untracked(
    namespace: str,
    held: Sequence[ServiceVerdict],
    *,
    known: int,
    actions: tuple[ActionVerdict, ...],
    catalog: Catalog,
) -> int:
    """How many granted actions no source tracks; none where every holder is known to the last action."""
    if not any(service.untracked_actions for service in held):
        return 0
    tracked = sum(catalog.action(f"{namespace}:{action.name}") is not None for action in actions)
    return known.bit_count() - tracked


def _joint_actions(
    namespace: str, held: Sequence[ServiceVerdict], *, granted: Grants, catalog: Catalog
) -> Iterator[ActionVerdict]:
    known = granted.service_mask(namespace)
    listings = [_Listing.of(service) for service in _distinct(held)]
    for name in sorted({name for listing in listings for name in listing.actions}):
        text = f"{namespace}:{name}"
        action = catalog.action(text)
        if not (granted.granted_by(namespace, name) if action is None else known >> action.index & 1):
            continue
        said = [listing.verdict_on(name) for listing in listings]
        verdict, reason = _joint(said)
        yield ActionVerdict(
            name, verdict, reason, max((one.last_used_at for one in said if one.last_used_at), default=None)
        )


def _distinct(held: Sequence[ServiceVerdict]) -> list[ServiceVerdict]:
    """One holder of each kind; very many share the same list of actions."""
    kinds = {(id(one.actions), one.verdict, one.reason, one.untracked_actions == 0): one for one in held}
    return list(kinds.values())


class _Listing(Struct, frozen=True):
    """What one holder's verdicts say of any action of the service."""

    service: ServiceVerdict
    """The holder's verdict on it."""
    actions: Mapping[str, ActionVerdict]
    """On its tracked actions, by name."""

    @classmethod
    def of(cls, service: ServiceVerdict) -> "_Listing":
        return cls(service, {action.name: action for action in service.actions})

    def verdict_on(self, name: str) -> ActionVerdict:
        """The verdict on one action, which this holder's sources may not track."""
        return self.actions.get(name) or verdict_on_unlisted(self.service, name)
