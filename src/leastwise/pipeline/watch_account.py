"""Watching an account by CloudTrail's event history, which needs no trail."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

from msgspec.structs import replace

from leastwise.aws import ConnectionOptions, EventPage, connect, connect_event_history
from leastwise.clock import Clock
from leastwise.errors import AwsError, LeastwiseError, UsageError
from leastwise.pipeline.watch import WatchRequest, watched
from leastwise.plan import Plan
from leastwise.report.watch import WatchReport
from leastwise.trail import TrailFault, TrailReading, joined, read_events

__all__ = ["EventHistory", "read_history", "watch_account"]

_AGE: Final = timedelta(days=90)
"""How far the event history goes back (CloudTrail API Reference, LookupEvents)."""
_DATA_NOTE: Final = (
    "CloudTrail's event history holds management events only: a denied data call, such as s3:GetObject or "
    "sqs:SendMessage, is seen only in the files of a trail that records data events."
)
_LATE_NOTE: Final = "An event can take some minutes until it is in the event history."
_REGION_NOTE: Final = (
    "Looked at: {regions}, and no other region. Events of IAM and of other global services are in us-east-1 "
    "(cn-north-1 in China, us-gov-west-1 in GovCloud)."
)
_TOO_OLD_NOTE: Final = "The event history goes back 90 days; the first change was carried out before that."


class EventHistory(Protocol):
    """What of CloudTrail this needs."""

    def lookup_events(self, start: datetime, end: datetime) -> AsyncIterator[EventPage]:
        """The events of a time, newest first."""
        ...


async def watch_account(plan: Plan, request: WatchRequest, options: ConnectionOptions, *, clock: Clock) -> WatchReport:
    """What `watched` says of CloudTrail's event history, from the first change on.

    It costs nothing but time: 100 events a second and region, since AWS allows two calls of 50 events a second and has
    no filter for errors nor for roles, so that all events of the time are read. A region that cannot be read is told in
    the report, with what was read of it before.

    Raises:
        UsageError: the credentials are for another account than the plan; no region is configured.
        AwsError: there are no credentials, or it cannot be known for which account they are.
    """
    if not request.carried_out:
        return watched(plan, TrailReading(), request)
    await _check_account(plan, options, clock)
    first, now = min(request.carried_out.values()).replace(microsecond=0), clock.now()
    start = max(first, now - _AGE)
    places = request.regions or (options.region,)
    readings = await _read_regions(places, options, start=start, end=now, most=request.most_events, clock=clock)
    notes = [_DATA_NOTE, _LATE_NOTE, _REGION_NOTE.format(regions=", ".join(map(_place, places)))]
    if start > first:
        notes.append(_TOO_OLD_NOTE)
    return watched(plan, joined(readings), request, notes=tuple(notes))


async def _check_account(plan: Plan, options: ConnectionOptions, clock: Clock) -> None:
    async with connect(options, clock=clock) as door:
        identity = await door.caller_identity()
    if identity.account != plan.account.id:
        raise UsageError(
            f"the plan is for account {plan.account.id}, and the credentials are for {identity.account}",
            hint="use credentials of the plan's account",
        )


def _place(region: str | None) -> str:
    return "the configured region" if region is None else f"region {region}"


async def _read_regions(
    places: tuple[str | None, ...],
    options: ConnectionOptions,
    *,
    start: datetime,
    end: datetime,
    most: int | None,
    clock: Clock,
) -> tuple[TrailReading, ...]:
    """What each region says; they are read side by side, since each has a rate limit of its own."""

    async def read(region: str | None) -> TrailReading:
        async with connect_event_history(replace(options, region=region), clock=clock) as door:
            return await read_history(door, start, end, where=_place(region), most_events=most)

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(read(region)) for region in dict.fromkeys(places)]
    except* LeastwiseError as errors:
        # Whoever calls catches our errors, and knows of no groups.
        raise errors.exceptions[0] from None
    return tuple(task.result() for task in tasks)


async def read_history(
    door: EventHistory, start: datetime, end: datetime, *, where: str, most_events: int | None = None
) -> TrailReading:
    """What the event history of one region says of a time; where it ends early, a fault says what is not known."""
    readings: list[TrailReading] = []
    oldest, number = end, 0
    try:
        async for page in door.lookup_events(start, end):
            readings.append(read_events((event.cloud_trail_event for event in page.events), where=where))
            number += len(page.events)
            oldest = min([oldest, *(datetime.fromtimestamp(event.event_time, UTC) for event in page.events)])
            if most_events is not None and number >= most_events and page.is_truncated:
                problem = f"stopped after {number:,} events: nothing before {oldest.isoformat()} was looked at"
                readings.append(_fault(where, problem))
                break
    except AwsError as error:
        problem = f"nothing before {oldest.isoformat()} was looked at: {error}" if readings else str(error)
        readings.append(_fault(where, problem))
    return joined(readings)


def _fault(where: str, problem: str) -> TrailReading:
    return TrailReading(faults=(TrailFault(where, problem),))
