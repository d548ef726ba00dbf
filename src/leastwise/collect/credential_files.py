"""The credential report in a directory: our own CSV, or what `aws iam get-credential-report` prints."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from leastwise.collect.saved import CREDENTIAL_REPORT, Manifest
from leastwise.errors import ResponseError, SavedScanError
from leastwise.evidence import CredentialUse, parse_credential_report

__all__ = ["read_credentials"]

_PRINTED: Final = "credential-report.json"


class _Printed(Struct, frozen=True, rename="pascal"):
    """The AWS command line's own form; `content` is base64 there."""

    content: bytes
    generated_time: datetime


def read_credentials(
    directory: Path, manifest: Manifest | None, *, default_time: datetime
) -> tuple[CredentialUse, ...]:
    """What the report says of each user; nothing if there is no report.

    A CSV does not say when it was made: the manifest does, and without one it is `default_time`.

    Raises:
        SavedScanError: there is one, and it cannot be read.
    """
    printed, plain = directory / _PRINTED, directory / CREDENTIAL_REPORT
    if plain.is_file():
        made_at = manifest.credential_report_at if manifest else None
        return _parse(plain, plain.read_bytes(), made_at or default_time)
    if printed.is_file():
        answer = _decode(printed)
        return _parse(printed, answer.content, answer.generated_time.astimezone(UTC))
    return ()


def _decode(path: Path) -> _Printed:
    try:
        return msgspec.json.decode(path.read_bytes(), type=_Printed)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        hint = "expected what `aws iam get-credential-report` prints"
        raise SavedScanError(f"{path}: not a credential report: {error}", hint=hint) from error


def _parse(path: Path, content: bytes, made_at: datetime) -> tuple[CredentialUse, ...]:
    try:
        return parse_credential_report(content, generated_at=made_at)
    except ResponseError as error:
        raise SavedScanError(f"{path}: {error.message}") from error
