"""What a step is to make of the object that it touches, whether that is reached, and how the two differ."""

from datetime import datetime
from typing import Final, TypeVar, assert_never

from msgspec.structs import replace

from leastwise.apply.account import About
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
from leastwise.apply.versions import is_policy_between, is_policy_reached
from leastwise.plan import (
    AddToGroup,
    Attach,
    CreatePolicy,
    CreateVersion,
    DeleteInline,
    DeletePassword,
    DeletePolicy,
    Detach,
    KeptVersion,
    PutInline,
    RemoveFromGroup,
    RestorePolicy,
    RestoreVersion,
    SetKeyStatus,
    Step,
    digest_of,
)
from leastwise.policy import MANAGED_VERSIONS

__all__ = ["is_between", "is_exactly", "is_reached", "said", "target_of", "touched"]

_FIRST: Final = "v1"
_Object = TypeVar("_Object", PolicyState, KeyState)


def touched(step: Step) -> State:  # noqa: PLR0911 - a return for each kind of object
    """The object that the step touches, without what it is: `read_again` tells that."""
    match step:
        case PutInline() | DeleteInline():
            return InlineState(step.principal, step.policy, None)
        case DeletePolicy():
            return PolicyState(step.policy, (), About())
        case CreatePolicy() | RestorePolicy() | CreateVersion() | RestoreVersion():
            return PolicyState(step.policy, ())
        case Attach() | Detach():
            return AttachmentState(step.policy, step.principal, is_attached=False)
        case AddToGroup() | RemoveFromGroup():
            return MembershipState(step.user, step.group, is_member=False)
        case SetKeyStatus():
            return KeyState(step.user, step.created_at, "", is_active=False)
        case DeletePassword():
            return PasswordState(step.user, None)
        case _:
            assert_never(step)


def target_of(step: Step, before: State) -> State:  # noqa: PLR0911 - a return for each kind of step
    """What the step makes of the object that it touches, which is `before` now.

    Raises:
        UnfitError: it does not fit what is there; names the object.
    """
    match step:
        case PutInline():
            return InlineState(step.principal, step.policy, step.document)
        case DeleteInline():
            return InlineState(step.principal, step.policy, None)
        case CreatePolicy() | DeletePolicy() | RestorePolicy() | CreateVersion() | RestoreVersion():
            return _policy_after(step, _of_kind(before, PolicyState))
        case Attach() | Detach():
            return AttachmentState(step.policy, step.principal, is_attached=isinstance(step, Attach))
        case AddToGroup() | RemoveFromGroup():
            return MembershipState(step.user, step.group, is_member=isinstance(step, AddToGroup))
        case SetKeyStatus():
            return _key_after(step, _of_kind(before, KeyState))
        case DeletePassword():
            return PasswordState(step.user, None)
        case _:
            assert_never(step)


def _of_kind(state: State, kind: type[_Object]) -> _Object:
    if not isinstance(state, kind):
        raise TypeError(f"{state.name} is no {kind.__name__}")
    return state


def _key_after(step: SetKeyStatus, before: KeyState) -> KeyState:
    if not before.id:
        raise UnfitError(f"{before.name} is not there, or there are several")
    return replace(before, is_active=step.active)


def _policy_after(
    step: CreatePolicy | DeletePolicy | RestorePolicy | CreateVersion | RestoreVersion, before: PolicyState
) -> PolicyState:
    match step:
        case CreatePolicy():
            made = VersionState(_FIRST, step.document, is_default=True)
            return _made(before, PolicyState(step.policy, (made,), About(step.description)))
        case RestorePolicy():
            return _made(before, PolicyState(step.policy, tuple(map(_version, step.versions))))
        case DeletePolicy():
            return PolicyState(step.policy, ())
        case CreateVersion():
            return _with_new_version(step, before)
        case RestoreVersion():
            return _with_older_version(step, before)
        case _:
            assert_never(step)


def _made(before: PolicyState, wanted: PolicyState) -> PolicyState:
    if before.versions and not is_policy_reached(before, wanted):
        raise UnfitError(f"{before.name} is there already, and says something else")
    return wanted


def _version(kept: KeptVersion) -> VersionState:
    return VersionState(kept.version, kept.document, kept.is_default)


