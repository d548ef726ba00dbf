"""The event history's door: signed and sent as CloudTrail wants it, two calls a second, and every page a record."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest
from botocore.parsers import create_parser
from hypothesis import given
from hypothesis import strategies as st

from aws.query_protocol import operation_model
from aws.stand_ins import ScriptedTransport, make_caller
from leastwise import errors
from leastwise.aws import ConnectionOptions, EventHistoryDoor, SystemClock, connect_event_history
from leastwise.aws.configuration import read_configuration
from leastwise.aws.event_history import read_event_page
from leastwise.aws.signer import Signer
from leastwise.aws.wire import Answer, Call, Keys
from leastwise.sandbox import Sandbox, SandboxOptions
from virtual_time import run_virtually

START: Final = datetime(2026, 11, 24, tzinfo=UTC)
END: Final = datetime(2100, 1, 1, tzinfo=UTC)
MALFORMED: Final = [b"", b"[]", b'{"Events": 7}', b'{"Events": [{"EventTime": "noon"}]}', b'{"NextToken": "\xff"}']


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(SandboxOptions(company=False, account_id="500000000005")) as running:
        yield running


@pytest.fixture(autouse=True)
def keys(home: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys that the sandbox knows."""
    assert home.is_dir()
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", sandbox.admin_credentials.access_key_id)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", sandbox.admin_credentials.secret_access_key)


class HastyClock(SystemClock):
    """Waits for nothing, and counts the waiting as time that has passed."""

    def __init__(self) -> None:
        self.waited = 0.0

    def monotonic(self) -> float:
        return super().monotonic() + self.waited

    async def sleep(self, seconds: float) -> None:
        self.waited += max(0.0, seconds)


def events(number: int, **more: str) -> Answer:
    """A page with so many events."""
    found = [{"EventId": f"e-{one}", "EventTime": 1.5, "CloudTrailEvent": "{}"} for one in range(number)]
    return Answer(200, json.dumps({"Events": found, **more}).encode())


async def test_the_sandbox_takes_the_signature_and_gives_all_pages_two_a_second(sandbox: Sandbox) -> None:
    clock = HastyClock()
    options = ConnectionOptions(endpoint_url=sandbox.endpoint_url, region="us-east-1")
    async with connect_event_history(options, clock=clock) as door:
        for _ in range(60):
            assert [page async for page in door.lookup_events(START, START)]
        began, before = clock.monotonic(), sandbox.tally.calls("cloudtrail:LookupEvents")
        found = [
            event async for page in door.lookup_events(datetime(2000, 1, 1, tzinfo=UTC), END) for event in page.events
        ]
    assert len({event.event_id for event in found}) == len(found) == 60
    assert json.loads(found[0].cloud_trail_event)["eventName"] == "LookupEvents"
    assert sandbox.tally.calls("cloudtrail:LookupEvents") - before == 2
    assert clock.monotonic() - began >= 0.9


def test_a_call_names_its_operation_as_json_1_1_does() -> None:
    endpoints = read_configuration(ConnectionOptions(region="eu-west-1"), ("cloudtrail",)).endpoints
    call = Call(service="cloudtrail", operation="LookupEvents", path="/", json=b"{}", target="a.b.LookupEvents")
    request = Signer(endpoints, clock=SystemClock()).sign(call, Keys("AKID", "secret", None))
    headers = dict(request.headers)
    assert request.url == "https://cloudtrail.eu-west-1.amazonaws.com/"
    assert (headers["X-Amz-Target"], headers["Content-Type"]) == ("a.b.LookupEvents", "application/x-amz-json-1.1")
    assert "/eu-west-1/cloudtrail/aws4_request" in headers["Authorization"]


def test_pages_are_followed_to_the_last() -> None:
    async def work() -> None:
        transport = ScriptedTransport([events(2, NextToken="t"), events(0, NextToken="u"), events(1)])
        pages = [page async for page in EventHistoryDoor(make_caller(transport)).lookup_events(START, END)]
        assert [len(page.events) for page in pages] == [2, 0, 1]

    run_virtually(work())


def test_a_token_that_comes_again_ends_the_pages() -> None:
    async def work() -> None:
        door = EventHistoryDoor(make_caller(ScriptedTransport([events(1, NextToken="t")] * 9)))
        with pytest.raises(errors.ResponseError, match="second time"):
            [page async for page in door.lookup_events(START, END)]

    run_virtually(work())


@pytest.mark.parametrize("body", MALFORMED)
def test_an_answer_that_is_not_as_documented_is_a_response_error(body: bytes) -> None:
    async def work() -> None:
        door = EventHistoryDoor(make_caller(ScriptedTransport([Answer(200, body)])))
        with pytest.raises(errors.ResponseError):
            [page async for page in door.lookup_events(START, END)]

    run_virtually(work())


async def test_without_a_region_there_is_one_clear_line() -> None:
    with pytest.raises(errors.UsageError, match="specify a region"):
        async with connect_event_history(ConnectionOptions(), clock=SystemClock()):
            pass


_EVENTS: Final = st.fixed_dictionaries(
    {},
    optional={
        "EventId": st.text(),
        "EventTime": st.floats(0, 4e9) | st.integers(0, 4 * 10**9),
        "CloudTrailEvent": st.text(),
        "Username": st.text(),
        "Resources": st.just([{"ResourceType": "x"}]),
    },
)
_PAGES: Final = st.fixed_dictionaries(
    {}, optional={"Events": st.lists(_EVENTS, max_size=3), "NextToken": st.text(min_size=1), "New": st.integers()}
)


@given(answer=_PAGES, ascii_only=st.booleans())
def test_pages_are_read_as_botocore_reads_them(answer: dict[str, Any], ascii_only: bool) -> None:  # noqa: FBT001 - drawn
    body = json.dumps(answer, ensure_ascii=ascii_only).encode()
    model = operation_model("cloudtrail", "LookupEvents")
    assert model.output_shape is not None
    theirs: dict[str, Any] = create_parser("json").parse(
        {"body": body, "headers": {}, "status_code": 200}, model.output_shape
    )
    ours = read_event_page(body)
    assert ours.marker == theirs.get("NextToken")
    assert [(one.event_id, one.cloud_trail_event) for one in ours.events] == [
        (one.get("EventId", ""), one.get("CloudTrailEvent", "")) for one in theirs.get("Events", [])
    ]
