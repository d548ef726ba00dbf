"""The scan in figures."""

from collections import Counter
from collections.abc import Iterable, Sequence

from leastwise.findings import (
    AccountScan,
    ActionVerdict,
    Finding,
    Gain,
    Judgement,
    PrincipalJudgement,
    Reason,
    Rule,
    ScanStatus,
    Verdict,
)
from leastwise.inventory import PrincipalType
from leastwise.report.document import (
    AccountCounts,
    FindingCounts,
    GainEntry,
    PrincipalCounts,
    RuleCount,
    Summary,
    UnknownCount,
    VerdictCounts,
)
from leastwise.report.entries import Shared

__all__ = ["summary_of"]

Judged = Verdict | Reason
"""What is counted: the verdict, and for an unknown one its reason, too."""


def summary_of(accounts: Sequence[AccountScan]) -> Summary:
    """The figures over these accounts; linear in the services of their principals."""
    judgements = [one.judgement for one in accounts if one.judgement is not None]
    tally = _Tally()
    for judgement in judgements:
        for principal in judgement.principals:
            tally.add(principal)
    return Summary(
        accounts=_accounts(accounts),
        principals=_principals(one for judgement in judgements for one in judgement.principals),
        policies=sum(len(judgement.policies) for judgement in judgements),
        services=_verdicts(tally.services),
        actions=_verdicts(tally.actions),
        unknown=tally.unknown(),
        findings=_findings([one for judgement in judgements for one in judgement.findings]),
        gain=_gain(judgements),
    )


def _accounts(accounts: Iterable[AccountScan]) -> AccountCounts:
    counts = Counter(one.status for one in accounts)
    return AccountCounts(
        complete=counts[ScanStatus.COMPLETE], partial=counts[ScanStatus.PARTIAL], failed=counts[ScanStatus.FAILED]
    )


def _principals(principals: Iterable[PrincipalJudgement]) -> PrincipalCounts:
    counts: Counter[PrincipalType] = Counter()
    idle = 0
    for one in principals:
        counts[one.principal.type] += 1
        idle += one.is_idle
    return PrincipalCounts(
        users=counts[PrincipalType.USER],
        roles=counts[PrincipalType.ROLE],
        groups=counts[PrincipalType.GROUP],
        idle=idle,
    )


def _verdicts(counts: Counter[Judged]) -> VerdictCounts:
    return VerdictCounts(
        used=counts[Verdict.USED],
        stale=counts[Verdict.STALE],
        unused=counts[Verdict.UNUSED],
        unknown=counts[Verdict.UNKNOWN],
    )


def _findings(findings: Sequence[Finding]) -> FindingCounts:
    exempt = Counter(one.rule for one in findings if one.exempt is not None)
    counts = Counter(one.rule for one in findings)
    by_rule = (
        RuleCount(rule=rule, open=counts[rule] - exempt[rule], exempt=exempt[rule])
        for rule in sorted(Rule)
        if counts[rule]
    )
    return FindingCounts(open=counts.total() - exempt.total(), exempt=exempt.total(), by_rule=tuple(by_rule))


def _gain(judgements: Iterable[Judgement]) -> GainEntry:
    gains: list[Gain] = [gain for judgement in judgements for gain in judgement.gains.values()]
    return GainEntry(
        services=sum(gain.services for gain in gains),
        actions=sum(gain.actions for gain in gains),
        writing=sum(gain.writing for gain in gains),
        permissions=sum(gain.permissions for gain in gains),
    )


class _Tally:
    """Counts verdicts and reasons over principals."""

    def __init__(self) -> None:
        self.services: Counter[Judged] = Counter()
        self.actions: Counter[Judged] = Counter()
        self._principals: Counter[Reason] = Counter()
        self._counted = Shared(_count)

    def add(self, judged: PrincipalJudgement) -> None:
        """Count one principal's services and actions."""
        reasons: set[Reason] = set()
        for service in judged.services:
            self.services[service.verdict] += 1
            actions = self._counted(service.actions)
            self.actions.update(actions)
            reasons.update(key for key in actions if isinstance(key, Reason))
            if service.reason is not None:
                self.services[service.reason] += 1
                reasons.add(service.reason)
            if service.untracked_actions:
                self.actions[Verdict.UNKNOWN] += service.untracked_actions
                self.actions[Reason.UNTRACKED] += service.untracked_actions
                reasons.add(Reason.UNTRACKED)
        self._principals.update(reasons)

    def unknown(self) -> tuple[UnknownCount, ...]:
        """What could not be known, by reason."""
        return tuple(
            UnknownCount(
                reason=reason,
                principals=self._principals[reason],
                services=self.services[reason],
                actions=self.actions[reason],
            )
            for reason in sorted(Reason)
            if self._principals[reason]
        )


def _count(verdicts: tuple[ActionVerdict, ...], _: str) -> Counter[Judged]:
    counts: Counter[Judged] = Counter(one.verdict for one in verdicts)
    counts.update(one.reason for one in verdicts if one.reason is not None)
    return counts
