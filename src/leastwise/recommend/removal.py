"""Removal sets: what may go from a principal, and what may go from a policy because nobody whom it reaches needs it."""

from collections.abc import Iterable, Iterator
from functools import reduce
from operator import and_

from msgspec import Struct

from leastwise.catalog import Catalog
from leastwise.findings import UNRECORDED, PrincipalJudgement, ServiceVerdict, Verdict
from leastwise.policy import ActionSet

__all__ = ["RemovalOptions", "joint_removal", "removal_of"]


class RemovalOptions(Struct, frozen=True):
    """What a person would decide; the defaults take the least."""

    services_only: bool = False
    """Whether only whole services go, and no single actions of a service in use."""
    include_stale: bool = False
    """Whether what was used, but not within the stale-after days, goes too."""
    keep: tuple[str, ...] = ()
    """Patterns of actions that never go."""


def removal_of(judged: PrincipalJudgement, catalog: Catalog, options: RemovalOptions) -> ActionSet:
    """The actions that may go from one principal; what is unknown, for whatever reason, is never among them.

    A service that was never accessed goes whole, with its untracked actions and those that AWS adds to it, but for the
    actions that other services check for the caller and no report shows (`iam:PassRole`): only a principal that did
    nothing at all did not use them. Nothing goes from a role that only AWS can change.
    """
    if not judged.is_editable:
        return ActionSet.nothing(catalog)
    verdicts = frozenset({Verdict.UNUSED, Verdict.STALE} if options.include_stale else {Verdict.UNUSED})
    gone = ActionSet.of(_patterns(judged.services, verdicts, services_only=options.services_only), catalog)
    protected = (*options.keep, *(() if judged.is_idle else UNRECORDED))
    return gone - ActionSet.of(protected, catalog)


def _patterns(
    services: Iterable[ServiceVerdict], verdicts: frozenset[Verdict], *, services_only: bool
) -> Iterator[str]:
    for service in services:
        if service.verdict in verdicts:
            yield f"{service.namespace}:*"
        elif not services_only:
            yield from (f"{service.namespace}:{one.name}" for one in service.actions if one.verdict in verdicts)


def joint_removal(removals: Iterable[ActionSet], catalog: Catalog) -> ActionSet:
    """The actions that may go from a policy that reaches the principals of these removals: those that may go from all.

    Nothing for a policy that reaches nobody, since there is nobody whose use could be seen.
    """
    every = list(removals)
    return reduce(and_, every) if every else ActionSet.nothing(catalog)
