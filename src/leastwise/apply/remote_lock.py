"""One run an account at a time, whatever machine it is started on: a lock in DynamoDB or S3 that says who holds it.

Whether a holder that is silent is dead, nobody here can tell: a lock stays until its own run, or a person, removes it.
"""

import asyncio
import os
import shlex
import socket
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from typing import Final, Protocol
from uuid import uuid4

import msgspec
from msgspec import Struct

from leastwise.apply.errors import LockedError
from leastwise.apply.places import BucketPlace, TablePlace
from leastwise.aws.conditional_writes import StoredText, connect_bucket, connect_table
from leastwise.aws.options import ConnectionOptions
from leastwise.clock import Clock
from leastwise.errors import AwsError, ConnectionFailedError, DeadlineExceededError, ServiceFaultError
from leastwise.policy import AccountId

__all__ = ["LockName", "LockStore", "RemoteHold", "RemoteHolder", "hold_lock", "lock_name", "remote_lock"]

_LOOKS: Final = 5
"""How often a lock that comes and goes, or does not go, is looked at."""
_PAUSE_SECONDS: Final = 0.2
_UNCERTAIN: Final = (ConnectionFailedError, DeadlineExceededError, ServiceFaultError, asyncio.CancelledError)
"""After these nobody knows whether the write took effect."""


class RemoteHolder(Struct, frozen=True):
    """Who holds a lock; this is what the item or the object says."""

    account: str
    """The account that the lock is for."""
    run: str
    """What is done, as the user knows it."""
    host: str
    """On which machine."""
    pid: int
    """The process there."""
    started: datetime
    """Since when."""
    token: str
    """What no other lock says."""

    @classmethod
    def here(cls, account: AccountId, *, run: str, now: datetime) -> "RemoteHolder":
        """This process."""
        return cls(str(account), run, socket.gethostname(), os.getpid(), now, uuid4().hex)

    def __str__(self) -> str:
        since = self.started.isoformat(timespec="seconds").replace("+00:00", "Z")
        return f"process {self.pid} on {self.host} works on account {self.account} since {since} (run {self.run})"


class LockName(Struct, frozen=True):
    """The lock of one account."""

    key: str
    """The item's or the object's key."""
    shown: str
    """What messages call it."""
    breaking: str
    """The command that removes it, whoever holds it."""


class LockStore(Protocol):
    """What keeps locks: a `TableDoor` or a `BucketDoor`."""

    async def put_if_absent(self, key: str, text: str) -> bool:
        """Whether there was none, and this one was written."""
        ...

    async def read(self, key: str) -> StoredText | None:
        """The text; None for none."""
        ...

    async def delete(self, key: str, mark: str) -> bool:
        """Whether the text was still the one that has this mark, and was deleted."""
        ...


