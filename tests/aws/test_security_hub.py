"""Security Hub's door: signed and sent as AWS wants it, and every answer a record or an error that says what to do."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import pytest
from aiohttp import web
from botocore.parsers import create_parser
from botocore.validate import ParamValidator
from hypothesis import given
from hypothesis import strategies as st

from aws.query_protocol import operation_model
from aws.stand_ins import ScriptedTransport, make_caller
from leastwise import errors
from leastwise.aws import (
    ConnectionOptions,
    FailedFinding,
    SecurityHubDoor,
    StoredFinding,
    SystemClock,
    connect_security_hub,
    region_of,
)
from leastwise.aws.configuration import read_configuration
from leastwise.aws.security_hub_records import read_failed_findings, read_stored_findings
from leastwise.aws.wire import Answer
from virtual_time import run_virtually

REGION: Final = "eu-central-1"
PRODUCT: Final = f"arn:aws:securityhub:{REGION}:111122223333:product/111122223333/default"
TAKEN: Final = {"FailedCount": 0, "SuccessCount": 1, "FailedFindings": []}
MALFORMED: Final = [
    b"",
    b"<html>",
    b"[]",
    b"{}",
    b'{"FailedCount":1,"SuccessCount":0,"FailedFindings":[]}',
    b'{"Findings":[{"Id":"a"}]}',
    b'{"Findings":[{"Id":"a","CreatedAt":"2026","UpdatedAt":"2026"}]}',
    b'{"FailedCount":"\xff"}',
]


@pytest.fixture(autouse=True)
def keys(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys, so that calls are signed."""
    assert home.is_dir()
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")


def stored(number: int, *, state: str = "ACTIVE") -> dict[str, Any]:
    return {
        "Id": f"leastwise/111122223333/{number}",
        "CreatedAt": "2026-11-01T00:00:00.000Z",
        "UpdatedAt": "2026-11-20T00:00:00Z",
        "RecordState": state,
        "Workflow": {"Status": "NEW"},
    }


class RestAws:
    """A server that answers in the order of a script, and remembers what came."""

    def __init__(self, *script: web.Response) -> None:
        self.url = ""
        self.paths: list[str] = []
        self.bodies: list[dict[str, Any]] = []
        self.scopes: list[str] = []
        self._script = iter(script)

    async def handle(self, request: web.Request) -> web.Response:
        assert request.content_type == "application/json"
        self.paths.append(request.raw_path)
        self.bodies.append(await request.json())
        self.scopes.append(request.headers["Authorization"].partition("Credential=")[2].partition(",")[0])
        return next(self._script)


@asynccontextmanager
async def serving(*script: web.Response, attempts: int = 8) -> AsyncIterator[tuple[RestAws, SecurityHubDoor]]:
    aws = RestAws(*script)
    application = web.Application()
    application.router.add_post("/{path:.*}", aws.handle)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    aws.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    options = ConnectionOptions(endpoint_url=aws.url, region="us-east-1", maximum_attempts=attempts)
    try:
        async with connect_security_hub(options, region=REGION, clock=SystemClock()) as door:
            yield aws, door
    finally:
        await runner.cleanup()


def refused(status: int, code: str, message: str = "no") -> web.Response:
    return web.json_response({"Message": message}, status=status, headers={"x-amzn-ErrorType": code})


async def listed(door: SecurityHubDoor) -> list[StoredFinding]:
    found = door.stored_findings(product=PRODUCT, account="111122223333", generator="leastwise/")
    return [one async for one in found]


async def test_findings_are_sent_as_they_are_and_what_failed_is_named() -> None:
    failure = {"Id": "b", "ErrorCode": "InvalidInput", "ErrorMessage": "no such thing"}
    answer = {"FailedCount": 1, "SuccessCount": 1, "FailedFindings": [failure]}
    async with serving(web.json_response(answer)) as (aws, door):
        failed = await door.import_findings([b'{"Id":"a"}', b'{"Id":"b"}'])
    assert failed == (FailedFinding("b", "InvalidInput", "no such thing"),)
    assert (aws.paths, aws.bodies) == (["/findings/import"], [{"Findings": [{"Id": "a"}, {"Id": "b"}]}])
    (scope,) = aws.scopes
    assert scope.split("/")[2:] == [REGION, "securityhub", "aws4_request"], "the region that was asked for"


