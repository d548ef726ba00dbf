"""`leastwise rollback`: what a run changed, put back."""

from typing import Final

import click

from leastwise.cli.exits import ExitCode
from leastwise.cli.options import Command, connection_options, output_options, running_options

__all__ = ["rollback"]

_EPILOG: Final = """\b
Examples:
  leastwise rollback 20261125T174500Z-3d8f4d1e --profile prod
  leastwise rollback leastwise-runs/20261125T174500Z-3d8f4d1e.jsonl --principal role/deploy
  leastwise rollback 20261125T174500Z-3d8f4d1e --change edit-inline-15873404b5f3f0824b74

Last change first, with the same care as apply: what somebody changed since is left alone and named, unless --force
overwrites it (the journal then keeps what it was). In the end every object is compared with what it was before the run.

Exit codes: 0 all of it is back, 1 error, 2 usage, 5 something is not (the result says what and why).
"""


@click.command(cls=Command, epilog=_EPILOG)
@click.pass_context
@click.argument("run")
@connection_options
@running_options
@click.option("--force", is_flag=True, help="Overwrite what somebody changed since.")
@output_options("text", "json")
def rollback(context: click.Context, /, *, run: str, force: bool, **_: object) -> ExitCode:
    """Put back everything that RUN changed, as it was: RUN is the id that apply prints, or its journal."""
    from leastwise.cli import applying, requests  # noqa: PLC0415 - `rollback --help` does without

    output = requests.output_of(context)
    choice = applying.Choice(changes=context.params["changes"], principals=context.params["principals"])
    running = applying.running_of(context, requests.connection_of(context))
    return applying.roll_back(run, choice, running, output, is_forced=force)
