"""Listing and lifting quarantines for a person."""

from pathlib import Path

from leastwise import __version__
from leastwise.aws import ConnectionOptions, SystemClock
from leastwise.cli.applying import Choice, Running, apply_plan
from leastwise.cli.exits import ExitCode
from leastwise.cli.interrupt import run_until_interrupted
from leastwise.cli.output import OutputOptions, is_colored, width, write
from leastwise.cli.progress import shown_progress
from leastwise.inventory import Selection, Snapshot
from leastwise.pipeline.quarantine import account_now, account_saved, plan_lifting, quarantine_listing
from leastwise.report.quarantine import render_quarantines, render_quarantines_json

__all__ = ["lift_quarantines", "list_quarantines"]


def list_quarantines(connection: ConnectionOptions, from_path: str | None, output: OutputOptions) -> ExitCode:
    """Print the quarantines of the account, as it is or as it was saved.

    Raises:
        LeastwiseError: it cannot be read.
    """
    snapshot = _live(connection, output) if from_path is None else account_saved(Path(from_path))
    listing = quarantine_listing(snapshot)
    if output.format_name == "json":
        write([render_quarantines_json(listing)], output.output, is_data=True)
    else:
        columns, color = width(output), is_colored(output)
        text = render_quarantines(listing, width=columns, color=color, verbose=output.verbosity > 0)
        write([text], output.output, is_data=False)
    return ExitCode.OK


def lift_quarantines(
    connection: ConnectionOptions,
    principals: tuple[str, ...],
    changes: tuple[str, ...],
    running: Running,
    output: OutputOptions,
) -> ExitCode:
    """Lift the quarantines of these principals, or all.

    Raises:
        LeastwiseError: one who is named has none, or it cannot be begun.
    """
    plan = plan_lifting(_live(connection, output), Selection(principals), version=__version__)
    return apply_plan(plan, Choice(changes, ()), running, output)


def _live(connection: ConnectionOptions, output: OutputOptions) -> Snapshot:
    with shown_progress(output) as progress:
        return run_until_interrupted(lambda _: account_now(connection, clock=SystemClock(), progress=progress))
