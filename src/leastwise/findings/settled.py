"""A policy's own report and its holders' verdicts, brought together: a use that either saw counts."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Final, TypeVar

import msgspec

from leastwise.catalog import Catalog
from leastwise.findings.model import ActionVerdict, ServiceVerdict, Verdict
from leastwise.inventory import Grants

__all__ = ["settled"]

_Said = TypeVar("_Said", ServiceVerdict, ActionVerdict)

_NEVER: Final = datetime.min.replace(tzinfo=UTC)


def settled(
    own: tuple[ServiceVerdict, ...], derived: tuple[ServiceVerdict, ...], *, granted: Grants, catalog: Catalog
) -> tuple[ServiceVerdict, ...]:
    """The verdicts by a policy's own report, corrected by what its holders are known to have used; by namespace.

    Where the own report knows nothing the holders' verdicts stand; a holder that is unknown does not make unknown what
    the own report knows, which is why one asks for it.
    """
    first = {service.namespace: service for service in own}
    second = {service.namespace: service for service in derived}
    return tuple(
        _service(first.get(namespace), second.get(namespace), granted=granted, catalog=catalog)
        for namespace in sorted(first.keys() | second.keys())
    )


def _service(
    own: ServiceVerdict | None, derived: ServiceVerdict | None, *, granted: Grants, catalog: Catalog
) -> ServiceVerdict:
    settled_service = _settled(own, derived)
    if own is None or derived is None:
        return settled_service
    actions = tuple(_actions(_by_name(own), _by_name(derived)))
    known = sum(catalog.action(f"{own.namespace}:{action.name}") is not None for action in actions)
    is_known_whole = not (own.untracked_actions and derived.untracked_actions)
    untracked = 0 if is_known_whole else granted.service_mask(own.namespace).bit_count() - known
    region = _later(own, derived).last_used_region
    return msgspec.structs.replace(
        settled_service, last_used_region=region, actions=actions, untracked_actions=untracked
    )


def _by_name(service: ServiceVerdict) -> Mapping[str, ActionVerdict]:
    return {action.name: action for action in service.actions}


def _actions(own: Mapping[str, ActionVerdict], derived: Mapping[str, ActionVerdict]) -> Iterator[ActionVerdict]:
    for name in sorted(own.keys() | derived.keys()):
        yield _settled(own.get(name), derived.get(name))


def _settled(own: _Said | None, derived: _Said | None) -> _Said:
    """What of the two stands, with the later use of both."""
    if own is None or derived is None:
        said = own or derived
        if said is None:
            raise ValueError("neither the report nor a holder says anything")
        return said
    later = _later(own, derived)
    if Verdict.USED in (own.verdict, derived.verdict):
        return later
    is_corrected = own.verdict is Verdict.UNKNOWN or derived.verdict is Verdict.STALE
    return msgspec.structs.replace(derived if is_corrected else own, last_used_at=later.last_used_at)


def _later(own: _Said, derived: _Said) -> _Said:
    return max(own, derived, key=lambda one: one.last_used_at or _NEVER)