async def test_every_page_is_had_of_the_findings_that_are_ours() -> None:
    first = web.json_response({"Findings": [stored(1), stored(2, state="ARCHIVED")], "NextToken": "t"})
    async with serving(first, web.json_response({"Findings": [stored(3)]})) as (aws, door):
        found = await listed(door)
    assert [(one.id[-1], one.is_active) for one in found] == [("1", True), ("2", False), ("3", True)]
    assert found[0].first_seen_at == found[0].created_at < found[0].updated_at
    assert json.loads(found[0].text) == stored(1)
    assert aws.paths == ["/findings", "/findings"]
    assert "NextToken" not in aws.bodies[0]
    assert aws.bodies[1] == {**aws.bodies[0], "NextToken": "t"}
    shape = operation_model("securityhub", "GetFindings").input_shape
    assert shape is not None
    assert not ParamValidator().validate(aws.bodies[1], shape).has_errors()
    filters = {name: (one["Comparison"], one["Value"]) for name, (one,) in aws.bodies[0]["Filters"].items()}
    assert filters == {
        "ProductArn": ("EQUALS", PRODUCT),
        "AwsAccountId": ("EQUALS", "111122223333"),
        "GeneratorId": ("PREFIX", "leastwise/"),
    }


@pytest.mark.parametrize(
    ("status", "code", "expected", "hint"),
    [
        (401, "InvalidAccessException", errors.AwsError, f"enable-security-hub --region {REGION}"),
        (403, "AccessDeniedException", errors.AccessDeniedError, "permissions scan --send securityhub"),
        (400, "InvalidInputException", errors.InvalidInputError, ""),
        (429, "LimitExceededException", errors.ThrottledError, ""),
        (500, "InternalException", errors.ServiceFaultError, ""),
    ],
)
async def test_a_refusal_becomes_its_error_and_says_what_to_do(
    status: int, code: str, expected: type[errors.AwsError], hint: str
) -> None:
    message = "Account 111122223333 is not subscribed to AWS Security Hub"
    async with serving(refused(status, code, message), attempts=1) as (_, door):
        with pytest.raises(errors.AwsError) as caught:
            await door.import_findings([b'{"Id":"a"}'])
    assert type(caught.value) is expected
    assert hint in caught.value.hint
    assert str(caught.value) == f"securityhub:BatchImportFindings: {code}: {message}"


async def test_throttling_and_faults_are_tried_again() -> None:
    script = [refused(429, "LimitExceededException"), refused(500, "InternalException"), web.json_response(TAKEN)]
    async with serving(*script) as (aws, door):
        assert await door.import_findings([b'{"Id":"a"}']) == ()
    assert len(aws.bodies) == 3


@pytest.mark.parametrize("body", MALFORMED)
def test_an_answer_that_is_not_as_documented_is_a_response_error(body: bytes) -> None:
    async def work() -> None:
        door = SecurityHubDoor(make_caller(ScriptedTransport([Answer(200, body)] * 2)), REGION)
        with pytest.raises(errors.ResponseError):
            await door.import_findings([b"{}"])
        with pytest.raises(errors.ResponseError):
            await listed(door)

    run_virtually(work())


def test_a_token_that_comes_again_ends_the_pages() -> None:
    async def work() -> None:
        transport = ScriptedTransport([Answer(200, b'{"Findings":[],"NextToken":"t"}')] * 9)
        with pytest.raises(errors.ResponseError, match="second time"):
            await listed(SecurityHubDoor(make_caller(transport), REGION))

    run_virtually(work())


