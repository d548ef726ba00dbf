"""What one rule finds of one resource of a judged account."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from leastwise.compliance.annotation import named
from leastwise.compliance.aside import aside_by_age, aside_by_arn, aside_by_tag
from leastwise.compliance.counting import Held, Part, Tally, tally_actions, tally_services
from leastwise.compliance.idleness import group_outcome, policy_outcome, principal_outcome
from leastwise.compliance.outcome import Outcome, compliant, not_applicable, unknown_in_part, unknown_whole
from leastwise.compliance.parameters import RuleName, RuleParameters
from leastwise.compliance.resource_types import ResourceType
from leastwise.compliance.resources import Resource
from leastwise.compliance.results import Compliance
from leastwise.evidence import FRESH_FOR, Granularity, Source
from leastwise.findings import (
    EvidenceNote,
    Exempt,
    Judgement,
    PolicyJudgement,
    PrincipalJudgement,
    Reason,
    Rule,
    Verdict,
)
from leastwise.inventory import GrantIndex, Group, ManagedPolicy, Relations, Snapshot

__all__ = ["Inquiry"]

_IDLE = {
    ResourceType.USER: Rule.UNUSED_USER,
    ResourceType.ROLE: Rule.UNUSED_ROLE,
    ResourceType.GROUP: Rule.EMPTY_GROUP,
    ResourceType.POLICY: Rule.UNATTACHED_POLICY,
}


class Inquiry:
    """Asks one rule about the resources of one account.

    `grants` must be of the same snapshot, and the judgement of the whole of it: by the same days, and without a scope
    that leaves services out. Raises ValueError if the judgement is by other days than the rule's.
    """

    def __init__(
        self,
        judgement: Judgement,
        parameters: RuleParameters,
        *,
        grants: GrantIndex,
        snapshot: Snapshot,
        now: datetime,
    ) -> None:
        if judgement.parameters.stale_after_days != parameters.stale_after_days:
            raise ValueError("the account was judged by other days than the rule's staleAfterDays")
        self._judgement = judgement
        self._parameters = parameters
        self._grants = grants
        self._taken_at, self._now = snapshot.taken_at, now
        self._relations = Relations(snapshot)
        self._principals = {judged.principal.arn: judged for judged in judgement.principals}
        self._policies = {judged.policy.arn: judged for judged in judgement.policies}
        self._exempt = {(one.resource, one.rule): one.exempt for one in judgement.findings if one.exempt is not None}

    def outcome(self, resource: Resource) -> Outcome:
        """What the rule finds of the resource; its kind is not asked about."""
        aside = (
            aside_by_arn(resource.arn, self._parameters)
            or aside_by_tag(resource.tag(self._parameters.exemption_tag), self._parameters)
            or aside_by_age(resource.created_at, self._parameters, now=self._now)
        )
        if aside is not None:
            return aside
        if self._now - self._taken_at > FRESH_FOR:
            return unknown_whole(Reason.NOT_COLLECTED, why=f"the scan is of {self._taken_at.date().isoformat()}")
        return self._found(resource)

    def _found(self, resource: Resource) -> Outcome:
        judged = self._principals.get(resource.arn) or self._policies.get(resource.arn)
        if judged is None:
            return unknown_whole(Reason.NOT_COLLECTED, why="it was not judged")
        if self._parameters.rule is RuleName.UNUSED_PRINCIPALS:
            return self._of_whole(judged, resource)
        thing = resource.thing
        if isinstance(thing, Group) and not self._relations.members(thing):
            return not_applicable("Has no members whose use could be seen")
        if isinstance(thing, ManagedPolicy) and thing.arn in self._parameters.read_only_policies:
            return not_applicable("Named in readOnlyPolicyArns")
        return self._weighed(self._tally(judged, resource), resource)

    def _of_whole(self, judged: PrincipalJudgement | PolicyJudgement, resource: Resource) -> Outcome:
        if isinstance(judged, PolicyJudgement):
            outcome = policy_outcome(judged, self._judgement.parameters)
        elif isinstance(judged.principal, Group):
            outcome = group_outcome(judged.principal, self._relations)
        else:
            outcome = principal_outcome(judged, self._judgement.parameters)
        exempt = self._exempt.get((resource.arn, _IDLE[resource.type]))
        if exempt is not None and outcome.compliance is Compliance.NON_COMPLIANT:
            return _exempted(exempt)
        return outcome

    def _tally(self, judged: PrincipalJudgement | PolicyJudgement, resource: Resource) -> Tally:
        held = self._held(judged)
        rule = Rule.UNUSED_GROUP_GRANT if resource.type is ResourceType.GROUP else Rule.UNUSED_SERVICE
        if self._parameters.rule is RuleName.UNUSED_ACTIONS:
            return tally_actions(held, rule=rule)
        if self._parameters.rule is RuleName.STALE_SERVICES:
            return tally_services(held, Verdict.STALE, rule=Rule.STALE_SERVICE)
        return tally_services(held, Verdict.UNUSED, rule=rule)

    def _held(self, judged: PrincipalJudgement | PolicyJudgement) -> Held:
        read_only = frozenset[str](self._parameters.read_only_policies)
        if isinstance(judged, PrincipalJudgement):
            grants, has_actions = self._grants.of(judged.principal), _has_actions(judged.evidence)
        else:
            grants, has_actions = self._grants.of_policy(judged.policy), self._has_actions(judged)
        return Held(judged.services, grants, read_only, has_actions)

    def _has_actions(self, judged: PolicyJudgement) -> bool:
        """Whether the policy's own report, or every report of those that it reaches, was asked for actions."""
        reached = self._relations.reached_principals(judged.policy.arn)
        notes = [self._principals[arn].evidence for arn in reached if arn in self._principals]
        reported = [one for one in notes if any(note.source is Source.LAST_ACCESSED for note in one)]
        return _has_actions(judged.evidence) or all(map(_has_actions, reported))

    def _weighed(self, tally: Tally, resource: Resource) -> Outcome:
        """What follows from what was counted; what is exempt does not count, and is not forgotten."""
        least = self._parameters.minimum_unused
        counting = [part for part in tally.parts if (resource.arn, part.rule) not in self._exempt]
        names = [name for part in counting for name in part.names]
        if _weight(counting) >= least:
            return Outcome(Compliance.NON_COMPLIANT, named(self._head(), names, tail=_tail(tally)))
        if _weight(tally.parts) >= least:
            return _exempted(
                next(self._exempt[resource.arn, part.rule] for part in tally.parts if part not in counting)
            )
        if tally.unknown:
            return unknown_in_part(tally.unknown)
        if names:
            head = f"Fewer than minUnused {least}: {self._head()}"
            return Outcome(Compliance.COMPLIANT, named(head, names, tail=_tail(tally)))
        return compliant(self._all_well(tally))

    def _head(self) -> str:
        if self._parameters.rule is RuleName.STALE_SERVICES:
            return f"Not accessed for more than {self._parameters.stale_after_days} days: "
        return "Never used: " if self._parameters.rule is RuleName.UNUSED_ACTIONS else "Never accessed: "

    def _all_well(self, tally: Tally) -> str:
        if not tally.total:
            return "Is granted nothing that counts"
        word = "stale" if self._parameters.rule is RuleName.STALE_SERVICES else "unused"
        return f"Nothing {word} in {tally.total} service{'' if tally.total == 1 else 's'}{_tail(tally)}"


def _has_actions(notes: Iterable[EvidenceNote]) -> bool:
    return any(note.source is Source.LAST_ACCESSED and note.granularity is Granularity.ACTION for note in notes)


def _weight(parts: Iterable[Part]) -> int:
    return sum(part.weight for part in parts)


def _tail(tally: Tally) -> str:
    return "".join(_tails(tally))


def _tails(tally: Tally) -> Iterator[str]:
    if tally.unknown:
        yield f"; {len(tally.unknown)} more unknown"
    if tally.untracked:
        yield f"; {tally.untracked} more action{'' if tally.untracked == 1 else 's'} that no report tracks"


def _exempted(exempt: Exempt) -> Outcome:
    until = "" if exempt.until is None else f" until {exempt.until.isoformat()}"
    return not_applicable(f"Exempt{until} ({exempt.owner}): {exempt.reason}")
