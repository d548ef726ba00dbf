"""A scan: one or more accounts, judged or failed. What the report room renders."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from leastwise.findings.model import Judgement
from leastwise.inventory import Account

__all__ = ["AccountScan", "Scan", "ScanError", "ScanParameters", "ScanStatus"]


class ScanStatus(StrEnum):
    """How much of an account could be looked at."""

    COMPLETE = "complete"
    """Everything that was asked was answered."""
    PARTIAL = "partial"
    """Some evidence could not be had; what rests on it is unknown."""
    FAILED = "failed"
    """The account could not be read; nothing is known of it."""


class ScanError(Struct, frozen=True, order=True):
    """One answer that could not be had."""

    code: str
    """AWS's error code, or the gap's reason where AWS gave none."""
    message: str
    """What happened, one line."""
    operation: str = ""
    """The AWS operation; empty if none was made."""
    arn: str = ""
    """What it was about; empty for the account."""


class ScanParameters(Struct, frozen=True):
    """What the user asked for."""

    stale_after_days: int = 90
    """A use longer ago than this many days is stale."""
    principals: tuple[str, ...] = ()
    """Patterns of principals to look at; empty for all."""
    services: tuple[str, ...] = ()
    """Namespaces to report; empty for all."""
    exclude: tuple[str, ...] = ()
    """Patterns of principals to leave out."""
    policies: bool = False
    """Whether AWS was asked for a report of every managed policy, too."""
    verify: bool = False
    """Whether our attribution was checked against AWS's."""


class AccountScan(Struct, frozen=True):
    """One account's part of a scan."""

    account: Account
    """Which account."""
    status: ScanStatus
    """How much of it could be looked at."""
    errors: tuple[ScanError, ...] = ()
    """Every answer that could not be had, sorted."""
    judgement: Judgement | None = None
    """What was found; None for a failed account."""


class Scan(Struct, frozen=True):
    """Everything a report says."""

    generated_at: datetime
    """The moment the scan was made for."""
    parameters: ScanParameters
    """What the user asked for."""
    accounts: tuple[AccountScan, ...]
    """By account id."""
