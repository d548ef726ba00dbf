"""What a service of the sandbox's own is asked and what it answers, whatever AWS calls the service."""

from collections.abc import Mapping
from typing import Protocol, TypeVar

import msgspec

from leastwise.sandbox.house import Caller
from leastwise.sandbox.refusals import Refusal
from leastwise.sandbox.signatures import SignedRequest

__all__ = ["Answered", "Asked", "OwnService", "read_request"]

_Request = TypeVar("_Request")


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """One call of a service of ours, its caller known and its signature checked."""

    caller: Caller
    """Who calls."""
    operation: str
    """AWS's name of the operation."""
    region: str
    """The region that the call was signed for."""
    request: SignedRequest
    """The call as it came."""


class Answered(msgspec.Struct, frozen=True):
    """The answer to one call."""

    body: bytes
    """As it is sent."""
    status: int = 200
    """HTTP status."""
    content_type: str = "application/json"
    """Media type of the body."""
    headers: Mapping[str, str] = {}
    """What else is said, by header name."""


class OwnService(Protocol):
    """A service that answers some operations itself; moto has the others."""

    @property
    def operations(self) -> frozenset[str]:
        """The operations that it answers."""

    def answer(self, asked: Asked) -> Answered:
        """The answer.

        Raises:
            Refusal: as AWS refuses it.
        """

    def resources(self, asked: Asked) -> tuple[str, ...]:
        """ARNs of what the call works on, for the policies of its caller; empty where it names nothing."""


def read_request(body: bytes, kind: type[_Request], *, code: str = "ValidationException") -> _Request:
    """The request in a body; an empty body is an empty request.

    Raises:
        Refusal: it is not as in the model, under the given code, or no JSON at all.
    """
    try:
        return msgspec.json.decode(body or b"{}", type=kind)
    except msgspec.ValidationError as error:
        raise Refusal(400, code, f"1 validation error detected: {error}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Refusal(400, "SerializationException", f"The request body is no JSON: {error}") from error
