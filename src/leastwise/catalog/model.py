"""What the catalog knows of a service and of an action, and what it answers to a pattern."""

from enum import StrEnum

from msgspec import Struct

__all__ = ["AccessLevel", "Action", "Expansion", "Service"]


class AccessLevel(StrEnum):
    """What an action does at most (AWS Service Authorization Reference, "Access level")."""

    LIST = "List"
    """Names what is there."""
    READ = "Read"
    """Reads what is in it."""
    WRITE = "Write"
    """Makes, changes or deletes."""
    TAGGING = "Tagging"
    """Changes tags and nothing else."""
    PERMISSIONS_MANAGEMENT = "Permissions management"
    """Changes who may do what."""
    UNKNOWN = "Unknown"
    """The data gives a level of which we have not heard yet."""


class Service(Struct, frozen=True):
    """A service of AWS."""

    namespace: str
    """The prefix of its actions, in lower case: `s3`."""
    name: str
    """What AWS calls it: `Amazon S3`."""
    mask: int
    """Its actions, as a set of bits: bit `Action.index` is set for each."""

    def __repr__(self) -> str:
        # Python refuses to write an integer as wide as a mask in decimal digits.
        return f"Service({self.namespace!r}, {self.name!r}, {self.mask.bit_count()} actions)"


class Action(Struct, frozen=True):
    """An action that the catalog knows."""

    namespace: str
    """The service, in lower case: `s3`."""
    name: str
    """Without the service, in AWS's own case: `GetObject`."""
    access_level: AccessLevel
    """What it does at most."""
    dependent_actions: tuple[str, ...]
    """Actions that the caller needs too for some of its uses, as AWS writes them: `iam:PassRole`; sorted.

    What these need in turn is not among them, and the catalog need not know them all.
    """
    index: int
    """Its bit in every mask of its catalog, from 0."""

    @property
    def text(self) -> str:
        """With the service: `s3:GetObject`."""
        return f"{self.namespace}:{self.name}"


class Expansion(Struct, frozen=True):
    """The known actions that a pattern matches."""

    pattern: str
    """The pattern as it was asked."""
    mask: int
    """The known actions that it matches, as a set of bits."""
    problem: str = ""
    """Why it matches no known action, e.g. `unknown service 'foo'`; empty if it matches one."""

    def __repr__(self) -> str:
        return f"Expansion({self.pattern!r}, {self.mask.bit_count()} actions, {self.problem!r})"

    @property
    def is_known(self) -> bool:
        """Whether it matches an action that the catalog knows."""
        return not self.problem
