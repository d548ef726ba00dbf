"""`leastwise apply`: a plan, carried out."""

from typing import Final

import click

from leastwise.cli.exits import ExitCode
from leastwise.cli.options import Command, connection_options, output_options, running_options

__all__ = ["apply"]

_EPILOG: Final = """\b
Examples:
  leastwise plan --profile prod --plan-file plan.json
  leastwise apply plan.json --profile prod --dry-run
  leastwise apply plan.json --profile prod --canary
  leastwise apply plan.json --profile prod --principal 'role/ci-*' --max 10
  leastwise rollback RUN --profile prod

Before each change everything that the plan says must still be so is looked at; where something is other, the change is
left alone and what is other is said. What is there is in the journal, on disk, before anything is called; after the
call it is read back. A change is made whole or not at all. Killed at any moment and started again, it goes on; changes
that were made are not made again.

Ctrl-C finishes the change in flight and stops. A second one stops at once; the same command then goes on from there.

Exit codes: 0 all of it is made, 1 error, 2 usage, 5 something was not made (it is as it was, and the result says why).
"""


@click.command(cls=Command, epilog=_EPILOG)
@click.pass_context
@click.argument("plan_file", metavar="PLAN", type=click.Path(allow_dash=True))
@connection_options
@running_options
@click.option("--max", "at_most", metavar="N", type=click.IntRange(min=1), help="Make at most so many changes.")
@click.option("--canary", is_flag=True, help="Make only the changes of one principal, then stop.")
@click.option("--dry-run", is_flag=True, help="Only look whether each change could be made.")
@click.option(
    "--delete-passwords",
    is_flag=True,
    help="Delete the plan's passwords, too, which nothing takes back; else they are left alone.",
)
@output_options("text", "json")
def apply(
    context: click.Context,
    /,
    *,
    plan_file: str,
    at_most: int | None,
    canary: bool,
    dry_run: bool,
    delete_passwords: bool,
    **_: object,
) -> ExitCode:
    """Carry out PLAN, which `leastwise plan --plan-file` wrote: it shows what it will do, and asks.

    `-` reads the plan from standard input; --yes is needed then.
    """
    from leastwise.cli import applying, requests  # noqa: PLC0415 - `apply --help` does without

    output = requests.output_of(context)
    choice = applying.Choice(
        changes=context.params["changes"],
        principals=context.params["principals"],
        at_most=at_most,
        canary=canary,
        dry_run=dry_run,
        delete_passwords=delete_passwords,
    )
    run = applying.running_of(context, requests.connection_of(context))
    return applying.apply_plan_file(plan_file, choice, run, output)
