"""A call is tried as often as is worth it, within its deadline, and ends in a record or in one of our errors."""

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aws.stand_ins import CALL, KEYS, ScriptedTransport, SteadyRing, make_caller, summary, xml_refusal
from leastwise import errors
from leastwise.aws import AccountSummary, SystemClock
from leastwise.aws.read_account import read_account_summary
from leastwise.aws.wire import Answer, FailureKind, Keys, TransportError
from virtual_time import VirtualClock, run_virtually

TRANSIENT: list[Answer | TransportError] = [
    xml_refusal("Throttling"),
    xml_refusal("InternalFailure", status=500),
    Answer(503, b"<html>busy</html>"),
    TransportError(FailureKind.DROPPED, "dropped"),
    TransportError(FailureKind.TIMED_OUT, "late"),
]
FINAL: list[Answer | TransportError] = [
    xml_refusal("AccessDenied", status=403),
    xml_refusal("NoSuchEntity", status=404),
    xml_refusal("ValidationError"),
    xml_refusal("ReportNotPresent", status=410),
    Answer(403, b"<html>blocked</html>"),
    TransportError(FailureKind.FINAL, "certificate"),
]


def run(
    transport: ScriptedTransport, *, deadline_seconds: float = 60, attempts: int = 8, seed: int = 1
) -> tuple[AccountSummary | errors.AwsError, float]:
    """What the call ended in, and after how many seconds."""

    async def work() -> tuple[AccountSummary | errors.AwsError, float]:
        caller = make_caller(transport, deadline_seconds=deadline_seconds, attempts=attempts, seed=seed)
        try:
            result: AccountSummary | errors.AwsError = await caller.call(CALL, read_account_summary)
        except errors.AwsError as error:
            result = error
        return result, VirtualClock().monotonic()

    return run_virtually(work())


@given(faults=st.lists(st.sampled_from(TRANSIENT), max_size=7), seed=st.integers(0, 99))
@settings(deadline=None)
def test_up_to_seven_transient_faults_change_nothing(faults: Sequence[Answer | TransportError], seed: int) -> None:
    transport = ScriptedTransport([*faults, summary()])
    result, _ = run(transport, seed=seed)
    assert isinstance(result, AccountSummary)
    assert result.value("Users") == 3
    assert len(transport.requests) == len(faults) + 1


@given(
    faults=st.lists(st.sampled_from(TRANSIENT), min_size=8, max_size=8),
    attempts=st.integers(1, 8),
    seed=st.integers(0, 99),
)
@settings(deadline=None)
def test_attempts_are_bounded_and_the_last_fault_is_told(
    faults: Sequence[Answer | TransportError], attempts: int, seed: int
) -> None:
    transport = ScriptedTransport(faults)
    result, _ = run(transport, attempts=attempts, seed=seed)
    assert isinstance(result, errors.AwsError)
    assert not isinstance(result, errors.ResponseError)
    assert result.arn == CALL.arn
    assert len(transport.requests) == attempts


@given(seconds=st.floats(0.05, 5), deadline=st.floats(1, 20), seed=st.integers(0, 99))
@settings(deadline=None)
def test_no_call_outlives_its_deadline_by_more_than_the_attempt_under_way(
    seconds: float, deadline: float, seed: int
) -> None:
    transport = ScriptedTransport([xml_refusal("Throttling")] * 50, seconds=seconds)
    result, took = run(transport, deadline_seconds=deadline, attempts=50, seed=seed)
    assert isinstance(result, errors.DeadlineExceededError)
    assert took <= deadline + seconds


@pytest.mark.parametrize("failure", FINAL)
def test_what_cannot_change_is_not_tried_again(failure: Answer | TransportError) -> None:
    transport = ScriptedTransport([failure, summary()])
    result, _ = run(transport)
    assert isinstance(result, errors.AwsError)
    assert len(transport.requests) == 1


def test_an_unreachable_host_is_told_after_three_attempts() -> None:
    transport = ScriptedTransport([TransportError(FailureKind.UNREACHABLE, "refused")] * 8)
    result, took = run(transport)
    assert isinstance(result, errors.ConnectionFailedError)
    assert len(transport.requests) == 3
    assert took < 2