class RemoteHold:
    """A lock that is held."""

    def __init__(self, store: LockStore, name: LockName, holder: RemoteHolder, *, clock: Clock) -> None:
        self.holder = holder
        """This run, as others see it."""
        self.trouble = ""
        """Once it is let go: what others should know of it, such as that it could not be; empty for nothing."""
        self._store, self._name, self._clock = store, name, clock
        self._text = msgspec.json.encode(holder).decode()

    async def take(self) -> None:
        """Take the lock, or leave everything as it was.

        Raises:
            LockedError: another run holds it.
            AwsError: it could not be taken.
        """
        try:
            await self._take()
        except _UNCERTAIN as error:
            left = await self._let_go(are_gone_expected=True)
            if left and isinstance(error, AwsError):
                error.hint = f"should the lock be there now, remove it with: {self._name.breaking}"
            raise

    async def _take(self) -> None:
        for _ in range(_LOOKS):
            if await self._store.put_if_absent(self._name.key, self._text):
                return
            found = await self._store.read(self._name.key)
            if found is not None and found.text == self._text:
                return  # the answer to an earlier sending was lost
            if found is not None:
                raise LockedError(f"{self._name.shown}: {_who(found.text)}", hint=self._hint)
            await self._clock.sleep(_PAUSE_SECONDS)
        raise LockedError(f"{self._name.shown}: others take it and let it go all the time", hint="Try again.")

    @property
    def _hint(self) -> str:
        return f"Wait until it has ended; if it is certain that it has, remove the lock with: {self._name.breaking}"

    async def let_go(self) -> None:
        """Remove the lock if it is still this run's; `trouble` says what went wrong."""
        try:
            self.trouble = await self._let_go(are_gone_expected=False)
        except asyncio.CancelledError:
            self.trouble = self._stays("the run was stopped")
            raise

    async def _let_go(self, *, are_gone_expected: bool) -> str:
        """What went wrong; empty for nothing."""
        gone = "" if are_gone_expected else f"{self._name.shown}: somebody removed this run's lock while it ran"
        try:
            for _ in range(_LOOKS):
                found = await self._store.read(self._name.key)
                if found is None:
                    return gone
                if found.text != self._text:
                    return f"{gone}; {_who(found.text)}" if gone else ""
                if await self._store.delete(self._name.key, found.mark):
                    return ""
                gone = ""  # the deletion may have been sent twice, and the first have succeeded
                await self._clock.sleep(_PAUSE_SECONDS)
        except AwsError as error:
            return self._stays(str(error))
        return self._stays("it is there still")

    def _stays(self, why: str) -> str:
        return f"{self._name.shown}: this run's lock may be left ({why}); remove it with: {self._name.breaking}"


def _who(text: str) -> str:
    try:
        return str(msgspec.json.decode(text, type=RemoteHolder))
    except (msgspec.MsgspecError, UnicodeError):
        return "somebody holds it, and it does not say who"


def lock_name(place: TablePlace | BucketPlace, account: AccountId, options: ConnectionOptions) -> LockName:
    """The lock of an account at a place, and how it is removed with the AWS command line."""
    if isinstance(place, TablePlace):
        key = f"leastwise/{account}"
        item = msgspec.json.encode({"LockID": {"S": key}}).decode()
        words = ["dynamodb", "delete-item", "--table-name", place.table, "--key", item]
        shown = f"{place}, item {key}"
    else:
        key, shown = place.key(f"{account}.lock"), place.url(f"{account}.lock")
        words = ["s3", "rm", shown]
    return LockName(key, shown, shlex.join(["aws", *words, *_connecting(options)]))


def _connecting(options: ConnectionOptions) -> list[str]:
    given = {"--profile": options.profile, "--region": options.region, "--endpoint-url": options.endpoint_url}
    return [word for name, value in given.items() if value for word in (name, value)]


@asynccontextmanager
async def hold_lock(
    store: LockStore, name: LockName, holder: RemoteHolder, *, clock: Clock
) -> AsyncIterator[RemoteHold]:
    """Holds a lock until the end of the block, whatever ends it. A run that is killed leaves it.

    Raises:
        LockedError: another run holds it; says which, where, since when, and how to remove it.
        AwsError: it cannot be taken.
    """
    hold = RemoteHold(store, name, holder, clock=clock)
    await hold.take()
    try:
        yield hold
    finally:
        await hold.let_go()


@asynccontextmanager
async def remote_lock(
    place: TablePlace | BucketPlace, account: AccountId, *, run: str, options: ConnectionOptions, clock: Clock
) -> AsyncIterator[RemoteHold]:
    """Holds the lock of an account at a place until the end of the block; `run` is what others are told of it.

    Raises:
        UsageError: no region, no such region, or an endpoint URL that is none.
        LockedError: as `hold_lock`.
        AwsError: it cannot be taken; of the credentials or the way to AWS, too.
    """
    name = lock_name(place, account, options)
    holder = RemoteHolder.here(account, run=run, now=clock.now())
    async with _store(place, options) as store, hold_lock(store, name, holder, clock=clock) as hold:
        yield hold


def _store(place: TablePlace | BucketPlace, options: ConnectionOptions) -> AbstractAsyncContextManager[LockStore]:
    if isinstance(place, TablePlace):
        return connect_table(options, place.table)
    return connect_bucket(options, place.bucket)
