"""`leastwise quarantine list`: the quarantines of an account."""

from typing import Final

import click

from leastwise.cli.exits import ExitCode
from leastwise.cli.options import Command, connection_options, from_option, output_options

__all__ = ["list_"]

_EPILOG: Final = """\b
Examples:
  leastwise quarantine list --profile prod
  leastwise quarantine list --from prod --format json
"""


@click.command("list", cls=Command, epilog=_EPILOG)
@click.pass_context
@connection_options
@from_option
@output_options("text", "json")
def list_(context: click.Context, /, *, from_path: str | None, **_: object) -> ExitCode:
    """List the quarantines of an account: of whom, since when, and what they deny."""
    from leastwise.cli import quarantining, requests  # noqa: PLC0415 - the help does without

    if from_path is not None:
        requests.check_needs_no_aws(context)
    return quarantining.list_quarantines(requests.connection_of(context), from_path, requests.output_of(context))
