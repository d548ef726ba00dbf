"""What running a command gave, and what the tests of the command line share."""

from collections.abc import Callable
from subprocess import CompletedProcess

from msgspec import Struct

__all__ = ["ROLE", "Environment", "Ran", "Run", "Spawn"]

ROLE = "role/web-frontend-task"
"""A role of the sample company whose report is small."""


class Ran(Struct, frozen=True):
    """What a command did."""

    code: int
    out: str
    err: str


Environment = dict[str, str]
Run = Callable[..., Ran]
Spawn = Callable[..., CompletedProcess[bytes]]
