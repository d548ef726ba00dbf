"""Making a plan for a person, from an account or from what was saved of it, and showing it."""

import asyncio
from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct

from leastwise import __version__
from leastwise.aws import ConnectionOptions, SystemClock
from leastwise.cli.exits import ExitCode
from leastwise.cli.output import OutputOptions, check_output, is_colored, width, write
from leastwise.cli.progress import shown_progress
from leastwise.cli.scanning import scan_files, scan_live, warn_of_slips
from leastwise.cli.streams import say
from leastwise.pipeline.plan import PlanRequest, plan_account
from leastwise.pipeline.scan import Scanned
from leastwise.pipeline.verify_plan import verify_plan
from leastwise.plan import Plan, render_plan
from leastwise.report import PlanFormat, render_plan_as

__all__ = ["Source", "show_plan", "show_plan_file"]


class Source(Struct, frozen=True):
    """Where the facts are."""

    connection: ConnectionOptions
    """How to reach AWS."""
    saved: Path | None
    """What was saved; None to ask AWS."""
    save: Path | None
    """Where to keep what is collected; None for nowhere."""


def show_plan(
    request: PlanRequest, source: Source, output: OutputOptions, *, plan_file: str | None, is_verified: bool
) -> ExitCode:
    """Make the plan and print it; write its file where one is wanted.

    Raises:
        LeastwiseError: the scan, the plan or its verification could not be made.
    """
    check_output(plan_file)
    scanned = _scanned(request, source, output)
    warn_of_slips(scanned, request.scan.parameters, output)
    plan = plan_account(scanned, request, version=__version__)
    if is_verified:
        plan = _verified(plan, source.connection, output)
    if plan_file is not None:
        write([render_plan(plan)], plan_file, is_data=True)
    return show_plan_file(plan, output)


def show_plan_file(plan: Plan, output: OutputOptions) -> ExitCode:
    """Print a plan in the wanted format; the exit code says whether it changes anything."""
    wanted = PlanFormat(output.format_name)
    chunks = render_plan_as(plan, wanted, width=width(output), color=is_colored(output), verbose=output.verbosity > 0)
    write(chunks, output.output, is_data=wanted is not PlanFormat.TEXT)
    if not plan.complete:
        return ExitCode.INCOMPLETE
    return ExitCode.FINDINGS if plan.changes and not output.exit_zero else ExitCode.OK


def _scanned(request: PlanRequest, source: Source, output: OutputOptions) -> Scanned:
    if source.saved is not None:
        return scan_files(request.whole, source.saved, output)
    return scan_live(request.whole, source.connection, output, save=source.save)


def _verified(plan: Plan, connection: ConnectionOptions, output: OutputOptions) -> Plan:
    """The plan without what Access Analyzer objects to, each said."""
    with shown_progress(output) as progress:
        found = asyncio.run(verify_plan(plan, connection, clock=SystemClock(), progress=progress))
    _tell(f"left out: {one.title} ({one.change_id}): {one.detail}" for one in found.refused)
    return found.plan


def _tell(lines: Iterable[str]) -> None:
    for line in lines:
        say(line)
