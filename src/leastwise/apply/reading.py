"""Objects read whole from the live account."""

from typing import assert_never

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

__all__ = ["read_again"]


async def read_again(state: State, reading: Reading) -> State:
    """The same object as it is now. Of a policy, the texts that `state` knows are not read once more.

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
    return PolicyState(state.policy, tuple(versions))


async def _text(live: LivePolicy, version: str, reading: Reading) -> str | None:
    """What the version says; None if it went between the two calls."""
    return await reading.version_text(live.arn, version)
