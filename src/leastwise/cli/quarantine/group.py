"""`leastwise quarantine`: finds the subcommand."""

from typing import Final

import click

from leastwise.cli.exits import ExitCode
from leastwise.cli.lazy import LazyGroup, help_instead

__all__ = ["quarantine"]

_COMMANDS: Final = {
    "lift": ("leastwise.cli.quarantine.lift", "Take quarantines away: what they deny is granted again."),
    "list": ("leastwise.cli.quarantine.list", "List the quarantines of an account."),
}
"""Where each command lives, and its one-line help."""

_EPILOG: Final = """\b
Examples:
  leastwise plan --quarantine --plan-file plan.json
  leastwise apply plan.json
  leastwise quarantine list
  leastwise quarantine lift role/deploy
  leastwise plan --promote-quarantine 30
"""


@click.group(cls=LazyGroup, table=_COMMANDS, subcommand_metavar="COMMAND [ARGS]...", epilog=_EPILOG)
@click.pass_context
def quarantine(context: click.Context) -> ExitCode | None:
    """List and lift quarantines: denials of what nobody used, each of which one detach undoes.

    `leastwise plan --quarantine` plans them; when nobody complained, `leastwise plan --promote-quarantine DAYS` takes
    away for good what they deny.
    """
    return help_instead(context)
