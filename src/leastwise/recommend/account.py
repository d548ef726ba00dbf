"""Every policy of an account: who is reached by it, what may go from it, and the proposal that takes it away."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from msgspec import Struct

from leastwise.catalog import Catalog
from leastwise.findings import Finding, Judgement, PrincipalJudgement, Rule
from leastwise.inventory import Group, ManagedPolicy, PolicyKind, PolicyText, Principal, Relations, Snapshot
from leastwise.policy import (
    GROUP_INLINE_CHARACTERS,
    MANAGED_CHARACTERS,
    ROLE_INLINE_CHARACTERS,
    USER_INLINE_CHARACTERS,
    ActionSet,
    Arn,
    size_in_characters,
)
from leastwise.recommend.fitted import fitted_reduction
from leastwise.recommend.proof import prove
from leastwise.recommend.proposal import Obstacle, PolicyRef, Proposal, Unchanged
from leastwise.recommend.reduction import Strategy
from leastwise.recommend.removal import RemovalOptions, joint_removal, removal_of

__all__ = ["RecommendOptions", "recommend"]

_WHOLE: Final = frozenset({Rule.UNUSED_ROLE, Rule.UNUSED_USER})
_INLINE_CHARACTERS: Final = {
    "group": GROUP_INLINE_CHARACTERS,
    "role": ROLE_INLINE_CHARACTERS,
    "user": USER_INLINE_CHARACTERS,
}


class RecommendOptions(Struct, frozen=True):
    """What a person would decide; the defaults change the least."""

    removal: RemovalOptions = RemovalOptions()
    """What may go."""
    strategy: Strategy = Strategy.PRESERVE
    """How what stays is written."""
    kept_sids: str = "Keep"
    """How the Sid of a statement begins that is left alone; empty for none."""
    aws_managed: bool = True
    """Whether AWS-managed policies are to be replaced by smaller copies."""


def recommend(
    snapshot: Snapshot, judgement: Judgement, catalog: Catalog, options: RecommendOptions
) -> tuple[Proposal | Unchanged, ...]:
    """The proposals for an account, policy by policy, each proved; and the policies that something keeps as they are.

    A policy of which nothing may go is not listed. A shared policy loses only what may go from every user and role that
    it reaches, the members of groups included. What a finding with an exemption is about does not go. `judgement` must
    be of the whole account, since a holder that was not judged would keep everything.

    Raises:
        ProofError: a proposal is not what it should be, which is a fault of leastwise.
    """
    return tuple(_Bench(snapshot, judgement, catalog, options).all())


class _Text(Struct, frozen=True):
    """A policy that may be proposed for."""

    ref: PolicyRef
    text: PolicyText
    holders: tuple[Arn, ...]
    limit: int
    is_boundary: bool = False
    has_unseen_holders: bool = False
    """Whether AWS counts more attachments than the snapshot shows."""


class _Bench:
    """What all policies of an account share."""

    def __init__(self, snapshot: Snapshot, judgement: Judgement, catalog: Catalog, options: RecommendOptions) -> None:
        self._snapshot, self._catalog, self._options = snapshot, catalog, options
        self._relations = Relations(snapshot)
        self._groups = {group.arn for group in snapshot.groups}
        self._judged = {one.principal.arn: one for one in judgement.principals}
        exempt = _exempt(judgement.findings)
        self._removals = {
            arn: _without_exempt(removal_of(one, catalog, options.removal), exempt.get(arn, ()))
            for arn, one in self._judged.items()
        }

    def all(self) -> Iterator[Proposal | Unchanged]:
        """What becomes of each policy, in order."""
        for one in sorted(self._texts(), key=lambda one: one.ref):
            found = self._proposed(one)
            if found is not None:
                yield found

    def _texts(self) -> Iterator[_Text]:
        for principal in self._snapshot.principals():
            yield from self._inline(principal)
        for policy in self._snapshot.policies:
            kind = PolicyKind.AWS_MANAGED if policy.is_aws_managed else PolicyKind.MANAGED
            version = policy.default_version
            if kind is PolicyKind.MANAGED or self._options.aws_managed:
                text = PolicyText("", None, "AWS listed no default version") if version is None else version.policy
                yield self._managed(policy, kind, text)

    def _managed(self, policy: ManagedPolicy, kind: PolicyKind, text: PolicyText) -> _Text:
        reached = self._relations.reached_principals(policy.arn)
        return _Text(
            PolicyRef(policy.arn, kind),
            text,
            holders=tuple(arn for arn in reached if arn not in self._groups),
            limit=MANAGED_CHARACTERS,
            is_boundary=bool(policy.boundary_usage_count) or policy.arn in self._relations.boundary_of,
            has_unseen_holders=policy.attachment_count > len(self._relations.attached_to.get(policy.arn, ())),
        )

    def _inline(self, principal: Principal) -> Iterator[_Text]:
        holders = self._relations.members(principal) if isinstance(principal, Group) else (principal.arn,)
        sizes = {inline.name: size_in_characters(inline.policy.text) for inline in principal.inline}
        quota = _INLINE_CHARACTERS[principal.type]
        # What all of them together leave free is shared out, since several may grow at once.
        spare = max(quota - sum(sizes.values()), 0) // max(len(sizes), 1)
        for inline in principal.inline:
            limit = sizes[inline.name] + spare
            ref = PolicyRef(inline.name, PolicyKind.INLINE, principal.arn)
            yield _Text(ref, inline.policy, holders, limit)

    def _proposed(self, one: _Text) -> Proposal | Unchanged | None:
        obstacle = self._obstacle(one)
        if obstacle is not None:
            return Unchanged(one.ref, obstacle, one.text.fault)
        document = one.text.document
        removal = joint_removal((self._removals[arn] for arn in one.holders), self._catalog)
        if document is None or not removal:
            return None
        options = self._options
        found = fitted_reduction(
            document, removal, limit=one.limit, strategy=options.strategy, kept_sids=options.kept_sids
        )
        if found is None:
            return Unchanged(one.ref, Obstacle.TOO_LONG, f"more than {max(one.limit, 0):,} characters")
        reduction, left = found
        if reduction.is_nothing:
            return None
        return Proposal(one.ref, one.holders, document, reduction, prove(document, reduction, left))

    def _obstacle(self, one: _Text) -> Obstacle | None:
        if one.is_boundary:
            return Obstacle.BOUNDARY
        if one.text.document is None:
            return Obstacle.UNREADABLE
        if not one.holders:
            return Obstacle.NO_HOLDER
        judged = [self._judged.get(arn) for arn in one.holders]
        if one.has_unseen_holders or any(holder is None or _lacks_evidence(holder) for holder in judged):
            return Obstacle.MISSING_EVIDENCE
        return Obstacle.NOT_EDITABLE if any(holder and not holder.is_editable for holder in judged) else None


def _lacks_evidence(judged: PrincipalJudgement) -> bool:
    return any(service.reason is not None and service.reason.is_failure for service in judged.services)


def _exempt(findings: Sequence[Finding]) -> Mapping[Arn, list[Finding]]:
    found: dict[Arn, list[Finding]] = {}
    for finding in findings:
        if finding.exempt is not None:
            found.setdefault(finding.resource, []).append(finding)
    return found


def _without_exempt(removal: ActionSet, findings: Sequence[Finding]) -> ActionSet:
    if any(finding.rule in _WHOLE for finding in findings):
        return ActionSet.nothing(removal.catalog)
    services = [f"{namespace}:*" for finding in findings for namespace in finding.services]
    actions = [action for finding in findings for action in finding.actions]
    return removal - ActionSet.of([*services, *actions], removal.catalog)
