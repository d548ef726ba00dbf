"""What a journal tells of each change: which steps were meant, which of them are known to be done, and how it ended."""

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from leastwise.apply.entries import ChangeBegun, ChangeEnded, ChangeResult, Entry, Intent, StepEnded, StepResult, Way
from leastwise.apply.states import State

__all__ = ["ChangeHistory", "Move", "histories"]


class Move(Struct, frozen=True):
    """A step that was meant to be done, as its intent says."""

    step: int
    """Its number in the change, from 1."""
    before: State
    """The object before."""
    target: State
    """The object as it was to be."""
    after: State | None = None
    """The object as it was read back; None where it is not known what became of the step."""
    is_done: bool = False
    """Whether it is known to be done."""


class ChangeHistory(Struct, frozen=True):
    """What a journal tells of one change."""

    begun: ChangeBegun
    """How it began."""
    moves: tuple[Move, ...] = ()
    """The steps that were meant to be done, in order."""
    is_being_undone: bool = False
    """Whether a step failed, so that those before it are undone."""
    why: str = ""
    """What failed; empty for nothing."""
    ended: ChangeEnded | None = None
    """How it ended; None if it is in flight."""

    @property
    def may_have_changed(self) -> bool:
        """Whether anything of it is, or may be, done now."""
        if self.ended is None:
            return bool(self.moves)
        return self.ended.result is ChangeResult.DONE


def histories(entries: Iterable[Entry]) -> dict[str, ChangeHistory]:
    """What the entries of one run tell of each change that was begun, by id and in the order of their beginnings.

    A change that was begun again, after it had been refused or had failed, counts from its last beginning.
    """
    found: dict[str, ChangeHistory] = {}
    for entry in entries:
        match entry:
            case ChangeBegun():
                found.pop(entry.change, None)
                found[entry.change] = ChangeHistory(entry)
            case Intent() | StepEnded() | ChangeEnded():
                found[entry.change] = _continued(found[entry.change], entry)
            case _:
                pass
    return found


def _continued(history: ChangeHistory, entry: Intent | StepEnded | ChangeEnded) -> ChangeHistory:
    match entry:
        case ChangeEnded():
            return replace(history, ended=entry)
        case Intent() if entry.way is Way.FORTH:
            return replace(history, moves=(*history.moves, Move(entry.step, entry.before, entry.target)))
        case StepEnded() if entry.way is Way.FORTH:
            return _step_ended(history, entry)
        case _:
            return replace(history, is_being_undone=True)


def _step_ended(history: ChangeHistory, entry: StepEnded) -> ChangeHistory:
    if entry.result is StepResult.UNKNOWN:
        return history
    is_done = entry.result in (StepResult.DONE, StepResult.FOUND_DONE)
    last = replace(history.moves[-1], after=entry.after, is_done=is_done)
    changed = replace(history, moves=(*history.moves[:-1], last))
    return changed if is_done else replace(changed, is_being_undone=True, why=entry.detail)
