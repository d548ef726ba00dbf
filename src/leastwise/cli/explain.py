"""`leastwise explain`: why a principal has a permission, and since when it is not used."""

from pathlib import Path
from typing import Final

import click

from leastwise.cli.exits import ExitCode
from leastwise.cli.options import Command, connection_options, from_option, judging_options, output_options

__all__ = ["explain"]

_EPILOG: Final = """\b
Examples:
  leastwise explain role/deploy
  leastwise explain role/deploy s3
  leastwise explain role/deploy s3:PutObject
  leastwise scan --save prod
  leastwise explain arn:aws:iam::111122223333:user/ann ec2:RunInstances --from prod
  leastwise explain role/deploy --plan plan.json

Exit codes: 0 explained, 1 error, 2 usage or no such principal, 4 some evidence on it could not be had.
"""


@click.command(cls=Command, epilog=_EPILOG)
@click.pass_context
@click.argument("principal")
@click.argument("action", required=False)
@connection_options
@from_option
@judging_options
@click.option(
    "--plan",
    "plan_file",
    metavar="FILE",
    type=click.Path(allow_dash=True),
    help="Say what this plan, which `leastwise plan` wrote, does to PRINCIPAL, and what was proved of it.",
)
@output_options("text", "json")
def explain(
    context: click.Context,
    /,
    *,
    principal: str,
    action: str | None,
    from_path: str | None,
    plan_file: str | None,
    **_: object,
) -> ExitCode:
    """Say where a permission of PRINCIPAL comes from, and when it was last used.

    PRINCIPAL is an ARN, a name, or type/name (role/deploy). ACTION is an action (s3:GetObject) or a service (s3);
    without it every service that the principal is granted is listed. The statements that grant or deny it are quoted
    with their place in their document.

    With --plan, the changes of a plan that reach PRINCIPAL are explained, each with its proof, and AWS is not called;
    the id of a change stands for that change alone.
    """
    from leastwise.cli import explaining, requests  # noqa: PLC0415 - `explain --help` does without

    if plan_file is not None:
        return explaining.explain_plan(plan_file, requests.output_of(context), asked=(principal, action))
    output, request = requests.output_of(context), requests.request_of(context)
    if from_path is None:
        return explaining.explain_live(request, requests.connection_of(context), output, asked=(principal, action))
    requests.check_needs_no_aws(context)
    return explaining.explain_files(request, Path(from_path), output, asked=(principal, action))
