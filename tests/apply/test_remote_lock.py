"""A lock in AWS: of many takers one holds it, nobody's but one's own is let go, and a lost answer leaves nothing."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, Final

import msgspec
import pytest
from botocore.session import Session
from hypothesis import given, settings
from hypothesis import strategies as st

from aws_environment import only_keys
from leastwise.apply import LockedError
from leastwise.apply.places import BucketPlace, TablePlace, bucket_place, lock_place
from leastwise.apply.remote_lock import RemoteHold, RemoteHolder, hold_lock, lock_name, remote_lock
from leastwise.aws import ConnectionOptions, SystemClock
from leastwise.aws.conditional_writes import StoredText
from leastwise.errors import (
    AccessDeniedError,
    AwsError,
    ConnectionFailedError,
    DeadlineExceededError,
    ServiceFaultError,
    UsageError,
)
from leastwise.policy import AccountId
from leastwise.sandbox import Sandbox, SandboxOptions
from virtual_time import START, VirtualClock, run_virtually

ACCOUNT: Final = AccountId("111122223333")
TABLE: Final = TablePlace("locks")
BUCKET: Final = BucketPlace("our-locks", "iam/leastwise")
PLACES: Final = (TABLE, BUCKET)
NAME: Final = lock_name(TABLE, ACCOUNT, ConnectionOptions())
FOREIGN: Final = RemoteHolder("111122223333", "a run of theirs", "elsewhere", 7, START - timedelta(hours=2), "another")
ANSWERS: Final = ("good", "denied", "lost before", "lost after")
"""What becomes of a call; a lost answer may have been lost before or after the work was done."""


class MemoryStore:
    """A store in memory, each of whose calls takes a while and may lose its answer."""

    def __init__(self, *script: str) -> None:
        self.texts: dict[str, str] = {}
        self._script = iter(script)

    async def put_if_absent(self, key: str, text: str) -> bool:
        async with self._carried_out():
            is_free = key not in self.texts
            self.texts.setdefault(key, text)
        return is_free

    async def read(self, key: str) -> StoredText | None:
        async with self._carried_out():
            text = self.texts.get(key)
        return None if text is None else StoredText(text, f"mark of {text}")

    async def delete(self, key: str, mark: str) -> bool:
        async with self._carried_out():
            is_same = key in self.texts and mark == f"mark of {self.texts[key]}"
            if is_same:
                del self.texts[key]
        return is_same

    @asynccontextmanager
    async def _carried_out(self) -> AsyncIterator[None]:
        answer = next(self._script, "good")
        await asyncio.sleep(0.05)
        if answer == "lost before":
            raise ServiceFaultError("no")
        if answer == "denied":
            raise AccessDeniedError("no")
        yield
        await asyncio.sleep(0.05)
        if answer == "lost after":
            raise DeadlineExceededError("no")


def holder(run: str = "ours") -> RemoteHolder:
    return RemoteHolder.here(ACCOUNT, run=run, now=START)


async def held_for(store: MemoryStore, seconds: float, holding: list[str], *, run: str) -> bool:
    """Whether the lock could be had; while it is held, `holding` names the run."""
    try:
        async with hold_lock(store, NAME, holder(run), clock=VirtualClock()):
            holding.append(run)
            assert holding == [run]
            await asyncio.sleep(seconds)
            holding.remove(run)
    except LockedError:
        return False
    return True


@given(begin=st.lists(st.floats(0, 3), min_size=1, max_size=12), seconds=st.floats(0, 2))
@settings(deadline=None)
def test_never_do_two_hold_it_whenever_they_come(begin: list[float], seconds: float) -> None:
    async def work() -> None:
        store, holding = MemoryStore(), list[str]()

        async def come(number: int, at: float) -> bool:
            await asyncio.sleep(at)
            return await held_for(store, seconds, holding, run=str(number))

        had = await asyncio.gather(*(come(number, at) for number, at in enumerate(begin)))
        assert any(had)
        assert store.texts == {}

    run_virtually(work())


@given(takers=st.integers(1, 20))
@settings(deadline=None)
def test_of_those_who_come_at_once_exactly_one_holds_it(takers: int) -> None:
    async def work() -> list[bool]:
        store = MemoryStore()
        return await asyncio.gather(*(held_for(store, 60, [], run=str(number)) for number in range(takers)))

    assert sum(run_virtually(work())) == 1


@given(script=st.lists(st.sampled_from(ANSWERS), max_size=12), is_foreign=st.booleans())
@settings(deadline=None)
def test_a_foreign_lock_stays_and_ones_own_goes_or_is_told_of(script: list[str], *, is_foreign: bool) -> None:
    async def work() -> None:
        store = MemoryStore(*script)
        foreign = {NAME.key: msgspec.json.encode(FOREIGN).decode()} if is_foreign else {}
        store.texts.update(foreign)
        hold = None
        told = ""
        try:
            async with hold_lock(store, NAME, holder(), clock=VirtualClock()) as hold:
                assert not is_foreign
                assert store.texts[NAME.key] != foreign.get(NAME.key)
        except (LockedError, AwsError) as error:
            told = error.hint
        left = {key: text for key, text in store.texts.items() if text != foreign.get(NAME.key)}
        assert foreign.items() <= store.texts.items()
        if hold is not None:
            told = hold.trouble
        if left and not (hold is None and "denied" in script):
            assert NAME.breaking in told
        if not script:
            assert not left

    run_virtually(work())


@pytest.mark.parametrize("script", [("lost after",), ("lost before",)])
def test_a_lock_that_may_or_may_not_have_been_taken_is_not_left_behind(script: tuple[str, ...]) -> None:
    async def work() -> None:
        store = MemoryStore(*script)
        with pytest.raises(AwsError):
            async with hold_lock(store, NAME, holder(), clock=VirtualClock()):
                raise AssertionError
        assert store.texts == {}

    run_virtually(work())


def test_a_lost_answer_that_was_sent_again_finds_the_lock_ones_own() -> None:
    class TwiceSent(MemoryStore):
        async def put_if_absent(self, key: str, text: str) -> bool:
            await super().put_if_absent(key, text)
            return await super().put_if_absent(key, text)

    async def work() -> None:
        async with hold_lock(TwiceSent(), NAME, holder(), clock=VirtualClock()) as hold:
            assert isinstance(hold, RemoteHold)
        assert hold.trouble == ""

    run_virtually(work())


@given(after=st.floats(0, 0.39))
@settings(deadline=None)
def test_whoever_is_stopped_at_any_moment_leaves_no_lock(after: float) -> None:
    async def work() -> None:
        store = MemoryStore()

        async def run() -> None:
            async with hold_lock(store, NAME, holder(), clock=VirtualClock()):
                await asyncio.sleep(0.3)

        task = asyncio.create_task(run())
        await asyncio.sleep(after)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert store.texts == {}

    run_virtually(work())


def replaced(text: str | None) -> str:
    """What a run says whose lock was removed, and maybe taken, while it ran."""

    async def work() -> str:
        store = MemoryStore()
        async with hold_lock(store, NAME, holder(), clock=VirtualClock()) as hold:
            store.texts = {} if text is None else {NAME.key: text}
        assert store.texts == ({} if text is None else {NAME.key: text})
        return hold.trouble

    return run_virtually(work())


def test_a_lock_that_was_taken_away_in_mid_run_is_told_of() -> None:
    removed = "dynamodb://locks, item leastwise/111122223333: somebody removed this run's lock while it ran"
    assert replaced(None) == removed
    assert replaced(msgspec.json.encode(FOREIGN).decode()) == (
        f"{removed}; process 7 on elsewhere works on account 111122223333 since 2026-11-24T10:00:00Z "
        "(run a run of theirs)"
    )
    assert replaced("{}") == f"{removed}; somebody holds it, and it does not say who"


@pytest.mark.parametrize(
    ("place", "options", "command"),
    [
        (
            TABLE,
            ConnectionOptions(),
            'aws dynamodb delete-item --table-name locks --key \'{"LockID":{"S":"leastwise/111122223333"}}\'',
        ),
        (
            BUCKET,
            ConnectionOptions(profile="a b", region="eu-west-1"),
            "aws s3 rm s3://our-locks/iam/leastwise/111122223333.lock --profile 'a b' --region eu-west-1",
        ),
        (
            BucketPlace("our-locks"),
            ConnectionOptions(endpoint_url="http://127.0.0.1:1"),
            "aws s3 rm s3://our-locks/111122223333.lock --endpoint-url http://127.0.0.1:1",
        ),
    ],
)
def test_the_command_that_removes_a_lock_is_whole(
    place: TablePlace | BucketPlace, options: ConnectionOptions, command: str
) -> None:
    assert lock_name(place, ACCOUNT, options).breaking == command


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("dynamodb://locks", TABLE),
        ("s3://our-locks/iam/leastwise", BUCKET),
        ("s3://our-locks/iam/leastwise/", BUCKET),
        ("s3://our-locks", BucketPlace("our-locks")),
        ("s3://our-locks/", BucketPlace("our-locks")),
        *(
            (url, None)
            for url in (
                "",
                "locks",
                "file:///x",
                "dynamodb://",
                "dynamodb://a/b",
                "s3://",
                "s3:///x",
                "s3://No",
                "S3://b",
            )
        ),
    ],
)
def test_a_place_is_a_table_or_a_bucket_and_nothing_else(url: str, place: TablePlace | BucketPlace | None) -> None:
    if place is None:
        for read in (lock_place, bucket_place):
            with pytest.raises(UsageError) as caught:
                read(url)
            assert "s3://BUCKET/PREFIX" in caught.value.hint
    else:
        assert lock_place(url) == place
        assert lock_place(str(place)) == place


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """A local AWS with a table and a bucket for locks."""
    with Sandbox(SandboxOptions(company=False, account_id="520000000001")) as running, keys(running):
        table, bucket = client(running, "dynamodb"), client(running, "s3")
        table.create_table(
            TableName=TABLE.table,
            KeySchema=[{"AttributeName": "LockID", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "LockID", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        bucket.create_bucket(Bucket=BUCKET.bucket)
        yield running


def keys(sandbox: Sandbox) -> Any:  # noqa: ANN401 - the context manager of a test
    key = sandbox.admin_credentials
    return only_keys(key.access_key_id, key.secret_access_key)


def client(sandbox: Sandbox, service: str) -> Any:  # noqa: ANN401 - botocore makes its methods when it runs
    return Session().create_client(service, region_name="us-east-1", endpoint_url=sandbox.endpoint_url)


def options(sandbox: Sandbox) -> ConnectionOptions:
    return ConnectionOptions(region="us-east-1", endpoint_url=sandbox.endpoint_url, deadline_seconds=20)


def taken(place: TablePlace | BucketPlace, sandbox: Sandbox, run: str = "ours") -> Any:  # noqa: ANN401 - as above
    return remote_lock(place, ACCOUNT, run=run, options=options(sandbox), clock=SystemClock())


@pytest.mark.parametrize("place", PLACES)
async def test_of_many_takers_over_aws_exactly_one_holds_it(place: TablePlace | BucketPlace, sandbox: Sandbox) -> None:
    all_tried = asyncio.Event()
    tries = list[str]()

    async def come(run: str) -> bool:
        try:
            async with taken(place, sandbox, run):
                note(run)
                await asyncio.wait_for(all_tried.wait(), 30)
        except LockedError:
            note(run)
            return False
        return True

    def note(run: str) -> None:
        tries.append(run)
        if len(tries) == 8:
            all_tried.set()

    assert sum(await asyncio.gather(*(come(str(number)) for number in range(8)))) == 1
    async with taken(place, sandbox) as hold:
        pass
    assert hold.trouble == ""


@pytest.mark.parametrize("place", PLACES)
async def test_a_held_lock_says_by_whom_and_goes_with_its_command(
    place: TablePlace | BucketPlace, sandbox: Sandbox
) -> None:
    async with taken(place, sandbox, "20261124T100000Z-1a2b") as hold:
        with pytest.raises(LockedError) as caught:
            await entered(taken(place, sandbox))
        assert str(hold.holder) in caught.value.message
        assert "(run 20261124T100000Z-1a2b)" in caught.value.message
        assert lock_name(place, ACCOUNT, options(sandbox)).breaking in caught.value.hint
        remove(place, sandbox)
    assert "somebody removed this run's lock" in hold.trouble


def remove(place: TablePlace | BucketPlace, sandbox: Sandbox) -> None:
    """What the command does that the error names."""
    key = lock_name(place, ACCOUNT, ConnectionOptions()).key
    if isinstance(place, TablePlace):
        client(sandbox, "dynamodb").delete_item(TableName=place.table, Key={"LockID": {"S": key}})
    else:
        client(sandbox, "s3").delete_object(Bucket=place.bucket, Key=key)


async def entered(context: Any) -> None:  # noqa: ANN401 - as above
    async with context:
        raise AssertionError


@pytest.mark.parametrize("place", PLACES)
async def test_it_is_let_go_after_an_exception(place: TablePlace | BucketPlace, sandbox: Sandbox) -> None:
    async def fail() -> None:
        async with taken(place, sandbox):
            raise ZeroDivisionError

    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            await fail()


@pytest.mark.parametrize(
    ("place", "hint"), [(TablePlace("no-table"), "partition key LockID"), (BucketPlace("no-bucket"), "aws s3 mb")]
)
async def test_a_place_that_is_not_there_is_named(place: TablePlace | BucketPlace, hint: str, sandbox: Sandbox) -> None:
    with pytest.raises(AwsError) as caught:
        await entered(taken(place, sandbox))
    assert f"{place}" in str(caught.value)
    assert hint in caught.value.hint


@pytest.mark.parametrize("place", PLACES)
async def test_where_aws_is_not_reached_the_error_says_so(place: TablePlace | BucketPlace, sandbox: Sandbox) -> None:
    del sandbox
    nowhere = ConnectionOptions(region="us-east-1", endpoint_url="http://127.0.0.1:9", maximum_attempts=1)
    work: Coroutine[Any, Any, None] = entered(
        remote_lock(place, ACCOUNT, run="ours", options=nowhere, clock=SystemClock())
    )
    with pytest.raises(ConnectionFailedError) as caught:
        await work
    assert lock_name(place, ACCOUNT, nowhere).breaking in caught.value.hint
