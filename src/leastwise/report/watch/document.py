"""What a watch finds, whatever it is shown as."""

from datetime import datetime

from msgspec import Struct

from leastwise.policy import Arn

__all__ = ["Attempt", "Cause", "Complaint", "Unread", "WatchReport"]


class Attempt(Struct, frozen=True):
    """One denied call."""

    at: datetime
    """When, to the second, in UTC."""
    region: str
    """Where."""
    error_code: str
    """AWS's error code."""
    message: str
    """AWS's sentence; empty for none."""
    event_id: str
    """CloudTrail's id of the event; empty for none."""


class Cause(Struct, frozen=True):
    """A change that took the action away from the principal."""

    change_id: str
    """Its id in the plan."""
    title: str
    """What it did, one line."""
    carried_out_at: datetime
    """When it was carried out."""
    rollback: str | None
    """The command that takes it back; None where it is not known which run carried it out."""


class Complaint(Struct, frozen=True):
    """An action that a principal was denied, and that changes had taken away from it."""

    principal: Arn
    """The user, or the role behind the session."""
    action: str
    """The action, e.g. `s3:GetObject`."""
    causes: tuple[Cause, ...]
    """The changes, in the plan's order; at least one."""
    attempts: tuple[Attempt, ...]
    """The denied calls after the first of these changes, oldest first; at least one."""


class Unread(Struct, frozen=True):
    """A record, a file or a time of which it is not known what it says."""

    where: str
    """File or region, and the record's number."""
    problem: str
    """Why."""


class WatchReport(Struct, frozen=True):
    """What was denied after a plan was carried out."""

    account: str
    """The plan's account."""
    since: datetime | None
    """When the first change was carried out; None if none was."""
    events: int
    """How many of CloudTrail's records were looked through."""
    denied: int
    """How many of them are denied calls of users and roles, at any time."""
    nobody: int
    """How many are denials of no user and no role that they name."""
    complaints: tuple[Complaint, ...]
    """What the changes explain, by principal and action."""
    unread: tuple[Unread, ...]
    """What could not be read: it may hold more complaints."""
    notes: tuple[str, ...]
    """What the reader must know besides."""

    @property
    def explained(self) -> int:
        """How many denied calls the changes explain."""
        return sum(len(one.attempts) for one in self.complaints)

    @property
    def unexplained(self) -> int:
        """How many denied calls no change explains: they were denied before, or something else denies them."""
        return self.denied - self.explained
