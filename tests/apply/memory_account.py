"""A live account in memory: a snapshot that changes call by call, and fails, crashes, lags or drifts where told."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from datetime import datetime
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from inventory_samples import text_of
from leastwise.apply import About, LiveKey, LivePassword, LivePolicy, LiveText, LiveVersion
from leastwise.clock import Clock
from leastwise.errors import AlreadyExistsError, AwsError, DeleteConflictError, LimitExceededError, NoSuchEntityError
from leastwise.inventory import ManagedPolicy, PolicyVersion, Principal, Role, Snapshot, User
from leastwise.plan import (
    AddToGroup,
    Attach,
    CreatePolicy,
    DeleteInline,
    DeletePolicy,
    Detach,
    PutInline,
    RemoveFromGroup,
    Step,
    applied,
)
from leastwise.policy import Arn

__all__ = ["Crash", "Distant", "Fault", "MemoryAccount", "World"]

_MOST_VERSIONS: Final = 5


class Crash(BaseException):
    """The process is killed."""


class Fault(Struct, frozen=True):
    """What happens at a call."""

    error: BaseException
    """What is raised."""
    is_after: bool = False
    """Whether the call takes effect first."""


class World(Struct, frozen=True):
    """All that there is at one moment."""

    snapshot: Snapshot
    keys: Mapping[Arn, tuple[LiveKey, ...]] = {}
    passwords: Mapping[Arn, LivePassword] = {}
    signed_in: Mapping[Arn, datetime] = {}
    """When each user last signed in."""
    about: Mapping[Arn, About] = {}
    """Each policy's description and tags, where it has any."""
    used: Mapping[str, datetime] = {}
    """When each key was last used."""


