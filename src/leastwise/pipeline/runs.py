"""The journals of a folder: which runs there are, which one goes on, and what of a plan is made."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Final

from msgspec import Struct

from leastwise.apply import (
    ChangeResult,
    Journal,
    JournalRead,
    RunEnd,
    RunEnded,
    RunKind,
    histories,
    read_journal,
)
from leastwise.errors import UsageError

__all__ = [
    "CarriedOut",
    "carried_out",
    "find_run",
    "interrupted_run",
    "made_changes",
    "made_folder",
    "new_journal",
    "runs_of",
]

_ENDING: Final = ".jsonl"
_DONE: Final = (ChangeResult.DONE, ChangeResult.FOUND_DONE)


def runs_of(folder: Path, *, kind: RunKind, plan: str = "", of: str = "") -> Iterator[tuple[Path, JournalRead]]:
    """The runs of a plan, or the roll-backs of a run, by name, which begins with when they began.

    Raises:
        JournalError: a journal of the folder cannot be read.
    """
    for path in _journals(folder):
        read = read_journal(path)
        begun = read.begun
        if begun is not None and begun.kind is kind and plan in ("", begun.plan) and of in ("", begun.of):
            yield path, read


def _journals(folder: Path) -> list[Path]:
    return sorted(folder.glob(f"*{_ENDING}"), key=lambda path: path.stem)


def interrupted_run(folder: Path, *, kind: RunKind, plan: str = "", of: str = "") -> Path | None:
    """The newest run of a plan, or roll-back of a run, if it is to go on; None if there is none.

    One that got through does not, and neither does one of which something was put back since: what its journal says is
    made is not made any more.
    """
    found = list(runs_of(folder, kind=kind, plan=plan, of=of))
    if not found:
        return None
    path, read = found[-1]
    last = read.entries[-1]
    is_through = isinstance(last, RunEnded) and last.end is RunEnd.FINISHED
    return None if is_through or any(runs_of(folder, kind=RunKind.ROLL_BACK, of=read.run)) else path


def made_changes(folder: Path, plan: str) -> frozenset[str]:
    """The ids of the changes of a plan that its runs made and no roll-back put back."""
    made: set[str] = set()
    for _, read in runs_of(folder, kind=RunKind.APPLY, plan=plan):
        made |= _ended(read)
        for _, back in runs_of(folder, kind=RunKind.ROLL_BACK, of=read.run):
            made -= _ended(back)
    return frozenset(made)


def _ended(read: JournalRead) -> set[str]:
    found = histories(read.entries).values()
    return {one.begun.change for one in found if one.ended is not None and one.ended.result in _DONE}


class CarriedOut(Struct, frozen=True):
    """What a run carried out."""

    run: str
    """Its id."""
    plan: str
    """The digest of its plan."""
    changes: Mapping[str, datetime]
    """By id of each change that was made, when it was."""


def carried_out(journal: Path) -> CarriedOut:
    """What the run of a journal carried out.

    Raises:
        JournalError: the journal cannot be read.
        UsageError: the run was killed before it began, or it is a roll-back.
    """
    read = read_journal(journal)
    if read.begun is None or read.begun.kind is not RunKind.APPLY:
        raise UsageError(f"run {read.run} carried nothing out")
    ended = (one.ended for one in histories(read.entries).values())
    made = {one.change: one.at for one in ended if one is not None and one.result in _DONE}
    return CarriedOut(read.run, read.begun.plan, made)


def find_run(folder: Path, run: str) -> Path:
    """The journal of a run, given by its id or by its file.

    Raises:
        UsageError: there is none; says which there are.
    """
    for path in (Path(run), folder / f"{run}{_ENDING}"):
        if path.is_file():
            return path
    known = [path.stem for path in _journals(folder)]
    hint = f"there are {', '.join(known[-5:])}" if known else f"--journal names the folder; {folder} holds no run"
    raise UsageError(f"there is no run {run}", hint=hint)


def made_folder(folder: Path) -> None:
    """Make the folder of the journals where it is not there.

    Raises:
        UsageError: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"cannot make the folder {folder} for journals: {error.strerror}") from error


def new_journal(folder: Path, *, at: datetime, name: str) -> Journal:
    """The journal of a new run, whose id begins with the time.

    Raises:
        JournalError: the file cannot be made.
    """
    run = f"{at:%Y%m%dT%H%M%SZ}-{name}"
    # Two runs of a second have the same time.
    names = (run if number == 1 else f"{run}-{number}" for number in count(1))
    return Journal.create(next(path for one in names if not (path := folder / f"{one}{_ENDING}").exists()))
