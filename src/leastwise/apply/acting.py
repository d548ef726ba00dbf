"""The calls that change an account: the only module of the engine that makes any."""

from typing import assert_never

from msgspec.structs import replace

from leastwise.apply.account import About, Writing
from leastwise.apply.errors import UnfitError
from leastwise.apply.states import (
    AttachmentState,
    InlineState,
    KeyState,
    MembershipState,
    PasswordState,
    PolicyState,
    State,
    VersionState,
)
from leastwise.apply.targets import is_reached
from leastwise.apply.versions import (
    DropPolicy,
    DropVersion,
    MakePolicy,
    MakeVersion,
    PutInForce,
    next_policy_call,
    with_version,
)

__all__ = ["advance"]


async def advance(live: State, target: State, writing: Writing) -> State | None:
    """What one call made of an object on its way to the target; None if it is there and nothing was called.

    What comes back is what the call says it did; whether it did must be read.

    Raises:
        AwsError: the call failed; whether it had an effect must be read.
        UnfitError: nothing can make of the object what it is to be.
    """
    if is_reached(live, target):
        return None
    match target:
        case InlineState():
            await _inline(target, writing)
        case PolicyState():
            return await _policy(live, target, writing)
        case AttachmentState():
            act = writing.attach if target.is_attached else writing.detach
            await act(target.policy, target.principal)
        case MembershipState():
            turn = writing.add_to_group if target.is_member else writing.remove_from_group
            await turn(target.user, target.group)
        case KeyState():
            await _key(live, target, writing)
        case PasswordState():
            await _password(target, writing)
        case _:
            assert_never(target)
    return target


async def _inline(target: InlineState, writing: Writing) -> None:
    if target.document is None:
        await writing.delete_inline(target.principal, target.policy)
    else:
        await writing.put_inline(target.principal, target.policy, target.document)


async def _key(live: State, target: KeyState, writing: Writing) -> None:
    if not isinstance(live, KeyState) or live.id != target.id or not target.id:
        raise UnfitError(f"{target.name} is not there any more")
    await writing.set_key_status(target.user, target.id, active=target.is_active)


async def _password(target: PasswordState, writing: Writing) -> None:
    if target.created_at is not None:
        raise UnfitError(f"{target.name} was deleted, and AWS gives no password back")
    await writing.delete_password(target.user)


async def _policy(live: State, target: PolicyState, writing: Writing) -> PolicyState:
    if not isinstance(live, PolicyState):
        raise TypeError(f"{live.name} is no policy")
    arn, call = target.policy, next_policy_call(live, target)
    match call:
        case MakePolicy():
            await writing.create_policy(arn, call.document, target.about or About())
            return PolicyState(arn, (VersionState("v1", call.document, is_default=True),))
        case MakeVersion():
            number = await writing.create_version(arn, call.document, is_default=call.is_default)
            return with_version(live, VersionState(number, call.document, call.is_default))
        case PutInForce():
            await writing.set_default(arn, call.version)
            versions = tuple(replace(one, is_default=one.version == call.version) for one in live.versions)
            return replace(live, versions=versions)
        case DropVersion():
            await writing.delete_version(arn, call.version)
            return replace(live, versions=tuple(one for one in live.versions if one.version != call.version))
        case DropPolicy():
            await writing.delete_policy(arn)
            return PolicyState(arn, ())
        case None:
            return live
        case _:
            assert_never(call)
