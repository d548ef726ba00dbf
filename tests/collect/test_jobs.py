"""Reports: every subject gets an answer, whatever AWS does, with few polls and little waiting."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fake_aws import FakeReports, page, row
from leastwise.aws import JobError, JobStatus
from leastwise.collect import JobLimits, NoProgress
from leastwise.collect.jobs import Answer, collect_reports
from leastwise.errors import (
    AccessDeniedError,
    AwsError,
    CredentialsError,
    DeadlineExceededError,
    NoSuchEntityError,
    ServiceFaultError,
    ThrottledError,
)
from leastwise.evidence import Gap, GapReason, Usage
from leastwise.policy import Arn
from virtual_time import START, VirtualClock, run_virtually


def role(number: int) -> Arn:
    return Arn(f"arn:aws:iam::111122223333:role/r{number}")


def collect(door: FakeReports, subjects: list[Arn], limits: JobLimits | None = None) -> tuple[dict[Arn, Answer], float]:
    """The answer to each subject, and the virtual seconds it took."""
    answers: dict[Arn, Answer] = {}

    def deliver(answer: Answer) -> None:
        assert answer.subject not in answers, "an answer was delivered twice"
        answers[answer.subject] = answer

    async def work() -> float:
        await collect_reports(
            subjects, door=door, clock=VirtualClock(), progress=NoProgress(), deliver=deliver, limits=limits
        )
        return VirtualClock().monotonic()

    seconds = run_virtually(work())
    assert set(answers) == set(subjects)
    return answers, seconds


def test_jobs_of_five_seconds_take_at_most_three_polls_each_and_all_run_side_by_side() -> None:
    door = FakeReports(job_seconds=5, round_trip_seconds=0.1)
    answers, seconds = collect(door, [role(number) for number in range(200)])
    assert all(isinstance(answer, Usage) for answer in answers.values())
    assert max(door.polls.values()) <= 3
    assert sum(door.polls.values()) <= 210
    assert seconds < 7


@given(
    st.lists(st.floats(0, 30), min_size=1, max_size=30),
    st.floats(0.01, 1.0),
)
@settings(deadline=None, max_examples=50)
def test_whatever_jobs_take_polls_stay_few_and_nobody_waits_much_longer_than_the_slowest(
    durations: list[float], round_trip: float
) -> None:
    door = FakeReports(round_trip_seconds=round_trip)
    subjects = [role(number) for number in range(len(durations))]
    door.seconds = dict(zip(subjects, durations, strict=True))
    _, seconds = collect(door, subjects)
    assert max(door.polls.values()) <= 6
    assert seconds <= 2.4 * max(durations) + 3 + 4 * round_trip


def test_a_job_that_is_ready_at_once_is_read_at_the_first_look() -> None:
    door = FakeReports(job_seconds=0)
    _, seconds = collect(door, [role(number) for number in range(50)])
    assert max(door.polls.values()) == 1
    assert seconds < 2


def test_a_failed_job_is_a_gap_with_its_code_and_does_not_stop_the_others() -> None:
    door = FakeReports()
    door.failed[role(1)] = JobError("ServiceFailure", "it broke")
    door.failed[role(2)] = None
    answers, _ = collect(door, [role(0), role(1), role(2)])
    assert isinstance(answers[role(0)], Usage)
    gap = answers[role(1)]
    assert isinstance(gap, Gap)
    assert (gap.reason, gap.code) == (GapReason.REPORT_FAILED, "ServiceFailure")
    assert "it broke" in gap.detail
    bare = answers[role(2)]
    assert isinstance(bare, Gap)
    assert bare.reason is GapReason.REPORT_FAILED


def test_a_lost_job_is_generated_once_more_and_read() -> None:
    door = FakeReports()
    door.lost[role(0)] = 1
    answers, _ = collect(door, [role(0)])
    assert isinstance(answers[role(0)], Usage)
    assert door.generated[role(0)] == 2


def test_a_job_that_is_lost_twice_is_a_gap() -> None:
    door = FakeReports()
    door.lost[role(0)] = 5
    answers, _ = collect(door, [role(0), role(1)])
    gap = answers[role(0)]
    assert isinstance(gap, Gap)
    assert gap.reason is GapReason.REPORT_LOST
    assert door.generated[role(0)] == 2
    assert isinstance(answers[role(1)], Usage)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (AccessDeniedError("no", code="AccessDenied"), GapReason.NOT_READABLE),
        (NoSuchEntityError("gone", code="NoSuchEntity"), GapReason.REPORT_LOST),
        (ThrottledError("slow down", code="Throttling"), GapReason.UNREACHABLE),
        (ServiceFaultError("oops", code="InternalFailure"), GapReason.UNREACHABLE),
        (DeadlineExceededError("no answer"), GapReason.TIMED_OUT),
    ],
)
def test_an_error_for_one_subject_is_its_gap_alone(error: AwsError, reason: GapReason) -> None:
    door = FakeReports()

    def refuse(_: int) -> None:
        raise error

    door.on_generate[role(1)] = refuse
    answers, _ = collect(door, [role(number) for number in range(3)])
    gap = answers[role(1)]
    assert isinstance(gap, Gap)
    assert (gap.reason, gap.code) == (reason, error.code)
    assert isinstance(answers[role(0)], Usage)
    assert isinstance(answers[role(2)], Usage)


def test_refused_credentials_spare_the_rest_the_asking() -> None:
    door = FakeReports()

    def refuse(_: int) -> None:
        raise CredentialsError("expired", code="ExpiredToken")

    subjects = [role(number) for number in range(100)]
    door.on_generate = dict.fromkeys(subjects, refuse)
    answers, _ = collect(door, subjects, JobLimits(in_flight=10))
    assert {answer.reason for answer in answers.values() if isinstance(answer, Gap)} == {GapReason.NOT_READABLE}
    assert len(answers) == 100
    assert door.calls <= 10


def test_a_job_that_never_ends_is_given_up_in_time() -> None:
    door = FakeReports(job_seconds=1e9)
    answers, seconds = collect(door, [role(0)], JobLimits(timeout_seconds=60))
    gap = answers[role(0)]
    assert isinstance(gap, Gap)
    assert gap.reason is GapReason.TIMED_OUT
    assert 60 <= seconds < 200


def test_all_pages_are_read_short_ones_and_the_last_without_a_marker() -> None:
    door = FakeReports()
    door.pages[role(0)] = [
        page(JobStatus.COMPLETED, created_at=START, rows=(row("a"),), marker="1"),
        page(JobStatus.COMPLETED, created_at=START, rows=(), marker="2"),
        page(JobStatus.COMPLETED, created_at=START, rows=(row("b", used=True), row("c", actions=None))),
    ]
    answers, _ = collect(door, [role(0)])
    usage = answers[role(0)]
    assert isinstance(usage, Usage)
    assert sorted(usage.services) == ["a", "b", "c"]
    assert usage.services["b"].used[0].name == "Get"
    assert usage.services["a"].tracked == ("Get", "List")
    assert usage.services["c"].tracked is None


@pytest.mark.parametrize("marker", [None, "0"])
def test_pages_that_do_not_end_are_a_gap_not_a_loop(marker: str | None) -> None:
    door = FakeReports()
    door.pages[role(0)] = [
        page(JobStatus.COMPLETED, created_at=START, rows=(row("a"),), marker=marker, is_truncated=True)
    ]
    answers, _ = collect(door, [role(0)])
    gap = answers[role(0)]
    assert isinstance(gap, Gap)
    assert gap.reason is GapReason.UNREACHABLE
    assert "never end" in gap.detail


def test_more_subjects_than_may_run_at_once_are_all_answered() -> None:
    door = FakeReports(job_seconds=2)
    answers, seconds = collect(door, [role(number) for number in range(50)], JobLimits(in_flight=5))
    assert len(answers) == 50
    assert seconds < 60


def test_cancelled_it_ends_at_once_and_keeps_what_was_delivered() -> None:
    door = FakeReports(job_seconds=3)
    door.seconds = {role(0): 0.0}
    delivered: list[Answer] = []

    async def work() -> float:
        task = asyncio.create_task(
            collect_reports(
                [role(0), role(1)],
                door=door,
                clock=VirtualClock(),
                progress=NoProgress(),
                deliver=delivered.append,
            )
        )
        await asyncio.sleep(2)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return VirtualClock().monotonic()

    assert run_virtually(work()) < 2.1
    assert [answer.subject for answer in delivered] == [role(0)]
