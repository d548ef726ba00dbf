"""What one holder is granted that counts: what of it was not used, and what of it nobody knows.

A service counts if a statement grants it that is not one of the read-only policies'. What is not known is named, so
that nothing is called well that only was not looked at: a service or an action whose verdict is unknown, a document
that cannot be read, a service that is granted and was not judged, actions where only services were looked at.
"""

from collections.abc import Iterator

from msgspec import Struct

from leastwise.compliance.outcome import Unknown
from leastwise.findings import ActionVerdict, Reason, Rule, ServiceVerdict, Verdict
from leastwise.inventory import Grants, PolicyKind

__all__ = ["Held", "Part", "Tally", "tally_actions", "tally_services"]


class Held(Struct, frozen=True):
    """What one holder, or one policy, is granted, judged."""

    services: tuple[ServiceVerdict, ...]
    """The verdicts, by namespace."""
    grants: Grants
    """By which statements."""
    read_only: frozenset[str]
    """ARNs of the managed policies that do not count."""
    has_actions: bool
    """Whether a report was asked for actions, and not for services alone."""


class Part(Struct, frozen=True):
    """Things that were not used, which one rule of the findings is about."""

    rule: Rule
    """That rule: what exempts its finding exempts these."""
    names: tuple[str, ...]
    """`ec2`, `ec2:*` or `ec2:RunInstances`."""
    weight: int
    """How many they count for."""


class Tally(Struct, frozen=True):
    """What was counted."""

    parts: tuple[Part, ...]
    """What was not used; a part may be empty."""
    unknown: tuple[Unknown, ...]
    """What of it nobody knows."""
    total: int
    """How many services count."""
    untracked: int = 0
    """How many actions no report tracks, where actions are counted."""


def tally_services(held: Held, wanted: Verdict, *, rule: Rule) -> Tally:
    """The services with the wanted verdict; `rule` is the one that finds them."""
    counted = tuple(_that_count(held))
    names = tuple(service.namespace for service in counted if service.verdict is wanted)
    return Tally((Part(rule, names, len(names)),), (*_unknown_services(counted), *_unseen(held)), len(counted))


def tally_actions(held: Held, *, rule: Rule) -> Tally:
    """The unused actions of services in use, and unused services, which count for all that is granted of them.

    `rule` is the one that finds the services. What no report tracks is counted and is not in the way.
    """
    counted = tuple(_that_count(held))
    unused = [service for service in counted if service.verdict is Verdict.UNUSED]
    in_use = [service for service in counted if service.verdict in (Verdict.USED, Verdict.STALE)]
    actions = [(service, action) for service in in_use for action in _actions_that_count(service, held)]
    names = tuple(_text(service, action) for service, action in actions if action.verdict is Verdict.UNUSED)
    unknown_actions = (
        Unknown(_text(service, action), action.reason) for service, action in actions if action.reason is not None
    )
    not_looked_at = (Unknown(service.namespace, Reason.NOT_COLLECTED) for service in in_use if not held.has_actions)
    services = Part(
        rule, tuple(f"{service.namespace}:*" for service in unused), sum(_weight(one, held.grants) for one in unused)
    )
    return Tally(
        (services, Part(Rule.UNUSED_ACTION, names, len(names))),
        (*_unknown_services(counted), *unknown_actions, *not_looked_at, *_unseen(held)),
        len(counted),
        sum(service.untracked_actions for service in in_use),
    )


def _that_count(held: Held) -> Iterator[ServiceVerdict]:
    for service in held.services:
        if any(_counts(grant.policy, grant.kind, held.read_only) for grant in service.granted_by):
            yield service


def _actions_that_count(service: ServiceVerdict, held: Held) -> Iterator[ActionVerdict]:
    """The tracked actions that not only read-only policies grant."""
    if all(_counts(grant.policy, grant.kind, held.read_only) for grant in service.granted_by):
        yield from service.actions
        return
    for action in service.actions:
        granted_by = held.grants.granted_by(service.namespace, action.name)
        if any(_counts(grant.policy, grant.kind, held.read_only) for grant in granted_by):
            yield action


def _counts(policy: str, kind: PolicyKind, read_only: frozenset[str]) -> bool:
    return kind is PolicyKind.INLINE or policy not in read_only


def _weight(service: ServiceVerdict, grants: Grants) -> int:
    """How many actions an unused service counts for: at least one, and none that is too new to count."""
    unused = sum(action.verdict is Verdict.UNUSED for action in service.actions)
    granted = grants.service_mask(service.namespace).bit_count()
    return max(1, unused + max(0, granted - len(service.actions)))


def _unknown_services(counted: tuple[ServiceVerdict, ...]) -> Iterator[Unknown]:
    return (Unknown(service.namespace, service.reason) for service in counted if service.reason is not None)


def _unseen(held: Held) -> Iterator[Unknown]:
    """What may be granted besides the services that were judged."""
    for holding in held.grants.unreadable:
        if _counts(holding.policy, holding.kind, held.read_only):
            yield Unknown(holding.name, Reason.NOT_READABLE)
    judged = {service.namespace for service in held.services}
    for namespace in held.grants.namespaces:
        if namespace not in judged:
            yield Unknown(namespace, Reason.NOT_COLLECTED)


def _text(service: ServiceVerdict, action: ActionVerdict) -> str:
    return f"{service.namespace}:{action.name}"
