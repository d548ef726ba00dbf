"""The document as CSV: a row for each service and action of a principal or policy, with what was found there."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from leastwise.findings import ScanStatus, Verdict
from leastwise.report.document import (
    AccountEntry,
    ActionEntry,
    FindingEntry,
    GrantEntry,
    PolicyEntry,
    PrincipalEntry,
    ScanDocument,
    ServiceEntry,
)
from leastwise.report.entries import Shared
from leastwise.report.phrases import ranges, stamp

__all__ = ["COLUMNS", "render_csv"]

COLUMNS: Final = (
    "account",
    "resource",
    "type",
    "service",
    "action",
    "verdict",
    "reason",
    "last_used_at",
    "granted_by",
    "rules",
    "findings",
    "exempt",
)
"""The header row."""
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet takes a cell that begins so for a formula, and IAM allows the first four in names."""

_QUOTED: Final = re.compile('[",\r\n]')
_NOTHING: Final = ",,"
"""The last three cells where nothing was found."""

Place = tuple[str, str]


def render_csv(document: ScanDocument) -> Iterator[str]:
    r"""Pieces of the CSV text (RFC 4180: UTF-8, a header row, lines ended by CR LF), a resource each.

    A service has a row with an empty `action`, and one for each action that some source tracks. A finding is named in
    the rows of the services and actions that it is about, or in a row of its own that has neither; more than one id is
    parted by a space. A cell that a spreadsheet would take for a formula (it begins with `=`, `+`, `-` or `@`) is
    preceded by an apostrophe. An account that could not be read has a row of type `account`.
    """
    yield _row(COLUMNS)
    findings = _by_place(document.findings)
    granted = Shared(_granted)
    yield from (_failed(one) for one in document.accounts if one.status is ScanStatus.FAILED)
    for principal in document.principals:
        found = findings.pop((principal.account, principal.arn), [])
        yield "".join(_resource(principal, principal.type, found, granted=granted))
    for policy in document.policies:
        found = findings.pop((policy.account, policy.arn), [])
        yield "".join(_resource(policy, "policy", found, granted=granted))
    for found in findings.values():
        yield "".join(_own_row(one) for one in found)


def _by_place(findings: Iterable[FindingEntry]) -> dict[Place, list[FindingEntry]]:
    places: dict[Place, list[FindingEntry]] = {}
    for finding in findings:
        places.setdefault((finding.account, finding.resource), []).append(finding)
    return places


def _row(cells: Iterable[str]) -> str:
    return ",".join(_cell(cell) for cell in cells) + "\r\n"


def _cell(text: str) -> str:
    if text.startswith(_FORMULA):
        text = f"'{text}"
    if not _QUOTED.search(text):
        return text
    doubled = text.replace('"', '""')
    return f'"{doubled}"'


def _failed(account: AccountEntry) -> str:
    codes = " ".join(sorted({error.code for error in account.errors}))
    return _row((account.id, account.id, "account", "", "", Verdict.UNKNOWN, codes, "", "", *_found(())))


def _own_row(finding: FindingEntry) -> str:
    matter = ("", "", "", "", "", "")
    return _row((finding.account, finding.resource, finding.resource_type, *matter, *_found([finding])))


def _found(findings: Sequence[FindingEntry]) -> tuple[str, str, str]:
    return (
        " ".join(dict.fromkeys(finding.rule for finding in findings)),
        " ".join(finding.id for finding in findings),
        " ".join(finding.id for finding in findings if finding.exempt is not None),
    )


def _granted(grants: tuple[GrantEntry, ...], _: str) -> str:
    return _cell("; ".join(f"{one.policy} {one.via} {ranges(one.statements)}" for one in grants))


def _resource(
    entry: PrincipalEntry | PolicyEntry,
    kind: str,
    findings: Sequence[FindingEntry],
    *,
    granted: Shared[tuple[GrantEntry, ...], str],
) -> Iterator[str]:
    place = ",".join(_cell(cell) for cell in (entry.account, entry.arn, kind))
    named = _by_name(findings)
    tails = {name: ",".join(_cell(cell) for cell in _found(found)) for name, found in named.items()}
    shown: set[str] = set()
    for service in entry.services:
        names = (service.namespace, *(one.action for one in service.actions))
        shown.update(finding.id for name in names for finding in named.get(name, ()))
        yield from _service(service, place=place, granted=granted(service.granted_by), tails=tails)
    rest = [finding for finding in findings if finding.id not in shown]
    yield from (_own_row(finding) for finding in rest)
    if not entry.services and not rest:
        yield f"{place},,,,,,,{_NOTHING}\r\n"


def _service(service: ServiceEntry, *, place: str, granted: str, tails: Mapping[str, str]) -> Iterator[str]:
    """The rows of a service. There may be millions of them, so what they share is put into words once."""
    head = f"{place},{_cell(service.namespace)}"
    yield f"{head},,{_verdict(service)},{granted},{tails.get(service.namespace, _NOTHING)}\r\n"
    for one in service.actions:
        yield f"{head},{_cell(one.action)},{_verdict(one)},{granted},{tails.get(one.action, _NOTHING)}\r\n"


def _verdict(entry: ServiceEntry | ActionEntry) -> str:
    return f"{entry.verdict},{entry.reason or ''},{stamp(entry.last_used_at)}"


def _by_name(findings: Iterable[FindingEntry]) -> dict[str, list[FindingEntry]]:
    named: dict[str, list[FindingEntry]] = {}
    for finding in findings:
        for name in (*finding.services, *finding.actions):
            named.setdefault(name, []).append(finding)
    return named
