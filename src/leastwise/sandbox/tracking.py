"""Which actions a last-accessed report tracks.

AWS tracks management actions of about 200 services (UG "IAM action last accessed information services and actions") and
never data-plane calls nor `iam:PassRole`. `tracking.json` says the same by rule: a list of services that report actions
at all, and by service the patterns that stay untracked there (`*` holds for every service). Where a public record of
live calls says more (`ec2:DescribeInstances` is untracked, `iam:GetUser`, `lambda:ListFunctions` and `kms:ListKeys` are
tracked), the rule agrees with it. It is not AWS's own list, and it says nothing of a name that AWS adds tomorrow.
"""

from functools import cache
from importlib.resources import files

import msgspec

from leastwise.sandbox.actions import glob

__all__ = ["is_tracked"]


class _Table(msgspec.Struct, frozen=True):
    services: frozenset[str]
    untracked: dict[str, tuple[str, ...]]


@cache
def _table() -> _Table:
    return msgspec.json.decode(files(__package__).joinpath("tracking.json").read_bytes(), type=_Table)


@cache
def is_tracked(namespace: str, action: str) -> bool:
    """Whether a report lists this action (name without prefix) of this service where it is granted."""
    table = _table()
    patterns = (*table.untracked["*"], *table.untracked.get(namespace, ()))
    return namespace in table.services and not any(glob(pattern).fullmatch(action) for pattern in patterns)
