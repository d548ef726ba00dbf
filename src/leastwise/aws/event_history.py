"""CloudTrail's event history: the management events of the last 90 days in one region, without a trail."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial
from random import Random
from typing import Final

import msgspec
from msgspec import UNSET, Struct, UnsetType

from leastwise.aws.answer_json import read_json
from leastwise.aws.caller import Caller
from leastwise.aws.options import ConnectionOptions
from leastwise.aws.paging import follow_pages
from leastwise.aws.slow_service import slow_caller
from leastwise.aws.wire import Call
from leastwise.clock import Clock

__all__ = ["EventHistoryDoor", "EventPage", "EventRecord", "connect_event_history", "read_event_page"]

_SERVICE: Final = "cloudtrail"
_TARGET: Final = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents"
"""What the protocol, AWS JSON 1.1, calls the operation (botocore's model of cloudtrail 2013-11-01)."""
_PER_SECOND: Final = 2.0
"""Calls a second that AWS allows in a region of an account (CloudTrail API Reference, LookupEvents)."""


class EventRecord(Struct, frozen=True, rename="pascal"):
    """One event."""

    event_id: str = ""
    """Its unique id."""
    event_time: float = 0.0
    """When, in seconds since 1970."""
    cloud_trail_event: str = ""
    """The whole record, as JSON text."""


class EventPage(Struct, frozen=True, rename="pascal"):
    """One answer of LookupEvents."""

    events: tuple[EventRecord, ...] = ()
    """Its events, newest first."""
    next_token: str | None = None
    """AWS's name of the marker."""

    @property
    def marker(self) -> str | None:
        """Where the next page begins; None on the last."""
        return self.next_token or None

    @property
    def is_truncated(self) -> bool:
        """Whether more follow."""
        return self.marker is not None


class _Lookup(Struct, frozen=True, rename="pascal"):
    start_time: float
    end_time: float
    next_token: str | UnsetType = UNSET


class EventHistoryDoor:
    """The event history of one region; `connect_event_history` opens it."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def lookup_events(self, start: datetime, end: datetime) -> AsyncIterator[EventPage]:
        """The events of a time, both ends included, newest first, in pages of at most 50; two pages a second.

        All events are read, since no attribute of LookupEvents selects those that failed. None selects a role either:
        `Username` is the name of a session where it is not a user.

        Raises:
            AwsError: the narrow one for what went wrong.
        """
        call = Call(service=_SERVICE, operation="LookupEvents", path="/", target=_TARGET)

        async def fetch(marker: str | None) -> EventPage:
            asked = _Lookup(start.timestamp(), end.timestamp(), UNSET if marker is None else marker)
            body = msgspec.json.encode(asked)
            return await self._caller.call(msgspec.structs.replace(call, json=body), read_event_page)

        async for page in follow_pages(fetch, refuse=partial(self._caller.response_error, call)):
            yield page


def read_event_page(body: bytes) -> EventPage:
    """What LookupEvents answered.

    Raises:
        MalformedAnswerError: the answer is not as AWS documents it.
    """
    return read_json(body, EventPage)


@asynccontextmanager
async def connect_event_history(
    options: ConnectionOptions, *, clock: Clock, random: Random | None = None
) -> AsyncIterator[EventHistoryDoor]:
    """The event history in the region of the options, or of the environment or the profile, while the context lasts.

    Makes no call by itself; raises as `slow_caller`.
    """
    async with slow_caller(options, _SERVICE, clock=clock, random=random, rates=(_PER_SECOND, _PER_SECOND)) as caller:
        yield EventHistoryDoor(caller)