def _with_new_version(step: CreateVersion, before: PolicyState) -> PolicyState:
    _check_default(before)
    others = before.versions
    if step.drops is not None:
        dropped = _other(before, step.drops.version, step.drops.document)
        others = tuple(one for one in others if one is not dropped)
    if len(others) >= MANAGED_VERSIONS:
        raise UnfitError(f"{before.name} has {len(others)} versions, and none of them is to go")
    made = VersionState("", step.document, is_default=True)
    return PolicyState(step.policy, (*(replace(one, is_default=False) for one in others), made))


def _with_older_version(step: RestoreVersion, before: PolicyState) -> PolicyState:
    current, wanted = _check_default(before), _other(before, step.version, step.document)
    versions = [replace(one, is_default=one is wanted) for one in before.versions if one is not current]
    if step.restores is not None:
        versions.append(VersionState("", step.restores.document, is_default=False))
    return PolicyState(step.policy, tuple(versions))


def _check_default(policy: PolicyState) -> VersionState:
    if policy.default is None:
        raise UnfitError(f"{policy.name} is not there")
    return policy.default


def _other(policy: PolicyState, version: str, document: str) -> VersionState:
    """The version of this number and text that is not in force; one that was made again has another number."""
    alike = [one for one in policy.versions if not one.is_default and one.document == document]
    if not alike:
        raise UnfitError(f"{policy.name} has, besides its default version, no {version} that says what it should")
    return next((one for one in alike if one.version == version), alike[-1])


def is_reached(live: State, target: State) -> bool:  # noqa: PLR0911 - a return for each kind of object
    """Whether an object is as it is to be; of a policy, a version may have come back under a new number."""
    match live, target:
        case InlineState(), InlineState():
            return live.document == target.document
        case PolicyState(), PolicyState():
            return is_policy_reached(live, target)
        case AttachmentState(), AttachmentState():
            return live.is_attached is target.is_attached
        case MembershipState(), MembershipState():
            return live.is_member is target.is_member
        case KeyState(), KeyState():
            return (live.id, live.is_active) == (target.id, target.is_active)
        case PasswordState(), PasswordState():
            return live.created_at == target.created_at
        case _:
            return False


def is_exactly(live: State, recorded: State) -> bool:
    """Whether an object is as it was recorded, versions' numbers, description and tags included; dates do not count."""
    if isinstance(live, PolicyState) and isinstance(recorded, PolicyState):
        is_told = None not in (live.about, recorded.about)
        return _undated(live) == _undated(recorded) and (not is_told or live.about == recorded.about)
    return is_reached(live, recorded)


def _undated(policy: PolicyState) -> list[tuple[str, str, bool]]:
    return [(one.version, one.document, one.is_default) for one in policy.versions]


def is_between(live: State, before: State, target: State) -> bool:
    """Whether nobody but us can have made the object what it is, on the way from the one to the other or back."""
    if isinstance(live, PolicyState) and isinstance(before, PolicyState) and isinstance(target, PolicyState):
        return is_policy_between(live, before, target)
    return is_reached(live, before) or is_reached(live, target)


def said(state: State) -> str:
    """What the object is, in a few words."""
    match state:
        case InlineState():
            return "not there" if state.document is None else f"the text {digest_of(state.document)}"
        case PolicyState():
            return _policy_said(state)
        case AttachmentState():
            return "attached" if state.is_attached else "not attached"
        case MembershipState():
            return "a member" if state.is_member else "no member"
        case KeyState():
            return _key_said(state)
        case PasswordState():
            return "not there" if state.created_at is None else f"made at {_moment(state.created_at)}"
        case _:
            assert_never(state)


def _policy_said(state: PolicyState) -> str:
    if state.default is None:
        return "not there"
    numbers = ", ".join(one.version or "a new one" for one in state.versions)
    said = f"versions {numbers}, in force {state.default.version or 'the new one'} {digest_of(state.default.document)}"
    return said if state.about is None else f"{said}, {_about_said(state.about)}"


def _about_said(about: About) -> str:
    tags = ", ".join(f"{tag.key}={tag.value}" for tag in about.tags)
    description = f"the description {about.description!r}" if about.description else "no description"
    return f"{description}, {f'the tags {tags}' if tags else 'no tags'}"


def _key_said(state: KeyState) -> str:
    if not state.id:
        return "not there"
    return "active" if state.is_active else "inactive"


def _moment(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
