"""A copy of a run's journal in S3, kept up while the run goes on. The journal on disk is the truth: a copy may fail."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol

from leastwise.apply.errors import JournalError
from leastwise.apply.outcome import Outcome, Progress
from leastwise.apply.places import BucketPlace
from leastwise.aws.conditional_writes import connect_bucket
from leastwise.aws.options import ConnectionOptions
from leastwise.errors import AwsError, DeadlineExceededError

__all__ = ["CopyStore", "CopyingProgress", "JournalCopy", "copied_journal", "journal_copy"]


class CopyStore(Protocol):
    """What keeps copies: a `BucketDoor`."""

    async def put(self, key: str, body: bytes) -> None:
        """Write an object, over what is there.

        Raises:
            AwsError: it was not written, or nobody knows.
        """
        ...


class JournalCopy:
    """The copy of one journal, under the journal's name."""

    def __init__(self, store: CopyStore, place: BucketPlace, journal: Path) -> None:
        self.url = place.url(journal.name)
        """Where it is."""
        self.problem = ""
        """Why the copy may not be what the journal was at the last try; empty if it is."""
        self._store, self._key, self._journal = store, place.key(journal.name), journal
        self._due = asyncio.Event()
        self._is_ending = False
        self._late = ""

    def note(self) -> None:
        """Have the journal, as it is then, copied soon; returns at once."""
        self._due.set()

    async def begin(self) -> None:
        """Copy what the journal says already.

        Raises:
            AwsError: the bucket cannot be written to.
            JournalError: the journal cannot be read.
        """
        # Read in the loop, which also writes it: so no line is half there.
        await self._store.put(self._key, self._read())

    async def keep(self) -> None:
        """Copy the journal when that is due, until `end`, and then once more."""
        is_last = False
        while not is_last:
            await self._due.wait()
            self._due.clear()
            is_last = self._is_ending
            await self._copy()

    def end(self) -> None:
        """Let `keep` copy once more and return."""
        self._is_ending = True
        self._due.set()

    async def _copy(self) -> None:
        try:
            await self.begin()
        except DeadlineExceededError as error:
            # It may still arrive, after later ones, and put an earlier state over them.
            self.problem = self._late = str(error)
        except (AwsError, JournalError) as error:
            self.problem = str(error)
        else:
            self.problem = self._late

    def _read(self) -> bytes:
        try:
            return self._journal.read_bytes()
        except OSError as error:
            raise JournalError(self._journal, f"it cannot be read: {error.strerror or error}") from error


class CopyingProgress:
    """A `Progress` that has the journal copied after every change."""

    def __init__(self, progress: Progress, copy: JournalCopy) -> None:
        self._progress, self._copy = progress, copy

    def begin(self, title: str, *, number: int, total: int) -> None:
        """Say so."""
        self._progress.begin(title, number=number, total=total)

    def end(self, outcome: Outcome) -> None:
        """Say so, and have the journal copied."""
        self._progress.end(outcome)
        self._copy.note()


@asynccontextmanager
async def copied_journal(store: CopyStore, place: BucketPlace, journal: Path) -> AsyncIterator[JournalCopy]:
    """The copy of a journal, which is there before the block begins, and is whole when it has ended, however it ends.

    What goes wrong in between stops nothing: once the block has ended, `problem` tells. Of copies that become due while
    one is under way, one is made.

    Raises:
        AwsError: the first copy cannot be written; the block does not begin.
        JournalError: the journal cannot be read; the same.
    """
    copy = JournalCopy(store, place, journal)
    await copy.begin()
    keeper = asyncio.create_task(copy.keep())
    try:
        yield copy
    finally:
        copy.end()
        await keeper


@asynccontextmanager
async def journal_copy(place: BucketPlace, journal: Path, *, options: ConnectionOptions) -> AsyncIterator[JournalCopy]:
    """As `copied_journal`, in the bucket of a place.

    Raises:
        UsageError: no such region, or an endpoint URL that is none.
        AwsError: as `copied_journal`; of the credentials or the way to AWS, too.
        JournalError: the journal cannot be read.
    """
    async with connect_bucket(options, place.bucket) as bucket, copied_journal(bucket, place, journal) as copy:
        yield copy
