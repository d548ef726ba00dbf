"""What is read out of CloudTrail's records."""

from datetime import datetime

from msgspec import Struct

from leastwise.policy import Arn

__all__ = ["DeniedCall", "TrailFault", "TrailReading"]


class DeniedCall(Struct, frozen=True):
    """A call that AWS denied a user or a role."""

    at: datetime
    """When, aware and in UTC; CloudTrail tells it to the second."""
    principal: Arn
    """The user, or the role behind a session; a role without its path where the record names only the session."""
    action: str
    """The action that was missing, e.g. `s3:GetObject`: the one that the message names, else the event's."""
    region: str
    """Where it was called."""
    error_code: str
    """AWS's error code, as the record has it."""
    message: str
    """AWS's sentence; empty for none."""
    event_id: str
    """The event's unique id; empty in a record without one."""


class TrailFault(Struct, frozen=True):
    """A record, or a whole file, that could not be read."""

    where: str
    """File, or region, and the record's number in it, from 1."""
    problem: str
    """What is wrong with it."""


class TrailReading(Struct, frozen=True):
    """What some records say."""

    events: int = 0
    """How many records there were, those that could not be read too."""
    denied: tuple[DeniedCall, ...] = ()
    """The denied calls of users and roles, each event once, in the order of their records."""
    nobody: int = 0
    """How many records tell of a denial of no user and no role that they name: of AWS's services, of web identities
    before they have a role, of callers from other accounts."""
    faults: tuple[TrailFault, ...] = ()
    """What could not be read, in order."""