def test_waits_between_attempts_are_drawn_and_grow() -> None:
    longest = {
        attempts: max(
            run(
                ScriptedTransport([xml_refusal("InternalFailure", status=500)] * attempts), attempts=attempts, seed=seed
            )[1]
            for seed in range(40)
        )
        for attempts in (2, 4, 6)
    }
    shortest = min(run(ScriptedTransport([Answer(500, b"")] * 4), attempts=4, seed=seed)[1] for seed in range(40))
    assert longest[2] < longest[4] < longest[6]
    assert shortest < 0.5 * longest[4]


def test_an_answer_that_cannot_be_read_is_a_response_error_and_is_not_tried_again() -> None:
    transport = ScriptedTransport([Answer(200, b"<html>hotel login</html>", request_id="r-7")])
    result, _ = run(transport)
    assert isinstance(result, errors.ResponseError)
    assert (result.operation, result.request_id) == ("iam:GetAccountSummary", "r-7")


def test_waiting_in_line_does_not_count_against_the_deadline() -> None:
    async def work() -> list[AccountSummary]:
        transport = ScriptedTransport([summary()] * 1000)
        caller = make_caller(transport, deadline_seconds=2)
        return await asyncio.gather(*(caller.call(CALL, read_account_summary) for _ in range(1000)))

    assert len(run_virtually(work())) == 1000


def test_a_retry_whose_turn_comes_after_the_deadline_is_not_sent() -> None:
    async def work() -> None:
        transport = ScriptedTransport([xml_refusal("Throttling"), summary()])
        caller = make_caller(transport, deadline_seconds=1, calls_per_second=0.5)
        with pytest.raises(errors.DeadlineExceededError):
            await caller.call(CALL, read_account_summary)
        assert len(transport.requests) == 1

    run_virtually(work())


async def expiring(transport: ScriptedTransport, renewed: Keys) -> tuple[AccountSummary | errors.AwsError, int]:
    """What a call with expired keys ends in, and how often the keys changed; in real time, as keys load in a thread."""
    caller = make_caller(transport, renewed=SteadyRing(renewed), clock=SystemClock())
    try:
        result: AccountSummary | errors.AwsError = await caller.call(CALL, read_account_summary)
    except errors.AwsError as error:
        result = error
    return result, caller.credential_generation


async def test_an_expired_token_is_renewed_once_and_the_change_is_counted() -> None:
    other = Keys("AKIDSECOND", "secret", "token")
    transport = ScriptedTransport([xml_refusal("ExpiredToken", status=403), summary()], seconds=0)
    result, generation = await expiring(transport, other)
    assert isinstance(result, AccountSummary)
    assert [request.keys for request in transport.requests] == [KEYS, other]
    assert generation == 1


async def test_a_token_that_cannot_be_renewed_says_how_to_log_in() -> None:
    transport = ScriptedTransport([xml_refusal("ExpiredToken", status=403)] * 3, seconds=0)
    result, _ = await expiring(transport, KEYS)
    assert isinstance(result, errors.CredentialsError)
    assert result.hint == "run `aws sso login --profile work`"
    assert len(transport.requests) == 1


async def test_a_renewed_token_that_is_refused_too_ends_the_call() -> None:
    transport = ScriptedTransport([xml_refusal("ExpiredToken", status=403)] * 3, seconds=0)
    result, _ = await expiring(transport, Keys("AKIDSECOND", "secret", "token"))
    assert isinstance(result, errors.CredentialsError)
    assert len(transport.requests) == 2


def test_a_skewed_clock_is_corrected_once() -> None:
    date = "Tue, 24 Nov 2026 13:00:00 GMT"
    transport = ScriptedTransport([xml_refusal("SignatureDoesNotMatch", status=403, date=date)] * 2 + [summary()])
    result, _ = run(transport)
    assert isinstance(result, errors.CredentialsError)
    assert len(transport.requests) == 2


def test_throttled_answers_lower_the_rate() -> None:
    async def work() -> float:
        caller = make_caller(ScriptedTransport([xml_refusal("Throttling"), summary()]))
        await caller.call(CALL, read_account_summary)
        return caller.calls_per_second

    assert run_virtually(work()) < 60
