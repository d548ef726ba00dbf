"""Findings sent to Security Hub, and what became of them, for a person."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from msgspec import Struct

from leastwise.aws import ConnectionOptions, FailedFinding, SystemClock, region_of
from leastwise.cli.output import OutputOptions
from leastwise.cli.progress import shown_progress
from leastwise.cli.streams import say
from leastwise.collect.saved import MANIFEST
from leastwise.pipeline.security_hub import Sent, send_to_security_hub
from leastwise.report import ScanDocument
from leastwise.report.phrases import count

__all__ = ["Hub", "hub_of", "send_and_say"]

_SHOWN: Final = 3
"""Kinds of failures that are told; the rest are counted."""


class Hub(Struct, frozen=True):
    """Where findings are sent."""

    connection: ConnectionOptions
    """How to reach AWS."""
    region: str
    """The region whose Security Hub it is."""
    is_whole: bool
    """Whether what a scan does not show is gone, unless it was narrowed."""


def hub_of(connection: ConnectionOptions, *, saved: Path | None) -> Hub:
    """Security Hub in the region of the options, the environment or the profile.

    `saved` is what is scanned in place of the account. A directory that --save wrote holds a whole account; the AWS
    command line's files may have been made with a filter.

    Raises:
        UsageError: no region is configured.
        CredentialsError: there is no such profile.
    """
    is_whole = saved is None or (saved / MANIFEST).is_file()
    return Hub(connection, region_of(connection, purpose="--send securityhub"), is_whole)


def send_and_say(document: ScanDocument, hub: Hub, output: OutputOptions) -> bool:
    """Whether all findings of the scan could be sent; how many were, and what failed, is said.

    Raises:
        LeastwiseError: no call could be made, as there are no credentials.
    """
    with shown_progress(output) as progress:
        progress.begin(f"sending to Security Hub in {hub.region}", total=None)
        work = send_to_security_hub(
            document, hub.connection, region=hub.region, clock=SystemClock(), is_whole=hub.is_whole
        )
        sent = asyncio.run(work)
    if not output.quiet or not sent.is_complete:
        say(f"Security Hub in {hub.region}: {_counts(sent)}")
    for line in _failures(sent):
        say(line)
    return sent.is_complete


def _counts(sent: Sent) -> str:
    exempt = f" and {count(sent.exempt, 'exempt one')}" if sent.exempt else ""
    counts = [f"{count(sent.sent, 'finding')}{exempt} sent", f"{count(sent.archived, 'resolved one')} archived"]
    if sent.known:
        counts.append(f"{sent.known:,} already there from this scan or a later one")
    if sent.left_open:
        counts.append(f"{count(sent.left_open, 'earlier one')} left open, not proved resolved by this scan")
    if sent.failed:
        counts.append(f"{len(sent.failed)} failed")
    if sent.error is not None:
        counts.append("not all were sent")
    return ", ".join(counts)


def _failures(sent: Sent) -> Iterator[str]:
    """What failed: the finding that did, or how many did for the same reason."""
    reasons = Counter(_reason(one) for one in sent.failed)
    for reason, number in reasons.most_common(_SHOWN):
        first = next(one.id for one in sent.failed if _reason(one) == reason)
        others = f" and {number - 1} more" if number > 1 else ""
        yield f"error: {first}{others}: {reason}"
    if len(reasons) > _SHOWN:
        yield f"error: {len(reasons) - _SHOWN} more kinds of failures"
    if sent.error is not None:
        yield f"error: {_on_one_line(str(sent.error))}"
        if sent.error.hint:
            yield f"hint: {sent.error.hint}"


def _reason(failed: FailedFinding) -> str:
    return _on_one_line(f"{failed.code}: {failed.message}")


def _on_one_line(text: str) -> str:
    return " ".join(text.split())
