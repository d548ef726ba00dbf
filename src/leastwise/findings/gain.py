"""What would go if findings were acted on, and how much that matters."""

from collections.abc import Iterable
from functools import reduce
from operator import or_

from msgspec import Struct

from leastwise.catalog import AccessLevel, Catalog, mask_of
from leastwise.findings.model import Gain, PrincipalJudgement, Rule, Severity
from leastwise.findings.ruling import UNRECORDED
from leastwise.inventory import Grants

__all__ = ["NOTHING", "Removal", "gain_of", "removal_of", "severity_of"]

_WHOLE_PRINCIPAL = frozenset({Rule.UNUSED_ROLE, Rule.UNUSED_USER})
_WHOLE_SERVICES = frozenset({Rule.UNUSED_SERVICE, Rule.STALE_SERVICE, Rule.UNUSED_GROUP_GRANT})


class Removal(Struct, frozen=True):
    """Granted things that would go. A union of two counts nothing twice."""

    services: tuple[str, ...] = ()
    """Namespaces of which nothing stays, sorted."""
    mask: int = 0
    """The known actions, as bits of the catalog."""

    def __or__(self, other: "Removal") -> "Removal":
        """What either removes."""
        return Removal(tuple(sorted({*self.services, *other.services})), self.mask | other.mask)


NOTHING = Removal()
"""The removal of a finding that is about no permission of a principal."""


def removal_of(
    judged: PrincipalJudgement,
    rule: Rule,
    *,
    services: tuple[str, ...],
    actions: Iterable[str],
    granted: Grants,
    catalog: Catalog,
) -> Removal:
    """What acting on a finding of this rule about these services and actions would take from the principal."""
    if rule in _WHOLE_PRINCIPAL:
        return Removal(granted.namespaces, granted.actions.known)
    if rule in _WHOLE_SERVICES:
        return _of_services(judged, services, granted=granted, catalog=catalog)
    if rule is Rule.UNUSED_ACTION:
        found = (catalog.action(text) for text in actions)
        return Removal((), mask_of(action.index for action in found if action is not None))
    return NOTHING


def _of_services(
    judged: PrincipalJudgement, namespaces: tuple[str, ...], *, granted: Grants, catalog: Catalog
) -> Removal:
    """The services, but for what no report shows; where nothing is untracked the principal as a whole was silent."""
    named = frozenset(namespaces)
    wanted = [service for service in judged.services if service.namespace in named]
    known = (catalog.service(service.namespace) for service in wanted)
    mask = granted.actions.known & reduce(or_, (service.mask for service in known if service is not None), 0)
    tracked_in_part = {service.namespace for service in wanted if service.untracked_actions}
    kept = [
        action
        for action in map(catalog.action, UNRECORDED)
        if action is not None and action.namespace in tracked_in_part and mask >> action.index & 1
    ]
    if not kept:
        return Removal(namespaces, mask)
    stay = mask_of(action.index for action in kept)
    partly = {action.namespace for action in kept}
    return Removal(tuple(name for name in namespaces if name not in partly), mask & ~stay)


def gain_of(removal: Removal, catalog: Catalog) -> Gain:
    """The removal as counts, by what the catalog says the actions do."""
    counts = catalog.count_by_level(removal.mask)
    return Gain(
        services=len(removal.services),
        actions=removal.mask.bit_count(),
        writing=counts[AccessLevel.WRITE] + counts[AccessLevel.TAGGING],
        permissions=counts[AccessLevel.PERMISSIONS_MANAGEMENT],
    )


def severity_of(gain: Gain) -> Severity:
    """How much it matters: high if it can change who may do what, medium if it can change anything, else low."""
    if gain.permissions:
        return Severity.HIGH
    return Severity.MEDIUM if gain.writing else Severity.LOW
