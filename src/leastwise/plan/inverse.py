"""What puts back what steps change."""

from collections.abc import Iterable
from typing import assert_never

from msgspec.structs import replace

from leastwise.inventory import PolicyText, Snapshot
from leastwise.plan.altered import Altered, IndexedSnapshot
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
from leastwise.plan.versions import default_of, kept, next_version

__all__ = ["inverse_of"]


def inverse_of(steps: Iterable[Step], snapshot: Snapshot | IndexedSnapshot) -> tuple[Step, ...]:
    """The steps that make of the account after the steps the account before them, in reverse order.

    Empty where one of the steps cannot be undone: a deleted password. All else comes back, but for this:

    - a version that was deleted, to make room or by a RestoreVersion, gets a new number and a new date;
    - a policy that was deleted gets a new id and new dates, and keeps the numbers of its versions and the default;
    - a policy that got a version has the date of its newest version as its date of change, also where a newer one had
      been deleted before.

    A key is taken to have been what SetKeyStatus does not make it, since a snapshot holds no keys. Linear in the steps;
    a snapshot that is not indexed costs one pass besides.

    Raises:
        ValueError: a step does not fit what is there then; names step and object.
    """
    before = snapshot if isinstance(snapshot, IndexedSnapshot) else IndexedSnapshot(snapshot)
    altered = Altered(before, at=before.snapshot.taken_at, read=_unread)
    found: list[Step | None] = []
    for step in steps:
        found.append(_undoing(step, altered))
        altered.do(step)
    undoing = tuple(step for step in reversed(found) if step is not None)
    return undoing if len(undoing) == len(found) else ()


def _unread(text: str) -> PolicyText:
    """The text alone: what it means does not matter for putting it back."""
    return PolicyText(text, None, "not looked at")


def _undoing(step: Step, altered: Altered) -> Step | None:
    """What undoes the step, which is yet to be done; None if nothing does."""
    undoing: Step | None
    match step:
        case PutInline() | DeleteInline():
            undoing = _undoing_inline(step, altered)
        case CreatePolicy() | RestorePolicy():
            undoing = DeletePolicy(step.policy)
        case DeletePolicy():
            policy = altered.policy(step, step.policy)
            undoing = RestorePolicy(policy.arn, policy.created_at, tuple(map(kept, policy.versions)))
        case CreateVersion() | RestoreVersion():
            undoing = _undoing_version(step, altered)
        case Attach() | Detach() | AddToGroup() | RemoveFromGroup() | SetKeyStatus():
            undoing = _turned(step)
        case DeletePassword():
            undoing = None
        case _:
            assert_never(step)
    return undoing


def _undoing_inline(step: PutInline | DeleteInline, altered: Altered) -> Step:
    found = altered.inline(step)
    if found is None:
        return DeleteInline(step.principal, step.policy)
    return PutInline(step.principal, step.policy, found.policy.text)


def _undoing_version(step: CreateVersion | RestoreVersion, altered: Altered) -> Step:
    policy = altered.policy(step, step.policy)
    current = default_of(policy, step)
    if isinstance(step, CreateVersion):
        return RestoreVersion(policy.arn, current.id, current.policy.text, restores=step.drops)
    made = None if step.restores is None else replace(step.restores, version=next_version(policy))
    return CreateVersion(policy.arn, current.policy.text, drops=made)


def _turned(step: Attach | Detach | AddToGroup | RemoveFromGroup | SetKeyStatus) -> Step:
    """The step the other way round."""
    match step:
        case Attach():
            return Detach(step.policy, step.principal)
        case Detach():
            return Attach(step.policy, step.principal)
        case AddToGroup():
            return RemoveFromGroup(step.user, step.group)
        case RemoveFromGroup():
            return AddToGroup(step.user, step.group)
        case SetKeyStatus():
            return replace(step, active=not step.active)
        case _:
            assert_never(step)
