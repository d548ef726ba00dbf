"""A directory that keeps what was collected: the AWS command line's own JSON, and a manifest that says what it is.

DIR/account.json                    the manifest, written last
DIR/authorization-details.json      as `aws iam get-account-authorization-details` prints it
DIR/credential-report.csv           the content of `aws iam get-credential-report`
DIR/last-accessed/role-NAME.json    as `aws iam get-service-last-accessed-details` prints it, a file a subject
"""

from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from leastwise import __version__
from leastwise.collect.cli_json import AuthorizationDetails
from leastwise.errors import SavedScanError, UsageError
from leastwise.evidence import Gap, Usage, render_last_accessed_json
from leastwise.inventory import Account, Snapshot
from leastwise.policy import Arn, identifier_from_json

__all__ = [
    "CREDENTIAL_REPORT",
    "DETAILS",
    "MANIFEST",
    "REPORTS",
    "SCHEMA",
    "Manifest",
    "SavedWriter",
    "read_manifest",
    "report_stem",
]

SCHEMA: Final = "leastwise/saved/1"
MANIFEST: Final = "account.json"
DETAILS: Final = "authorization-details.json"
CREDENTIAL_REPORT: Final = "credential-report.csv"
REPORTS: Final = "last-accessed"
_PARTIAL: Final = ".partial"
"""Ends the name of a file that is being written; one that stays behind is the trace of a killed process."""


class Manifest(Struct, frozen=True):
    """What a saved directory holds."""

    schema: str
    """`leastwise/saved/1`."""
    version: str
    """Of the leastwise that wrote it."""
    account: Account
    """Whose it is."""
    taken_at: datetime
    """When AWS was asked."""
    complete: bool
    """False if the collection was interrupted."""
    credential_report_at: datetime | None = None
    """When AWS made the credential report; None if there is none here."""
    gaps: tuple[Gap, ...] = ()
    """What could not be had, and why."""


def read_manifest(path: Path) -> Manifest | None:
    """What a directory's manifest says; None if there is none, as beside the AWS command line's own files.

    Raises:
        SavedScanError: it is no manifest, or one of another schema.
    """
    if not path.is_file():
        return None
    try:
        manifest = msgspec.json.decode(path.read_bytes(), type=Manifest, dec_hook=identifier_from_json)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise SavedScanError(f"{path}: not the manifest of a saved scan: {error}") from error
    if manifest.schema != SCHEMA:
        raise SavedScanError(
            f"{path}: its schema is {manifest.schema!r}, and this version reads {SCHEMA!r}",
            hint=f"it was written by leastwise {manifest.version}",
        )
    return manifest


class SavedWriter:
    """Writes a directory as the collection goes on: data first, then the manifest that vouches for it."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._credential_report_at: datetime | None = None

    def begin(self) -> None:
        """Make the directory, and take away the manifest and the reports of an earlier collection in it.

        Raises:
            UsageError: it cannot be written, or holds files that are not ours.
        """
        try:
            self._directory.mkdir(parents=True, exist_ok=True)
            self._refuse_foreign()
            (self._directory / MANIFEST).unlink(missing_ok=True)
            (self._directory / CREDENTIAL_REPORT).unlink(missing_ok=True)
            (self._directory / REPORTS).mkdir(exist_ok=True)
            for old in (self._directory / REPORTS).glob("*.json"):
                old.unlink()
        except OSError as error:
            raise self._refusal(error) from error

    def details(self, details: AuthorizationDetails) -> None:
        """Keep the account's principals and policies."""
        self._write(DETAILS, msgspec.json.format(msgspec.json.encode(details), indent=1))

    def usage(self, usage: Usage) -> None:
        """Keep one report."""
        self._write(f"{REPORTS}/{report_stem(usage.subject)}.json", render_last_accessed_json(usage).encode())

    def credential_report(self, content: bytes, *, generated_at: datetime) -> None:
        """Keep the credential report."""
        self._write(CREDENTIAL_REPORT, content)
        self._credential_report_at = generated_at

    def finish(self, snapshot: Snapshot, *, gaps: tuple[Gap, ...], complete: bool) -> None:
        """Write the manifest."""
        manifest = Manifest(
            schema=SCHEMA,
            version=__version__,
            account=snapshot.account,
            taken_at=snapshot.taken_at,
            complete=complete,
            credential_report_at=self._credential_report_at,
            gaps=gaps,
        )
        self._write(MANIFEST, msgspec.json.format(msgspec.json.encode(manifest, enc_hook=str), indent=1))

    def _refuse_foreign(self) -> None:
        ours = {MANIFEST, DETAILS, CREDENTIAL_REPORT, REPORTS}
        foreign = sorted(
            entry.name for entry in self._directory.iterdir() if entry.name.removesuffix(_PARTIAL) not in ours
        )
        if foreign:
            raise UsageError(
                f"{self._directory} holds other files than a saved scan, e.g. {foreign[0]}",
                hint="name an empty or a new directory",
            )

    def _write(self, name: str, content: bytes) -> None:
        """Write the file whole or not at all."""
        target = self._directory / name
        partial = target.with_name(f"{target.name}{_PARTIAL}")
        try:
            partial.write_bytes(content)
            partial.replace(target)
        except OSError as error:
            raise self._refusal(error) from error

    def _refusal(self, error: OSError) -> UsageError:
        return UsageError(f"cannot save to {error.filename or self._directory}: {error.strerror}")


def report_stem(subject: Arn) -> str:
    """The name of a subject's report without `.json`: names are unique within their kind, whatever the path."""
    kind = "aws-policy" if subject.account == "aws" else subject.kind
    return f"{kind}-{subject.name}"
