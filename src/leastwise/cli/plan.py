"""`leastwise plan`: the changes that take away what nobody uses."""

from pathlib import Path
from typing import Final

import click

from leastwise.cli.exits import ExitCode
from leastwise.cli.options import (
    Command,
    connection_options,
    exit_zero_option,
    from_option,
    judging_options,
    output_options,
    plan_file_option,
    planning_options,
    save_option,
    selection_options,
)

__all__ = ["plan"]

_EPILOG: Final = """\b
Examples:
  leastwise plan --profile prod
  leastwise scan --save prod
  leastwise plan --from prod --plan-file plan.json
  leastwise plan --from prod --principal role/deploy --services-only
  leastwise plan --from prod --quarantine --min-unused-days 180
  leastwise plan --from prod --format markdown --output pull-request.md
  leastwise explain role/deploy --plan plan.json

Each change comes with its proof: the new text grants nothing that the old one did not, and all of it that somebody
uses or might use. What has no proof is not in the plan. Nothing is changed here.

Exit codes: 0 nothing to change, 1 error, 2 usage, 3 changes, 4 some evidence could not be had.
"""


@click.command(cls=Command, epilog=_EPILOG)
@click.pass_context
@connection_options
@from_option
@selection_options
@judging_options
@planning_options
@output_options(
    "text",
    "json",
    "markdown",
    "terraform",
    "cloudformation",
    format_help="Write the plan as text, json, markdown (for a pull request), terraform or cloudformation."
    "  [default: text]",
)
@plan_file_option
@exit_zero_option
@save_option
def plan(
    context: click.Context,
    /,
    *,
    from_path: str | None,
    save: str | None,
    plan_file: str | None,
    verify_with: str | None,
    **_: object,
) -> ExitCode:
    """Write the smaller policies without what nobody uses, each with a proof.

    The whole account is looked at, since a shared policy loses only what none of its holders uses; what may be changed
    is narrowed with --principal, --exclude and --service. Unknown is never unused: what no source tracks, what is too
    new, and what could not be read stays.
    """
    from leastwise.cli import planning, requests  # noqa: PLC0415 - `plan --help` does without

    output, request = requests.output_of(context), requests.plan_request_of(context)
    if from_path is not None:
        requests.check_needs_no_aws(context, unless=verify_with is not None)
    source = planning.Source(
        connection=requests.connection_of(context),
        saved=None if from_path is None else Path(from_path),
        save=None if save is None else Path(save),
    )
    return planning.show_plan(request, source, output, plan_file=plan_file, is_verified=verify_with is not None)
