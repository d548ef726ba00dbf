"""`leastwise watch`: what was denied since a run took it away."""

from pathlib import Path
from typing import Final

import click

from leastwise.cli.exits import ExitCode
from leastwise.cli.options import Command, connection_options, output_options

__all__ = ["watch"]

_EPILOG: Final = """\b
Examples:
  leastwise watch RUN --plan plan.json --profile prod
  leastwise watch RUN --plan plan.json --region eu-west-1 --watch-region us-east-1
  leastwise watch RUN --plan plan.json --events trail/2026-11-25.json.gz
  leastwise watch RUN --plan plan.json --auto-rollback

CloudTrail's event history holds management events of the last 90 days, without a trail and free of charge; a denied
data call, such as s3:GetObject, is only in the files of a trail that records data events.

Exit codes: 0 nobody was denied what the run took away, 1 error, 2 usage, 3 somebody was, 4 not all could be read.
"""


@click.command(cls=Command, epilog=_EPILOG)
@click.pass_context
@click.argument("run")
@click.option(
    "--plan", "plan_file", metavar="FILE", required=True, type=click.Path(), help="The plan that RUN carried out."
)
@click.option(
    "--journal",
    metavar="DIR",
    type=click.Path(file_okay=False),
    default="leastwise-runs",
    show_default=True,
    help="Where the journal of RUN is.",
)
@click.option(
    "--events",
    metavar="FILE",
    multiple=True,
    type=click.Path(),
    help="Read CloudTrail's records there and make no call: a trail's files, or what the AWS CLI printed. Repeatable.",
)
@click.option("--watch-region", "regions", metavar="REGION", multiple=True, help="Look there, too. Repeatable.")
@click.option(
    "--max-events", metavar="N", type=click.IntRange(min=1), help="Look through so many events a region at most."
)
@click.option(
    "--auto-rollback", is_flag=True, help="Put back each change that a denied call is blamed on, without asking."
)
@connection_options
@output_options("text", "json")
def watch(
    context: click.Context,
    /,
    *,
    run: str,
    plan_file: str,
    journal: str,
    events: tuple[str, ...],
    regions: tuple[str, ...],
    max_events: int | None,
    auto_rollback: bool,
    **_: object,
) -> ExitCode:
    """Find the calls that were denied since RUN took away what they needed, and the command that puts it back."""
    from leastwise.cli import requests, watching  # noqa: PLC0415 - the help does without

    asked = watching.Asked(run, plan_file, Path(journal), tuple(map(Path, events)), regions, max_events, auto_rollback)
    return watching.watch_run(asked, requests.connection_of(context), requests.output_of(context))
