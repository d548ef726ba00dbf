"""Runs on an account in memory, in virtual time, and what is compared after them."""

import asyncio
import tempfile
from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TypeVar, cast

from hypothesis import strategies as st
from msgspec.structs import replace

from apply.memory_account import Distant, MemoryAccount, World
from findings.estate import Estate, ago
from inventory_samples import days_ago
from leastwise.apply import (
    About,
    ApplyOptions,
    Intent,
    Journal,
    LiveAccount,
    LiveKey,
    LivePassword,
    NoProgress,
    Outcome,
    RollBackOptions,
    RolledBack,
    Tag,
    Waiting,
    apply_plan,
    read_journal,
    roll_back,
)
from leastwise.inventory import Group, ManagedPolicy, Role, Snapshot, User
from leastwise.plan import Change, Plan, Precondition, Step, sealed
from plan.accounts import drawn
from plan.plans import whole_plan
from virtual_time import VirtualClock, run_virtually

__all__ = [
    "KEY_MADE",
    "Bench",
    "bench",
    "change_of",
    "drawn_plans",
    "plan_of_changes",
    "settled",
    "virtually",
    "world_of",
    "world_of_estate",
]

_Result = TypeVar("_Result")
_Principal = TypeVar("_Principal", User, Role, Group)
_TEMPLATE: Final = whole_plan()
_SOME_TIME: Final = datetime(2000, 1, 1, tzinfo=UTC)
KEY_MADE: Final = days_ago(100)
"""When the keys of the drawn steps were made."""


def virtually(work: Callable[[], Coroutine[Any, Any, _Result]]) -> _Result:
    return run_virtually(work())


def world_of(snapshot: Snapshot) -> World:
    """The account with an active key and a password for each user."""
    users = [user.arn for user in snapshot.users]
    return World(
        snapshot,
        keys={user: (LiveKey(f"AKIA{user.name}", KEY_MADE, active=True),) for user in users},
        passwords={user: LivePassword(days_ago(900)) for user in users},
        about={one.arn: About(f"what {one.name} is for", (Tag("owner", "ann"),)) for one in snapshot.policies},
    )


def world_of_estate(estate: Estate) -> World:
    """The account with the keys and passwords that its credential report shows."""
    keys = {
        estate.arn(f"user/{name}"): tuple(
            LiveKey(f"AKIA{name}{key.number}", ago(key.age), active=key.active) for key in user.keys
        )
        for name, user in estate.users.items()
    }
    used = {
        f"AKIA{name}{key.number}": ago(key.used)
        for name, user in estate.users.items()
        for key in user.keys
        if key.used is not None
    }
    return World(estate.snapshot(), keys=keys, used=used)


class Bench:
    """An account, and runs on it whose journals lie in one directory."""

    def __init__(
        self, directory: Path, account: MemoryAccount, *, waiting: Waiting | None = None, away_seconds: float = 0.0
    ) -> None:
        self.directory, self.account = directory, account
        self._reached = cast("LiveAccount", Distant(account, away_seconds)) if away_seconds else account
        self._waiting = waiting or Waiting()

    def path(self, run: str) -> Path:
        return self.directory / f"{run}.jsonl"

    def _opened(self, run: str) -> Journal:
        path = self.path(run)
        return Journal.resume(path) if path.exists() else Journal.create(path)

    async def apply(
        self, plan: Plan, options: ApplyOptions | None = None, *, run: str = "run", stop: asyncio.Event | None = None
    ) -> tuple[Outcome, ...]:
        chosen = replace(options or ApplyOptions(), waiting=self._waiting)
        with self._opened(run) as journal:
            return await apply_plan(
                plan,
                self._reached,
                journal=journal,
                clock=VirtualClock(),
                options=chosen,
                stop=stop or asyncio.Event(),
                progress=NoProgress(),
            )

    async def roll_back(
        self, options: RollBackOptions | None = None, *, of: str = "run", run: str = "back"
    ) -> RolledBack:
        with self._opened(run) as journal:
            return await roll_back(
                read_journal(self.path(of)),
                self._reached,
                journal=journal,
                clock=VirtualClock(),
                options=replace(options or RollBackOptions(), waiting=self._waiting),
                stop=asyncio.Event(),
                progress=NoProgress(),
            )

    def intents(self, run: str = "run") -> list[Intent]:
        return [entry for entry in read_journal(self.path(run)).entries if isinstance(entry, Intent)]


@contextmanager
def bench(
    world: World | Snapshot,
    *,
    stale_seconds: float = 0.0,
    waiting: Waiting | None = None,
    away_seconds: float = 0.0,
) -> Iterator[Bench]:
    """A bench in a directory of its own; to be used within a virtual loop."""
    whole = world if isinstance(world, World) else world_of(world)
    with tempfile.TemporaryDirectory() as directory:
        account = MemoryAccount(whole, VirtualClock(), stale_seconds=stale_seconds)
        yield Bench(Path(directory), account, waiting=waiting, away_seconds=away_seconds)


def change_of(name: str, *steps: Step, preconditions: Iterable[Precondition] = ()) -> Change:
    """A change of these steps."""
    (template,) = _TEMPLATE.changes
    return replace(template, id=name, steps=steps, preconditions=tuple(preconditions), inverse=())


def plan_of_changes(*changes: Change) -> Plan:
    """A plan of these changes."""
    return sealed(replace(_TEMPLATE, changes=changes))


@st.composite
def drawn_plans(draw: st.DrawFn) -> tuple[Snapshot, Plan]:
    """An account, and a plan of changes of one to three steps of every kind that fit it one after the other."""
    snapshot, steps = draw(drawn())
    return snapshot, plan_of_changes(*_in_changes(steps, draw(st.integers(1, 3))))


def _in_changes(steps: Sequence[Step], size: int) -> Iterator[Change]:
    for place in range(0, len(steps), size):
        yield change_of(f"change-{place}", *steps[place : place + size])


def settled(world: World | Snapshot, *, numbered: bool = False) -> World:
    """What there is, without dates, ids and AWS's counts; and without the numbers of versions, unless wanted."""
    whole = world if isinstance(world, World) else world_of(world)
    snapshot = whole.snapshot
    policies = sorted((_settled(policy, numbered=numbered) for policy in snapshot.policies), key=lambda one: one.arn)
    return replace(
        whole,
        snapshot=replace(
            snapshot,
            users=tuple(map(_ordered, snapshot.users)),
            roles=tuple(map(_ordered, snapshot.roles)),
            groups=tuple(map(_ordered, snapshot.groups)),
            policies=tuple(policies),
        ),
    )


def _ordered(principal: _Principal) -> _Principal:
    return replace(principal, attached=tuple(sorted(principal.attached, key=lambda one: one.arn)))


def _settled(policy: ManagedPolicy, *, numbered: bool) -> ManagedPolicy:
    versions = [
        replace(one, created_at=_SOME_TIME, id=one.id if numbered else "", is_default=one.is_default)
        for one in policy.versions
    ]
    versions.sort(key=lambda one: (one.id, one.policy.text, one.is_default))
    return replace(
        policy, id="", created_at=_SOME_TIME, updated_at=_SOME_TIME, attachment_count=0, versions=tuple(versions)
    )
