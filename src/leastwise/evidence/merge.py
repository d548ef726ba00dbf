"""Evidence as a set: built in one canonical form, and joined so that order and repetition do not matter.

The join never loses a use: of two dates for one thing the later stays, and what either source tracks is tracked.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping
from datetime import UTC, datetime
from functools import reduce
from itertools import chain
from typing import Final, TypeVar

from leastwise.evidence.model import (
    ActionUse,
    CredentialUse,
    Evidence,
    Gap,
    KeyUse,
    PasswordUse,
    PrincipalUse,
    ServiceUse,
    Usage,
)
from leastwise.policy import Arn

__all__ = ["evidence_of", "merge"]

_Item = TypeVar("_Item")
_Fact = TypeVar("_Fact", Usage, PrincipalUse, CredentialUse)

_NEVER: Final = datetime.min.replace(tzinfo=UTC)


def evidence_of(
    usages: Iterable[Usage] = (),
    principals: Iterable[PrincipalUse] = (),
    *,
    credentials: Iterable[CredentialUse] = (),
    gaps: Iterable[Gap] = (),
) -> Evidence:
    """The evidence made of these facts, in any order and any number of times.

    What one source says twice of one subject and window is joined: the later use wins, and all that either says is
    tracked is tracked. Time is linear in the number of services, but for sorting.

    >>> evidence_of() == merge(evidence_of(), evidence_of())
    True
    """
    return Evidence(
        usages=_by_subject(_canonical_usages(usages), key=_usage_key, join=_join_usages),
        principals=_by_subject(principals, key=_principal_key, join=_join_principal_uses),
        credentials=_by_subject(map(_canonical_credential, credentials), key=_credential_key, join=_join_credentials),
        gaps=_gaps_by_subject(gaps),
    )


def merge(first: Evidence, second: Evidence) -> Evidence:
    """What both know: commutative, associative and idempotent.

    >>> from leastwise.evidence import Gap, GapReason, Source
    >>> gap = Gap(Arn("arn:aws:iam::111122223333:role/ci"), Source.LAST_ACCESSED, GapReason.NOT_READABLE)
    >>> merge(evidence_of(gaps=[gap]), evidence_of(gaps=[gap])) == evidence_of(gaps=[gap])
    True
    """
    return evidence_of(
        _all(first.usages, second.usages),
        _all(first.principals, second.principals),
        credentials=_all(first.credentials, second.credentials),
        gaps=_all(first.gaps, second.gaps),
    )


def _all(first: Mapping[Arn, tuple[_Item, ...]], second: Mapping[Arn, tuple[_Item, ...]]) -> Iterable[_Item]:
    return chain.from_iterable(chain(first.values(), second.values()))


def _by_subject(
    facts: Iterable[_Fact], *, key: Callable[[_Fact], tuple[object, ...]], join: Callable[[_Fact, _Fact], _Fact]
) -> dict[Arn, tuple[_Fact, ...]]:
    """Facts of one key joined, then grouped by subject; both in order."""
    joined: dict[tuple[Arn, tuple[object, ...]], _Fact] = {}
    for fact in facts:
        place = (fact.subject, key(fact))
        joined[place] = join(joined[place], fact) if place in joined else fact
    grouped: dict[Arn, list[_Fact]] = {}
    for place in sorted(joined):
        grouped.setdefault(joined[place].subject, []).append(joined[place])
    return {subject: tuple(group) for subject, group in grouped.items()}


def _gaps_by_subject(gaps: Iterable[Gap]) -> dict[Arn, tuple[Gap, ...]]:
    grouped: dict[Arn, list[Gap]] = {}
    for gap in sorted(set(gaps)):
        grouped.setdefault(gap.subject, []).append(gap)
    return {subject: tuple(group) for subject, group in grouped.items()}


def _usage_key(usage: Usage) -> tuple[object, ...]:
    return (usage.source, usage.granularity, usage.window)


def _principal_key(use: PrincipalUse) -> tuple[object, ...]:
    return (use.source, use.window)


def _credential_key(use: CredentialUse) -> tuple[object, ...]:
    return (use.window,)


def _canonical_usages(usages: Iterable[Usage]) -> Iterable[Usage]:
    """The usages with their parts sorted; what is so already stays the same object, since there are very many."""
    names: _Names = {}
    for usage in usages:
        changed = {
            namespace: canonical
            for namespace, service in usage.services.items()
            if (canonical := _canonical_service(service, names)) is not service
        }
        order = list(usage.services)
        if changed or order != sorted(order):
            services = {namespace: changed.get(namespace, usage.services[namespace]) for namespace in sorted(order)}
            yield _usage(usage, services=services, is_complete=usage.is_complete)
        else:
            yield usage


_Names = dict[tuple[str, ...], tuple[str, ...]]
"""Lists of names as they came, with their canonical form: most services have a list that others have, too."""


def _canonical_service(service: ServiceUse, names: _Names) -> ServiceUse:
    tracked, used = service.tracked, service.used
    if tracked is not None:
        canonical = names.get(tracked)
        tracked = names.setdefault(tracked, _sorted_names(tracked)) if canonical is None else canonical
    if used:
        used = _latest_of_each(used)
    if tracked == service.tracked and used == service.used:
        return service
    return _service(service, name=service.name, tracked=tracked, used=used)


def _join_usages(first: Usage, second: Usage) -> Usage:
    services = dict(first.services)
    for namespace, service in second.services.items():
        known = services.get(namespace)
        services[namespace] = service if known is None else _join_services(known, service)
    is_complete = first.is_complete or second.is_complete
    return _usage(
        first, services={namespace: services[namespace] for namespace in sorted(services)}, is_complete=is_complete
    )


def _usage(usage: Usage, *, services: Mapping[str, ServiceUse], is_complete: bool) -> Usage:
    return Usage(usage.subject, usage.source, usage.granularity, usage.window, services, is_complete)


def _join_services(first: ServiceUse, second: ServiceUse) -> ServiceUse:
    return _service(
        max(first, second, key=_recency_of_service),
        name=max(first.name, second.name),
        tracked=_join_tracked(first.tracked, second.tracked),
        used=_latest_of_each(first.used + second.used),
    )


def _service(
    last: ServiceUse, *, name: str, tracked: tuple[str, ...] | None, used: tuple[ActionUse, ...]
) -> ServiceUse:
    return ServiceUse(
        namespace=last.namespace,
        name=name,
        last_used_at=last.last_used_at,
        region=last.region,
        entity=last.entity,
        tracked=tracked,
        used=used,
    )


def _join_tracked(first: tuple[str, ...] | None, second: tuple[str, ...] | None) -> tuple[str, ...] | None:
    if first is None or second is None:
        return second if first is None else first
    return _sorted_names(first + second)


def _sorted_names(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(set(names)))


def _latest_of_each(uses: tuple[ActionUse, ...]) -> tuple[ActionUse, ...]:
    """One use a name, the latest, by name."""
    latest: dict[str, ActionUse] = {}
    for use in sorted(uses, key=_recency_of_action):
        latest[use.name] = use
    return tuple(latest[name] for name in sorted(latest))


def _recency_of_service(service: ServiceUse) -> tuple[Hashable, ...]:
    return (service.last_used_at or _NEVER, service.region or "", service.entity or "", service.namespace)


def _recency_of_action(use: ActionUse) -> tuple[datetime, str, str]:
    return (use.at, use.region or "", use.entity or "")


def _join_principal_uses(first: PrincipalUse, second: PrincipalUse) -> PrincipalUse:
    return max(first, second, key=lambda use: (use.last_used_at or _NEVER, use.region or ""))


def _canonical_credential(use: CredentialUse) -> CredentialUse:
    return CredentialUse(use.subject, use.window, use.password, _one_key_a_number(use.keys))


def _join_credentials(first: CredentialUse, second: CredentialUse) -> CredentialUse:
    password = _join_passwords(first.password, second.password)
    return CredentialUse(first.subject, first.window, password, _one_key_a_number(first.keys + second.keys))


def _join_passwords(first: PasswordUse, second: PasswordUse) -> PasswordUse:
    return PasswordUse(
        enabled=first.enabled or second.enabled,
        created_at=_later(first.created_at, second.created_at),
        last_used_at=_later(first.last_used_at, second.last_used_at),
        used_known=first.used_known and second.used_known,
    )


def _one_key_a_number(keys: tuple[KeyUse, ...]) -> tuple[KeyUse, ...]:
    numbers = sorted({key.number for key in keys})
    return tuple(reduce(_join_keys, (key for key in keys if key.number == number)) for number in numbers)


def _join_keys(first: KeyUse, second: KeyUse) -> KeyUse:
    last = max(first, second, key=lambda key: (key.last_used_at or _NEVER, key.region or "", key.service or ""))
    return KeyUse(
        number=first.number,
        active=first.active or second.active,
        created_at=_later(first.created_at, second.created_at),
        last_used_at=last.last_used_at,
        region=last.region,
        service=last.service,
    )


def _later(first: datetime | None, second: datetime | None) -> datetime | None:
    return max(first or _NEVER, second or _NEVER) if first or second else None
