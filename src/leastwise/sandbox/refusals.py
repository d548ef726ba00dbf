"""The errors that the sandbox answers with, worded as AWS words them, in each of AWS's wire formats.

The texts of the last-accessed operations are those of a public record of live calls (radkawar/stackd,
`testdata/aws/iam/last_access.json`, September 2026), AWS's spelling mistake included.
"""

from collections.abc import Mapping
from typing import Final
from xml.sax.saxutils import escape

import msgspec

__all__ = ["Refusal", "error_body", "in_words_of"]

_REST_CODES: Final = {
    "AccessDenied": "AccessDeniedException",
    "ExpiredToken": "ExpiredTokenException",
    "InvalidClientTokenId": "UnrecognizedClientException",
    "InvalidInput": "ValidationException",
    "SignatureDoesNotMatch": "InvalidSignatureException",
    "ValidationError": "ValidationException",
}
"""What services that speak JSON call what IAM calls so (Access Analyzer API Reference, Common errors)."""
_FAILURES: Final = {
    "access-analyzer": "InternalServerException",
    "config": "InternalFailure",
    "lambda": "ServiceException",
    "securityhub": "InternalException",
}
"""What each calls a failure of its own (botocore's models; for Config, its Common errors)."""


class Refusal(Exception):  # noqa: N818 - it is an answer, not a failure of the sandbox
    """An error answer: what the caller did wrong, or what the sandbox was told to refuse."""

    def __init__(self, status: int, code: str, message: str, *, members: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{code}: {message}")
        self.status = status
        """HTTP status."""
        self.code = code
        """AWS's error code."""
        self.message = message
        """AWS's message."""
        self.members = members or {}
        """What else the answer has where it is REST-JSON."""


def validation(message: str) -> Refusal:
    """A parameter that breaks the operation's model."""
    return Refusal(400, "ValidationError", message)


def constraint(member: str, rule: str) -> Refusal:
    """A parameter outside a limit of the model, in the words IAM uses for one."""
    return validation(f"1 validation error detected: Value at '{member}' failed to satisfy constraint: {rule}")


def invalid_input(message: str) -> Refusal:
    """A parameter that the model accepts and IAM does not."""
    return Refusal(400, "InvalidInput", message)


def no_such_entity(message: str) -> Refusal:
    """Something that is not there, or not the caller's."""
    return Refusal(404, "NoSuchEntity", message)


def access_denied(caller: str, operation: str, resource: str) -> Refusal:
    """A caller without the right, as IAM says it of an operation on a resource."""
    return Refusal(403, "AccessDenied", f"User: {caller} is not authorized to perform {operation} on {resource}")


def unmodifiable(name: str) -> Refusal:
    """A role or policy that only AWS may change."""
    return Refusal(
        400,
        "UnmodifiableEntity",
        f"Cannot perform the operation on the protected role '{name}' - this role is only modifiable by AWS",
    )


def in_words_of(service: str, refusal: Refusal) -> Refusal:
    """The same under the code that a service gives it, where we answer for that service in JSON."""
    if service not in _FAILURES:
        return refusal
    codes = {**_REST_CODES, "ServiceFailure": _FAILURES[service]}
    return Refusal(refusal.status, codes.get(refusal.code, refusal.code), refusal.message, members=refusal.members)


def error_body(refusal: Refusal, *, wire: str, request_id: str) -> tuple[str, str]:
    """Content type and body of an error answer; `wire` is `query`, `json`, `rest-json` or `s3`.

    In REST-JSON the code stands in the header `x-amzn-ErrorType` alone (Smithy, AWS restJson1 protocol).
    """
    if wire == "rest-json":
        return "application/json", msgspec.json.encode({"message": refusal.message, **refusal.members}).decode()
    code, message = escape(refusal.code), escape(refusal.message)
    if wire == "json":
        body = msgspec.json.encode({"__type": refusal.code, "message": refusal.message}).decode()
        return "application/x-amz-json-1.1", body
    if wire == "s3":
        text = f"<Error><Code>{code}</Code><Message>{message}</Message><RequestId>{request_id}</RequestId></Error>"
        return "application/xml", f'<?xml version="1.0" encoding="UTF-8"?>\n{text}'
    sender = "Sender" if refusal.status < 500 else "Receiver"  # noqa: PLR2004 - where HTTP's server errors begin
    return "text/xml", (
        '<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">'
        f"<Error><Type>{sender}</Type><Code>{code}</Code><Message>{message}</Message></Error>"
        f"<RequestId>{request_id}</RequestId></ErrorResponse>"
    )
