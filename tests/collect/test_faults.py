"""Whatever goes wrong on the way to some subjects' reports, the others' reports are as in a quiet run."""

from collections.abc import Callable, Mapping, Sequence
from enum import Enum, auto
from typing import NoReturn

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct

from fake_aws import FakeReports, page, row
from leastwise.aws import JobError, JobStatus, LastAccessedPage
from leastwise.collect import JobLimits, NoProgress
from leastwise.collect.jobs import Answer, collect_reports
from leastwise.errors import (
    AccessDeniedError,
    AwsError,
    ConnectionFailedError,
    DeadlineExceededError,
    InvalidInputError,
    NoSuchEntityError,
    ResponseError,
    ServiceFaultError,
    ThrottledError,
)
from leastwise.evidence import Gap, GapReason, Usage
from leastwise.policy import Arn
from virtual_time import START, VirtualClock, run_virtually

TIMEOUT_SECONDS = 120.0


class Trouble(Enum):
    """What may befall a subject."""

    NONE = auto()
    REFUSED = auto()
    LOST_ON_THE_WAY = auto()
    FAILED = auto()
    LOST_ONCE = auto()
    LOST_FOR_EVER = auto()
    SLOW = auto()
    NEVER_READY = auto()
    MANY_PAGES = auto()
    ENDLESS_PAGES = auto()


HARMLESS = {Trouble.NONE, Trouble.LOST_ONCE, Trouble.SLOW, Trouble.MANY_PAGES}
"""What costs time or calls, but no answer."""

ERRORS: Mapping[type[AwsError], GapReason] = {
    AccessDeniedError: GapReason.NOT_READABLE,
    ConnectionFailedError: GapReason.UNREACHABLE,
    DeadlineExceededError: GapReason.TIMED_OUT,
    InvalidInputError: GapReason.UNREACHABLE,
    NoSuchEntityError: GapReason.REPORT_LOST,
    ResponseError: GapReason.UNREACHABLE,
    ServiceFaultError: GapReason.UNREACHABLE,
    ThrottledError: GapReason.UNREACHABLE,
}
"""What AWS may say of one subject. Refused credentials are not among them: they are of every subject alike."""


class Fate(Struct, frozen=True):
    """What befalls one subject."""

    trouble: Trouble
    error: type[AwsError]
    number: int
    """How many seconds or pages more, where the trouble has such."""

    @property
    def reason(self) -> GapReason | None:
        """Why there is no answer; None if there is one."""
        return {
            Trouble.REFUSED: ERRORS[self.error],
            Trouble.LOST_ON_THE_WAY: ERRORS[self.error],
            Trouble.FAILED: GapReason.REPORT_FAILED,
            Trouble.LOST_FOR_EVER: GapReason.REPORT_LOST,
            Trouble.NEVER_READY: GapReason.TIMED_OUT,
            Trouble.ENDLESS_PAGES: GapReason.UNREACHABLE,
        }.get(self.trouble)


fates = st.builds(Fate, st.sampled_from(Trouble), st.sampled_from(sorted(ERRORS, key=str)), st.integers(0, 40))


def arn(number: int) -> Arn:
    return Arn(f"arn:aws:iam::111122223333:role/r{number}")


def raising(error: type[AwsError]) -> Callable[..., NoReturn]:
    def refuse(*_: object) -> NoReturn:
        raise error("no", code="Code")

    return refuse


def cut(pages: int) -> list[LastAccessedPage]:
    """The usual report on so many pages and two more, most of them empty."""
    rows = [(row("s3", used=True),), (row("sqs"),), *[()] * pages]
    last = len(rows) - 1
    return [
        page(JobStatus.COMPLETED, created_at=START, rows=one, marker=None if at == last else str(at + 1))
        for at, one in enumerate(rows)
    ]


def door_of(all_fates: Sequence[Fate]) -> FakeReports:
    door = FakeReports(job_seconds=2)
    for number, fate in enumerate(all_fates):
        _befall(door, arn(number), fate)
    return door


def _befall(door: FakeReports, subject: Arn, fate: Fate) -> None:  # noqa: C901 - a case a trouble
    match fate.trouble:
        case Trouble.NONE:
            pass
        case Trouble.REFUSED:
            door.on_generate[subject] = raising(fate.error)
        case Trouble.LOST_ON_THE_WAY:
            door.on_poll[subject] = raising(fate.error)
        case Trouble.FAILED:
            door.failed[subject] = JobError("ServiceFailure", "it broke") if fate.number % 2 else None
        case Trouble.LOST_ONCE:
            door.lost[subject] = 1
        case Trouble.LOST_FOR_EVER:
            door.lost[subject] = 1000
        case Trouble.SLOW:
            door.seconds[subject] = float(fate.number)
        case Trouble.NEVER_READY:
            door.seconds[subject] = 1e9
        case Trouble.MANY_PAGES:
            door.pages[subject] = cut(fate.number)
        case Trouble.ENDLESS_PAGES:
            endless = page(JobStatus.COMPLETED, created_at=START, rows=(row("s3"),), marker="0")
            door.pages[subject] = [endless]


def answers(door: FakeReports, count: int, *, in_flight: int = 1000) -> list[Answer]:
    """Everything that was delivered, in the order in which it came."""
    delivered: list[Answer] = []
    run_virtually(
        collect_reports(
            [arn(number) for number in range(count)],
            door=door,
            clock=VirtualClock(),
            progress=NoProgress(),
            deliver=delivered.append,
            limits=JobLimits(in_flight=in_flight, timeout_seconds=TIMEOUT_SECONDS),
        )
    )
    return delivered


@given(st.lists(fates, min_size=1, max_size=25), st.integers(1, 30))
@settings(deadline=None, max_examples=150)
def test_every_subject_gets_one_answer_and_trouble_with_one_changes_nothing_for_another(
    drawn: list[Fate], in_flight: int
) -> None:
    quiet = {answer.subject: answer for answer in answers(door_of([]), len(drawn))}
    delivered = answers(door_of(drawn), len(drawn), in_flight=in_flight)
    assert sorted(answer.subject for answer in delivered) == sorted(quiet), "one answer a subject"
    for answer in delivered:
        fate = drawn[int(answer.subject.name.removeprefix("r"))]
        if fate.trouble in HARMLESS:
            assert isinstance(answer, Usage)
            assert answer == quiet[answer.subject]
        else:
            assert isinstance(answer, Gap)
            assert answer.reason is fate.reason
            assert answer.detail, "a reason says what happened"


@given(st.lists(fates, min_size=1, max_size=15))
@settings(deadline=None, max_examples=40)
def test_no_trouble_makes_aws_be_asked_without_end(drawn: list[Fate]) -> None:
    door = door_of(drawn)
    answers(door, len(drawn))
    assert max(door.generated.values(), default=0) <= 2
    assert max(door.polls.values(), default=0) <= 8
    pages = sum(fate.number + 2 for fate in drawn if fate.trouble is Trouble.MANY_PAGES)
    assert door.calls <= len(drawn) * 2 * (1 + 8) + pages
