"""Watching a run for a person: from CloudTrail's event history, or from files."""

import asyncio
from pathlib import Path

from msgspec import Struct

from leastwise.apply import Waiting
from leastwise.aws import ConnectionOptions, SystemClock
from leastwise.cli.applying import Choice, Running, roll_back
from leastwise.cli.exits import ExitCode
from leastwise.cli.output import OutputOptions, is_colored, width, write
from leastwise.cli.plan_file import read_plan_file
from leastwise.errors import UsageError
from leastwise.pipeline.apply import Keeping
from leastwise.pipeline.runs import carried_out, find_run
from leastwise.pipeline.watch import WatchRequest, watched
from leastwise.pipeline.watch_account import watch_account
from leastwise.plan import Plan
from leastwise.report.watch import WatchReport, render_watch_json, render_watch_text
from leastwise.trail import read_trail_files

__all__ = ["Asked", "watch_run"]


class Asked(Struct, frozen=True):
    """What a person typed."""

    run: str
    """The run, by its id or its journal."""
    plan_file: str
    """The plan that it carried out."""
    journals: Path
    """The folder of the journals."""
    events: tuple[Path, ...]
    """Files of CloudTrail records; empty to ask AWS."""
    regions: tuple[str, ...]
    """Regions to look at besides the one that is configured."""
    most_events: int | None
    """How many events a region; None for all."""
    auto_rollback: bool
    """Whether what is blamed is put back at once."""


def watch_run(asked: Asked, connection: ConnectionOptions, output: OutputOptions) -> ExitCode:
    """Print what was denied; the exit code says whether somebody was denied what the run took away.

    Raises:
        LeastwiseError: the run, the plan or the events cannot be read, or do not belong together.
    """
    plan = read_plan_file(asked.plan_file)
    made = carried_out(find_run(asked.journals, asked.run))
    if made.plan != plan.digest:
        raise UsageError(f"run {made.run} carried out another plan than {asked.plan_file}")
    regions = tuple(dict.fromkeys((*((connection.region,) if connection.region else ()), *asked.regions)))
    request = WatchRequest(made.changes, made.run, regions if asked.regions else (), asked.most_events)
    report = _report(plan, request, asked, connection)
    if output.format_name == "json":
        write([render_watch_json(report)], output.output, is_data=True)
    else:
        columns, color = width(output), is_colored(output)
        text = render_watch_text(report, width=columns, color=color, verbose=output.verbosity > 0)
        write([text], output.output, is_data=False)
    if asked.auto_rollback and report.complaints:
        return _put_back(asked, report, connection, output)
    if report.unread:
        return ExitCode.INCOMPLETE
    return ExitCode.FINDINGS if report.complaints else ExitCode.OK


def _put_back(asked: Asked, report: WatchReport, connection: ConnectionOptions, output: OutputOptions) -> ExitCode:
    """Put back each change that is blamed, once."""
    blamed = dict.fromkeys(cause.change_id for complaint in report.complaints for cause in complaint.causes)
    running = Running(connection, Keeping(asked.journals), yes=True, waiting=Waiting())
    aside = output.format_name == "json" or output.output is not None
    return roll_back(asked.run, Choice(tuple(blamed), ()), running, output, is_forced=False, is_aside=aside)


def _report(plan: Plan, request: WatchRequest, asked: Asked, connection: ConnectionOptions) -> WatchReport:
    if asked.events:
        return watched(plan, read_trail_files(asked.events), request)
    return asyncio.run(watch_account(plan, request, connection, clock=SystemClock()))
