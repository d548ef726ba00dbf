"""What one running sandbox knows, in one place: its options, account, usage, jobs and who calls."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from random import Random
from threading import RLock
from typing import TYPE_CHECKING

import msgspec

from leastwise.sandbox.account import Account
from leastwise.sandbox.credential_report import CredentialReports
from leastwise.sandbox.identifiers import Identifiers
from leastwise.sandbox.jobs import JobBoard
from leastwise.sandbox.lag import Lag
from leastwise.sandbox.ledger import UsageLedger
from leastwise.sandbox.operations import is_change, is_reading
from leastwise.sandbox.options import SandboxOptions
from leastwise.sandbox.paging import Pager

if TYPE_CHECKING:
    from moto.iam.models import IAMBackend

__all__ = ["Caller", "House"]


class Caller(msgspec.Struct, frozen=True):
    """Who signed a call."""

    principal_arn: str
    """The user, or the role behind a session."""
    session: str
    """What last-accessed jobs belong to: the user's ARN, or the access key of a role's session."""
    shown_arn: str
    """The ARN that error messages name: the user's, or the assumed role's with its session name."""
    access_key_id: str
    """The key that signed."""
    secret_access_key: str
    """Its secret, to check the signature with."""
    long_term: bool
    """Whether the key is a user's own."""


class House:
    """One sandbox's state."""

    def __init__(self, options: SandboxOptions, backend: "IAMBackend") -> None:
        self.options = options
        """What it was told to do."""
        self.identifiers = Identifiers(options.seed)
        """Where new ids come from."""
        self.account = Account(backend)
        """The identities and policies; while a read lags behind, as it sees them."""
        self.admin_arn = ""
        """Who may do everything; empty while there is nobody."""
        self._lag = Lag(options.stale_read_seconds)
        self.ledger = UsageLedger()
        """Who used what."""
        self.jobs = JobBoard(self.identifiers)
        """Last-accessed jobs."""
        self.pager = Pager(short=options.short_pages, random=Random(options.seed))  # noqa: S311 - no secret
        """Cuts answers into pages."""
        self.credential_reports = CredentialReports(self.account, self.ledger, seconds=options.job_seconds)
        """The credential report."""
        self.lock = RLock()
        """Held while an IAM call is carried out, since moto's objects may not change while they are read."""
        self.lost: set[str] = set()
        """ARNs whose first job has been lost on purpose."""

    @contextmanager
    def at_work(self, label: str) -> Iterator[None]:
        """Hold the lock while a call of IAM, as `iam:GetUser`, is carried out; a read may see an earlier account."""
        with self.lock:
            present = self.account
            if is_change(label):
                self._lag.keep(present, now=self.now)
            self.account = self._lag.seen(present, now=self.now) if is_reading(label) else present
            try:
                yield
            finally:
                self.account = present

    @property
    def now(self) -> datetime:
        """The present moment by the sandbox's clock."""
        return self.options.now()
