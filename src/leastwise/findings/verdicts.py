"""The verdicts on the services and actions that one subject is granted: contract.md's words, made exact.

The rules, for a thing granted to a subject, with D stale-after days, in this order:

1. seen at most D days ago -> used, whoever saw it;
2. the subject as a whole was never seen in a window that covers D days -> unused, untracked actions included;
3. no report lists the service, or none that lists it (tracks the action) covers D days -> unknown;
4. seen, if longer ago -> stale;
5. the subject, or the grant, is D days old or younger -> unknown, by rule 2 and by rule 7;
6. nothing but actions that no report ever shows -> unknown;
7. otherwise -> unused.
"""

from leastwise.catalog import Catalog, mask_of
from leastwise.findings.age import AgeBench
from leastwise.findings.listing import ActionBench, Listing, ServiceQuestion
from leastwise.findings.model import Parameters, ServiceVerdict, Verdict
from leastwise.findings.ruling import STALE, TOO_NEW, TOO_SHORT, UNRECORDED, UNTRACKED, UNUSED, USED, Holder, Ruling
from leastwise.findings.sight import ServiceSight, is_within
from leastwise.inventory import GrantedBy

__all__ = ["VerdictBench"]


class VerdictBench:
    """Judges many holders; what they have in common is made once and shared."""

    def __init__(self, parameters: Parameters, catalog: Catalog) -> None:
        self._parameters = parameters
        self._catalog = catalog
        unrecorded = [action for action in map(catalog.action, UNRECORDED) if action is not None]
        self._with_unrecorded = frozenset(action.namespace for action in unrecorded)
        self._recorded = catalog.everything & ~mask_of(action.index for action in unrecorded)
        self._ages = AgeBench(parameters, {}, {})
        self._actions = ActionBench(parameters, catalog=catalog, ages=self._ages)

    def services(self, holder: Holder) -> tuple[ServiceVerdict, ...]:
        """The verdict on every service that the holder is granted or that a report lists for it, by namespace."""
        namespaces = holder.sight.namespaces().union(holder.granted.namespaces)
        return tuple(self._service(namespace, holder) for namespace in sorted(namespaces))

    def _service(self, namespace: str, holder: Holder) -> ServiceVerdict:
        seen = holder.sight.service(namespace)
        granted_by = holder.granted.granted_by(namespace)
        mask = holder.granted.service_mask(namespace) if granted_by else 0
        ruling = self._ruling(namespace, holder, seen=seen, mask=mask, granted_by=granted_by)
        if seen is None:
            return self._unlisted(namespace, holder, ruling=ruling, mask=mask, granted_by=granted_by)
        listing = self._listing(ServiceQuestion(namespace, holder, seen, mask, granted_by, ruling))
        return ServiceVerdict(
            namespace=namespace,
            name=seen.name,
            verdict=ruling.verdict,
            reason=ruling.reason,
            last_used_at=seen.last_used_at,
            last_used_region=seen.region,
            granted_by=granted_by,
            actions=listing.actions,
            untracked_actions=listing.untracked,
        )

    def _unlisted(
        self, namespace: str, holder: Holder, *, ruling: Ruling, mask: int, granted_by: tuple[GrantedBy, ...]
    ) -> ServiceVerdict:
        service = self._catalog.service(namespace)
        return ServiceVerdict(
            namespace=namespace,
            name=namespace if service is None else service.name,
            verdict=ruling.verdict,
            reason=ruling.reason,
            granted_by=granted_by,
            untracked_actions=0 if holder.sight.is_silent else mask.bit_count(),
        )

    def _listing(self, question: ServiceQuestion) -> Listing:
        if question.seen.tracked:
            return self._actions.listing(question)
        return Listing((), 0 if question.holder.sight.is_silent else question.mask.bit_count())

    def _ruling(
        self,
        namespace: str,
        holder: Holder,
        *,
        seen: ServiceSight | None,
        mask: int,
        granted_by: tuple[GrantedBy, ...],
    ) -> Ruling:
        """The verdict on a service as a whole."""
        if seen is not None and is_within(seen.last_used_at, self._parameters):
            return USED
        if not holder.sight.is_silent:
            if seen is None:
                return Ruling(Verdict.UNKNOWN, holder.sight.absence)
            if not seen.is_covered or seen.last_used_at is not None:
                return STALE if seen.is_covered else TOO_SHORT
        if self._ages.is_young(namespace, holder, granted_by=granted_by):
            return TOO_NEW
        if namespace not in self._with_unrecorded or holder.sight.is_silent or not mask:
            return UNUSED
        return UNUSED if mask & self._recorded else UNTRACKED
