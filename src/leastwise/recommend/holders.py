"""Who is reached by a policy, what may go from each, and what keeps a principal from being changed at all."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from functools import cached_property

import msgspec
from msgspec import Struct

from leastwise.catalog import Catalog
from leastwise.findings import Finding, Judgement, PrincipalJudgement, Rule
from leastwise.inventory import GrantIndex, Group, ManagedPolicy, Principal, Relations, Selection, Snapshot
from leastwise.plan import MembersAre, Obstacle, Precondition
from leastwise.policy import Arn
from leastwise.recommend.options import RecommendOptions
from leastwise.recommend.removal import Removal, joint_removal, removal_of

__all__ = ["Holders", "Target"]

_WHOLE = frozenset({Rule.UNUSED_ROLE, Rule.UNUSED_USER})


class Target(Struct, frozen=True):
    """A principal that holds policies of its own: a user or a role, or a group for those who are in it."""

    principal: Principal
    """Who."""
    holders: tuple[Arn, ...]
    """The users and roles who have its policies through it, sorted."""
    removal: Removal
    """What may go from all of them; nothing where there is an obstacle."""
    would: Removal
    """What might go were it not for the obstacle."""
    obstacle: Obstacle | None = None
    """What keeps it from being changed; None for nothing."""
    because: Arn | None = None
    """On whose account there is the obstacle; None if there is none."""

    @property
    def arn(self) -> Arn:
        """Its ARN."""
        return self.principal.arn

    @property
    def name(self) -> str:
        """`role deploy`."""
        return f"{self.principal.type} {self.principal.name}"

    def membership(self) -> tuple[Precondition, ...]:
        """For a group, that nobody came into it since; nothing for a user or a role."""
        return (MembersAre(self.arn, self.holders),) if isinstance(self.principal, Group) else ()


class Holders:
    """Every principal of an account with what may go from it."""

    def __init__(
        self,
        snapshot: Snapshot,
        judgement: Judgement,
        *,
        grants: GrantIndex,
        catalog: Catalog,
        options: RecommendOptions,
        promoted: Mapping[Arn, Removal] | None = None,
    ) -> None:
        """`promoted` is what may go from each, and from nobody else; without it the judgement says what may go."""
        self._grants, self._catalog, self._options, self._promoted = grants, catalog, options, promoted
        self._now = judgement.parameters.now
        self._break_glass = Selection(options.break_glass)
        self._exempt = _exempt(judgement.findings)
        self._principals = {one.arn: one for one in snapshot.principals()}
        self._judged = {one.principal.arn: one for one in judgement.principals}
        self._targets: dict[Arn, Target] = {}
        self._leaving: dict[Arn, set[Arn]] = {}
        self.relations = Relations(snapshot)
        """Which policy reaches whom."""

    def judged(self, arn: Arn) -> PrincipalJudgement:
        """What is known of a user or role that a target reaches without an obstacle."""
        return self._judged[arn]

    def target(self, arn: Arn) -> Target:
        """The principal with what may go from it."""
        if arn not in self._targets:
            principal = self._principals[arn]
            made = self._group(principal) if isinstance(principal, Group) else self._single(principal)
            self._targets[arn] = made
        return self._targets[arn]

    def attached(self, policy: ManagedPolicy) -> tuple[Target, ...]:
        """The principals that a managed policy is attached to, by ARN."""
        return tuple(map(self.target, self.relations.attached_to.get(policy.arn, ())))

    def members(self, group: Group) -> tuple[Arn, ...]:
        """The users who are in the group and stay in it, sorted."""
        leaving = self._leaving.get(group.arn, set())
        return tuple(arn for arn in self.relations.members(group) if arn not in leaving)

    def leave(self, user: Arn, group: Group) -> None:
        """Count the user as no member of the group from now on."""
        self._leaving.setdefault(group.arn, set()).add(user)
        self._targets.pop(group.arn, None)

    def is_young(self, policy: ManagedPolicy) -> bool:
        """Whether the policy, or a version of it, is younger than what may be changed."""
        least = timedelta(days=self._options.min_age_days)
        newest = max((version.created_at for version in policy.versions), default=policy.created_at)
        return self._now - max(newest, policy.created_at) < least

    def obstacle(self, arn: Arn) -> Obstacle | None:
        """What keeps a user or role from being changed; None for nothing."""
        principal, judged = self._principals[arn], self._judged.get(arn)
        if self._promoted is not None and arn not in self._promoted:
            return Obstacle.NOT_QUARANTINED
        if judged is None or _lacks_evidence(judged):
            return Obstacle.MISSING_EVIDENCE
        if not judged.is_editable:
            return Obstacle.NOT_EDITABLE
        return self._unwanted(principal)

    def _unwanted(self, principal: Principal, *, is_named: bool = False) -> Obstacle | None:
        """Why nobody wants it changed; `is_named` where it need not be among the principals that were selected."""
        if self._break_glass.is_narrow and self._break_glass.takes(principal):
            return Obstacle.BREAK_GLASS
        if self._is_excluded(principal) or not (is_named or self._options.selection.takes(principal)):
            return Obstacle.NOT_SELECTED
        is_young = self._now - principal.created_at < timedelta(days=self._options.min_age_days)
        return Obstacle.TOO_YOUNG if is_young else None

    def _is_excluded(self, principal: Principal) -> bool:
        return not Selection((), self._options.selection.exclude).takes(principal)

    def _single(self, principal: Principal) -> Target:
        obstacle = self.obstacle(principal.arn)
        would = self._would(principal)
        removal = would if obstacle is None else self._nothing
        because = None if obstacle is None else principal.arn
        return Target(principal, (principal.arn,), removal, would, obstacle, because)

    def _would(self, principal: Principal) -> Removal:
        judged = self._judged.get(principal.arn)
        if judged is None:
            return self._nothing
        if self._promoted is not None:
            return self._without_exempt(self._promoted.get(principal.arn, self._nothing), principal.arn)
        granted = self._grants.of(principal).actions
        editable = msgspec.structs.replace(judged, is_editable=True)
        removal = removal_of(editable, self._catalog, self._options.removal, granted=granted)
        return self._without_exempt(removal, principal.arn)

    def _group(self, group: Group) -> Target:
        """The group; who is selected by name need not be a member by name, and all members make the group selected."""
        members = [self.target(arn) for arn in self.members(group)]
        would = self._without_exempt(joint_removal((one.would for one in members), self._catalog), group.arn)
        holders = tuple(one.arn for one in members)
        obstacle, because = self._group_obstacle(group, members)
        removal = would if obstacle is None else self._nothing
        return Target(group, holders, removal, would, obstacle, because if obstacle else None)

    def _group_obstacle(self, group: Group, members: list[Target]) -> tuple[Obstacle | None, Arn]:
        if not members:
            return Obstacle.NO_HOLDER, group.arn
        blocking = next((one for one in members if self._blocks(one, group)), None)
        if blocking is not None:
            return blocking.obstacle, blocking.arn
        return self._unwanted(group, is_named=True), group.arn

    def _blocks(self, member: Target, group: Group) -> bool:
        """Whether a member keeps the group as it is; one that is only not named does not where the group is."""
        if member.obstacle is not Obstacle.NOT_SELECTED or self._is_excluded(member.principal):
            return member.obstacle is not None
        selection = self._options.selection
        return not (selection.is_narrow and selection.takes(group))

    def _without_exempt(self, removal: Removal, arn: Arn) -> Removal:
        findings = self._exempt.get(arn, ())
        if any(finding.rule in _WHOLE for finding in findings):
            return self._nothing
        services = [f"{namespace}:*" for finding in findings for namespace in finding.services]
        actions = [action for finding in findings for action in finding.actions]
        return removal.without((*services, *actions)) if findings else removal

    @cached_property
    def _nothing(self) -> Removal:
        return Removal.nothing(self._catalog)


def _lacks_evidence(judged: PrincipalJudgement) -> bool:
    return any(service.reason is not None and service.reason.is_failure for service in judged.services)


def _exempt(findings: Iterable[Finding]) -> Mapping[Arn, list[Finding]]:
    found: dict[Arn, list[Finding]] = {}
    for finding in findings:
        if finding.exempt is not None:
            found.setdefault(finding.resource, []).append(finding)
    return found
