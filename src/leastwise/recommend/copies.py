"""Smaller copies of managed policies, attached in their place."""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Final

from leastwise.inventory import ManagedPolicy, Snapshot
from leastwise.plan import (
    Absent,
    Attach,
    AttachedTo,
    ChangeKind,
    CreatePolicy,
    Detach,
    KeptVersion,
    PolicyIs,
    Precondition,
    ProofMethod,
    Step,
    digest_of,
)
from leastwise.policy import MANAGED_VERSIONS, Arn
from leastwise.recommend.documents import Smaller, reached
from leastwise.recommend.drafts import Draft
from leastwise.recommend.holders import Target
from leastwise.recommend.refs import ref_of
from leastwise.recommend.wording import loses

__all__ = ["PATH", "Copies", "oldest_other"]

PATH: Final = "/leastwise/"
"""The path of every policy that leastwise makes, so that they are found together."""
_LONGEST_NAME: Final = 128
"""Characters of a policy's name (IAM API, CreatePolicy, PolicyName)."""
_DIGEST: Final = 8
"""Hexadecimal digits of the text's digest in a copy's name."""


class Copies:
    """Names copies, and keeps count of how many more policies each principal can have attached."""

    def __init__(self, snapshot: Snapshot, *, quota: int) -> None:
        self._account, self._quota = snapshot.account, quota
        self._policies = {policy.arn: policy for policy in snapshot.policies}
        self._freed: dict[Arn, int] = {}

    def free(self, target: Target) -> None:
        """Note that the principal loses an attachment before any copy comes."""
        self._freed[target.arn] = self._freed.get(target.arn, 0) + 1

    def has_room(self, target: Target) -> bool:
        """Whether one more policy can be attached, before the one that it replaces is detached."""
        return len(target.principal.attached) - self._freed.get(target.arn, 0) < self._quota

    def arn(self, name: str) -> Arn:
        """The ARN of a policy of ours with this name."""
        return Arn(f"arn:{self._account.partition}:iam::{self._account.id}:policy{PATH}{name}")

    def there(self, policy: Arn) -> ManagedPolicy | None:
        """The policy of this ARN; None if the account has none."""
        return self._policies.get(policy)

    def made(self, policy: Arn, text: str, *, description: str) -> tuple[tuple[Step, ...], tuple[Precondition, ...]]:
        """The step that makes a policy of ours, and its precondition; none where it is there and says the same."""
        there = self._policies.get(policy)
        version = None if there is None else there.default_version
        if version is not None and version.policy.text == text:
            return (), (PolicyIs(policy, version.id, digest_of(text), ()),)
        return (CreatePolicy(policy, text, description),), (Absent(policy),)

    def replacement(
        self,
        policy: ManagedPolicy,
        is_live: tuple[Precondition, ...],
        targets: Sequence[Target],
        found: Smaller,
        statements: int,
    ) -> Draft:
        """The change that puts a copy in the place of a policy. Attached before the other is detached."""
        text = found.text or ""
        copy = self.arn(_copy_name(policy.name, text))
        making, absent = self.made(copy, text, description=f"{policy.name} without what is not used")
        swaps = tuple(step for one in targets for step in (Attach(copy, one.arn), Detach(policy.arn, one.arn)))
        arns = tuple(one.arn for one in targets)
        membership = (one for target in targets for one in target.membership())
        return Draft(
            kind=ChangeKind.REPLACE,
            title=f"A copy of {policy.name} for {_whom(targets)} {loses(found.change)}",
            principals=reached(targets),
            steps=(*making, *swaps),
            preconditions=(*is_live, *absent, AttachedTo(policy.arn, arns, exactly=False), *membership),
            method=ProofMethod.COMPARED,
            policy=ref_of(policy),
            targets=arns,
            documents=(found.change,),
            kept=found.shown.kept,
            removed=found.shown.removed,
            checked=statements,
            notes=tuple(_notes(policy)),
        )


def _notes(policy: ManagedPolicy) -> Iterator[str]:
    if policy.is_aws_managed:
        yield "The copy does not follow what AWS adds to its policy later."


def _copy_name(name: str, text: str) -> str:
    digest = sha256(text.encode()).hexdigest()[:_DIGEST]
    return f"{name[: _LONGEST_NAME - _DIGEST - 1]}-{digest}"


def _whom(targets: Sequence[Target]) -> str:
    return targets[0].name if len(targets) == 1 else f"{len(targets):,} principals"


def oldest_other(policy: ManagedPolicy) -> KeptVersion | None:
    """The version that must go before a new one can come: the oldest that is not in force. None where there is room."""
    if len(policy.versions) < MANAGED_VERSIONS:
        return None
    others = (one for one in policy.versions if not one.is_default)
    return next(KeptVersion(one.id, one.policy.text, is_default=False) for one in others)