@pytest.mark.parametrize(
    ("region", "url"),
    [
        ("eu-central-1", "https://securityhub.eu-central-1.amazonaws.com"),
        ("cn-north-1", "https://securityhub.cn-north-1.amazonaws.com.cn"),
        ("us-gov-west-1", "https://securityhub.us-gov-west-1.amazonaws.com"),
    ],
)
def test_it_is_called_in_its_region(region: str, url: str) -> None:
    endpoint = read_configuration(ConnectionOptions(region=region), ("securityhub",)).endpoints["securityhub"]
    assert (endpoint.url, endpoint.region, endpoint.signing_name) == (url, region, "securityhub")


def test_a_region_is_that_of_the_options_or_of_the_environment_or_of_the_profile(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "config").write_text("[profile there]\nregion = ap-south-1\n")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-3")
    assert region_of(ConnectionOptions(region="us-east-2"), purpose="a test") == "us-east-2"
    assert region_of(ConnectionOptions(), purpose="a test") == "eu-west-3"
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    assert region_of(ConnectionOptions(profile="there"), purpose="a test") == "ap-south-1"
    with pytest.raises(errors.CredentialsError, match="nobody"):
        region_of(ConnectionOptions(profile="nobody"), purpose="a test")


def test_without_a_region_there_is_one_clear_line() -> None:
    with pytest.raises(errors.UsageError, match="--send needs a region") as caught:
        region_of(ConnectionOptions(), purpose="--send")
    assert "--region" in caught.value.hint


_TEXTS: Final = st.text(min_size=1)
_FAILURES: Final = st.lists(
    st.fixed_dictionaries({"Id": _TEXTS, "ErrorCode": _TEXTS, "ErrorMessage": _TEXTS}, optional={"New": _TEXTS})
)
_MOMENTS: Final = st.sampled_from(["2026-11-24T12:00:00Z", "2026-11-24T12:00:00.123Z", "2026-11-24T13:00:00+01:00"])
_STORED: Final = st.fixed_dictionaries(
    {"Id": _TEXTS, "CreatedAt": _MOMENTS, "UpdatedAt": _MOMENTS},
    optional={"FirstObservedAt": _MOMENTS, "RecordState": st.sampled_from(["ACTIVE", "ARCHIVED"]), "Title": _TEXTS},
)
_PAGES: Final = st.fixed_dictionaries({"Findings": st.lists(_STORED)}, optional={"NextToken": _TEXTS})


def parsed(operation: str, body: bytes) -> dict[str, Any]:
    """What botocore's own parser makes of an answer."""
    model = operation_model("securityhub", operation)
    assert model.output_shape is not None
    found: dict[str, Any] = create_parser("rest-json").parse(
        {"body": body, "headers": {}, "status_code": 200}, model.output_shape
    )
    return found


@given(failures=_FAILURES)
def test_failures_are_read_as_botocore_reads_them(failures: list[dict[str, str]]) -> None:
    answer = {"FailedCount": len(failures), "SuccessCount": 1, "FailedFindings": failures}
    body = json.dumps(answer).encode()
    theirs = parsed("BatchImportFindings", body)["FailedFindings"]
    assert [(one.id, one.code, one.message) for one in read_failed_findings(body)] == [
        (one["Id"], one["ErrorCode"], one["ErrorMessage"]) for one in theirs
    ]


@given(page=_PAGES)
def test_stored_findings_are_read_as_botocore_reads_them(page: dict[str, Any]) -> None:
    body = json.dumps(page).encode()
    theirs, ours = parsed("GetFindings", body), read_stored_findings(body)
    assert ours.marker == theirs.get("NextToken")
    assert [(one.id, one.is_active) for one in ours.findings] == [
        (one["Id"], one.get("RecordState", "ACTIVE") == "ACTIVE") for one in theirs["Findings"]
    ]
    assert [json.loads(one.text) for one in ours.findings] == page["Findings"]
