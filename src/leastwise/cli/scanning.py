"""Running a scan for a person: with a bar, with Ctrl-C, and with a word on what it could not look at."""

from collections.abc import Iterator
from pathlib import Path

from leastwise import __version__
from leastwise.aws import ConnectionOptions, SystemClock
from leastwise.cli.exits import ExitCode
from leastwise.cli.interrupt import run_until_interrupted
from leastwise.cli.output import OutputOptions, exit_code, show
from leastwise.cli.progress import shown_progress
from leastwise.cli.sending import Hub, send_and_say
from leastwise.cli.streams import say
from leastwise.clock import Clock
from leastwise.collect import Progress
from leastwise.evidence import Evidence, GapReason, Source
from leastwise.findings import ScanParameters
from leastwise.inventory import Selection
from leastwise.pipeline.scan import Scanned, ScanRequest, scan_account, scan_saved
from leastwise.report import document_of

__all__ = ["collect_and_judge", "report_scan", "say_if_interrupted", "scan_files", "scan_live", "warn_of_slips"]


def scan_live(
    request: ScanRequest, connection: ConnectionOptions, output: OutputOptions, *, save: Path | None = None
) -> Scanned:
    """The account, scanned with a progress bar.

    Raises:
        KeyboardInterrupt: it was interrupted before the account was read, or twice.
    """
    with shown_progress(output) as progress:
        scanned = collect_and_judge(request, connection, clock=SystemClock(), progress=progress, save=save)
    say_if_interrupted(scanned)
    return scanned


def collect_and_judge(
    request: ScanRequest, connection: ConnectionOptions, *, clock: Clock, progress: Progress, save: Path | None
) -> Scanned:
    """The account, scanned; a signal ends the collection and keeps what is known."""
    return run_until_interrupted(
        lambda stop: scan_account(request, connection, clock=clock, progress=progress, stop=stop, save=save)
    )


def say_if_interrupted(scanned: Scanned) -> None:
    """Say what a signal kept from being read, if one came."""
    if missing := _interrupted(scanned.collected.evidence):
        say(f"interrupted: {missing}; what is known follows")


def scan_files(request: ScanRequest, path: Path, output: OutputOptions) -> Scanned:
    """The account that was saved."""
    with shown_progress(output) as progress:
        progress.begin("judging what was saved", total=None)
        return scan_saved(request, path)


def report_scan(scanned: Scanned, output: OutputOptions, *, hub: Hub | None = None) -> ExitCode:
    """Print the scan, and send its findings if there is where to; the exit code says what it found."""
    warn_of_slips(scanned, scanned.scan.parameters, output)
    document = document_of(scanned.scan, version=__version__)
    show(document, output)
    if hub is not None and not send_and_say(document, hub, output):
        return ExitCode.INCOMPLETE
    return exit_code(document, exit_zero=output.exit_zero)


def warn_of_slips(scanned: Scanned, asked: ScanParameters, output: OutputOptions) -> None:
    """Say what was asked for by name and is not there, which is more often a slip than a wish to see nothing."""
    if not output.quiet:
        for pattern in _unmatched(scanned, asked):
            say(f"warning: {pattern}")


def _interrupted(evidence: Evidence) -> str:
    """What a signal kept from being read; empty if there was none."""
    gaps = [gap for gaps in evidence.gaps.values() for gap in gaps]
    cut = [gap for gap in gaps if gap.reason is GapReason.INTERRUPTED]
    missing = sum(gap.source is Source.LAST_ACCESSED for gap in cut)
    if missing:
        wanted = len(evidence.usages) + sum(gap.source is Source.LAST_ACCESSED for gap in gaps)
        return f"{missing} of {wanted} reports were not read"
    return "the credential report was not read" if cut else ""


def _unmatched(scanned: Scanned, parameters: ScanParameters) -> Iterator[str]:
    principals = tuple(scanned.collected.snapshot.principals())
    for pattern in parameters.principals:
        if not any(Selection((pattern,)).takes(principal) for principal in principals):
            yield f"--principal {pattern} matches no principal of the account"
    judged = scanned.judgement.principals
    granted = {service.namespace for one in judged for service in one.services}
    for service in sorted(set(parameters.services) - granted if judged else ()):
        yield f"--service {service} is granted to no principal that was looked at"
