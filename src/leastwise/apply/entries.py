"""What a journal says, line by line.

These types are the journal, `leastwise/journal/1`: fields stand in the order in which they are written.
"""

from datetime import datetime
from enum import StrEnum
from typing import Final

from msgspec import Struct

from leastwise.apply.states import State
from leastwise.plan import Precondition, Step
from leastwise.policy import Arn

__all__ = [
    "SCHEMA",
    "ChangeBegun",
    "ChangeEnded",
    "ChangeResult",
    "Compared",
    "Entry",
    "Intent",
    "RunBegun",
    "RunEnd",
    "RunEnded",
    "RunKind",
    "RunResumed",
    "StepEnded",
    "StepResult",
    "Way",
]

SCHEMA: Final = "leastwise/journal/1"


class RunKind(StrEnum):
    """What a run does."""

    APPLY = "apply"
    """It carries a plan out."""
    ROLL_BACK = "rollback"
    """It puts back what another run changed."""


class Way(StrEnum):
    """Which way a step is gone."""

    FORTH = "forth"
    """It is done."""
    BACK = "back"
    """It is undone, since a later one of its change failed."""


class StepResult(StrEnum):
    """What became of a step."""

    DONE = "done"
    """It was done, and seen to be."""
    FOUND_DONE = "found-done"
    """The object was as it should be before anything was called, or although the call failed."""
    FAILED = "failed"
    """It was not done, or only in part."""
    UNKNOWN = "unknown"
    """What became of it could not be read."""


class ChangeResult(StrEnum):
    """What became of a change."""

    DONE = "done"
    """It was made whole."""
    FOUND_DONE = "found-done"
    """Everything was as the change makes it; nothing was called."""
    REFUSED = "refused"
    """Something is other than it was planned for; nothing of the change is done."""
    FAILED = "failed"
    """A step failed; nothing of the change is done."""
    HALTED = "halted"
    """It could neither be finished nor undone: some of it is done. The run stopped there."""
    WOULD_DO = "would-do"
    """Only asked whether it could be made, and it could."""
    NOT_REACHED = "not-reached"
    """The run stopped before it came to it; nothing of it is done."""


class RunEnd(StrEnum):
    """How a run ended."""

    FINISHED = "finished"
    """Everything was tried."""
    INTERRUPTED = "interrupted"
    """It was told to stop, between two changes."""
    HALTED = "halted"
    """It could not go on."""


class RunBegun(Struct, frozen=True, tag_field="entry", tag="run-begun"):
    """The first line."""

    schema: str
    """`leastwise/journal/1`."""
    run: str
    """The run's id, which is the name of the file without its ending."""
    kind: RunKind
    """What it does."""
    account: str
    """In which account."""
    plan: str
    """The digest of the plan that is carried out, or whose changes are put back."""
    of: str
    """The run that is put back; empty for none."""
    version: str
    """The version of leastwise."""
    at: datetime
    """When it began."""
    changes: tuple[str, ...]
    """The ids of the changes that are to be made, or put back, in this order."""


class RunResumed(Struct, frozen=True, tag_field="entry", tag="run-resumed"):
    """The run goes on after it was interrupted."""

    version: str
    """The version of leastwise."""
    at: datetime
    """When."""
    torn: str
    """The half-written line that was found at the end, and taken away; empty for none."""


class ChangeBegun(Struct, frozen=True, tag_field="entry", tag="change-begun"):
    """A change is about to be checked and made."""

    change: str
    """Its id."""
    title: str
    """What it is, in one line."""
    principals: tuple[Arn, ...]
    """The users and roles whom it reaches, sorted."""
    steps: tuple[Step, ...]
    """The steps, as in the plan; none where something is put back, which the intents say."""
    inverse: tuple[Step, ...]
    """What undoes it, as in the plan; empty where nothing can."""
    preconditions: tuple[Precondition, ...]
    """What must be so, as in the plan."""
    at: datetime
    """When."""


class Intent(Struct, frozen=True, tag_field="entry", tag="intent"):
    """A step is about to be done: on disk before anything is called."""

    change: str
    """The change's id."""
    step: int
    """The step's number in the change, from 1."""
    way: Way
    """Whether it is done or undone."""
    before: State
    """The object that it touches, whole, as it is."""
    target: State
    """The object as it is to be."""
    overwrites: str
    """What somebody else changed and is overwritten, since a person wanted it; empty for nothing."""
    at: datetime
    """When."""


class StepEnded(Struct, frozen=True, tag_field="entry", tag="step-ended"):
    """What became of a step."""

    change: str
    """The change's id."""
    step: int
    """The step's number."""
    way: Way
    """Whether it was done or undone."""
    result: StepResult
    """What became of it."""
    detail: str
    """Why, where there is something to say: the error as AWS put it."""
    after: State | None
    """The object as it was read back; None if it could not be read."""
    at: datetime
    """When."""


class ChangeEnded(Struct, frozen=True, tag_field="entry", tag="change-ended"):
    """What became of a change. One that was halted is not ended."""

    change: str
    """Its id."""
    result: ChangeResult
    """What became of it."""
    detail: str
    """Why, where there is something to say."""
    at: datetime
    """When."""


class Compared(Struct, frozen=True, tag_field="entry", tag="compared"):
    """An object that was put back, compared with what it was before the run that changed it."""

    object: str
    """Which object."""
    difference: str
    """How it differs; empty if it does not."""
    at: datetime
    """When."""


class RunEnded(Struct, frozen=True, tag_field="entry", tag="run-ended"):
    """The last line, unless the run was killed; after it the run may be resumed."""

    end: RunEnd
    """How it ended."""
    detail: str
    """Why, where there is something to say."""
    at: datetime
    """When."""


Entry = RunBegun | RunResumed | ChangeBegun | Intent | StepEnded | ChangeEnded | Compared | RunEnded
"""One line of a journal."""
