"""Conditional writes: decided by the service in one step, and every refusal told for what it is."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import pytest
from botocore.session import Session

from leastwise import errors
from leastwise.aws import ConnectionOptions
from leastwise.aws.conditional_writes import BucketDoor, StoredText, TableDoor, connect_bucket, connect_table
from leastwise.aws.service_client import ServiceClient, open_client
from leastwise.sandbox import Sandbox, SandboxOptions

NAME: Final = "our-locks"
TEXTS: Final = ("plain", "", "ümläut\n\t\x7f\U0001f512", "x" * 100_000)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(SandboxOptions(company=False, account_id="520000000003")) as running:
        table, bucket = (client(running, service) for service in ("dynamodb", "s3"))
        table.create_table(
            TableName=NAME,
            KeySchema=[{"AttributeName": "LockID", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "LockID", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        bucket.create_bucket(Bucket=NAME)
        yield running


def client(sandbox: Sandbox, service: str) -> Any:  # noqa: ANN401 - botocore makes its methods when it runs
    return Session().create_client(
        service,
        region_name="us-east-1",
        endpoint_url=sandbox.endpoint_url,
        aws_access_key_id=sandbox.admin_credentials.access_key_id,
        aws_secret_access_key=sandbox.admin_credentials.secret_access_key,
    )


@pytest.fixture(autouse=True)
def keys(home: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys that the sandbox knows."""
    assert home.is_dir()
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", sandbox.admin_credentials.access_key_id)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", sandbox.admin_credentials.secret_access_key)


@asynccontextmanager
async def opened(kind: str, sandbox: Sandbox, name: str = NAME) -> AsyncIterator[TableDoor | BucketDoor]:
    options = ConnectionOptions(region="us-east-1", endpoint_url=sandbox.endpoint_url)
    if kind == "table":
        async with connect_table(options, name) as table:
            yield table
    else:
        async with connect_bucket(options, name) as bucket:
            yield bucket


KINDS: Final = ("table", "bucket")


@pytest.mark.parametrize("kind", KINDS)
async def test_a_text_is_written_once_read_to_the_character_and_deleted_as_it_is(kind: str, sandbox: Sandbox) -> None:
    async with opened(kind, sandbox) as door:
        for number, text in enumerate(TEXTS):
            key = f"a/{number}"
            assert await door.read(key) is None
            assert await door.put_if_absent(key, text)
            assert not await door.put_if_absent(key, "another")
            stored = await door.read(key)
            assert stored is not None
            assert stored.text == text
            assert not await door.delete(key, '"another"')
            assert await door.read(key) == stored
            assert await door.delete(key, stored.mark)
            assert await door.read(key) is None
            assert not await door.delete(key, stored.mark)


@pytest.mark.parametrize("kind", KINDS)
async def test_of_those_who_write_at_once_one_is_first(kind: str, sandbox: Sandbox) -> None:
    async with opened(kind, sandbox) as door:
        for turn in range(3):
            wrote = await asyncio.gather(*(door.put_if_absent(f"b/{turn}", str(number)) for number in range(8)))
            stored = await door.read(f"b/{turn}")
            assert [number for number, is_first in enumerate(wrote) if is_first] == [int(stored.text if stored else -1)]


@pytest.mark.parametrize("kind", KINDS)
async def test_a_place_that_is_not_there_is_named_with_what_must_be_there(kind: str, sandbox: Sandbox) -> None:
    async with opened(kind, sandbox, "not-there") as door:
        for work in (door.put_if_absent("k", "t"), door.read("k"), door.delete("k", "m")):
            with pytest.raises(errors.AwsError, match="://not-there") as caught:
                await work
            assert "must be there" in caught.value.hint


class Refusing:
    """Refuses every call with one error."""

    def __init__(self, error: errors.AwsError) -> None:
        self._error = error

    async def call(self, operation: str, parameters: Mapping[str, object]) -> dict[str, Any]:
        assert operation
        assert parameters
        raise self._error


@pytest.mark.parametrize("code", ["PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey"])
async def test_whoever_s3_lets_wait_was_not_the_first(code: str) -> None:
    door = BucketDoor(Refusing(errors.AwsError("no", code=code)), NAME)
    assert not await door.put_if_absent("k", "t")
    assert not await door.delete("k", "m")


@pytest.mark.parametrize(
    "error", [errors.AccessDeniedError("no", code="AccessDenied"), errors.DeadlineExceededError("late")]
)
@pytest.mark.parametrize("kind", [TableDoor, BucketDoor])
async def test_what_is_no_answer_to_the_condition_is_raised(
    kind: type[TableDoor | BucketDoor], error: errors.AwsError
) -> None:
    door = kind(Refusing(error), NAME)
    for work in (door.put_if_absent("k", "t"), door.read("k"), door.delete("k", "m")):
        with pytest.raises(type(error)):
            await work


class Answering:
    """Answers every call alike."""

    def __init__(self, answer: dict[str, Any]) -> None:
        self._answer = answer

    async def call(self, operation: str, parameters: Mapping[str, object]) -> dict[str, Any]:
        assert operation
        assert parameters
        return self._answer


async def test_an_item_that_another_program_wrote_is_there_without_a_text() -> None:
    item = {"Item": {"LockID": {"S": "k"}, "Digest": {"S": "d"}, "Size": {"N": "3"}}}
    assert await TableDoor(Answering(item), NAME).read("k") == StoredText("", "")


async def test_an_answer_that_lacks_what_it_should_have_is_refused() -> None:
    with pytest.raises(errors.ResponseError):
        await BucketDoor(Answering({"ETag": '"e"'}), NAME).read("k")


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (ConnectionOptions(), errors.UsageError),
        (ConnectionOptions(region="us-east-1", endpoint_url="nowhere"), errors.UsageError),
        (ConnectionOptions(region="us-east-1", profile="nobody"), errors.CredentialsError),
    ],
)
async def test_what_is_wrong_with_the_options_is_said(
    options: ConnectionOptions, expected: type[errors.LeastwiseError]
) -> None:
    with pytest.raises(expected):
        async with connect_table(options, NAME) as door:
            await door.read("k")


class SlowClient:
    """Stands in for botocore's client: a call takes a while, and is carried out whoever waits for it."""

    def __init__(self) -> None:
        self.began = threading.Event()
        self.done = threading.Event()

    def put_object(self, **parameters: object) -> dict[str, object]:
        self.began.set()
        time.sleep(0.3)
        self.done.set()
        return parameters


def slow(client: SlowClient, seconds: float) -> ServiceClient:
    stand_in: Any = client
    return ServiceClient(stand_in, "s3", deadline_seconds=seconds)


async def test_a_call_that_is_given_up_has_been_carried_out_before_anything_else_is_done() -> None:
    client = SlowClient()
    work = asyncio.create_task(slow(client, 60).call("PutObject", {}))
    await asyncio.to_thread(client.began.wait)
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    assert client.done.is_set()


async def test_a_deadline_ends_the_waiting() -> None:
    with pytest.raises(errors.DeadlineExceededError, match="s3:PutObject: no answer within 0 s"):
        await slow(SlowClient(), 0.05).call("PutObject", {})


async def test_a_refusal_is_of_the_same_kind_as_iams(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIANOBODY")
    options = ConnectionOptions(region="us-east-1", endpoint_url=sandbox.endpoint_url)
    for service, operation in (("s3", "ListBuckets"), ("dynamodb", "ListTables")):
        async with open_client(options, service) as client:
            with pytest.raises(errors.CredentialsError) as caught:
                await client.call(operation, {})
        assert caught.value.operation == f"{service}:{operation}"
        assert caught.value.status in {400, 403}
