"""A watch as JSON, `leastwise/watch/1`."""

from datetime import datetime
from typing import Final, Literal

from msgspec import Struct

from leastwise.report.json_format import indented
from leastwise.report.watch.document import Complaint, Unread, WatchReport

__all__ = ["WatchDocument", "render_watch_json", "watch_document"]

_SCHEMA: Final = "leastwise/watch/1"


class WatchDocument(Struct, frozen=True):
    """What was denied after a plan was carried out."""

    schema: Literal["leastwise/watch/1"]
    """Which shape this is."""
    account: str
    """The plan's account."""
    since: datetime | None
    """When the first change was carried out; null if none was."""
    events: int
    """How many of CloudTrail's records were looked through."""
    denied: int
    """How many of them are denied calls of users and roles."""
    explained: int
    """How many of these the changes explain."""
    unexplained: int
    """How many they do not."""
    nobody: int
    """How many denials are of no user and no role that the record names."""
    complaints: tuple[Complaint, ...]
    """What the changes explain, by principal and action."""
    unread: tuple[Unread, ...]
    """What could not be read: it may hold more complaints."""
    notes: tuple[str, ...]
    """What the reader must know besides."""


def watch_document(report: WatchReport) -> WatchDocument:
    """The report in the shape in which it is written."""
    return WatchDocument(
        schema=_SCHEMA,
        account=report.account,
        since=report.since,
        events=report.events,
        denied=report.denied,
        explained=report.explained,
        unexplained=report.unexplained,
        nobody=report.nobody,
        complaints=report.complaints,
        unread=report.unread,
        notes=report.notes,
    )


def render_watch_json(report: WatchReport) -> str:
    """The report as JSON text, indented, ended by a line feed; the same report gives the same bytes."""
    return indented(watch_document(report))
