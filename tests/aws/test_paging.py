"""Pages end where AWS says they end, and never go round in circles (aws-facts, section 13)."""

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from aws.stand_ins import ScriptedTransport, make_caller
from leastwise.aws import AccountDoor, AuthorizationFilter, AuthorizationPage, JobStatus
from leastwise.aws.paging import follow_pages
from leastwise.aws.wire import Answer, SignedRequest
from leastwise.errors import ResponseError
from virtual_time import run_virtually


class Slice(Struct, frozen=True):
    """A page of numbers."""

    numbers: tuple[int, ...]
    is_truncated: bool
    marker: str | None


def follow(pages: Sequence[Slice]) -> list[int]:
    """The numbers of all pages, as they are followed by the markers 0, 1, 2, ..."""

    async def fetch(marker: str | None) -> Slice:
        await asyncio.sleep(0)
        return pages[0 if marker is None else int(marker)]

    async def work() -> list[int]:
        return [number async for page in follow_pages(fetch, refuse=ResponseError) for number in page.numbers]

    return run_virtually(work())


@given(st.lists(st.lists(st.integers(), max_size=3), min_size=1, max_size=6))
def test_every_row_of_every_page_comes_once_and_in_order_however_short_the_pages(rows: list[list[int]]) -> None:
    last = len(rows) - 1
    pages = [
        Slice(tuple(numbers), place < last, str(place + 1) if place < last else None)
        for place, numbers in enumerate(rows)
    ]
    assert follow(pages) == [number for numbers in rows for number in numbers]


@given(st.integers(1, 5), st.integers(0, 4))
def test_a_marker_that_comes_again_ends_in_an_error_and_not_in_a_loop(length: int, back: int) -> None:
    pages = [Slice((place,), is_truncated=True, marker=str(place + 1)) for place in range(1, length + 1)]
    circle = [Slice((0,), is_truncated=True, marker="1"), *pages]
    circle[-1] = Slice((length,), is_truncated=True, marker=str(max(1, length - back)))
    with pytest.raises(ResponseError, match="second time"):
        follow(circle)


def test_a_marker_on_the_last_page_is_not_followed() -> None:
    assert follow([Slice((1,), is_truncated=False, marker="0")]) == [1]


def gaad(users: int, *, ending: str) -> Answer:
    rows = "".join(
        f"<member><Path>/</Path><UserName>u{number}</UserName><UserId>AIDA{number}</UserId>"
        f"<Arn>arn:aws:iam::111122223333:user/u{number}</Arn><CreateDate>2026-01-01T00:00:00Z</CreateDate></member>"
        for number in range(users)
    )
    return Answer(
        200,
        "<GetAccountAuthorizationDetailsResponse><GetAccountAuthorizationDetailsResult>"
        f"<UserDetailList>{rows}</UserDetailList>{ending}"
        "</GetAccountAuthorizationDetailsResult></GetAccountAuthorizationDetailsResponse>".encode(),
    )


def more(marker: str) -> str:
    return f"<IsTruncated>true</IsTruncated><Marker>{marker}</Marker>"


def read_account(answers: Sequence[Answer]) -> tuple[list[AuthorizationPage], list[SignedRequest]]:
    transport = ScriptedTransport(answers)

    async def work() -> list[AuthorizationPage]:
        door = AccountDoor(make_caller(transport))
        return [page async for page in door.authorization_details([AuthorizationFilter.USER])]

    return run_virtually(work()), transport.requests


@pytest.mark.parametrize("ending", ["<IsTruncated>false</IsTruncated>", ""])
def test_the_account_is_read_to_its_last_page_which_has_no_marker(ending: str) -> None:
    pages, requests = read_account([gaad(3, ending=more("a")), gaad(0, ending=more("b")), gaad(2, ending=ending)])
    assert [len(page.users) for page in pages] == [3, 0, 2]
    assert len(requests) == 3


def test_a_truncated_page_without_a_marker_is_an_error_and_not_a_short_account() -> None:
    with pytest.raises(ResponseError, match="no Marker"):
        read_account([gaad(1, ending="<IsTruncated>true</IsTruncated>")])


def test_the_same_page_over_and_over_is_an_error() -> None:
    with pytest.raises(ResponseError, match="second time"):
        read_account([gaad(1, ending=more("a"))] * 9)


def report(services: int, *, ending: str = "", status: str = "COMPLETED") -> Answer:
    rows = "".join(
        f"<member><ServiceName>S</ServiceName><ServiceNamespace>s{number}</ServiceNamespace></member>"
        for number in range(services)
    )
    return Answer(
        200,
        "<GetServiceLastAccessedDetailsResponse><GetServiceLastAccessedDetailsResult>"
        f"<JobStatus>{status}</JobStatus><JobCreationDate>2026-11-24T12:00:00Z</JobCreationDate>"
        f"<ServicesLastAccessed>{rows}</ServicesLastAccessed>{ending}"
        "</GetServiceLastAccessedDetailsResult></GetServiceLastAccessedDetailsResponse>".encode(),
    )


def test_a_pending_or_failed_job_is_one_answer_with_its_status_and_reason() -> None:
    failed = "<Error><Code>ServiceFailure</Code><Message>broke</Message></Error>"

    async def work() -> list[JobStatus]:
        answers = [report(0, status="IN_PROGRESS"), report(0, status="FAILED", ending=failed)]
        door = AccountDoor(make_caller(ScriptedTransport(answers)))
        pages = [await door.service_last_accessed_details("j" * 36) for _ in answers]
        assert pages[-1].error is not None
        assert (pages[-1].error.code, pages[-1].error.message) == ("ServiceFailure", "broke")
        return [page.status for page in pages]

    assert run_virtually(work()) == [JobStatus.IN_PROGRESS, JobStatus.FAILED]


def test_a_truncated_report_without_a_marker_is_an_error() -> None:
    async def work() -> None:
        door = AccountDoor(make_caller(ScriptedTransport([report(3, ending="<IsTruncated>true</IsTruncated>")])))
        await door.service_last_accessed_details("j" * 36)

    with pytest.raises(ResponseError, match="no Marker"):
        run_virtually(work())
