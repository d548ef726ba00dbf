"""CloudTrail's LookupEvents, answered with the calls that this sandbox served and refused.

As in CloudTrail: management events only, of the region that is asked, those of IAM in us-east-1; 90 days; newest first.
A call whose signature is not accepted leaves no event. Unlike there, an event can be looked up at once (CloudTrail
takes some minutes), no rate is enforced, and a call that moto answers with an error of its own (NoSuchEntity, ...)
looks as if it had succeeded.

The requests, answers and errors are those of botocore's model of cloudtrail 2013-11-01, protocol JSON 1.1.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from hashlib import sha256
from itertools import count
from threading import Lock
from typing import Final, Literal
from uuid import NAMESPACE_URL, uuid5

import msgspec
from msgspec import UNSET, Struct, UnsetType

from leastwise.sandbox.house import Caller
from leastwise.sandbox.refusals import Refusal

__all__ = ["CallSeen", "EventHistory"]

_KEPT: Final = 50_000
"""Events that are kept; the oldest go first."""
_AGE: Final = timedelta(days=90)
_MOST: Final = 50
_READING: Final = ("Describe", "Generate", "Get", "List", "Lookup", "Simulate")
_GLOBAL: Final = frozenset({"iam"})
"""Services whose events are in us-east-1 (CloudTrail User Guide, "Global service events")."""
_SOURCES: Final = {"email": "ses", "sesv2": "ses"}
"""Event sources that are not the name in the signature."""
_DATA: Final[Mapping[str, tuple[str, ...]]] = {
    "dynamodb": ("*Item", "*Items", "Query", "Scan", "Execute*"),
    "lambda": ("Invoke*",),
    "s3": ("*Object", "*Objects", "*Part", "*Upload", "*ObjectAcl", "*ObjectTagging", "ListParts", "HeadBucket"),
    "sns": ("Publish*",),
    "sqs": ("SendMessage*", "ReceiveMessage", "DeleteMessage*", "ChangeMessageVisibility*"),
}
"""Operations that are data events, by service (CloudTrail User Guide, "Logging data events")."""


class CallSeen(Struct, frozen=True):
    """A call that reached the sandbox."""

    service: str
    """The service that it was signed for."""
    operation: str
    """The operation."""
    region: str
    """The region that it was signed for."""


class _Noted(Struct, frozen=True):
    number: int
    at: datetime
    region: str
    record: "_Record"


class _Issuer(Struct, frozen=True, rename="camel"):
    type: str
    arn: str
    account_id: str
    user_name: str


class _Session(Struct, frozen=True, rename="camel"):
    session_issuer: _Issuer


class _Identity(Struct, frozen=True, rename="camel"):
    type: Literal["IAMUser", "AssumedRole"]
    arn: str
    account_id: str
    access_key_id: str
    user_name: str | UnsetType = UNSET
    session_context: _Session | UnsetType = UNSET


class _Record(Struct, frozen=True, rename="camel"):
    event_version: str
    user_identity: _Identity
    event_time: str
    event_source: str
    event_name: str
    aws_region: str
    event_id: str = msgspec.field(name="eventID")
    read_only: bool
    recipient_account_id: str
    error_code: str | UnsetType = UNSET
    error_message: str | UnsetType = UNSET
    event_type: str = "AwsApiCall"
    management_event: bool = True
    event_category: str = "Management"


class _Attribute(Struct, frozen=True, rename="pascal"):
    attribute_key: Literal[
        "AccessKeyId", "EventId", "EventName", "EventSource", "ReadOnly", "ResourceName", "ResourceType", "Username"
    ]
    attribute_value: str


class _Request(Struct, frozen=True, rename="pascal"):
    lookup_attributes: tuple[_Attribute, ...] = ()
    start_time: float | None = None
    end_time: float | None = None
    event_category: Literal["insight"] | None = None
    max_results: int = _MOST
    next_token: str | None = None


class _Event(Struct, frozen=True, rename="pascal"):
    event_id: str
    event_name: str
    read_only: str
    access_key_id: str
    event_time: float
    event_source: str
    username: str
    resources: tuple[()]
    cloud_trail_event: str


class _Answer(Struct, frozen=True, rename="pascal"):
    events: Sequence[_Event]
    next_token: str | UnsetType = UNSET


class EventHistory:
    """Keeps the events of one account, and answers LookupEvents; safe to use from several threads."""

    def __init__(self, *, account_id: str, now: Callable[[], datetime]) -> None:
        self._account_id, self._now = account_id, now
        self._events: deque[_Noted] = deque(maxlen=_KEPT)
        self._numbers = count(1)
        self._lock = Lock()

    @contextmanager
    def noting(self, caller: Caller, seen: CallSeen) -> Iterator[None]:
        """Note the call when it has been served, or refused with a `Refusal`; a data event is not noted."""
        refusal: Refusal | None = None
        try:
            yield
        except Refusal as error:
            refusal = error
            raise
        finally:
            if not _is_data(seen):
                self._note(caller, seen, refusal)

    def _note(self, caller: Caller, seen: CallSeen, refusal: Refusal | None) -> None:
        at = self._now().replace(microsecond=0)
        region = "us-east-1" if seen.service in _GLOBAL else seen.region
        with self._lock:
            number = next(self._numbers)
            record = _Record(
                event_version="1.09",
                user_identity=_identity(caller, self._account_id),
                event_time=at.strftime("%Y-%m-%dT%H:%M:%SZ"),
                event_source=f"{_SOURCES.get(seen.service, seen.service)}.amazonaws.com",
                event_name=seen.operation,
                aws_region=region,
                event_id=str(uuid5(NAMESPACE_URL, f"{self._account_id} {number}")),
                read_only=seen.operation.startswith(_READING),
                recipient_account_id=self._account_id,
                error_code=UNSET if refusal is None else refusal.code,
                error_message=UNSET if refusal is None else refusal.message,
            )
            self._events.append(_Noted(number, at, region, record))

    def answer(self, body: bytes, *, region: str) -> bytes:
        """The JSON that answers LookupEvents in a region.

        Raises:
            Refusal: the request is not as in the model.
        """
        request = _read(body)
        now = self._now()
        owner = sha256(msgspec.json.encode([region, msgspec.structs.replace(request, next_token=None)])).hexdigest()
        before = None if request.next_token is None else _number(request.next_token, owner)
        found = [one for one in self._in(region, since=now - _AGE) if _matches(one, request)]
        left = [one for one in found if before is None or one.number < before]
        page = left[: request.max_results]
        token = _token(owner, page[-1].number) if len(left) > len(page) else UNSET
        return msgspec.json.encode(_Answer([_event(one) for one in page], token))

    def _in(self, region: str, *, since: datetime) -> list[_Noted]:
        """Events of a region, newest first."""
        with self._lock:
            return [one for one in reversed(self._events) if one.region == region and one.at >= since]


def _is_data(seen: CallSeen) -> bool:
    return any(fnmatchcase(seen.operation, pattern) for pattern in _DATA.get(seen.service, ()))


def _identity(caller: Caller, account_id: str) -> _Identity:
    name = caller.principal_arn.rpartition("/")[2]
    if caller.long_term:
        return _Identity("IAMUser", caller.shown_arn, account_id, caller.access_key_id, name)
    issuer = _Issuer("Role", caller.principal_arn, account_id, name)
    return _Identity(
        "AssumedRole", caller.shown_arn, account_id, caller.access_key_id, session_context=_Session(issuer)
    )


def _read(body: bytes) -> _Request:
    try:
        request = msgspec.json.decode(body or b"{}", type=_Request)
    except msgspec.ValidationError as error:
        raise Refusal(400, "InvalidLookupAttributesException", str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Refusal(400, "SerializationException", str(error)) from error
    if len(request.lookup_attributes) > 1:
        raise Refusal(400, "InvalidLookupAttributesException", "You can specify only one lookup attribute.")
    if not 1 <= request.max_results <= _MOST:
        raise Refusal(400, "InvalidMaxResultsException", f"MaxResults must be from 1 to {_MOST}.")
    start, end = request.start_time, request.end_time
    if start is not None and end is not None and start > end:
        raise Refusal(400, "InvalidTimeRangeException", "The start time is after the end time.")
    return request


def _matches(one: _Noted, request: _Request) -> bool:
    seconds = one.at.timestamp()
    if request.event_category is not None:
        return False
    if seconds < (request.start_time or 0.0) or seconds > (seconds if request.end_time is None else request.end_time):
        return False
    return all(
        _value(one.record, wanted.attribute_key) == wanted.attribute_value for wanted in request.lookup_attributes
    )


def _value(record: _Record, key: str) -> str | None:
    values = {
        "AccessKeyId": record.user_identity.access_key_id,
        "EventId": record.event_id,
        "EventName": record.event_name,
        "EventSource": record.event_source,
        "ReadOnly": str(record.read_only).lower(),
        "Username": _username(record),
    }
    return values.get(key)


def _username(record: _Record) -> str:
    """The user's name, or the session's."""
    return record.user_identity.arn.rpartition("/")[2]


def _event(one: _Noted) -> _Event:
    record = one.record
    return _Event(
        event_id=record.event_id,
        event_name=record.event_name,
        read_only=str(record.read_only).lower(),
        access_key_id=record.user_identity.access_key_id,
        event_time=one.at.timestamp(),
        event_source=record.event_source,
        username=_username(record),
        resources=(),
        cloud_trail_event=msgspec.json.encode(record).decode(),
    )


def _token(owner: str, number: int) -> str:
    return urlsafe_b64encode(f"{owner} {number}".encode()).decode()


def _number(token: str, owner: str) -> int:
    try:
        named, _, number = urlsafe_b64decode(token).decode().partition(" ")
        before = int(number)
    except (Base64Error, UnicodeDecodeError, ValueError) as error:
        raise Refusal(400, "InvalidNextTokenException", "The token is invalid.") from error
    if named != owner:
        raise Refusal(400, "InvalidNextTokenException", "The token is of another request.")
    return before
