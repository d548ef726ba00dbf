"""Managed policies: a new version for all holders, a smaller copy for some, or detached where nothing is needed."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from msgspec import Struct

from leastwise.inventory import ManagedPolicy, PolicyVersion
from leastwise.plan import (
    AttachedTo,
    ChangeKind,
    CreateVersion,
    Detach,
    Left,
    Obstacle,
    PolicyIs,
    PolicyRef,
    Precondition,
    ProofMethod,
    digest_of,
)
from leastwise.policy import MANAGED_CHARACTERS
from leastwise.recommend.copies import Copies, oldest_other
from leastwise.recommend.documents import Smaller, Workbench, reached
from leastwise.recommend.drafts import Draft
from leastwise.recommend.holders import Target
from leastwise.recommend.left import left_of
from leastwise.recommend.refs import ref_of
from leastwise.recommend.removal import joint_removal
from leastwise.recommend.texts import Text, Texts
from leastwise.recommend.wording import loses

__all__ = ["ManagedBench"]


class _Subject(Struct, frozen=True):
    """A managed policy that may be changed."""

    policy: ManagedPolicy
    version: PolicyVersion
    ref: PolicyRef
    text: Text

    def is_live(self, *, with_versions: bool = False) -> tuple[Precondition, ...]:
        """That it still says what it said."""
        versions = tuple(one.id for one in self.policy.versions) if with_versions else ()
        return (PolicyIs(self.policy.arn, self.version.id, digest_of(self.text.document.text), versions),)

    def is_attached(self, targets: Iterable[Target]) -> tuple[Precondition, ...]:
        """That these still hold it, and groups among them have no new members."""
        held = AttachedTo(self.policy.arn, tuple(one.arn for one in targets), exactly=False)
        return (held, *(one for target in targets for one in target.membership()))

    def is_held_by(self, targets: Iterable[Target]) -> tuple[Precondition, ...]:
        """That nobody else holds it."""
        held = AttachedTo(self.policy.arn, tuple(one.arn for one in targets), exactly=True)
        return (held, *(one for target in targets for one in target.membership()))

    def kept_by(self, found: Smaller | Obstacle | None) -> Iterator[Left]:
        """That the policy is left for this reason, if there is one."""
        if isinstance(found, Obstacle):
            yield Left(self.ref, found, f"more than {MANAGED_CHARACTERS:,} characters")


class ManagedBench:
    """What becomes of the managed policies of an account."""

    def __init__(self, bench: Workbench, texts: Texts, copies: Copies) -> None:
        self._bench, self._texts, self._copies = bench, texts, copies

    def changes(self, policy: ManagedPolicy) -> Iterator[Draft | Left]:
        """What becomes of one policy that someone holds; nothing of one that nobody holds."""
        targets = self._bench.holders.attached(policy)
        version, ref = policy.default_version, ref_of(policy)
        if version is None or not targets:
            return
        text = self._texts.read(version.policy)
        if text is None:
            yield Left(ref, Obstacle.UNREADABLE, version.policy.fault)
        elif self._is_boundary(policy):
            might = joint_removal((one.would for one in targets), self._bench.catalog)
            yield from [Left(ref, Obstacle.BOUNDARY)] if text.loses(might) else []
        elif self._bench.options.aws_managed or not policy.is_aws_managed:
            subject = _Subject(policy, version, ref, text)
            needless = [one for one in targets if one.obstacle is None and text.is_needless(one.removal)]
            yield from (self._detached(subject, one) for one in needless)
            yield from self._smaller(subject, [one for one in targets if one not in needless])

    def _is_boundary(self, policy: ManagedPolicy) -> bool:
        return bool(policy.boundary_usage_count) or policy.arn in self._bench.holders.relations.boundary_of

    def _detached(self, subject: _Subject, target: Target) -> Draft:
        self._copies.free(target)
        gone = self._bench.gone(subject.text, target.removal, policy=subject.ref, holders=target.holders)
        return Draft(
            kind=ChangeKind.DETACH,
            title=f"Policy {subject.policy.name} is detached from {target.name}, who needs nothing of it",
            principals=target.holders,
            steps=(Detach(subject.policy.arn, target.arn),),
            preconditions=(*subject.is_live(), *subject.is_attached([target])),
            method=ProofMethod.WITHDRAWN,
            policy=subject.ref,
            targets=(target.arn,),
            documents=(gone.change,),
            removed=gone.shown.removed,
            checked=subject.text.statements,
        )

    def _smaller(self, subject: _Subject, targets: Sequence[Target]) -> Iterator[Draft | Left]:
        free = [one for one in targets if one.obstacle is None]
        if self._bench.options.split_shared and len(targets) > 1:
            yield from self._split(subject, free)
        elif subject.policy.is_aws_managed:
            yield from self._copied(subject, free)
        elif len(free) == len(targets):
            yield from self._edited(subject, targets)
        else:
            yield from left_of(subject.ref, subject.text, targets)

    def _edited(self, subject: _Subject, targets: Sequence[Target]) -> Iterator[Draft | Left]:
        """A new version for all who hold the policy."""
        found = self._reduced(subject, targets)
        if not isinstance(found, Smaller):
            yield from subject.kept_by(found)
        elif self._has_unseen(subject.policy):
            yield Left(subject.ref, Obstacle.MISSING_EVIDENCE, "AWS counts more attachments than it lists")
        elif found.text is not None:
            yield self._new_version(subject, targets, found, found.text)

    def _has_unseen(self, policy: ManagedPolicy) -> bool:
        return policy.attachment_count > len(self._bench.holders.relations.attached_to.get(policy.arn, ()))

    def _new_version(self, subject: _Subject, targets: Sequence[Target], found: Smaller, text: str) -> Draft:
        drops = oldest_other(subject.policy)
        notes = (f"Version {drops.version} is deleted for it, since a policy has at most five.",) if drops else ()
        return Draft(
            kind=ChangeKind.NEW_VERSION,
            title=f"Policy {subject.policy.name} {loses(found.change)}",
            principals=reached(targets),
            steps=(CreateVersion(subject.policy.arn, text, drops),),
            preconditions=(*subject.is_live(with_versions=True), *subject.is_held_by(self._holding(subject.policy))),
            method=ProofMethod.COMPARED,
            policy=subject.ref,
            documents=(found.change,),
            kept=found.shown.kept,
            removed=found.shown.removed,
            checked=subject.text.statements,
            notes=notes,
        )

    def _holding(self, policy: ManagedPolicy) -> tuple[Target, ...]:
        """All who hold it now: who is to be detached needs nothing of it, and may still be there."""
        return self._bench.holders.attached(policy)

    def _split(self, subject: _Subject, targets: Sequence[Target]) -> Iterator[Draft | Left]:
        """A copy for each, or for those together whose copies would say the same."""
        made = [(self._reduced(subject, [one]), one) for one in targets]
        for found, _ in made:
            if isinstance(found, Obstacle):
                yield from subject.kept_by(found)
        smaller = [(found.text, one) for found, one in made if isinstance(found, Smaller) and found.text is not None]
        smaller.sort(key=lambda pair: (pair[0], pair[1].arn))
        for _, alike in groupby(smaller, key=lambda pair: pair[0]):
            yield from self._copied(subject, [one for _, one in alike])

    def _copied(self, subject: _Subject, targets: Sequence[Target]) -> Iterator[Draft | Left]:
        """One smaller copy in place of the policy, for all of these who have room for it."""
        crowded = [one for one in targets if not self._copies.has_room(one)]
        roomy = [one for one in targets if one not in crowded]
        found = self._reduced(subject, roomy) if roomy else None
        if crowded and (not roomy or isinstance(found, Smaller)):
            might = joint_removal((one.would for one in crowded), self._bench.catalog)
            yield from [Left(subject.ref, Obstacle.NO_ROOM, crowded[0].arn)] if subject.text.loses(might) else []
        if isinstance(found, Smaller):
            yield self._copies.replacement(subject.policy, subject.is_live(), roomy, found, subject.text.statements)
        else:
            yield from subject.kept_by(found)

    def _reduced(self, subject: _Subject, targets: Sequence[Target]) -> Smaller | Obstacle | None:
        removal = joint_removal((one.removal for one in targets), self._bench.catalog)
        if not subject.text.loses(removal):
            return None
        return self._bench.smaller(
            subject.text, removal, policy=subject.ref, holders=reached(targets), limit=MANAGED_CHARACTERS
        )
