"""Access Analyzer's door: signed and sent as AWS wants it, few calls at once, and every answer a record or an error."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import pytest
from aiohttp import web
from botocore.parsers import create_parser
from hypothesis import given
from hypothesis import strategies as st

from aws.query_protocol import operation_model
from aws.stand_ins import ScriptedTransport, make_caller
from leastwise import errors
from leastwise.aws import AnalyzerDoor, ConnectionOptions, FindingType, SystemClock, connect_analyzer
from leastwise.aws.analysis import read_new_access, read_policy_findings
from leastwise.aws.configuration import read_configuration
from leastwise.aws.wire import Answer, SignedRequest
from leastwise.sandbox import Sandbox, SandboxOptions
from virtual_time import run_virtually

NARROW: Final = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}'
WIDE: Final = NARROW.replace("GetObject", "*")
MALFORMED: Final = [
    b"",
    b"<html>",
    b"[]",
    b"{}",
    b'{"result":"PERHAPS"}',
    b'{"findings":[{"findingType":"ERROR"}]}',
    b'{"result":"\xff"}',
]
PASS: Final = Answer(200, b'{"result":"PASS","message":"nothing new","reasons":[]}')


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(SandboxOptions(company=False, account_id="500000000001")) as running:
        yield running


@pytest.fixture(autouse=True)
def keys(home: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys that the sandbox knows."""
    assert home.is_dir()
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", sandbox.admin_credentials.access_key_id)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", sandbox.admin_credentials.secret_access_key)


def options(url: str, *, attempts: int = 8) -> ConnectionOptions:
    return ConnectionOptions(endpoint_url=url, region="eu-central-1", maximum_attempts=attempts)


async def test_the_sandbox_takes_the_signature_and_gives_its_answers(sandbox: Sandbox) -> None:
    async with connect_analyzer(options(sandbox.endpoint_url), clock=SystemClock()) as door:
        less, more = await door.check_no_new_access(NARROW, WIDE), await door.check_no_new_access(WIDE, NARROW)
        (finding,) = await door.validate_policy(NARROW.replace("GetObject", "Nothing"))
        assert await door.validate_policy(NARROW) == ()
    assert (less.is_possible, less.reasons) == (False, ())
    assert [(one.statement_index, one.statement_id) for one in more.reasons] == [(0, None)]
    assert more.is_possible
    assert (finding.type, finding.code, finding.paths) == (
        FindingType.ERROR,
        "INVALID_ACTION",
        ("Statement[0].Action",),
    )


async def test_every_page_of_findings_is_had(sandbox: Sandbox) -> None:
    actions = json.dumps([f"s3:Nothing{number}" for number in range(230)])
    before = sandbox.tally.calls("access-analyzer:ValidatePolicy")
    async with connect_analyzer(options(sandbox.endpoint_url), clock=SystemClock()) as door:
        findings = await door.validate_policy(NARROW.replace('"s3:GetObject"', actions))
    assert [one.paths for one in findings] == [(f"Statement[0].Action[{number}]",) for number in range(230)]
    assert sandbox.tally.calls("access-analyzer:ValidatePolicy") - before == 3


@pytest.mark.parametrize(
    ("region", "url"),
    [
        ("eu-central-1", "https://access-analyzer.eu-central-1.amazonaws.com"),
        ("cn-north-1", "https://access-analyzer.cn-north-1.amazonaws.com.cn"),
        ("us-gov-west-1", "https://access-analyzer.us-gov-west-1.amazonaws.com"),
    ],
)
def test_it_is_called_in_the_region_that_is_configured(region: str, url: str) -> None:
    endpoint = read_configuration(ConnectionOptions(region=region), ("access-analyzer",)).endpoints["access-analyzer"]
    assert (endpoint.url, endpoint.region, endpoint.signing_name) == (url, region, "access-analyzer")


def test_a_region_and_an_endpoint_of_its_own_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-3")
    monkeypatch.setenv("AWS_ENDPOINT_URL_ACCESSANALYZER", "http://analyzer.example.test/some/path")
    endpoint = read_configuration(ConnectionOptions(), ("access-analyzer",)).endpoints["access-analyzer"]
    assert (endpoint.url, endpoint.region) == ("http://analyzer.example.test/some/path", "eu-west-3")


async def test_without_a_region_there_is_one_clear_line() -> None:
    with pytest.raises(errors.UsageError, match="specify a region") as caught:
        async with connect_analyzer(ConnectionOptions(), clock=SystemClock()):
            pass
    assert "--region" in caught.value.hint


class RestAws:
    """A server that answers in the order of a script, and remembers what came."""

    def __init__(self, *script: web.Response) -> None:
        self.url = ""
        self.paths: list[str] = []
        self.bodies: list[bytes] = []
        self._script = iter(script)

    async def handle(self, request: web.Request) -> web.Response:
        self.paths.append(request.raw_path)
        self.bodies.append(await request.read())
        assert request.content_type == "application/json"
        return next(self._script)


