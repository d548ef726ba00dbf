"""What a rule keeps, or finds, in S3: where it stands in a large account, and scans that were made elsewhere."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, Protocol

import msgspec
from msgspec import Struct

from leastwise.apply.places import BucketPlace
from leastwise.aws import ConnectionOptions
from leastwise.aws.conditional_writes import BucketDoor, connect_bucket
from leastwise.compliance import ConfigEvent, Continuation
from leastwise.errors import SavedScanError

__all__ = ["Bookmark", "Nowhere", "StateBucket", "fetched_scan", "state_bucket"]

_LEGAL: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")


class Bookmark(Protocol):
    """Keeps where a rule stands, for an invocation that follows one that was killed."""

    async def found(self, event: ConfigEvent) -> Continuation | None:
        """How far earlier invocations for this event came; None for none."""
        ...

    async def keep(self, event: ConfigEvent, reached: Continuation) -> None:
        """Note how far this one came."""
        ...


class Nowhere:
    """Keeps nothing."""

    async def found(self, event: ConfigEvent) -> Continuation | None:
        """None."""

    async def keep(self, event: ConfigEvent, reached: Continuation) -> None:
        """Nothing."""


class _State(Struct, frozen=True):
    """What stands in the object of one rule in one account."""

    event: str
    """Which event it is about: a digest, since the token itself would let anyone put evaluations."""
    reached: Continuation
    """How far it came."""


class StateBucket:
    """Keeps the place in a bucket, one object a rule and account; `state_bucket` opens it."""

    def __init__(self, door: BucketDoor, place: BucketPlace) -> None:
        self._door, self._place = door, place

    async def found(self, event: ConfigEvent) -> Continuation | None:
        """How far earlier invocations for this event came; None for none, and for an object that is not ours.

        Raises:
            AwsError: the object cannot be read.
        """
        stored = await self._door.read(self._key(event))
        if stored is None:
            return None
        try:
            state = msgspec.json.decode(stored.text, type=_State)
        except msgspec.MsgspecError:
            return None
        return state.reached if state.event == _digest(event) else None

    async def keep(self, event: ConfigEvent, reached: Continuation) -> None:
        """Note how far this one came.

        Raises:
            AwsError: the object cannot be written.
        """
        await self._door.put(self._key(event), msgspec.json.encode(_State(_digest(event), reached)))

    def _key(self, event: ConfigEvent) -> str:
        rule = "".join(letter if letter in _LEGAL else "_" for letter in event.rule_name) or "rule"
        return self._place.key(f"{event.account}/{rule}.json")


def _digest(event: ConfigEvent) -> str:
    return sha256(f"{event.result_token} {event.ordered_at.isoformat()}".encode()).hexdigest()


@asynccontextmanager
async def state_bucket(place: BucketPlace | None, options: ConnectionOptions) -> AsyncIterator[Bookmark]:
    """The bucket that keeps the place, for as long as the context lasts; nothing is kept where there is none.

    Raises:
        UsageError: no region, no such region, or an endpoint URL that is none.
    """
    if place is None:
        yield Nowhere()
        return
    async with connect_bucket(options, place.bucket) as door:
        yield StateBucket(door, place)


@asynccontextmanager
async def fetched_scan(place: BucketPlace, options: ConnectionOptions) -> AsyncIterator[Path]:
    """A directory with what `scan --save` wrote and somebody copied to the place, for as long as the context lasts.

    Raises:
        SavedScanError: there is nothing.
        AwsError: it cannot be read.
    """
    async with connect_bucket(options, place.bucket) as door:
        with TemporaryDirectory() as folder:
            base = place.key("")
            keys = [key async for key in door.keys(base)]
            if not keys:
                raise SavedScanError(f"{place} holds no scan", hint=_HINT)
            for key in keys:
                await _fetch(door, key, Path(folder) / key.removeprefix(base))
            yield Path(folder)


_HINT: Final = "`leastwise scan --save DIR` makes one, and `aws s3 sync DIR s3://BUCKET/PREFIX` copies it"


async def _fetch(door: BucketDoor, key: str, path: Path) -> None:
    """Write an object to a file; one that would lie outside of the directory, or is a folder, is left out."""
    if key.endswith("/") or ".." in path.parts:
        return
    stored = await door.read(key)
    if stored is not None:
        await asyncio.to_thread(_write, path, stored.text)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
