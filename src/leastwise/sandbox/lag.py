"""IAM's eventual consistency: reads that answer from before a write, for as long as they are told to.

"Changes that you make [...] take time to become visible from all possible endpoints" (IAM User Guide, "Troubleshooting
IAM"). Here all reads lag by the same time, and writes see the present.
"""

from collections import deque
from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any

from leastwise.sandbox.account import Account

__all__ = ["Lag"]


class Lag:
    """Keeps the account as it was before each write; not safe to use from several threads at once."""

    def __init__(self, seconds: float) -> None:
        self._delay = timedelta(seconds=seconds)
        self._past: deque[tuple[datetime, Account]] = deque()

    def keep(self, account: Account, *, now: datetime) -> None:
        """Note the account as it is, just before a write. Linear in its users, roles, groups and own policies."""
        if self._delay:
            self._past.append((now, _copy_of(account)))

    def seen(self, account: Account, *, now: datetime) -> Account:
        """The account as a read sees it."""
        while self._past and self._past[0][0] <= now - self._delay:
            self._past.popleft()
        return self._past[0][1] if self._past else account


def _copy_of(account: Account) -> Account:
    # Nobody changes the policies of AWS, which are most of what there is.
    shared: dict[int, Any] = {id(policy): policy for policy in account.backend.aws_managed_policies}
    return Account(deepcopy(account.backend, shared))
