"""Every principal of an account, judged."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from datetime import datetime

from msgspec import Struct

from leastwise.evidence import Evidence
from leastwise.findings.age import has_young_version
from leastwise.findings.model import Parameters, PrincipalJudgement
from leastwise.findings.ruling import Holder
from leastwise.findings.sight import is_within, sight_of
from leastwise.findings.verdicts import VerdictBench
from leastwise.inventory import Attachment, GrantIndex, Principal, Role, Snapshot, User
from leastwise.policy import Arn

__all__ = ["PrincipalBench"]


class PrincipalBench(Struct, frozen=True):
    """What judging the principals of one account needs."""

    snapshot: Snapshot
    """The account."""
    evidence: Evidence
    """What was seen."""
    grants: GrantIndex
    """Who is granted what."""
    parameters: Parameters
    """The moment and the days."""
    bench: VerdictBench
    """What all judgements share."""

    def judgements(self, only: AbstractSet[Arn] | None = None) -> tuple[PrincipalJudgement, ...]:
        """One judgement a principal, by ARN; of `only` these, where given."""
        wanted = (one for one in self.snapshot.principals() if only is None or one.arn in only)
        principals = sorted(wanted, key=lambda principal: principal.arn)
        young = self._young_policies()
        groups = {group.name: group.attached for group in self.snapshot.groups}
        return tuple(
            self._judgement(principal, young_policies=young.intersection(one.arn for one in _held(principal, groups)))
            for principal in principals
        )

    def _young_policies(self) -> frozenset[str]:
        return frozenset(
            policy.arn
            for policy in self.snapshot.policies
            if not policy.is_aws_managed and has_young_version(policy, self.parameters)
        )

    def _judgement(self, principal: Principal, *, young_policies: frozenset[str]) -> PrincipalJudgement:
        sight = sight_of(principal.arn, evidence=self.evidence, parameters=self.parameters)
        is_young = self._is_young(principal.created_at)
        holder = Holder(self.grants.of(principal), sight, is_young, young_policies)
        return PrincipalJudgement(
            principal=principal,
            services=self.bench.services(holder),
            evidence=sight.notes,
            last_used_at=sight.last_used_at,
            is_idle=sight.is_idle and not is_young,
            is_editable=not (isinstance(principal, Role) and principal.is_reserved),
        )

    def _is_young(self, created_at: datetime) -> bool:
        return is_within(created_at, self.parameters)


def _held(principal: Principal, groups: dict[str, tuple[Attachment, ...]]) -> Iterator[Attachment]:
    yield from principal.attached
    if isinstance(principal, User):
        for name in principal.groups:
            yield from groups.get(name, ())
