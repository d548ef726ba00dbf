"""The journal of a run: a file to which every intent is added, and brought to disk, before anything is called."""

import os
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from msgspec import Struct

from leastwise.apply.chain import ChainFault, line_of, read_line
from leastwise.apply.entries import SCHEMA, Entry, RunBegun
from leastwise.apply.errors import JournalError

__all__ = ["Journal", "JournalRead", "read_journal"]

_MODE: Final = 0o600
"""Policies are nobody else's business."""


class JournalRead(Struct, frozen=True):
    """A journal that was read, whose chain holds."""

    run: str
    """The run's id: the name of the file without its ending."""
    entries: tuple[Entry, ...]
    """What it says; nothing if the run was killed before its first line."""
    torn: str = ""
    """The half-written line at its end; empty for none."""

    @property
    def begun(self) -> RunBegun | None:
        """The first line; None if there is none."""
        first = self.entries[0] if self.entries else None
        return first if isinstance(first, RunBegun) else None


def read_journal(path: Path) -> JournalRead:
    """What a journal says. Only a last line without its line feed, half-written by a run that was killed, is let pass.

    Raises:
        JournalError: it cannot be read, is of another schema, or was changed; says the line.
    """
    return _read(path)[0]


def _read(path: Path) -> tuple[JournalRead, list[bytes]]:
    try:
        *lines, torn = path.read_bytes().split(b"\n")
    except OSError as error:
        raise JournalError(path, f"it cannot be read: {error.strerror or error}") from error
    whole = [line + b"\n" for line in lines]
    entries: list[Entry] = []
    for number, line in enumerate(whole, start=1):
        previous = whole[number - 2] if number > 1 else b""
        try:
            entries.append(read_line(line, number=number, previous=previous))
        except ChainFault as fault:
            raise JournalError(path, str(fault), line=number, hint="Nothing is done on its word.") from fault
    read = JournalRead(path.stem, tuple(entries), torn.decode(errors="replace"))
    _check_first(path, read)
    return read, whole


def _check_first(path: Path, read: JournalRead) -> None:
    if not read.entries:
        return
    if read.begun is None:
        raise JournalError(path, "it does not begin with the beginning of a run", line=1)
    if read.begun.schema != SCHEMA:
        problem = f"its schema is {read.begun.schema!r}; this version of leastwise reads {SCHEMA!r}"
        raise JournalError(path, problem, line=1, hint="Use the version that wrote it.")
    if any(isinstance(entry, RunBegun) for entry in read.entries[1:]):
        raise JournalError(path, "it holds the beginning of two runs")


class Journal:
    """A journal that is being written; nothing is ever taken back, but for a half-written last line."""

    def __init__(self, path: Path, descriptor: int, *, read: JournalRead, last: bytes) -> None:
        self.path = path
        """Where it is."""
        self.found = read
        """What it said when it was opened."""
        self._descriptor, self._last, self._number = descriptor, last, len(read.entries)

    @classmethod
    def create(cls, path: Path) -> Self:
        """A new journal, of the run that the file is named for; it survives a crash from now on.

        Raises:
            JournalError: there is such a file already, or it cannot be made.
        """
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, _MODE)
            _sync_directory(path.parent)
        except OSError as error:
            raise JournalError(path, f"it cannot be made: {error.strerror or error}") from error
        return cls(path, descriptor, read=JournalRead(path.stem, ()), last=b"")

    @classmethod
    def resume(cls, path: Path) -> Self:
        """The journal of a run that was interrupted, with what it says in `found`; a half-written last line goes.

        Raises:
            JournalError: as `read_journal`.
        """
        read, lines = _read(path)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_APPEND)
            os.ftruncate(descriptor, sum(map(len, lines)))
        except OSError as error:
            raise JournalError(path, f"it cannot be written to: {error.strerror or error}") from error
        return cls(path, descriptor, read=read, last=lines[-1] if lines else b"")

    def write(self, entry: Entry, *, sync: bool = False) -> None:
        """Add an entry; with `sync` it, and all before it, is on disk when this returns.

        Raises:
            JournalError: it could not be written whole.
        """
        line = line_of(entry, number=self._number + 1, previous=self._last)
        try:
            written = os.write(self._descriptor, line)
            if sync:
                os.fsync(self._descriptor)
        except OSError as error:
            raise JournalError(self.path, f"it cannot be written: {error.strerror or error}") from error
        if written != len(line):
            raise JournalError(self.path, "a line could be written only in part", line=self._number + 1)
        self._last, self._number = line, self._number + 1

    def close(self) -> None:
        """Bring all to disk and close the file."""
        if self._descriptor >= 0:
            os.fsync(self._descriptor)
            os.close(self._descriptor)
            self._descriptor = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _sync_directory(directory: Path) -> None:
    """Bring a new file's name to disk, without which its content is lost."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
