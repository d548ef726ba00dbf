"""Every managed policy of an account, judged: by its own report, or by what its holders used."""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet

from msgspec import Struct

from leastwise.catalog import Catalog
from leastwise.evidence import Evidence
from leastwise.findings.age import has_young_version
from leastwise.findings.joint import joint_verdict
from leastwise.findings.model import (
    Parameters,
    PolicyJudgement,
    PrincipalJudgement,
    Reason,
    ServiceVerdict,
)
from leastwise.findings.ruling import Holder
from leastwise.findings.settled import settled
from leastwise.findings.sight import is_within, sight_of
from leastwise.findings.verdicts import VerdictBench
from leastwise.inventory import GrantIndex, Grants, Group, ManagedPolicy, Relations, Snapshot
from leastwise.policy import Arn

__all__ = ["PolicyBench"]

_Services = Mapping[str, ServiceVerdict]


class PolicyBench(Struct, frozen=True):
    """What judging the policies of one account needs, besides the judged principals."""

    snapshot: Snapshot
    """The account."""
    evidence: Evidence
    """What was seen."""
    grants: GrantIndex
    """Who is granted what."""
    relations: Relations
    """Which policy reaches whom."""
    parameters: Parameters
    """The moment and the days."""
    bench: VerdictBench
    """What all judgements share."""
    catalog: Catalog
    """Which actions exist."""

    def judgements(
        self, principals: Iterable[PrincipalJudgement], only: AbstractSet[Arn] | None = None
    ) -> tuple[PolicyJudgement, ...]:
        """One judgement a customer policy and a held AWS policy, by ARN; of `only` these, where given."""
        known = {judged.principal.arn: judged for judged in principals}
        services: dict[Arn, _Services] = {}
        found = (
            self._judgement(policy, self._reached(policy, known, services))
            for policy in sorted(self.snapshot.policies, key=lambda policy: policy.arn)
            if only is None or policy.arn in only
        )
        return tuple(judged for judged in found if judged.attached_to or not judged.policy.is_aws_managed)

    def _reached(
        self, policy: ManagedPolicy, known: Mapping[Arn, PrincipalJudgement], services: dict[Arn, _Services]
    ) -> list[tuple[PrincipalJudgement, _Services]]:
        """Who holds the policy, with verdicts; groups only where the policy reaches no user and no role."""
        found = [known[arn] for arn in self.relations.reached_principals(policy.arn) if arn in known]
        reached = [judged for judged in found if not isinstance(judged.principal, Group)] or found
        for judged in reached:
            if judged.principal.arn not in services:
                services[judged.principal.arn] = {service.namespace: service for service in judged.services}
        return [(judged, services[judged.principal.arn]) for judged in reached]

    def _judgement(self, policy: ManagedPolicy, holders: list[tuple[PrincipalJudgement, _Services]]) -> PolicyJudgement:
        granted, is_reported = self.grants.of_policy(policy), policy.arn in self.evidence.usages
        services = self._derived(granted, holders)
        if holders and is_reported:
            own = self._own(policy, granted, holders)
            services = settled(own, services, granted=granted, catalog=self.catalog)
        return PolicyJudgement(
            policy=policy,
            attached_to=self.relations.attached_to.get(policy.arn, ()),
            boundary_of=self.relations.boundary_of.get(policy.arn, ()),
            services=services,
            evidence=sight_of(policy.arn, evidence=self.evidence, parameters=self.parameters).notes,
        )

    def _own(
        self, policy: ManagedPolicy, granted: Grants, holders: list[tuple[PrincipalJudgement, _Services]]
    ) -> tuple[ServiceVerdict, ...]:
        """By the policy's own report, which speaks for its holders; it is as young as the youngest of them."""
        births = [policy.created_at, *(judged.principal.created_at for judged, _ in holders)]
        return self.bench.services(
            Holder(
                granted,
                sight_of(policy.arn, evidence=self.evidence, parameters=self.parameters),
                is_young=any(is_within(birth, self.parameters) for birth in births),
                young_policies=frozenset({policy.arn}) if has_young_version(policy, self.parameters) else frozenset(),
            )
        )

    def _derived(
        self, granted: Grants, holders: list[tuple[PrincipalJudgement, _Services]]
    ) -> tuple[ServiceVerdict, ...]:
        """By what the verdicts on all its holders say."""
        return tuple(
            joint_verdict(
                namespace,
                [found[namespace] for _, found in holders if namespace in found],
                granted=granted,
                catalog=self.catalog,
                # With holders, of whom none is listed, another policy denies the service to each of them.
                absence=Reason.NOT_IN_REPORT if holders else Reason.UNATTACHED,
            )
            for namespace in granted.namespaces
        )
