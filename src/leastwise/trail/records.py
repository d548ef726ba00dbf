"""Records in every shape in which they come, read one by one.

The shapes: a log file (`{"Records": [...]}`), one record a line, the output of `aws cloudtrail lookup-events`
(`{"Events": [{"CloudTrailEvent": "..."}]}`), one bare record, and a list of records (CloudTrail User Guide, "CloudTrail
record contents").
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Final

import msgspec
from msgspec import Raw, Struct

from leastwise.policy import Arn
from leastwise.trail.actions import action_of, is_denial
from leastwise.trail.model import DeniedCall, TrailFault, TrailReading

__all__ = ["joined", "read_events", "read_trail"]

_SESSION: Final = "assumed-role"
_NOBODY: Final = "nobody"


class _Issuer(Struct, frozen=True):
    arn: str = ""


class _Session(Struct, frozen=True, rename="camel"):
    session_issuer: _Issuer | None = None


class _Identity(Struct, frozen=True, rename="camel"):
    arn: str | None = None
    session_context: _Session | None = None


class _Record(Struct, frozen=True, rename="camel"):
    event_time: datetime
    event_source: str
    event_name: str
    user_identity: _Identity | None = None
    aws_region: str = ""
    error_code: str | None = None
    error_message: str | None = None
    event_id: str = msgspec.field(name="eventID", default="")


class _Event(Struct, frozen=True, rename="pascal"):
    cloud_trail_event: str


class _File(Struct, frozen=True, rename="pascal"):
    records: tuple[Raw, ...] | None = None
    events: tuple[Raw, ...] | None = None


def read_trail(content: bytes, *, where: str) -> TrailReading:
    """What the records of a text say; `where` is what faults name it by. Linear in the text.

    A text that is none of the shapes is one fault.
    """
    try:
        file = msgspec.json.decode(content, type=_File | list[Raw])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        lines = [line for line in content.splitlines() if line.strip()]
        if lines and _is_json(lines[0]):
            return _reading(lines, where=where)
        return TrailReading(faults=(TrailFault(where, f"is no CloudTrail log: {error}"),))
    if isinstance(file, list):
        return _reading(map(bytes, file), where=where)
    if file.events is not None:
        return _reading(_unwrapped(file.events), where=where)
    return _reading([content] if file.records is None else map(bytes, file.records), where=where)


def _is_json(line: bytes) -> bool:
    try:
        msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False
    return True


def read_events(events: Iterable[str], *, where: str) -> TrailReading:
    """What the `CloudTrailEvent` texts of LookupEvents say; `where` is what faults name them by."""
    return _reading((event.encode() for event in events), where=where)


def joined(readings: Iterable[TrailReading]) -> TrailReading:
    """Several readings as one; a denied call that more than one record tells of is there once."""
    every = tuple(readings)
    return TrailReading(
        events=sum(one.events for one in every),
        denied=_once(call for one in every for call in one.denied),
        nobody=sum(one.nobody for one in every),
        faults=tuple(fault for one in every for fault in one.faults),
    )


def _once(calls: Iterable[DeniedCall]) -> tuple[DeniedCall, ...]:
    return tuple({(call.event_id or number): call for number, call in enumerate(calls)}.values())


def _unwrapped(events: Iterable[Raw]) -> Iterator[bytes]:
    for event in events:
        try:
            yield msgspec.json.decode(event, type=_Event).cloud_trail_event.encode()
        except (msgspec.DecodeError, UnicodeError):
            # It is read as if it were a record itself, so that its fault is told beside the others'.
            yield bytes(event)


def _reading(records: Iterable[bytes], *, where: str) -> TrailReading:
    read = [_read(text, where=f"{where}, record {number:,}") for number, text in enumerate(records, start=1)]
    return TrailReading(
        events=len(read),
        denied=_once(one for one in read if isinstance(one, DeniedCall)),
        nobody=sum(one is _NOBODY for one in read),
        faults=tuple(one for one in read if isinstance(one, TrailFault)),
    )


def _read(text: bytes, *, where: str) -> DeniedCall | TrailFault | str | None:
    """The denied call of one record, or why it cannot be read; `nobody` where it is nobody's, None for all else."""
    try:
        return _denied(msgspec.json.decode(text, type=_Record))
    except (msgspec.DecodeError, ValueError) as error:
        return TrailFault(where, str(error))


def _denied(record: _Record) -> DeniedCall | str | None:
    code, message = record.error_code or "", record.error_message or ""
    if not code or not is_denial(code, message):
        return None
    principal = None if record.user_identity is None else _principal(record.user_identity)
    if principal is None:
        return _NOBODY
    action = action_of(record.event_source, record.event_name, message)
    return DeniedCall(_in_utc(record.event_time), principal, action, record.aws_region, code, message, record.event_id)


def _in_utc(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError(f"eventTime {at.isoformat()} does not say its time zone")
    return at.astimezone(UTC)


def _principal(identity: _Identity) -> Arn | None:
    """The user, or the role or user behind a session; None for whoever is neither."""
    issuer = None if identity.session_context is None else identity.session_context.session_issuer
    text = (issuer.arn if issuer is not None else "") or identity.arn
    if not text:
        return None
    arn = Arn(text)
    if arn.kind == _SESSION:
        role = arn.resource.removeprefix(f"{_SESSION}/").rpartition("/")[0] or arn.name
        return Arn(f"arn:{arn.aws_partition}:iam::{arn.account}:role/{role}")
    return arn
