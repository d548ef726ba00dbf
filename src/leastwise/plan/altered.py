"""An account to which steps are done one after the other, of which only what changes is made anew."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import TypeVar, assert_never

from msgspec.structs import replace

from leastwise.inventory import (
    Attachment,
    Group,
    InlinePolicy,
    ManagedPolicy,
    PolicyText,
    Principal,
    Relations,
    Role,
    Snapshot,
    User,
)
from leastwise.plan.misfit import misfit
from leastwise.plan.steps import (
    AddToGroup,
    Attach,
    CreatePolicy,
    CreateVersion,
    DeleteInline,
    DeletePassword,
    DeletePolicy,
    Detach,
    PutInline,
    RemoveFromGroup,
    RestorePolicy,
    RestoreVersion,
    SetKeyStatus,
    Step,
)
from leastwise.plan.versions import Maker
from leastwise.policy import Arn

__all__ = ["Altered", "IndexedSnapshot"]

_Kind = TypeVar("_Kind", User, Role, Group)


class IndexedSnapshot:
    """A snapshot with all that is in it by ARN: built in one pass, for as many changes as there are."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        """What it was built of."""
        self.principals: Mapping[Arn, Principal] = {principal.arn: principal for principal in snapshot.principals()}
        """Every user, role and group."""
        self.policies: Mapping[Arn, ManagedPolicy] = {policy.arn: policy for policy in snapshot.policies}
        """Every managed policy."""
        self.relations = Relations(snapshot)
        """Who holds what."""


class Altered:
    """What a snapshot becomes, step by step; the snapshot itself stays. Each step costs what it touches, and no more.

    What is asked for on behalf of a step, and is not there, raises the ValueError that names the step.
    """

    def __init__(self, before: IndexedSnapshot, *, at: datetime, read: Callable[[str], PolicyText]) -> None:
        self._before = before
        self._make = Maker(at, read)
        self._read = read
        self._principals: dict[Arn, Principal] = {}
        self._policies: dict[Arn, ManagedPolicy | None] = {}
        self._holders_more: Counter[Arn] = Counter()

    def snapshot(self) -> Snapshot:
        """The account as it has become."""
        before, changed = self._before.snapshot, self._principals
        return replace(
            before,
            users=tuple(changed.get(user.arn, user) for user in before.users),
            roles=tuple(changed.get(role.arn, role) for role in before.roles),
            groups=tuple(changed.get(group.arn, group) for group in before.groups),
            policies=self._all_policies() if self._policies else before.policies,
        )

    def _all_policies(self) -> tuple[ManagedPolicy, ...]:
        after = {**self._before.policies, **self._policies}
        return tuple(sorted((policy for policy in after.values() if policy is not None), key=lambda policy: policy.arn))

    def principal(self, step: Step, arn: Arn) -> Principal:
        """The principal as it stands now."""
        found = self._principals.get(arn) or self._before.principals.get(arn)
        if found is None:
            raise misfit(step, f"the account has no {arn}")
        return found

    def policy(self, step: Step, arn: Arn) -> ManagedPolicy:
        """The managed policy as it stands now."""
        found = self._policies[arn] if arn in self._policies else self._before.policies.get(arn)
        if found is None:
            raise misfit(step, f"the account has no {arn}")
        return found

    def own_policy(self, step: Step, arn: Arn) -> ManagedPolicy:
        """The same, of a policy that the account itself can change."""
        policy = self.policy(step, arn)
        if policy.is_aws_managed:
            raise misfit(step, f"{arn} belongs to AWS")
        return policy

    def inline(self, step: PutInline | DeleteInline) -> InlinePolicy | None:
        """The inline policy of that name; None if the principal has none."""
        held = self.principal(step, step.principal).inline
        return next((policy for policy in held if policy.name == step.policy), None)

    def do(self, step: Step) -> None:
        """Change what the step changes; raises ValueError for a step that does not fit."""
        match step:
            case PutInline() | DeleteInline():
                self._do_inline(step)
            case CreatePolicy() | RestorePolicy():
                self._add_policy(step)
            case DeletePolicy():
                self._delete_policy(step)
            case CreateVersion():
                self._keep(self._make.with_version(self.own_policy(step, step.policy), step))
            case RestoreVersion():
                self._keep(self._make.with_restored_version(self.own_policy(step, step.policy), step))
            case Attach() | Detach():
                self._do_attachment(step)
            case AddToGroup() | RemoveFromGroup():
                self._do_membership(step)
            case SetKeyStatus() | DeletePassword():
                self._of_kind(step, step.user, User)
            case _:
                assert_never(step)

    def _of_kind(self, step: Step, arn: Arn, kind: type[_Kind]) -> _Kind:
        found = self.principal(step, arn)
        if not isinstance(found, kind):
            raise misfit(step, f"{arn} is no {kind.__name__.lower()}")
        return found

    def _keep(self, policy: ManagedPolicy) -> None:
        self._policies[policy.arn] = policy

    def _do_inline(self, step: PutInline | DeleteInline) -> None:
        holder, found = self.principal(step, step.principal), self.inline(step)
        others = [policy for policy in holder.inline if policy is not found]
        if isinstance(step, PutInline):
            others.append(InlinePolicy(step.policy, self._read(step.document)))
        elif found is None:
            raise misfit(step, f"{holder.arn} has no inline policy {step.policy}")
        inline = tuple(sorted(others, key=lambda policy: policy.name))
        self._principals[holder.arn] = replace(holder, inline=inline)

    def _add_policy(self, step: CreatePolicy | RestorePolicy) -> None:
        arn, account = step.policy, self._before.snapshot.account.id
        if arn.account != account or arn.kind != "policy":
            raise misfit(step, f"{arn} is no policy of account {account}")
        if self._policies.get(arn, self._before.policies.get(arn)) is not None:
            raise misfit(step, f"{arn} is there already")
        self._keep(self._make.created(step) if isinstance(step, CreatePolicy) else self._make.restored(step))

    def _delete_policy(self, step: DeletePolicy) -> None:
        policy, relations = self.own_policy(step, step.policy), self._before.relations
        holders = len(relations.attached_to.get(policy.arn, ())) + self._holders_more[policy.arn]
        if holders or policy.attachment_count:
            raise misfit(step, f"{policy.arn} is still attached to someone")
        if policy.boundary_usage_count or policy.arn in relations.boundary_of:
            raise misfit(step, f"{policy.arn} is someone's permissions boundary")
        self._policies[policy.arn] = None

    def _do_attachment(self, step: Attach | Detach) -> None:
        policy, holder = self.policy(step, step.policy), self.principal(step, step.principal)
        attached = [held for held in holder.attached if held.arn != policy.arn]
        is_held = len(attached) < len(holder.attached)
        if isinstance(step, Attach):
            attached.append(Attachment(policy.arn, policy.name))
        if is_held is isinstance(step, Attach):
            raise misfit(step, f"{policy.arn} is {'already' if is_held else 'not'} attached to {holder.arn}")
        self._principals[holder.arn] = replace(holder, attached=_by_arn(attached))
        self._count(policy, more=-1 if is_held else 1)

    def _count(self, policy: ManagedPolicy, *, more: int) -> None:
        self._holders_more[policy.arn] += more
        # A plain file may carry no counts, which then are 0 whatever is attached.
        self._keep(replace(policy, attachment_count=max(policy.attachment_count + more, 0)))

    def _do_membership(self, step: AddToGroup | RemoveFromGroup) -> None:
        user, group = self._of_kind(step, step.user, User), self._of_kind(step, step.group, Group)
        is_member = group.name in user.groups
        if is_member is isinstance(step, AddToGroup):
            raise misfit(step, f"{user.arn} is {'already' if is_member else 'not'} in {group.arn}")
        groups = {*user.groups} ^ {group.name}
        self._principals[user.arn] = replace(user, groups=tuple(sorted(groups)))


def _by_arn(attached: Iterable[Attachment]) -> tuple[Attachment, ...]:
    return tuple(sorted(attached, key=lambda held: held.arn))
