"""Removal sets: what may go from a principal, and what may go from a policy because nobody whom it reaches needs it."""

from collections.abc import Iterable, Iterator
from functools import reduce
from operator import and_

from msgspec import Struct

from leastwise.catalog import Catalog
from leastwise.findings import UNRECORDED, PrincipalJudgement, ServiceVerdict, Verdict
from leastwise.policy import EVERY_NAME, ActionSet, NameSet

__all__ = ["Removal", "RemovalOptions", "joint_removal", "removal_of"]


class RemovalOptions(Struct, frozen=True):
    """What a person would decide; the defaults take the least."""

    services_only: bool = False
    """Whether only whole services go, and no single actions of a service in use."""
    include_stale: bool = False
    """Whether what was used, but not within the stale-after days, goes too."""
    keep: tuple[str, ...] = ()
    """Patterns of actions that never go."""
    services: tuple[str, ...] = ()
    """The services of which something may go; empty for all."""

    def is_about(self, namespace: str) -> bool:
        """Whether something of the service may go."""
        return not self.services or namespace in self.services

    @property
    def verdicts(self) -> frozenset[Verdict]:
        """The verdicts of what goes."""
        return frozenset({Verdict.UNUSED, Verdict.STALE} if self.include_stale else {Verdict.UNUSED})


class Removal(Struct, frozen=True):
    """What may go, and what must not although no catalog knows of it."""

    actions: ActionSet
    """The actions that may go."""
    needed: frozenset[str] = frozenset()
    """Services (`new:*`) and actions (`s3:New`) that the catalog does not know and that a report lists: those that are
    used, or of which it is not known that they are not. A pattern that is split must still grant them."""

    @classmethod
    def nothing(cls, catalog: Catalog) -> "Removal":
        """The removal that takes nothing away."""
        return cls(ActionSet.nothing(catalog))

    def without(self, protected: Iterable[str]) -> "Removal":
        """The same, but that the actions of these patterns stay."""
        return Removal(self.actions - ActionSet.of(protected, self.actions.catalog), self.needed)

    def __bool__(self) -> bool:
        """Whether something may go."""
        return bool(self.actions)


def removal_of(
    judged: PrincipalJudgement, catalog: Catalog, options: RemovalOptions, *, granted: ActionSet | None = None
) -> Removal:
    """What may go from one principal; what is unknown, for whatever reason, is never in it.

    A service that was never accessed goes whole, with its untracked actions and those that AWS adds to it, but for
    those that AWS checks on the caller's behalf and no report shows: `iam:PassRole`, unless the principal did nothing
    at all, and the actions that those depend on that stay of what is `granted` (Service Authorization Reference,
    "Dependent actions"). From a principal that did nothing at all everything goes, what nobody knows of, too. Nothing
    goes from a role that only AWS can change.
    """
    if not judged.is_editable:
        return Removal.nothing(catalog)
    is_over = _is_over(judged, options)
    asked = ActionSet.everything(catalog) if is_over else _asked(judged.services, options, catalog)
    gone = asked - ActionSet.of((*options.keep, *(() if judged.is_idle else UNRECORDED)), catalog)
    if granted is not None:
        gone = gone.without_known(catalog.dependents_of(granted.known & ~gone.known))
    return Removal(gone, frozenset(_needed(judged.services, options, catalog)))


def _is_over(judged: PrincipalJudgement, options: RemovalOptions) -> bool:
    """Whether nothing at all is needed: the principal did nothing, and no grant is too young for that to count."""
    verdicts = options.verdicts
    is_over = judged.is_idle and all(service.verdict in verdicts for service in judged.services)
    return is_over and not options.services


def _asked(services: Iterable[ServiceVerdict], options: RemovalOptions, catalog: Catalog) -> ActionSet:
    """What the verdicts say may go: whole services, those that the catalog does not know too, and actions of others."""
    verdicts, known, whole, named = options.verdicts, 0, dict[str, NameSet](), list[str]()
    for one in services:
        if not options.is_about(one.namespace):
            continue
        service = catalog.service(one.namespace)
        if one.verdict in verdicts:
            whole[one.namespace] = EVERY_NAME
            known |= 0 if service is None else service.mask
        elif not options.services_only and service is not None:
            named += (f"{one.namespace}:{action.name}" for action in one.actions if action.verdict in verdicts)
    return ActionSet(catalog, known, rest=False, open=whole) | ActionSet.of(named, catalog)


def _needed(services: Iterable[ServiceVerdict], options: RemovalOptions, catalog: Catalog) -> Iterator[str]:
    """What the catalog does not know and a report lists, but for what goes."""
    verdicts = options.verdicts
    for service in services:
        if service.verdict in verdicts and options.is_about(service.namespace):
            continue
        if catalog.service(service.namespace) is None:
            yield f"{service.namespace}:*"
            continue
        for one in service.actions:
            text = f"{service.namespace}:{one.name}"
            if one.verdict not in verdicts and catalog.action(text) is None:
                yield text


def joint_removal(removals: Iterable[Removal], catalog: Catalog) -> Removal:
    """What may go from a policy that reaches the principals of these removals: what may go from all of them.

    Nothing for a policy that reaches nobody, since there is nobody whose use could be seen.
    """
    every = list(removals)
    if not every:
        return Removal.nothing(catalog)
    needed = frozenset[str]().union(*(one.needed for one in every))
    return Removal(reduce(and_, (one.actions for one in every)), needed)
