"""What goes out and what comes back: calls, signed requests, answers, and the ways in which a call can fail."""

from datetime import datetime
from enum import Enum
from typing import Protocol

from msgspec import Struct

from leastwise.errors import AwsError

__all__ = [
    "Answer",
    "Call",
    "Endpoint",
    "Failure",
    "FailureKind",
    "Keys",
    "SignedRequest",
    "Transport",
    "TransportError",
]


class Call(Struct, frozen=True, kw_only=True):
    """One call of an AWS operation: of the query protocol or, where it has a path, of REST with JSON or of JSON 1.1."""

    service: str
    """The service as policies name it: `iam`, `sts`, `access-analyzer`, `cloudtrail`, `securityhub`, ..."""
    operation: str
    """The operation, e.g. `GetAccountSummary`."""
    parameters: tuple[tuple[str, str], ...] = ()
    """The operation's parameters as the query protocol names them, e.g. `Filter.member.1`; in REST, the URL's."""
    path: str = ""
    """The path below the endpoint's; empty for the query protocol."""
    json: bytes = b""
    """The body in REST and JSON 1.1."""
    target: str = ""
    """The operation as JSON 1.1 names it in the header X-Amz-Target; empty for the other protocols."""
    arn: str = ""
    """The resource the call is about; empty for none."""
    is_repeatable: bool = True
    """Whether it may be sent again where its first sending may have had its effect; true of what changes nothing."""

    @property
    def name(self) -> str:
        """The operation as policies name it, e.g. `iam:GetAccountSummary`."""
        return f"{self.service}:{self.operation}"


class Endpoint(Struct, frozen=True, kw_only=True):
    """Where a service is called, as botocore resolves it."""

    url: str
    """The whole URL."""
    region: str
    """Region in the signature."""
    signing_name: str
    """Service in the signature."""
    api_version: str
    """Version of the service's API, e.g. `2010-05-08`."""
    headers: tuple[tuple[str, str], ...]
    """Headers of every call."""


class Keys(Struct, frozen=True):
    """The keys that sign a call; shown without their secrets."""

    access_key: str
    """The access key's id."""
    secret_key: str
    """The secret."""
    token: str | None
    """The session token; `None` for a user's own keys."""

    def __repr__(self) -> str:
        return f"Keys(access_key={self.access_key!r})"


class SignedRequest(Struct, frozen=True):
    """A POST that is ready to be sent."""

    url: str
    """Where to."""
    headers: tuple[tuple[str, str], ...]
    """All headers that must be sent."""
    body: bytes
    """The form, or the JSON."""
    keys: Keys
    """The keys it is signed with."""
    signed_at: datetime
    """The time it is signed for."""


class Answer(Struct, frozen=True):
    """An HTTP answer, whatever its status."""

    status: int
    """HTTP status."""
    body: bytes
    """The whole body."""
    request_id: str = ""
    """AWS's request id from the header; empty for none."""
    date: str = ""
    """The server's time, as in the `Date` header; empty for none."""
    error_type: str = ""
    """AWS's error code from the header, which in REST is its only place; empty for none."""


class FailureKind(Enum):
    """What a failed attempt says about trying again."""

    THROTTLED = "throttled"
    FAULT = "fault"
    DROPPED = "dropped"
    TIMED_OUT = "timed out"
    UNREACHABLE = "unreachable"
    EXPIRED = "expired"
    SKEWED = "skewed"
    FINAL = "final"


class Failure(Struct, frozen=True):
    """One failed attempt."""

    kind: FailureKind
    """Whether and how the call may be tried again."""
    error: AwsError
    """What the caller gets if it is not."""
    server_date: str = ""
    """The server's time where it refused ours; else empty."""


class TransportError(Exception):
    """No answer came."""

    def __init__(self, kind: FailureKind, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.kind = kind
        """Whether and how the call may be tried again."""
        self.message = message
        """What happened, one line."""
        self.hint = hint
        """What the user can do about it; may be empty."""


class Transport(Protocol):
    """What carries a request to AWS and its answer back."""

    async def post(self, request: SignedRequest, *, seconds: float) -> Answer:
        """The answer to a request.

        Raises:
            TransportError: no whole answer came within `seconds`.
        """
        ...
