"""Writing a set of actions as the legal patterns with the fewest characters, and as an Action or NotAction.

A pattern counts with two quotes and a comma, as it stands in a document: white space is not counted (IAM User Guide,
"IAM and AWS STS quotas", "IAM doesn't count white space").
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from msgspec import Struct

from leastwise.catalog import canonical
from leastwise.policy.document.model import ActionClause
from leastwise.policy.minimization.service_patterns import PATTERN_OVERHEAD, service_patterns
from leastwise.policy.sets.action_set import ActionSet

__all__ = ["MinimalPatterns", "Wildcards", "minimal_clause", "minimal_patterns"]

_ALL: Final = "*"


class Wildcards(StrEnum):
    """Where wildcards may stand in the result."""

    EXACT = "exact"
    """Where everything that they match, invented yet or not, is in the set: nothing is granted beyond it."""
    OPEN = "open"
    """Where they match no known action outside the set; they may match names that the catalog does not know."""


class MinimalPatterns(Struct, frozen=True):
    """A set of actions, written down."""

    patterns: tuple[str, ...]
    """The patterns, sorted, in AWS's own case where a known action shows it; empty for no action."""
    granted: ActionSet
    """What they grant: exactly the known actions that were asked for."""
    lost: tuple[str, ...]
    """Services of whose unknown actions some were in the set and are not granted, sorted; `*` for all unnamed services.

    A Boolean combination of patterns is not always a list of patterns: `s3:*` without `s3:Put*` is not.
    """

    @property
    def size(self) -> int:
        """The characters that the patterns take in a document."""
        return sum(len(pattern) + PATTERN_OVERHEAD for pattern in self.patterns)


def minimal_patterns(
    actions: ActionSet,
    *,
    wildcards: Wildcards = Wildcards.EXACT,
    within: ActionSet | None = None,
    written: Iterable[str] = (),
) -> MinimalPatterns:
    """The patterns with few characters that grant exactly the known actions of the set, and nothing outside `within`.

    EXACT lies inside the set as a language; what was a list of patterns grants the same again, and is never longer.
    OPEN may match unknown names anywhere in `within` (everywhere if it is None). A pattern of the set that matches
    no known action outside it stays, or what covers it stays, so that actions to come stay granted. A set does not
    remember a pattern that another one covered: `written`, the patterns as they stood, brings it and its case back.

    For `prefix*` and literals the fewest characters are found exactly; with `*ending`, `*infix*`, `?x*` and
    `head*ending` it goes below that by a heuristic, and is never longer. Costs about 0.3 ms a service.

    Raises:
        ValueError: `within` lacks a known action of the set.

    >>> from leastwise.catalog import load_catalog
    >>> catalog = load_catalog()
    >>> left = ActionSet.of(["s3:*", "ec2:*", "sqs:*"], catalog) - ActionSet.of(["sqs:*"], catalog)
    >>> minimal_patterns(left).patterns
    ('ec2:*', 's3:*')
    """
    if within is not None and actions.known & ~within.known:
        raise ValueError("within lacks a known action of the set")
    is_open = wildcards is Wildcards.OPEN
    if _is_everything(actions, is_open=is_open, within=within):
        return MinimalPatterns((_ALL,), ActionSet.everything(actions.catalog), ())
    case = {canonical(pattern.lower()): pattern for pattern in written}
    names = _by_service(case)
    services = [
        service_patterns(one, actions, within=within, is_open=is_open, written=names.get(one, ()))
        for one in sorted(_namespaces(actions) | {one for one in names if actions.names(one)})
    ]
    patterns = sorted(case.get(text.lower(), text) for service in services for text in service.patterns)
    lost = [service.namespace for service in services if service.is_lost]
    granted = ActionSet(
        actions.catalog, actions.known, rest=False, open={one.namespace: one.open for one in services if one.open}
    )
    return MinimalPatterns(tuple(patterns), granted, tuple(sorted([_ALL, *lost] if actions.rest else lost)))


def minimal_clause(
    actions: ActionSet, *, wildcards: Wildcards = Wildcards.EXACT, within: ActionSet | None = None
) -> ActionClause:
    """The Action, or the NotAction where only that reaches the services that nobody named, with few characters.

    NotAction is written with exactly what is outside the set, or not at all: its wildcards take away, so a wider one
    would lose actions to come. A set of no action has no patterns, and its statement should go.

    Raises:
        ValueError: as `minimal_patterns`.

    >>> from leastwise.catalog import load_catalog
    >>> minimal_clause(~ActionSet.of(["iam:*", "iam:Get*"], load_catalog()))
    ActionClause(patterns=('iam:*',), negated=True)
    """
    found = minimal_patterns(actions, wildcards=wildcards, within=within)
    if actions.rest and found.lost and (within is None or actions <= within):
        outside = minimal_patterns(~actions)
        if not outside.lost:
            return ActionClause(outside.patterns, negated=True)
    return ActionClause(found.patterns, negated=False)


def _is_everything(actions: ActionSet, *, is_open: bool, within: ActionSet | None) -> bool:
    if actions.known != actions.catalog.everything or not actions.catalog.everything:
        return False
    everything = ActionSet.everything(actions.catalog)
    return (within is None or everything <= within) and (is_open or everything <= actions)


def _by_service(patterns: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for pattern in patterns:
        namespace, colon, name = pattern.partition(":")
        if colon:
            found.setdefault(namespace, []).append(name)
    return found


def _namespaces(actions: ActionSet) -> set[str]:
    found = {service.namespace for service in actions.catalog.services_of(actions.known)} | actions.open.keys()
    if actions.rest:
        found.update(service.namespace for service in actions.catalog.services)
    return found
