"""Objects read whole from the live account."""

from typing import assert_never

from msgspec.structs import replace

from leastwise.apply.account import LivePolicy, Reading
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

__all__ = ["made_version", "read_again"]


async def read_again(state: State, reading: Reading) -> State:
    """The same object as it is now. Of a policy, the texts that `state` knows are not read once more.

    A policy's description and tags are read where `state` has them.

    Raises:
        AwsError: it could not be read.
    """
    match state:
        case InlineState():
            return InlineState(state.principal, state.policy, await reading.inline(state.principal, state.policy))
        case PolicyState():
            return await _policy(state, reading)
        case AttachmentState():
            attached = await reading.attached(state.principal)
            return AttachmentState(state.policy, state.principal, state.policy in attached, attached)
        case MembershipState():
            members = await reading.members(state.group)
            return MembershipState(state.user, state.group, state.user in members, members)
        case KeyState():
            return await _key(state, reading)
        case PasswordState():
            password = await reading.password(state.user)
            return PasswordState(state.user, None if password is None else password.created_at)
        case _:
            assert_never(state)


async def made_version(earlier: State, model: State, reading: Reading) -> PolicyState | None:
    """The policy with the version that our last call made and put in force, if reading that version shows just that.

    One read instead of two: `earlier` and `model` are the policy before and after that call, as it says. None where it
    did something else, or AWS does not show it yet, or shows another text: then the whole is to be read.

    Raises:
        AwsError: it could not be read.
    """
    if not (isinstance(earlier, PolicyState) and isinstance(model, PolicyState)) or not model.versions:
        return None
    *others, made = model.versions
    if not (made.is_default and others) or len(others) != len(earlier.versions):
        return None
    live = await reading.version(model.policy, made.version)
    if live is None or not live.is_default or live.text != made.document:
        return None
    return replace(model, versions=(*others, replace(made, created_at=live.created_at)))


async def _key(state: KeyState, reading: Reading) -> KeyState:
    """The one key made at that moment; none where none or several were."""
    found = [one for one in await reading.keys(state.user) if one.created_at == state.created_at]
    if len(found) != 1:
        return KeyState(state.user, state.created_at, "", is_active=False)
    return KeyState(state.user, state.created_at, found[0].id, found[0].active)


async def _policy(state: PolicyState, reading: Reading) -> PolicyState:
    live = await reading.policy(state.policy)
    if live is None:
        return PolicyState(state.policy, ())
    # What a version says never changes (IAM User Guide, Versioning IAM policies), and a number is given once, unless
    # the whole policy is made again, which its date tells.
    known = {(one.version, one.created_at): one.document for one in state.versions if one.created_at is not None}
    versions = []
    for one in live.versions:
        text = known.get((one.id, one.created_at))
        if one.id == live.default:
            text = live.text
        if text is None:
            text = await _text(live, one.id, reading)
        if text is not None:
            versions.append(VersionState(one.id, text, one.id == live.default, one.created_at))
    about = None if state.about is None else await reading.about(state.policy)
    return PolicyState(state.policy, tuple(versions), about)


async def _text(live: LivePolicy, version: str, reading: Reading) -> str | None:
    """What the version says; None if it went between the two calls."""
    found = await reading.version(live.arn, version)
    return None if found is None else found.text
