"""IAM's credential report, a CSV, read into what it says of each user's password and keys."""

import csv
import io
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final, Literal

from leastwise.errors import ResponseError
from leastwise.evidence.model import CredentialUse, KeyUse, PasswordUse, Window
from leastwise.evidence.moment import moment_of
from leastwise.policy import Arn

__all__ = ["parse_credential_report"]

_OPERATION: Final = "iam:GetCredentialReport"
_ROOT: Final = "<root_account>"
"""The row of the account's root user (IAM User Guide, "Get credential reports for your AWS account")."""
_NO_INFORMATION: Final = "no_information"
"""No sign-in since IAM began to record them, 2014-10-20 (the same)."""
_NO_DATE: Final = frozenset({"", "N/A", "not_supported", _NO_INFORMATION})
_KEY_COLUMNS: Final = ("active", "last_rotated", "last_used_date", "last_used_region", "last_used_service")
_COLUMNS: Final = (
    "user",
    "arn",
    "user_creation_time",
    "password_enabled",
    "password_last_used",
    "password_last_changed",
    *(f"access_key_{number}_{column}" for number in (1, 2) for column in _KEY_COLUMNS),
)
"""Those of its 22 columns that are read; more may come."""

_Row = Mapping[str, str]


def parse_credential_report(content: bytes | str, *, generated_at: datetime) -> tuple[CredentialUse, ...]:
    """What the report says of each user, by ARN; the root user is not one of them.

    `generated_at` is the report's own time, which may be up to four hours ago (IAM API, GenerateCredentialReport).

    Raises:
        ResponseError: it is no credential report, or a column or a date of it cannot be read.
    """
    reader = csv.DictReader(io.StringIO(_text(content), newline=""), strict=True)
    try:
        missing = [column for column in _COLUMNS if column not in (reader.fieldnames or ())]
        if missing:
            raise _refusal(f"it has no column {', '.join(missing)}")
        uses = [_use(row, generated_at) for row in _users(reader)]
    except csv.Error as error:
        raise _refusal(f"line {reader.line_num}: {error}") from error
    return tuple(sorted(uses, key=lambda use: use.subject))


def _text(content: bytes | str) -> str:
    if isinstance(content, str):
        return content
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refusal("it is not UTF-8") from error


def _users(rows: Iterator[dict[str, str | None]]) -> Iterator[_Row]:
    for row in rows:
        known = {column: text for column in _COLUMNS if (text := row[column]) is not None}
        if len(known) != len(_COLUMNS):
            raise _refusal(f"user {row['user']}: the row is cut off")
        if known["user"] != _ROOT:
            yield known


def _use(row: _Row, generated_at: datetime) -> CredentialUse:
    created_at = _moment(row, "user_creation_time")
    keys = (_key(row, number) for number in (1, 2))
    return CredentialUse(
        subject=_subject(row),
        window=Window(start=created_at or generated_at, end=generated_at),
        password=_password(row),
        keys=tuple(key for key in keys if key is not None),
    )


def _subject(row: _Row) -> Arn:
    try:
        return Arn(row["arn"])
    except ValueError as error:
        raise _refusal(f"user {row['user']}: {error}") from error


def _password(row: _Row) -> PasswordUse:
    return PasswordUse(
        enabled=_is_true(row, "password_enabled"),
        created_at=_moment(row, "password_last_changed"),
        last_used_at=_moment(row, "password_last_used"),
        used_known=row["password_last_used"] != _NO_INFORMATION,
    )


def _key(row: _Row, number: Literal[1, 2]) -> KeyUse | None:
    """The key in this place; None if there is none, which the report shows as inactive and never made."""
    prefix = f"access_key_{number}"
    active, created_at = _is_true(row, f"{prefix}_active"), _moment(row, f"{prefix}_last_rotated")
    if not active and created_at is None:
        return None
    return KeyUse(
        number=number,
        active=active,
        created_at=created_at,
        last_used_at=_moment(row, f"{prefix}_last_used_date"),
        region=_word(row, f"{prefix}_last_used_region"),
        service=_word(row, f"{prefix}_last_used_service"),
    )


def _is_true(row: _Row, column: str) -> bool:
    return row[column].lower() == "true"


def _word(row: _Row, column: str) -> str | None:
    return None if row[column] in _NO_DATE else row[column]


def _moment(row: _Row, column: str) -> datetime | None:
    text = row[column]
    if text in _NO_DATE:
        return None
    try:
        return moment_of(text)
    except ValueError as error:
        raise _refusal(f"user {row['user']}: {column} is no date: {text!r}") from error


def _refusal(problem: str) -> ResponseError:
    return ResponseError(f"the credential report cannot be read: {problem}", operation=_OPERATION)
