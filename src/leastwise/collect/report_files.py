"""The files of last-accessed reports in a directory, each matched with the subject that its name says."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from leastwise.collect.saved import REPORTS, report_stem
from leastwise.errors import SavedScanError
from leastwise.evidence import Evidence, parse_last_accessed_json
from leastwise.inventory import Snapshot
from leastwise.policy import Arn

__all__ = ["read_reports"]

_MARK: Final = b'"JobStatus"'
"""What a last-accessed answer has, and the other files of a directory have not."""
_NOISE: Final = re.compile(r"[^a-z0-9]+")


def read_reports(directory: Path, snapshot: Snapshot) -> tuple[Evidence, ...]:
    """What each of the reports in the directory, and in `last-accessed` below it, says.

    An answer of `aws iam get-service-last-accessed-details` does not say whose it is: the file's name must, as
    `role-NAME.json`, `user-NAME.json`, `group-NAME.json`, `policy-NAME.json`, the unique id, the ARN with any other
    character for its colons and slashes, or the bare name where only one subject has it.

    Raises:
        SavedScanError: a report names no subject of the account, or cannot be read.
    """
    subjects = _subjects_by_name(snapshot)
    return tuple(_read(path, _subject(path, subjects)) for path in _files(directory))


def _files(directory: Path) -> Iterator[Path]:
    for path in sorted([*directory.glob("*.json"), *(directory / REPORTS).glob("*.json")]):
        if _MARK in path.read_bytes():
            yield path


def _read(path: Path, subject: Arn) -> Evidence:
    return parse_last_accessed_json(path.read_bytes(), subject=subject, source=str(path))


def _subject(path: Path, subjects: Mapping[str, Arn | None]) -> Arn:
    key = _plain(path.stem)
    subject = subjects.get(key)
    if subject is None:
        problem = "more than one" if key in subjects else "no"
        raise SavedScanError(
            f"{path}: {problem} principal or policy of this account has this name",
            hint="name the file for whose report it is: role-NAME.json, user-NAME.json, group-NAME.json, ...",
        )
    return subject


def _subjects_by_name(snapshot: Snapshot) -> Mapping[str, Arn | None]:
    """Every name that a file may have; None for a name that fits several subjects."""
    subjects: dict[str, Arn | None] = {}
    for arn, unique_id in _all_subjects(snapshot):
        for name in {_plain(arn), _plain(unique_id), _plain(report_stem(arn)), _plain(arn.name)}:
            subjects[name] = arn if subjects.get(name, arn) == arn else None
    return subjects


def _all_subjects(snapshot: Snapshot) -> Iterator[tuple[Arn, str]]:
    yield from ((principal.arn, principal.id) for principal in snapshot.principals())
    yield from ((policy.arn, policy.id) for policy in snapshot.policies)


def _plain(name: str) -> str:
    return _NOISE.sub("-", name.lower()).strip("-")
