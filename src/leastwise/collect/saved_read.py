"""A saved directory, or the AWS command line's own output, read as if AWS had just said it."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Final

import msgspec

from leastwise.collect.cli_json import AuthorizationDetails
from leastwise.collect.cli_read import snapshot_of
from leastwise.collect.collected import Collected
from leastwise.collect.credential_files import read_credentials
from leastwise.collect.report_files import read_reports
from leastwise.collect.saved import DETAILS, MANIFEST, Manifest, read_manifest
from leastwise.errors import SavedScanError
from leastwise.evidence import REPORT_DELAY, Evidence, evidence_of, role_uses
from leastwise.inventory import Account, Snapshot
from leastwise.policy import AccountId, Arn

__all__ = ["read_saved"]

_EXPECTED: Final = "expected all that `aws iam get-account-authorization-details --output json` prints"
_MARK: Final = b'"RoleDetailList"'
"""What account details have, and the other files of a directory have not."""
_SCAN_MARK: Final = b'"leastwise/scan/'


def read_saved(path: Path) -> Collected:
    """What a directory written by `scan --save` holds, or a file that the AWS command line wrote and those beside it.

    All is as of the moment it was saved. The AWS command line's files do not say when that was: it is taken to be the
    newest moment that a report beside them names, or else the time at which the file was written. What is not there is
    not in the evidence: whoever knows what should be there calls `mark_missing`.

    Raises:
        SavedScanError: it is not there, is nothing of the kind, is of another schema, or a file of it cannot be read.
    """
    try:
        return _read(path)
    except OSError as error:
        raise SavedScanError(f"cannot read {error.filename or path}: {error.strerror}") from error


def _read(path: Path) -> Collected:
    details_path = _details_path(path)
    directory = details_path.parent
    # Whoever keeps the command line's answer under this name has no manifest.
    manifest = None if details_path.name == MANIFEST else read_manifest(directory / MANIFEST)
    details = _details(details_path)
    written_at = datetime.fromtimestamp(int(details_path.stat().st_mtime), UTC)
    draft = _snapshot(details, manifest, taken_at=written_at, source=details_path)
    reports = read_reports(directory, draft)
    taken_at = manifest.taken_at if manifest else _newest(reports, default=written_at)
    snapshot = msgspec.structs.replace(draft, taken_at=taken_at)
    return Collected(snapshot, _evidence(directory, snapshot, reports, manifest), notes=_notes(manifest, taken_at))


def _details_path(path: Path) -> Path:
    """The file with the account's details."""
    if path.is_file():
        return path
    if not path.exists():
        raise SavedScanError(f"{path} does not exist")
    if (path / DETAILS).is_file():
        return path / DETAILS
    found = [file for file in sorted(path.glob("*.json")) if _MARK in file.read_bytes()]
    if len(found) != 1:
        problem = "more than one file" if found else "no file"
        raise SavedScanError(f"{path} is no saved scan, and has {problem} with account details", hint=_EXPECTED)
    return found[0]


def _details(path: Path) -> AuthorizationDetails:
    data = path.read_bytes()
    if _SCAN_MARK in data[:200]:
        raise SavedScanError(
            f"{path} is the result of a scan, not what it was made of", hint=f"render it with `leastwise report {path}`"
        )
    try:
        details = msgspec.json.decode(data, type=AuthorizationDetails)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise SavedScanError(f"{path}: not account details: {error}", hint=_EXPECTED) from error
    if details.is_truncated:
        raise SavedScanError(f"{path} is only the first page of the account", hint=_EXPECTED)
    return details


def _snapshot(
    details: AuthorizationDetails, manifest: Manifest | None, *, taken_at: datetime, source: Path
) -> Snapshot:
    try:
        return snapshot_of(details, account=_account(details, manifest), taken_at=taken_at)
    except ValueError as error:
        raise SavedScanError(f"{source}: {error}") from error


def _account(details: AuthorizationDetails, manifest: Manifest | None) -> Account:
    """What the manifest says, or else whose ARNs the details are full of; raises ValueError if there are none."""
    if manifest is not None:
        return manifest.account
    arn = next((Arn(arn) for arn in _own_arns(details)), None)
    if arn is None:
        raise ValueError("it has no principal and no policy of its own, so that its account is not known")
    return Account(AccountId(arn.account), arn.aws_partition)


def _own_arns(details: AuthorizationDetails) -> Iterator[str]:
    return chain(
        (role.arn for role in details.role_detail_list),
        (user.arn for user in details.user_detail_list),
        (group.arn for group in details.group_detail_list),
        (policy.arn for policy in details.policies if Arn(policy.arn).account != "aws"),
    )


def _newest(reports: Iterable[Evidence], *, default: datetime) -> datetime:
    ends = [usage.window.end for report in reports for usages in report.usages.values() for usage in usages]
    return max(ends) + REPORT_DELAY if ends else default


def _evidence(directory: Path, snapshot: Snapshot, reports: Iterable[Evidence], manifest: Manifest | None) -> Evidence:
    reports = tuple(reports)
    saved_gaps = manifest.gaps if manifest else ()
    return evidence_of(
        (usage for report in reports for usages in report.usages.values() for usage in usages),
        role_uses(snapshot),
        credentials=read_credentials(directory, manifest, default_time=snapshot.taken_at),
        gaps=[*saved_gaps, *(gap for report in reports for gaps in report.gaps.values() for gap in gaps)],
    )


def _notes(manifest: Manifest | None, taken_at: datetime) -> tuple[str, ...]:
    if manifest is None:
        return (f"The files do not say when they were written: everything is as of {taken_at:%Y-%m-%d %H:%M} UTC.",)
    return () if manifest.complete else ("The collection was interrupted: what it had not read yet is unknown.",)
