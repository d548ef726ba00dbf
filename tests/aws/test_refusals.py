"""AWS's refusals become our errors, whoever wrote them and however."""

import tomllib
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aws.query_protocol import operation_model, parse_with_botocore
from leastwise import errors
from leastwise.aws.refusal import failure_of_answer, failure_of_transport, read_refusal
from leastwise.aws.wire import Answer, Call, FailureKind, TransportError

CASES = tomllib.loads((Path(__file__).parent / "refusals.toml").read_text())["case"]
ARN = "arn:aws:iam::111122223333:role/deploy"
CALL = Call(service="iam", operation="GenerateServiceLastAccessedDetails", arn=ARN)
WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("C", "Z"), exclude_characters="\ufffe\uffff"), min_size=1
)


def refusal_xml(code: str, message: str = "no", request_id: str = "r-1") -> bytes:
    return (
        '<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">\n  <Error><Type>Sender</Type>'
        f"<Code>{escape(code)}</Code><Message>{escape(message)}</Message></Error>"
        f"<RequestId>{escape(request_id)}</RequestId></ErrorResponse>"
    ).encode()


@given(code=WORDS, message=WORDS, request_id=WORDS)
def test_refusals_are_read_as_botocore_reads_them(code: str, message: str, request_id: str) -> None:
    body = refusal_xml(code, message, request_id)
    parsed = parse_with_botocore(operation_model("iam", "GetAccountSummary"), body, status=400)
    refusal = read_refusal(body)
    assert (refusal.code, refusal.message) == (parsed["Error"]["Code"], parsed["Error"]["Message"])
    assert refusal.request_id == parsed["ResponseMetadata"]["RequestId"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["code"])
def test_each_code_becomes_its_error(case: dict[str, str | int]) -> None:
    code, status = str(case["code"]), int(case["status"])
    failure = failure_of_answer(Answer(status, refusal_xml(code)), CALL, account="111122223333")
    assert failure.kind is FailureKind[str(case["kind"])]
    assert type(failure.error) is getattr(errors, str(case["error"]))
    assert failure.error.code == code
    assert failure.error.status == status


def test_an_error_says_where_it_happened() -> None:
    answer = Answer(403, refusal_xml("AccessDenied", "User x is not authorized", "r-9"))
    error = failure_of_answer(answer, CALL, account="111122223333").error
    assert (error.operation, error.account, error.arn, error.request_id) == (
        "iam:GenerateServiceLastAccessedDetails",
        "111122223333",
        ARN,
        "r-9",
    )
    assert "User x is not authorized" in str(error)
    assert "leastwise permissions" in error.hint


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (403, b"<html><body>Blocked by policy</body></html>", errors.ResponseError),
        (403, b"<!DOCTYPE html><html>", errors.ResponseError),
        (302, b"", errors.ResponseError),
        (400, b"\xff\xfe\x00", errors.ResponseError),
        (502, b"<html>Bad Gateway</html>", errors.ServiceFaultError),
        (503, b"", errors.ServiceFaultError),
        (400, b'{"__type":"com.amazon#ThrottlingException","message":"Rate exceeded"}', errors.ThrottledError),
        (400, b'{"code":"ValidationException","Message":"bad"}', errors.InvalidInputError),
        (400, b"[]", errors.ResponseError),
        (
            400,
            b"<Response><Errors><Error><Code>AuthFailure</Code></Error></Errors></Response>",
            errors.CredentialsError,
        ),
    ],
)
def test_answers_of_other_make_become_errors_too(status: int, body: bytes, expected: type[errors.AwsError]) -> None:
    error = failure_of_answer(Answer(status, body, request_id="from-header"), CALL, account="").error
    assert type(error) is expected
    assert error.message
    assert "\n" not in error.message
    assert error.request_id == "from-header"


def test_no_answer_in_time_is_a_missed_deadline_and_any_other_silence_a_failed_connection() -> None:
    late = failure_of_transport(TransportError(FailureKind.TIMED_OUT, "late"), CALL, account="")
    dropped = failure_of_transport(TransportError(FailureKind.DROPPED, "dropped", hint="look"), CALL, account="")
    assert type(late.error) is errors.DeadlineExceededError
    assert type(dropped.error) is errors.ConnectionFailedError
    assert dropped.error.hint == "look"