class MemoryAccount:
    """A LiveAccount; every call has a number, from 1, whether it reads or writes."""

    def __init__(self, world: World, clock: Clock, *, stale_seconds: float = 0.0) -> None:
        self._clock, self._stale_seconds = clock, stale_seconds
        self._past: list[tuple[float, World]] = [(float("-inf"), world)]
        self._numbers = {one.arn: _highest(one) for one in world.snapshot.policies}
        self.faults: dict[int, Fault] = {}
        """What happens at which call."""
        self.lost: set[int] = set()
        """The changing calls that are answered as if they had been carried out, and are not."""
        self.on_call: Callable[[int, str], None] = lambda _number, _name: None
        """Told of each call before it is made."""
        self.calls: list[str] = []
        """The names of the calls, in order."""
        self.writes: list[str] = []
        """The changing calls that took effect, with what they were about."""

    @property
    def world(self) -> World:
        """What is really there."""
        return self._past[-1][1]

    @property
    def snapshot(self) -> Snapshot:
        """The same, without credentials."""
        return self.world.snapshot

    def drift(self, *steps: Step) -> None:
        """Somebody else does these."""
        self._become(snapshot=applied(self.snapshot, steps, at=self._clock.now()))
        for one in self.snapshot.policies:
            self._numbers[one.arn] = max(self._numbers.get(one.arn, 0), _highest(one))

    def _become(self, **parts: object) -> None:
        self._past.append((self._clock.monotonic(), replace(self.world, **parts)))

    def _seen(self, name: str) -> World:
        """What a reading call sees: the world of so many seconds ago."""
        self._called(name, is_after=False)
        self._called(name, is_after=True, counted=False)
        latest = self._clock.monotonic() - self._stale_seconds
        return next(world for at, world in reversed(self._past) if at <= latest)

    def _called(self, name: str, *, is_after: bool, counted: bool = True) -> None:
        if counted:
            self.calls.append(name)
            self.on_call(len(self.calls), name)
        fault = self.faults.get(len(self.calls))
        if fault is not None and fault.is_after is is_after:
            raise fault.error

    # What reads.

    async def inline(self, principal: Arn, name: str) -> str | None:
        held = _principal(self._seen("inline"), principal)
        return next((one.policy.text for one in held.inline if one.name == name), None) if held else None

    async def inline_names(self, principal: Arn) -> tuple[str, ...]:
        held = _principal(self._seen("inline_names"), principal)
        return tuple(sorted(one.name for one in held.inline)) if held else ()

    async def attached(self, principal: Arn) -> tuple[Arn, ...]:
        held = _principal(self._seen("attached"), principal)
        return tuple(sorted(one.arn for one in held.attached)) if held else ()

    async def policy(self, policy: Arn) -> LivePolicy | None:
        found = _policy(self._seen("policy"), policy)
        if found is None or found.default_version is None:
            return None
        versions = tuple(LiveVersion(one.id, one.created_at) for one in found.versions)
        return LivePolicy(policy, found.default_version.id, found.default_version.policy.text, versions)

    async def about(self, policy: Arn) -> About | None:
        seen = self._seen("about")
        return None if _policy(seen, policy) is None else seen.about.get(policy, About())

    async def version(self, policy: Arn, version: str) -> LiveText | None:
        found = _policy(self._seen("version"), policy)
        versions = () if found is None else found.versions
        return next(
            (LiveText(one.policy.text, one.is_default, one.created_at) for one in versions if one.id == version), None
        )

    async def holders(self, policy: Arn) -> tuple[Arn, ...]:
        return _holders(self._seen("holders"), policy)

    async def bounded(self, policy: Arn) -> tuple[Arn, ...]:
        return _bounded(self._seen("bounded"), policy)

    async def used_by(self, policy: Arn) -> tuple[Arn, ...]:
        seen = self._seen("used_by")
        return tuple(sorted({*_holders(seen, policy), *_bounded(seen, policy)}))

    async def members(self, group: Arn) -> tuple[Arn, ...]:
        users = self._seen("members").snapshot.users
        return tuple(sorted(one.arn for one in users if group.name in one.groups))

    async def keys(self, user: Arn) -> tuple[LiveKey, ...]:
        return self._seen("keys").keys.get(user, ())

    async def key_last_used(self, key: str) -> datetime | None:
        return self._seen("key_last_used").used.get(key)

    async def password(self, user: Arn) -> LivePassword | None:
        return self._seen("password").passwords.get(user)

    async def password_last_used(self, user: Arn) -> datetime | None:
        return self._seen("password_last_used").signed_in.get(user)

    # What writes.

    def _write(self, what: str, change: Callable[[], None]) -> None:
        name = what.partition(" ")[0]
        self._called(name, is_after=False)
        if len(self.calls) not in self.lost:
            change()
            self.writes.append(what)
        self._called(name, is_after=True, counted=False)

    def _do(self, step: Step, refusal: type[AwsError]) -> Callable[[], None]:
        def change() -> None:
            try:
                self.drift(step)
            except ValueError as misfit:
                raise refusal(str(misfit)) from misfit

        return change

    async def put_inline(self, principal: Arn, name: str, text: str) -> None:
        step = PutInline(principal, name, text)
        self._write(f"put_inline {principal} {name} {text}", self._do(step, NoSuchEntityError))

    async def delete_inline(self, principal: Arn, name: str) -> None:
        step = DeleteInline(principal, name)
        self._write(f"delete_inline {principal} {name}", self._do(step, NoSuchEntityError))

    async def create_policy(self, policy: Arn, text: str, about: About) -> None:
        def change() -> None:
            self._do(CreatePolicy(policy, text, about.description), AlreadyExistsError)()
            if about != About():
                self._become(about={**self.world.about, policy: about})

        self._write(f"create_policy {policy}", change)

    async def delete_policy(self, policy: Arn) -> None:
        def change() -> None:
            found = self._there(policy)
            if len(found.versions) > 1:
                raise DeleteConflictError(f"{policy} has more than one version")
            self._do(DeletePolicy(policy), DeleteConflictError)()
            del self._numbers[policy]
            self._become(about={arn: about for arn, about in self.world.about.items() if arn != policy})

        self._write(f"delete_policy {policy}", change)

    async def create_version(self, policy: Arn, text: str, *, is_default: bool) -> str:
        number = f"v{self._numbers.get(policy, 0) + 1}"

        def change() -> None:
            found = self._there(policy)
            if len(found.versions) >= _MOST_VERSIONS:
                raise LimitExceededError(f"{policy} has five versions")
            self._numbers[policy] += 1
            others = tuple(replace(one, is_default=one.is_default and not is_default) for one in found.versions)
            made = PolicyVersion(number, self._clock.now(), is_default, text_of(text))
            self._keep(replace(found, versions=(*others, made)))

        self._write(f"create_version {policy} {number}", change)
        return number

    async def set_default(self, policy: Arn, version: str) -> None:
        def change() -> None:
            found = self._there(policy)
            _check_version(found, version)
            versions = tuple(replace(one, is_default=one.id == version) for one in found.versions)
            self._keep(replace(found, versions=versions))

        self._write(f"set_default {policy} {version}", change)

    async def delete_version(self, policy: Arn, version: str) -> None:
        def change() -> None:
            found = self._there(policy)
            if _check_version(found, version).is_default:
                raise DeleteConflictError(f"{version} of {policy} is in force")
            self._keep(replace(found, versions=tuple(one for one in found.versions if one.id != version)))

        self._write(f"delete_version {policy} {version}", change)

    async def attach(self, policy: Arn, principal: Arn) -> None:
        def change() -> None:
            self._there(policy)
            if policy not in (one.arn for one in _holder(self.world, principal).attached):
                self._do(Attach(policy, principal), NoSuchEntityError)()

        self._write(f"attach {policy} {principal}", change)

    async def detach(self, policy: Arn, principal: Arn) -> None:
        self._write(f"detach {policy} {principal}", self._do(Detach(policy, principal), NoSuchEntityError))

    async def add_to_group(self, user: Arn, group: Arn) -> None:
        def change() -> None:
            holder = _holder(self.world, user)
            if isinstance(holder, User) and group.name not in holder.groups:
                self._do(AddToGroup(user, group), NoSuchEntityError)()

        self._write(f"add_to_group {user} {group}", change)

    async def remove_from_group(self, user: Arn, group: Arn) -> None:
        self._write(f"remove_from_group {user} {group}", self._do(RemoveFromGroup(user, group), NoSuchEntityError))

    async def set_key_status(self, user: Arn, key: str, *, active: bool) -> None:
        def change() -> None:
            keys = self.world.keys.get(user, ())
            if key not in (one.id for one in keys):
                raise NoSuchEntityError(f"{user} has no key {key}")
            changed = tuple(replace(one, active=active) if one.id == key else one for one in keys)
            self._become(keys={**self.world.keys, user: changed})

        self._write(f"set_key_status {user} {key} {active}", change)

    async def delete_password(self, user: Arn) -> None:
        def change() -> None:
            if user not in self.world.passwords:
                raise NoSuchEntityError(f"{user} has no password")
            others = {one: password for one, password in self.world.passwords.items() if one != user}
            self._become(passwords=others)

        self._write(f"delete_password {user}", change)

    def _there(self, policy: Arn) -> ManagedPolicy:
        found = _policy(self.world, policy)
        if found is None:
            raise NoSuchEntityError(f"there is no {policy}")
        return found

    def _keep(self, policy: ManagedPolicy) -> None:
        policies = tuple(policy if one.arn == policy.arn else one for one in self.snapshot.policies)
        self._become(snapshot=replace(self.snapshot, policies=policies))


