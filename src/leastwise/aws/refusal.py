"""AWS's refusals, and other answers that are none of AWS's, into our errors."""

from collections.abc import Mapping

import msgspec
from msgspec import Struct

from leastwise.aws.answer_xml import Element, MalformedAnswerError, members_of, optional_text, parse_document
from leastwise.aws.wire import Answer, Call, Failure, FailureKind, TransportError
from leastwise.errors import (
    AccessDeniedError,
    AlreadyExistsError,
    AwsError,
    ConcurrentChangeError,
    ConnectionFailedError,
    CredentialsError,
    DeadlineExceededError,
    DeleteConflictError,
    InvalidInputError,
    LimitExceededError,
    MalformedPolicyError,
    NoSuchEntityError,
    ResponseError,
    ServiceFaultError,
    ThrottledError,
    UnmodifiableError,
)

__all__ = ["Refusal", "failure_of_answer", "failure_of_transport", "read_refusal"]

_TOO_MANY_REQUESTS = 429
_SERVER_FAULT = 500
_REPEATABLE_STATUSES = frozenset({500, 502, 503, 504})
"""Other faults, such as 501 of a stand-in that lacks the operation, will not go away (botocore does the same)."""

# botocore's own lists of throttling and transient codes (its standard retry mode), as of 1.40.
_THROTTLING = frozenset(
    {
        "BandwidthLimitExceeded",
        "EC2ThrottledException",
        "PriorRequestNotComplete",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
_TRANSIENT = frozenset({"InternalError", "InternalFailure", "RequestTimeout", "RequestTimeoutException"})
_EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException"})
_SKEWED = frozenset({"InvalidSignatureException", "RequestExpired", "RequestTimeTooSkewed", "SignatureDoesNotMatch"})
_CREDENTIALS = frozenset(
    {
        "AuthFailure",
        "IncompleteSignature",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidToken",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
        "UnrecognizedClient",
        "UnrecognizedClientException",
    }
)
_INVALID_INPUT = frozenset(
    {
        "InvalidInput",
        "InvalidInputException",
        "InvalidParameter",
        "InvalidParameterException",
        "InvalidParameterCombination",
        "InvalidParameterValue",
        "InvalidParameterValueException",
        "InvalidQueryParameter",
        "MalformedQueryString",
        "MissingParameter",
        "UnprocessableEntityException",
        "ValidationError",
        "ValidationException",
    }
)
_BY_CODE: Mapping[str, type[AwsError]] = {
    "ConcurrentModification": ConcurrentChangeError,
    "DeleteConflict": DeleteConflictError,
    "EntityAlreadyExists": AlreadyExistsError,
    "EntityTemporarilyUnmodifiable": ConcurrentChangeError,
    "LimitExceeded": LimitExceededError,
    "MalformedPolicyDocument": MalformedPolicyError,
    "NoSuchEntity": NoSuchEntityError,
    "UnmodifiableEntity": UnmodifiableError,
}
"""IAM's own codes (botocore's model of iam 2010-05-08)."""
_HINTS: tuple[tuple[type[AwsError], str], ...] = (
    (AccessDeniedError, "`leastwise permissions` prints the IAM policy that each command needs"),
    (ConcurrentChangeError, "try again in a moment"),
    (CredentialsError, "check the access key, its secret, and that the region is in the key's partition"),
    (LimitExceededError, "AWS raises some of the quotas on request (Service Quotas)"),
    (ResponseError, "something between here and AWS answers in its place: check the endpoint URL and the proxy"),
    (ThrottledError, "other tools may be making the same calls in this account; try again later"),
)


class Refusal(Struct, frozen=True):
    """The parts of an error answer; empty where the answer does not have them."""

    code: str = ""
    """AWS's error code."""
    message: str = ""
    """AWS's sentence."""
    request_id: str = ""
    """AWS's request id."""


class _JsonRefusal(Struct, frozen=True):
    type: str = msgspec.field(name="__type", default="")
    code: str = ""
    message: str = ""
    capital_message: str = msgspec.field(name="Message", default="")


def read_refusal(body: bytes) -> Refusal:
    """The parts of an error answer in XML or JSON; an empty refusal where it is neither."""
    try:
        return _read_xml(parse_document(body))
    except MalformedAnswerError:
        return _read_json(body)


def failure_of_answer(answer: Answer, call: Call, *, account: str) -> Failure:
    """What an answer of a status other than 200 means."""
    refusal = read_refusal(answer.body)
    code = refusal.code or _bare(answer.error_type)
    kind, error_class = _classify(answer.status, code)
    error = error_class(
        refusal.message or f"HTTP status {answer.status} with an answer that is not AWS's",
        operation=call.name,
        code=code,
        status=answer.status,
        account=account,
        arn=call.arn,
        request_id=refusal.request_id or answer.request_id,
        hint=next((hint for hinted, hint in _HINTS if hinted is error_class), ""),
    )
    return Failure(kind=kind, error=error, server_date=answer.date if kind is FailureKind.SKEWED else "")


def failure_of_transport(failure: TransportError, call: Call, *, account: str) -> Failure:
    """What the lack of an answer means."""
    error_class = DeadlineExceededError if failure.kind is FailureKind.TIMED_OUT else ConnectionFailedError
    error = error_class(failure.message, operation=call.name, account=account, arn=call.arn, hint=failure.hint)
    return Failure(kind=failure.kind, error=error)


def _classify(status: int, code: str) -> tuple[FailureKind, type[AwsError]]:
    if code in _THROTTLING or status == _TOO_MANY_REQUESTS:
        return FailureKind.THROTTLED, ThrottledError
    if code in _TRANSIENT or status in _REPEATABLE_STATUSES:
        return FailureKind.FAULT, ServiceFaultError
    if status >= _SERVER_FAULT:
        return FailureKind.FINAL, ServiceFaultError
    if code in _EXPIRED:
        return FailureKind.EXPIRED, CredentialsError
    if code in _SKEWED:
        return FailureKind.SKEWED, CredentialsError
    return FailureKind.FINAL, _final_class(code)


def _final_class(code: str) -> type[AwsError]:
    if code in _CREDENTIALS:
        return CredentialsError
    if code in _INVALID_INPUT:
        return InvalidInputError
    if code.startswith("AccessDenied") or code == "UnauthorizedOperation":
        return AccessDeniedError
    return _BY_CODE.get(code, AwsError if code else ResponseError)


def _read_xml(root: Element) -> Refusal:
    members = members_of(root)
    # The query protocol has ErrorResponse/Error; EC2's dialect, which some stand-ins speak, has Response/Errors/Error.
    holder = members_of(members["Errors"]) if "Errors" in members else members
    if "Error" not in holder:
        return Refusal()
    error = members_of(holder["Error"])
    return Refusal(
        code=(optional_text(error, "Code") or "").strip(),
        message=(optional_text(error, "Message") or optional_text(error, "message") or "").strip(),
        request_id=optional_text(members, "RequestId") or optional_text(members, "RequestID") or "",
    )


def _read_json(body: bytes) -> Refusal:
    try:
        refusal = msgspec.json.decode(body, type=_JsonRefusal)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Refusal()
    return Refusal(code=_bare(refusal.type or refusal.code), message=refusal.message or refusal.capital_message)


def _bare(code: str) -> str:
    """A code without the name space before it and the address behind it."""
    return code.partition(":")[0].rpartition("#")[2]
