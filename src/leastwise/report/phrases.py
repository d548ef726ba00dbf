"""Dates, counts, names and reasons in plain words."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from leastwise.findings import Reason
from leastwise.inventory import PolicyKind
from leastwise.policy import Arn
from leastwise.report.document import GrantEntry
from leastwise.report.layout import Line, Span, Tone, clean

__all__ = [
    "REASONS",
    "count",
    "day",
    "grant",
    "last_used",
    "moment",
    "policy_name",
    "ranges",
    "resource_label",
    "resource_name",
    "stamp",
]

REASONS: Final = {
    Reason.UNTRACKED: "No source records this (most data calls, such as s3:GetObject; iam:PassRole): "
    "that nothing was seen proves nothing.",
    Reason.TOO_NEW: "The principal, or what grants them, is younger than the stale-after days.",
    Reason.WINDOW_TOO_SHORT: "No source looked back as far as the stale-after days.",
    Reason.NOT_IN_REPORT: "Granted, but AWS's report does not list the service.",
    Reason.UNATTACHED: "Nobody holds the policy, so there is nobody whose use could be seen.",
    Reason.REPORT_FAILED: "AWS's report ended as FAILED. Scan again.",
    Reason.REPORT_LOST: "The report, or the principal, was gone before it could be read. Scan again.",
    Reason.NOT_READABLE: "AWS denied access. `leastwise permissions scan` prints the policy that a scan needs.",
    Reason.TIMED_OUT: "AWS's report did not end in time. Scan again.",
    Reason.UNREACHABLE: "AWS could not be reached, or kept answering with faults. Scan again.",
    Reason.NOT_COLLECTED: "The saved scan holds no report for them.",
    Reason.INTERRUPTED: "The scan was stopped before the answer came. Scan again.",
}
"""What each reason means, and what to do."""


def day(at: datetime | None, *, never: str = "not seen") -> str:
    """The day in UTC, `2026-11-24`; `never` for none."""
    return never if at is None else at.astimezone(UTC).date().isoformat()


def stamp(at: datetime | None) -> str:
    """RFC 3339 in UTC, `2026-11-24T12:00:00Z`; empty for None."""
    return "" if at is None else at.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z"


def last_used(at: datetime | None) -> str:
    """`last used 2026-11-24`; `no use seen` for None, since there may have been one before the sources looked."""
    return "no use seen" if at is None else f"last used {day(at)}"


def moment(at: datetime) -> str:
    """The minute in UTC, `2026-11-24 12:00 UTC`."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


_PLURALS: Final = {"policy": "policies"}


def count(number: int, noun: str) -> str:
    """`1 role`, `1,200 roles`; the noun is in the singular."""
    head, _, last = noun.rpartition(" ")
    plural = f"{head} {_PLURALS.get(last, last + 's')}".strip()
    return f"{number:,} {noun if number == 1 else plural}"


def resource_name(arn: str) -> str:
    """Path and name of an IAM resource, e.g. `ci/deploy`."""
    resource = Arn(arn).resource
    return clean(resource.partition("/")[2] or resource)


def resource_label(arn: str, kind: str, *, with_account: bool = False) -> str:
    """`role ci/deploy`, or `role 111122223333/ci/deploy`."""
    account = f"{Arn(arn).account}/" if with_account else ""
    return f"{kind} {account}{resource_name(arn)}"


def policy_name(entry: GrantEntry) -> str:
    """The policy's name without its path."""
    return clean(entry.policy if entry.kind is PolicyKind.INLINE else entry.policy.rpartition("/")[2])


def ranges(numbers: Sequence[int]) -> str:
    """Ascending numbers with runs drawn together: `0-3, 7`."""
    runs: list[tuple[int, int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)


def grant(entry: GrantEntry) -> Line:
    """`AmazonS3FullAccess [aws-managed] statement 0, via group ops`."""
    noun = "statement" if len(entry.statements) == 1 else "statements"
    via = _via(entry.via)
    return (
        Span(policy_name(entry), Tone.NAME),
        Span(f" [{entry.kind}] {noun} {ranges(entry.statements)}"),
        *((Span(f", via {via}"),) if via else ()),
    )


def _via(via: str) -> str:
    kind, _, name = via.partition(":")
    return clean(f"{kind} {name}") if name else ""