class Distant:
    """The same account, whose every call takes so long: half of it on the way there, half on the way back."""

    def __init__(self, account: MemoryAccount, seconds: float) -> None:
        self._account, self._half = account, seconds / 2

    def __getattr__(self, name: str) -> Callable[..., Coroutine[Any, Any, Any]]:
        call = getattr(self._account, name)

        async def over_there(*arguments: object, **more: object) -> object:
            await asyncio.sleep(self._half)
            found = await call(*arguments, **more)
            await asyncio.sleep(self._half)
            return found

        over_there.__name__ = name
        return over_there


def _principal(world: World, wanted: Arn) -> Principal | None:
    return next((one for one in world.snapshot.principals() if one.arn == wanted), None)


def _holders(world: World, policy: Arn) -> tuple[Arn, ...]:
    principals = world.snapshot.principals()
    return tuple(sorted(one.arn for one in principals if any(held.arn == policy for held in one.attached)))


def _bounded(world: World, policy: Arn) -> tuple[Arn, ...]:
    holders: list[User | Role] = [*world.snapshot.users, *world.snapshot.roles]
    return tuple(sorted(one.arn for one in holders if one.boundary == policy))


def _holder(world: World, wanted: Arn) -> Principal:
    found = _principal(world, wanted)
    if found is None:
        raise NoSuchEntityError(f"there is no {wanted}")
    return found


def _policy(world: World, wanted: Arn) -> ManagedPolicy | None:
    return next((one for one in world.snapshot.policies if one.arn == wanted), None)


def _check_version(policy: ManagedPolicy, version: str) -> PolicyVersion:
    found = next((one for one in policy.versions if one.id == version), None)
    if found is None:
        raise NoSuchEntityError(f"{policy.arn} has no {version}")
    return found


def _highest(policy: ManagedPolicy) -> int:
    return max((int(one.id[1:]) for one in policy.versions), default=0)