@asynccontextmanager
async def serving(*script: web.Response) -> AsyncIterator[RestAws]:
    aws = RestAws(*script)
    application = web.Application()
    application.router.add_post("/{path:.*}", aws.handle)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    aws.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield aws
    finally:
        await runner.cleanup()


def refused(status: int, code: str, message: str = "no") -> web.Response:
    return web.json_response({"message": message}, status=status, headers={"x-amzn-ErrorType": code})


def nothing_new() -> web.Response:
    return web.json_response({"result": "PASS", "message": "fine", "reasons": []})


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (403, "AccessDeniedException", errors.AccessDeniedError),
        (400, "ValidationException", errors.InvalidInputError),
        (400, "InvalidParameterException", errors.InvalidInputError),
        (400, "aws.analyzer#InvalidParameterException:http://internal.amazon.com/coral/#x", errors.InvalidInputError),
        (422, "UnprocessableEntityException", errors.InvalidInputError),
        (429, "ThrottlingException", errors.ThrottledError),
        (500, "InternalServerException", errors.ServiceFaultError),
        (403, "UnrecognizedClientException", errors.CredentialsError),
        (403, "ExpiredTokenException", errors.CredentialsError),
        (418, "TeapotException", errors.AwsError),
        (403, "", errors.ResponseError),
    ],
)
async def test_a_code_in_the_header_alone_becomes_its_error(
    status: int, code: str, expected: type[errors.AwsError]
) -> None:
    async with (
        serving(refused(status, code)) as aws,
        connect_analyzer(options(aws.url, attempts=1), clock=SystemClock()) as door,
    ):
        with pytest.raises(errors.AwsError) as caught:
            await door.check_no_new_access(NARROW, WIDE, arn="arn:aws:iam::111122223333:role/r")
    error = caught.value
    assert type(error) is expected
    assert (error.operation, error.arn) == ("access-analyzer:CheckNoNewAccess", "arn:aws:iam::111122223333:role/r")
    assert (error.status, error.message) == (status, "no")
    assert error.code == code.partition(":")[0].rpartition("#")[2]


async def test_throttling_and_faults_are_tried_again() -> None:
    script = [refused(429, "ThrottlingException"), refused(500, "InternalServerException"), nothing_new()]
    async with serving(*script) as aws, connect_analyzer(options(aws.url), clock=SystemClock()) as door:
        assert not (await door.check_no_new_access(NARROW, WIDE)).is_possible
    assert len(aws.paths) == 3
    assert len(set(aws.bodies)) == 1


async def test_a_proxy_carries_the_calls_and_a_path_of_the_endpoint_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving(nothing_new()) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        async with connect_analyzer(options("http://aws.example.test/some/path/"), clock=SystemClock()) as door:
            await door.check_no_new_access(NARROW, WIDE)
    assert proxy.paths == ["http://aws.example.test/some/path/policy/check-no-new-access"]


@pytest.mark.parametrize("body", MALFORMED)
def test_an_answer_that_is_not_as_documented_is_a_response_error(body: bytes) -> None:
    async def work() -> None:
        door = AnalyzerDoor(make_caller(ScriptedTransport([Answer(200, body)] * 2)))
        with pytest.raises(errors.ResponseError):
            await door.check_no_new_access(NARROW, WIDE)
        with pytest.raises(errors.ResponseError):
            await door.validate_policy(NARROW)

    run_virtually(work())


def test_a_token_that_comes_again_ends_the_pages() -> None:
    async def work() -> None:
        transport = ScriptedTransport([Answer(200, b'{"findings":[],"nextToken":"t"}')] * 9)
        with pytest.raises(errors.ResponseError, match="second time"):
            await AnalyzerDoor(make_caller(transport)).validate_policy(NARROW)
        assert len(transport.requests) == 2

    run_virtually(work())


class CrowdedTransport(ScriptedTransport):
    """Says PASS after a second, and how many calls were under way at once at most."""

    def __init__(self) -> None:
        super().__init__([])
        self.most = 0
        self._under_way = 0

    async def post(self, request: SignedRequest, *, seconds: float) -> Answer:
        del request, seconds
        self._under_way += 1
        self.most = max(self.most, self._under_way)
        await asyncio.sleep(1)
        self._under_way -= 1
        return PASS


def test_few_calls_are_under_way_at_once() -> None:
    transport = CrowdedTransport()

    async def work() -> None:
        caller = make_caller(transport)
        door = AnalyzerDoor(caller)
        await asyncio.gather(*(door.check_no_new_access(NARROW, WIDE) for _ in range(40)))

    run_virtually(work())
    assert 2 <= transport.most <= 4


