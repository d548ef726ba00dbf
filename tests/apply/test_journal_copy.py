"""A journal's copy: the same bytes in the end, whole lines at any time, and no reason to stop the run."""

import asyncio
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import pytest
from botocore.session import Session
from hypothesis import given, settings
from hypothesis import strategies as st

from aws_environment import only_keys
from leastwise.apply import ChangeResult, Journal, JournalError, NoProgress, Outcome, RunResumed, read_journal
from leastwise.apply.journal_copy import CopyingProgress, JournalCopy, copied_journal, journal_copy
from leastwise.apply.places import BucketPlace
from leastwise.aws import ConnectionOptions
from leastwise.errors import AccessDeniedError, AwsError, DeadlineExceededError
from leastwise.sandbox import Sandbox, SandboxOptions
from virtual_time import START, run_virtually

PLACE: Final = BucketPlace("our-journals", "iam")
KEY: Final = "iam/20261124T120000Z-1a2b.jsonl"
NAME: Final = "20261124T120000Z-1a2b.jsonl"
DONE: Final = Outcome("c1", "a change", ChangeResult.DONE)
FAULTS: Final[dict[str, type[AwsError] | None]] = {
    "denied": AccessDeniedError,
    "late": DeadlineExceededError,
    "good": None,
}


class MemoryBucket:
    """A bucket in memory that keeps every version, and fails as it is told."""

    def __init__(self, *script: str, seconds: float = 1.0) -> None:
        self.versions: list[bytes] = []
        self.keys: set[str] = set()
        self._script = iter(script)
        self._seconds = seconds

    async def put(self, key: str, body: bytes) -> None:
        await asyncio.sleep(self._seconds)
        what = next(self._script, "good")
        fault = FAULTS[what]
        if fault is not None:
            raise fault(what)
        self.versions.append(body)
        self.keys.add(key)


def write(journal: Journal, lines: int) -> None:
    for _ in range(lines):
        journal.write(RunResumed("0", START, torn=""))


@given(
    script=st.lists(st.sampled_from(sorted(FAULTS)), max_size=6),
    changes=st.lists(st.tuples(st.integers(0, 3), st.floats(0, 3)), max_size=8),
    is_broken_off=st.booleans(),
)
@settings(deadline=None)
def test_the_copy_ends_as_the_journal_or_says_why_not(
    script: list[str], changes: list[tuple[int, float]], *, is_broken_off: bool
) -> None:
    async def change(journal: Journal, copy: JournalCopy) -> None:
        for lines, seconds in changes:
            write(journal, lines)
            copy.note()
            await asyncio.sleep(seconds)
        write(journal, 1)
        if is_broken_off:
            raise ZeroDivisionError

    async def work(folder: Path) -> None:
        bucket, copies = MemoryBucket("good", *script), list[JournalCopy]()
        with Journal.create(folder / NAME) as journal, suppress(ZeroDivisionError):
            async with copied_journal(bucket, PLACE, journal.path) as copy:
                assert bucket.keys == {KEY}
                copies.append(copy)
                await change(journal, copy)
        whole, problem = journal.path.read_bytes(), copies[0].problem
        assert problem or bucket.versions[-1] == whole
        assert not problem or set(script) - {"good"}
        for version in bucket.versions:
            assert whole.startswith(version)
            assert version[-1:] in {b"", b"\n"}

    with TemporaryDirectory() as folder:
        run_virtually(work(Path(folder)))


async def copied_twice(folder: Path, *script: str) -> tuple[str, MemoryBucket]:
    """What is wrong with the copy after the beginning, one change and the end."""
    bucket = MemoryBucket("good", *script)
    with Journal.create(folder / NAME) as journal:
        async with copied_journal(bucket, PLACE, journal.path) as copy:
            write(journal, 1)
            copy.note()
            await asyncio.sleep(5)
    return copy.problem, bucket


@pytest.mark.parametrize(
    ("script", "problem", "copies"),
    [
        (("good", "good"), "", 3),
        (("denied", "good"), "", 2),
        (("good", "denied"), "denied", 2),
        (("denied", "denied"), "denied", 1),
        (("late", "good"), "late", 2),
    ],
)
def test_what_a_later_copy_makes_good_is_no_problem_but_for_one_that_may_still_arrive(
    script: tuple[str, ...], problem: str, copies: int, tmp_path: Path
) -> None:
    found, bucket = run_virtually(copied_twice(tmp_path, *script))
    assert (found, len(bucket.versions)) == (problem, copies)


def test_a_change_is_copied_while_the_next_goes_on_and_many_at_once(tmp_path: Path) -> None:
    async def work() -> None:
        bucket = MemoryBucket()
        with Journal.create(tmp_path / NAME) as journal:
            async with copied_journal(bucket, PLACE, journal.path) as copy:
                progress = CopyingProgress(NoProgress(), copy)
                began = asyncio.get_running_loop().time()
                for number in range(100):
                    progress.begin("a change", number=number, total=100)
                    write(journal, 1)
                    progress.end(DONE)
                    await asyncio.sleep(0.05)
                assert asyncio.get_running_loop().time() - began == pytest.approx(5)
        assert 5 <= len(bucket.versions) <= 8
        assert [len(version) for version in bucket.versions] == sorted({len(version) for version in bucket.versions})

    run_virtually(work())


def test_where_the_first_copy_fails_nothing_begins(tmp_path: Path) -> None:
    async def work(bucket: MemoryBucket, path: Path) -> None:
        async with copied_journal(bucket, PLACE, path):
            raise AssertionError

    Journal.create(tmp_path / NAME).close()
    with pytest.raises(AccessDeniedError):
        run_virtually(work(MemoryBucket("denied"), tmp_path / NAME))
    with pytest.raises(JournalError, match=r"other\.jsonl: it cannot be read"):
        run_virtually(work(MemoryBucket(), tmp_path / "other.jsonl"))


async def test_over_aws_the_object_is_the_journal_to_the_byte(tmp_path: Path) -> None:
    with Sandbox(SandboxOptions(company=False, account_id="520000000002")) as sandbox:
        key = sandbox.admin_credentials
        with only_keys(key.access_key_id, key.secret_access_key):
            options = ConnectionOptions(region="us-east-1", endpoint_url=sandbox.endpoint_url)
            s3: Any = Session().create_client("s3", region_name="us-east-1", endpoint_url=sandbox.endpoint_url)
            journal = Journal.create(tmp_path / NAME)
            with pytest.raises(AwsError, match=f"s3://our-journals/{KEY}") as caught:
                async with journal_copy(PLACE, journal.path, options=options):
                    raise AssertionError
            assert "aws s3 mb" in caught.value.hint
            s3.create_bucket(Bucket=PLACE.bucket)
            with journal:
                async with journal_copy(PLACE, journal.path, options=options) as copy:
                    write(journal, 40)
                    copy.note()
            stored = s3.get_object(Bucket=PLACE.bucket, Key=KEY)["Body"].read()
            assert (copy.problem, copy.url) == ("", f"s3://our-journals/{KEY}")
            assert stored == journal.path.read_bytes()
            s3.close()
    assert len(stored.splitlines()) == 40
    with pytest.raises(JournalError):
        read_journal(journal.path)  # it has no beginning, as no copy needs one
