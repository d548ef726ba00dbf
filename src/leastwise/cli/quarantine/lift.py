"""`leastwise quarantine lift`: quarantines taken away."""

from typing import Final

import click

from leastwise.cli.exits import ExitCode
from leastwise.cli.options import Command, connection_options, output_options, running_options

__all__ = ["lift"]

_EPILOG: Final = """\b
Examples:
  leastwise quarantine lift --principal role/deploy --profile prod
  leastwise quarantine lift --profile prod

It is a run like any other: journalled, and `leastwise rollback RUN` puts the quarantines back.
"""


@click.command(cls=Command, epilog=_EPILOG)
@click.pass_context
@connection_options
@running_options
@output_options("text", "json")
def lift(context: click.Context, /, **_: object) -> ExitCode:
    """Lift the quarantines of the principals that --principal names, or all: what they deny is granted again."""
    from leastwise.cli import applying, quarantining, requests  # noqa: PLC0415 - the help does without

    connection, given = requests.connection_of(context), context.params
    running = applying.running_of(context, connection)
    return quarantining.lift_quarantines(
        connection, given["principals"], given["changes"], running, requests.output_of(context)
    )
