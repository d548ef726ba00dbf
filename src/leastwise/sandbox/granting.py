"""What identity policies may grant, as IAM judges it for a last-accessed report.

Conditions are ignored on an Allow, and a conditional Deny counts for nothing; an unconditional Deny takes away what it
covers (UG "last accessed information"). Live calls add (radkawar/stackd, September 2026): an Allow whose resource
cannot belong to the action grants nothing, an action that does not exist grants nothing in a report, and
ListPoliciesGrantingServiceAccess is laxer on both counts, judging each document by itself.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache

import msgspec

from leastwise.sandbox.actions import ActionSet, glob, services

__all__ = ["Statement", "grants_service", "potentially_allowed", "statements_of"]


class Statement(msgspec.Struct, frozen=True):
    """A statement of an identity policy, with every element a tuple."""

    allows: bool
    """Whether the effect is Allow."""
    actions: tuple[str, ...]
    """Patterns of Action, or of NotAction."""
    excludes_actions: bool
    """Whether `actions` came from NotAction."""
    resources: tuple[str, ...]
    """Patterns of Resource, or of NotResource, in lower case."""
    excludes_resources: bool
    """Whether `resources` came from NotResource."""
    conditional: bool
    """Whether there is a Condition with anything in it."""


class _WireStatement(msgspec.Struct, rename="pascal"):
    effect: str
    action: str | tuple[str, ...] = ()
    not_action: str | tuple[str, ...] = ()
    resource: str | tuple[str, ...] = ()
    not_resource: str | tuple[str, ...] = ()
    condition: dict[str, msgspec.Raw] = {}


class _WireDocument(msgspec.Struct, rename="pascal"):
    statement: _WireStatement | tuple[_WireStatement, ...]


@lru_cache(maxsize=8192)
def statements_of(document: str) -> tuple[Statement, ...]:
    """The statements of a document's JSON text."""
    wire = msgspec.json.decode(document, type=_WireDocument).statement
    return tuple(_statement(entry) for entry in (wire if isinstance(wire, tuple) else (wire,)))


def _statement(wire: _WireStatement) -> Statement:
    return Statement(
        allows=wire.effect == "Allow",
        actions=_listed(wire.action) or _listed(wire.not_action),
        excludes_actions=bool(wire.not_action),
        resources=tuple(text.lower() for text in _listed(wire.resource) or _listed(wire.not_resource)),
        excludes_resources=bool(wire.not_resource),
        conditional=bool(wire.condition),
    )


def _listed(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value


def named_actions(statement: Statement) -> ActionSet:
    """The existing actions that a statement's Action or NotAction names."""
    named = services().any_of(statement.actions)
    return services().all() - named if statement.excludes_actions else named


@lru_cache(maxsize=1024)
def potentially_allowed(documents: tuple[str, ...]) -> ActionSet:
    """The actions that these documents together may allow, as a report of the principal that holds them counts it."""
    statements = [statement for text in documents for statement in statements_of(text)]
    denies = [one for one in statements if not one.allows and not one.conditional and not one.excludes_resources]
    return frozenset[tuple[str, str]]().union(*(_left_by(one, denies) for one in statements if one.allows))


def _left_by(allow: Statement, denies: Sequence[Statement]) -> ActionSet:
    granted = frozenset(action for action in named_actions(allow) if _reaches(allow, action))
    for deny in denies:
        if "*" in deny.resources or (not allow.excludes_resources and set(allow.resources) <= set(deny.resources)):
            granted -= named_actions(deny)
    return granted


def _reaches(allow: Statement, action: tuple[str, str]) -> bool:
    if allow.excludes_resources:
        return "*" not in allow.resources
    if "*" in allow.resources:
        return True
    targets = services().resources(*action)
    if not targets:
        return any(_of_service(pattern, action[0]) for pattern in allow.resources)
    return any(intersects(pattern, target) for pattern in allow.resources for target in targets)


def _of_service(pattern: str, namespace: str) -> bool:
    parts = pattern.split(":", 5)
    return pattern.startswith("*") or (len(parts) > 2 and bool(glob(parts[2]).fullmatch(namespace)))  # noqa: PLR2004


@lru_cache(maxsize=65536)
def intersects(one: str, other: str) -> bool:
    """Whether some text matches both wildcard patterns; both in lower case."""
    reached = {0}
    for char in one:
        reached = _step(char, reached, other)
    return len(other) in _closure(reached, other)


def _step(char: str, reached: Iterable[int], other: str) -> set[int]:
    """The positions in `other` that can follow once `one` has consumed this character of its pattern."""
    places = _closure(reached, other)
    if char == "*":
        return set(range(min(places), len(other) + 1)) if places else set()
    ends = {place for place in places if place < len(other) and other[place] == "*"}
    moved = {place + 1 for place in places if place < len(other) and _same(char, other[place])}
    return ends | moved


def _closure(reached: Iterable[int], other: str) -> set[int]:
    places = set(reached)
    for place in sorted(places):
        following = place
        while following < len(other) and other[following] == "*":
            following += 1
            places.add(following)
    return places


def _same(one: str, other: str) -> bool:
    return other != "*" and (one == other or "?" in (one, other))


def grants_service(document: str, namespace: str) -> bool:
    """Whether one document by itself grants anything of a service, as ListPoliciesGrantingServiceAccess judges it."""
    statements = statements_of(document)
    denies = [one for one in statements if not one.allows and not one.conditional and one.resources == ("*",)]
    return any(_grants(one, namespace, denies) for one in statements if one.allows)


def _grants(allow: Statement, namespace: str, denies: Sequence[Statement]) -> bool:
    reached = any(_of_service(pattern, namespace) for pattern in allow.resources)
    if not (("*" not in allow.resources) if allow.excludes_resources else reached):
        return False
    if any(_covers_service(deny, namespace) for deny in denies):
        return False
    denied = frozenset[tuple[str, str]]().union(*(named_actions(deny) for deny in denies))
    known = {action for action in named_actions(allow) if action[0] == namespace}
    return bool(known - denied) or _names_unknown_action(allow, namespace)


def _covers_service(deny: Statement, namespace: str) -> bool:
    everything = {"*", f"{namespace}:*"}
    return not deny.excludes_actions and any(pattern.lower() in everything for pattern in deny.actions)


def _names_unknown_action(allow: Statement, namespace: str) -> bool:
    prefix = f"{namespace}:"
    named = [pattern for pattern in allow.actions if pattern.lower().startswith(prefix)]
    return not allow.excludes_actions and any(not services().matching(pattern) for pattern in named)
