"""Carrying a plan out on a live account, and back: journalled, checked before and after, and resumable.

Promise: the intent is on disk before the call; what is found other than it was planned for is left alone; rolling a run
back is the identity.
"""

from leastwise.apply.account import (
    About,
    LiveAccount,
    LiveKey,
    LivePassword,
    LivePolicy,
    LiveText,
    LiveVersion,
    Reading,
    Tag,
    Writing,
)
from leastwise.apply.entries import (
    ChangeBegun,
    ChangeEnded,
    ChangeResult,
    Compared,
    Entry,
    Intent,
    RunBegun,
    RunEnd,
    RunEnded,
    RunKind,
    RunResumed,
    StepEnded,
    StepResult,
    Way,
)
from leastwise.apply.errors import JournalError, LockedError, UnfitError
from leastwise.apply.execute import apply_plan, chosen
from leastwise.apply.history import ChangeHistory, Move, histories
from leastwise.apply.journal import Journal, JournalRead, read_journal
from leastwise.apply.live import Difference, difference
from leastwise.apply.lock import LockHolder, account_lock
from leastwise.apply.outcome import ApplyOptions, NoProgress, Outcome, Progress, Waiting
from leastwise.apply.rollback import Comparison, RollBackOptions, RolledBack, roll_back
from leastwise.apply.states import (
    AttachmentState,
    InlineState,
    KeyState,
    MembershipState,
    PasswordState,
    PolicyState,
    State,
    VersionState,
)

__all__ = [
    "About",
    "ApplyOptions",
    "AttachmentState",
    "ChangeBegun",
    "ChangeEnded",
    "ChangeHistory",
    "ChangeResult",
    "Compared",
    "Comparison",
    "Difference",
    "Entry",
    "InlineState",
    "Intent",
    "Journal",
    "JournalError",
    "JournalRead",
    "KeyState",
    "LiveAccount",
    "LiveKey",
    "LivePassword",
    "LivePolicy",
    "LiveText",
    "LiveVersion",
    "LockHolder",
    "LockedError",
    "MembershipState",
    "Move",
    "NoProgress",
    "Outcome",
    "PasswordState",
    "PolicyState",
    "Progress",
    "Reading",
    "RollBackOptions",
    "RolledBack",
    "RunBegun",
    "RunEnd",
    "RunEnded",
    "RunKind",
    "RunResumed",
    "State",
    "StepEnded",
    "StepResult",
    "Tag",
    "UnfitError",
    "VersionState",
    "Waiting",
    "Way",
    "Writing",
    "account_lock",
    "apply_plan",
    "chosen",
    "difference",
    "histories",
    "read_journal",
    "roll_back",
]
