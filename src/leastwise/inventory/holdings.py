"""Which policies a principal holds, its own and its groups', with what each says."""

from collections.abc import Iterator

from msgspec import Struct

from leastwise.inventory.granted import PolicyKind
from leastwise.inventory.model import (
    Attachment,
    Group,
    InlinePolicy,
    ManagedPolicy,
    PolicyText,
    Principal,
    Snapshot,
    User,
)
from leastwise.policy import Arn

__all__ = ["Holding", "Holdings", "holding_of_policy"]


class Holding(Struct, frozen=True):
    """A policy as one principal holds it."""

    policy: str
    """The ARN of a managed policy, or the name of an inline one."""
    name: str
    """Its name."""
    kind: PolicyKind
    """Where it lives."""
    via: str
    """`direct`, or `group:NAME` where a user has it through a group."""
    text: PolicyText
    """What its default version says; without a document, and with a fault, where that is not known."""


class Holdings:
    """The holdings of every principal of a snapshot.

    Nothing that AWS listed is left out: a policy or group that the snapshot lacks is a holding whose text has a fault.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._policies = {policy.arn: policy for policy in snapshot.policies}
        self._groups = {group.name: group for group in snapshot.groups}

    def of(self, principal: Principal) -> tuple[Holding, ...]:
        """What the principal holds: inline, attached, then through each group, in the snapshot's order."""
        return tuple(self._all(principal))

    def _all(self, principal: Principal) -> Iterator[Holding]:
        yield from self._own(principal, "direct")
        if isinstance(principal, User):
            for name in principal.groups:
                yield from self._through(name)

    def _through(self, name: str) -> Iterator[Holding]:
        group = self._groups.get(name)
        via = f"group:{name}"
        if group is None:
            missing = PolicyText("", None, f"the snapshot does not hold the group {name}")
            yield Holding(name, name, PolicyKind.INLINE, via, missing)
        else:
            yield from self._own(group, via)

    def _own(self, principal: Principal | Group, via: str) -> Iterator[Holding]:
        for inline in principal.inline:
            yield _inline(inline, via)
        for attachment in principal.attached:
            yield self._attached(attachment, via)

    def _attached(self, attachment: Attachment, via: str) -> Holding:
        policy = self._policies.get(attachment.arn)
        if policy is not None:
            return holding_of_policy(policy, via)
        missing = PolicyText("", None, "the snapshot does not hold this policy")
        return Holding(attachment.arn, attachment.name, _kind(attachment.arn), via, missing)


def holding_of_policy(policy: ManagedPolicy, via: str = "direct") -> Holding:
    """The managed policy as someone holds it: what its default version says."""
    version = policy.default_version
    text = PolicyText("", None, "AWS listed no default version") if version is None else version.policy
    return Holding(policy.arn, policy.name, _kind(policy.arn), via, text)


def _inline(inline: InlinePolicy, via: str) -> Holding:
    return Holding(inline.name, inline.name, PolicyKind.INLINE, via, inline.policy)


def _kind(arn: Arn) -> PolicyKind:
    return PolicyKind.AWS_MANAGED if arn.account == "aws" else PolicyKind.MANAGED