class HastyClock(SystemClock):
    """Waits for nothing, and counts the waiting as time that has passed."""

    def __init__(self) -> None:
        self.waited = 0.0

    def monotonic(self) -> float:
        return super().monotonic() + self.waited

    async def sleep(self, seconds: float) -> None:
        self.waited += max(0.0, seconds)
        await asyncio.sleep(0)


@pytest.mark.parametrize(("calls", "least_seconds"), [(6, 0.6), (121, 6.0)])
async def test_calls_keep_their_distance_whatever_rate_iam_is_called_at(
    sandbox: Sandbox, calls: int, least_seconds: float
) -> None:
    clock = HastyClock()
    eager = ConnectionOptions(
        endpoint_url=sandbox.endpoint_url, region="us-east-1", calls_per_second=500, maximum_calls_per_second=500
    )
    began = clock.monotonic()
    async with connect_analyzer(eager, clock=clock) as door:
        await asyncio.gather(*(door.check_no_new_access(NARROW, WIDE) for _ in range(calls)))
    assert clock.monotonic() - began >= least_seconds


_ELEMENTS: Final = st.one_of(
    st.builds(lambda index: {"index": index}, st.integers(0, 99)),
    st.builds(lambda kind, name: {kind: name}, st.sampled_from(["key", "value"]), st.text(min_size=1)),
    st.just({"substring": {"start": 1, "length": 2}}),
)
_SPANS: Final = st.just({"start": {"line": 1, "column": 0, "offset": 0}, "end": {"line": 1, "column": 1, "offset": 1}})
_LOCATIONS: Final = st.fixed_dictionaries({"path": st.lists(_ELEMENTS, max_size=4), "span": _SPANS})
_FINDINGS: Final = st.fixed_dictionaries(
    {
        "findingType": st.sampled_from([one.value for one in FindingType]),
        "issueCode": st.text(),
        "findingDetails": st.text(),
        "learnMoreLink": st.text(),
        "locations": st.lists(_LOCATIONS, max_size=3),
    }
)
_FINDING_PAGES: Final = st.fixed_dictionaries(
    {"findings": st.lists(_FINDINGS, max_size=3)}, optional={"nextToken": st.text(min_size=1), "new": st.integers()}
)
_REASONS: Final = st.fixed_dictionaries(
    {}, optional={"description": st.text(), "statementIndex": st.integers(0, 99), "statementId": st.text()}
)
_ACCESS: Final = st.fixed_dictionaries(
    {"result": st.sampled_from(["PASS", "FAIL"])},
    optional={"message": st.text(), "reasons": st.lists(_REASONS, max_size=3), "new": st.text()},
)


def parsed(operation: str, body: bytes) -> dict[str, Any]:
    """What botocore's own parser makes of an answer."""
    model = operation_model("accessanalyzer", operation)
    assert model.output_shape is not None
    found: dict[str, Any] = create_parser("rest-json").parse(
        {"body": body, "headers": {}, "status_code": 200}, model.output_shape
    )
    return found


@given(answer=_FINDING_PAGES, ascii_only=st.booleans())
def test_findings_are_read_as_botocore_reads_them(answer: dict[str, Any], ascii_only: bool) -> None:  # noqa: FBT001 - drawn
    body = json.dumps(answer, ensure_ascii=ascii_only).encode()
    theirs, ours = parsed("ValidatePolicy", body), read_policy_findings(body)
    assert ours.marker == theirs.get("nextToken")
    assert [(one.type.value, one.code, one.details) for one in ours.findings] == [
        (one["findingType"], one["issueCode"], one["findingDetails"]) for one in theirs["findings"]
    ]
    for mine, yours in zip(ours.findings, theirs["findings"], strict=True):
        steps = [location["path"] for location in yours["locations"]]
        paths = ["".join(map(step_text, path)).removeprefix(".") for path in steps]
        assert list(mine.paths) == [path for path in paths if path]


def step_text(step: dict[str, Any]) -> str:
    if "index" in step:
        return f"[{step['index']}]"
    return "".join(f".{step[kind]}" for kind in ("key", "value") if kind in step)


@given(answer=_ACCESS)
def test_new_access_is_read_as_botocore_reads_it(answer: dict[str, Any]) -> None:
    body = json.dumps(answer).encode()
    theirs, ours = parsed("CheckNoNewAccess", body), read_new_access(body)
    assert ours.is_possible is (theirs["result"] == "FAIL")
    assert ours.message == theirs.get("message", "")
    assert [(one.description, one.statement_index, one.statement_id) for one in ours.reasons] == [
        (one.get("description", ""), one.get("statementIndex"), one.get("statementId"))
        for one in theirs.get("reasons", [])
    ]
