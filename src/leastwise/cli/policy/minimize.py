"""`leastwise policy minimize`: a policy in fewer characters."""

from typing import Final

import click

from leastwise.cli.exits import ExitCode
from leastwise.cli.options import Command, output_options
from leastwise.cli.policy.options import actions_option, kind_option, policy_argument

__all__ = ["minimize"]

_EPILOG: Final = """\b
Examples:
  leastwise policy minimize policy.json --output shorter.json
  leastwise policy minimize --limit 6144 --documents 10 policy.json
  leastwise policy minimize --action s3:GetObject --action 's3:Get*'

Quotas, white space not counted: a managed policy 6144, all inline policies of a role 10240, of a group 5120, of a user
2048.

\b
Exit codes:
  0  done
  2  usage, or a policy that IAM would refuse
  3  it does not fit the limit
"""


@click.command(cls=Command, epilog=_EPILOG)
@click.pass_context
@policy_argument
@actions_option
@kind_option
@click.option(
    "--wildcards",
    metavar="MODE",
    type=click.Choice(("exact", "open")),
    default="exact",
    show_default=True,
    help="exact: grant the same, also of what AWS may add. open: write wildcards too that match no other known "
    "action, but match actions to come.",
)
@click.option(
    "--limit",
    metavar="CHARACTERS",
    type=click.IntRange(min=1),
    help="Merge, shorten and split until each document has at most so many characters, as IAM counts them.",
)
@click.option(
    "--documents", metavar="NUMBER", type=click.IntRange(1, 100), help="Split into at most so many.  [default: 1]"
)
@output_options("text", "json")
def minimize(
    context: click.Context,
    /,
    *,
    policy_file: str,
    actions: tuple[str, ...],
    kind: str,
    wildcards: str,
    limit: int | None,
    documents: int | None,
    **_: object,
) -> ExitCode:
    """Write a policy in fewer characters, granting the same.

    Without --limit each statement keeps its place, and everything but its actions keeps its bytes. That the result
    grants the same is proved before it is written.
    """
    from leastwise.cli.policy import minimizing, reading  # noqa: PLC0415 - `minimize --help` does without
    from leastwise.cli.requests import output_of  # noqa: PLC0415 - the same
    from leastwise.errors import UsageError  # noqa: PLC0415 - the same

    output = output_of(context)
    if documents is not None and limit is None:
        raise UsageError("--documents needs --limit: without one nothing has to be split")
    document = reading.document_of(actions) if actions else reading.read_document(policy_file, kind)
    source = "--action" if actions else policy_file
    options = minimizing.options_of(wildcards, limit=limit, documents=documents, kind=kind)
    return minimizing.minimize_and_show(document, options, output, source=source)
