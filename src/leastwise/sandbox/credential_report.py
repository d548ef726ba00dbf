"""The credential report: its states, and its 22 columns.

Live calls (radkawar/stackd, `credential_report.json`, September 2026) show dates with `Z`, no newline at the end, and
active keys before inactive ones; columns and values are those of the IAM User Guide, "Get credential reports".
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from leastwise.sandbox.account import Account
from leastwise.sandbox.ledger import UsageLedger
from leastwise.sandbox.refusals import Refusal
from leastwise.sandbox.rendering import date

__all__ = ["COLUMNS", "CredentialReports"]

_KEY_COLUMNS = ("active", "last_rotated", "last_used_date", "last_used_region", "last_used_service")

COLUMNS = (
    "user",
    "arn",
    "user_creation_time",
    "password_enabled",
    "password_last_used",
    "password_last_changed",
    "password_next_rotation",
    "mfa_active",
    *(f"access_key_{number}_{column}" for number in (1, 2) for column in _KEY_COLUMNS),
    "cert_1_active",
    "cert_1_last_rotated",
    "cert_2_active",
    "cert_2_last_rotated",
)
"""The report's header."""

LIFETIME = timedelta(hours=4)
"""How long a report stands before the next can be made (API reference of GenerateCredentialReport)."""

_NO_KEY = ("false", "N/A", "N/A", "N/A", "N/A")
_NO_CERTIFICATES = ("false", "N/A", "false", "N/A")


class _Report(msgspec.Struct, frozen=True):
    content: bytes
    made_at: datetime
    ready_at: datetime


class CredentialReports:
    """Makes credential reports of an account: one at a time, at most one in four hours."""

    def __init__(self, account: Account, ledger: UsageLedger, *, seconds: float) -> None:
        self._account = account
        self._ledger = ledger
        self._duration = timedelta(seconds=seconds)
        self._report: _Report | None = None

    def generate(self, now: datetime) -> str:
        """STARTED, INPROGRESS or COMPLETE."""
        if self._report is None or now >= self._report.made_at + LIFETIME:
            content = "\n".join([",".join(COLUMNS), self._root_row(), *self._user_rows()]).encode()
            self._report = _Report(content, now, now + self._duration)
            return "STARTED"
        return "COMPLETE" if now >= self._report.ready_at else "INPROGRESS"

    def get(self, now: datetime) -> tuple[bytes, datetime]:
        """The report's bytes and when they were made.

        Raises:
            Refusal: there is none yet, it is being made, or it is older than four hours.
        """
        if self._report is None:
            raise Refusal(410, "ReportNotPresent", "Unknown")
        if now < self._report.ready_at:
            raise Refusal(404, "ReportInProgress", "Unknown")
        if now >= self._report.made_at + LIFETIME:
            raise Refusal(410, "ReportExpired", "Unknown")
        return self._report.content, self._report.ready_at

    def _root_row(self) -> str:
        arn = f"arn:aws:iam::{self._account.id}:root"
        password = ("not_supported", "no_information", "not_supported", "not_supported", "true")
        row = ("<root_account>", arn, "2019-01-01T00:00:00Z", *password, *_NO_KEY, *_NO_KEY, *_NO_CERTIFICATES)
        return ",".join(row)

    def _user_rows(self) -> list[str]:
        return [self._user_row(self._account.object(entity)) for entity in self._account.users()]

    def _user_row(self, user: Any) -> str:  # noqa: ANN401 - moto's User
        keys = [self._key(key) for key in sorted(user.access_keys, key=lambda key: key.status)]
        first, second = [*keys, _NO_KEY, _NO_KEY][:2]
        mfa = "true" if user.mfa_devices else "false"
        row = (user.name, user.arn, date(user.create_date), *_password(user), mfa, *first, *second, *_NO_CERTIFICATES)
        return ",".join(row)

    def _key(self, key: Any) -> Sequence[str]:  # noqa: ANN401 - moto's AccessKey
        active = "true" if key.status == "Active" else "false"
        use = self._ledger.key(key.access_key_id)
        used = (date(use.at), use.region, use.service) if use else ("N/A", "N/A", "N/A")
        return (active, date(key.create_date), *used)


def _password(user: Any) -> Sequence[str]:  # noqa: ANN401 - moto's User
    if not user.password:
        return ("false", "N/A", "N/A", "N/A")
    used = date(user.password_last_used) if user.password_last_used else "no_information"
    return ("true", used, date(getattr(user, "password_changed_at", user.create_date)), "N/A")
