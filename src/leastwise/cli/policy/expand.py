"""`leastwise policy expand`: the actions that a policy grants."""

from typing import Final

import click

from leastwise.cli.exits import ExitCode
from leastwise.cli.options import Command, output_options
from leastwise.cli.policy.options import actions_option, kind_option, policy_argument

__all__ = ["expand"]

_EPILOG: Final = """\b
Examples:
  leastwise policy expand policy.json
  leastwise policy expand --action 's3:Get*' --format list
  leastwise policy expand --format json < policy.json

What a pattern matches that is not known, since AWS may add it tomorrow, is granted too: the end of the text says so.
"""


@click.command(cls=Command, epilog=_EPILOG)
@click.pass_context
@policy_argument
@actions_option
@kind_option
@output_options("text", "json", "list")
def expand(
    context: click.Context, /, *, policy_file: str, actions: tuple[str, ...], kind: str, **_: object
) -> ExitCode:
    """List the actions that a policy grants, by service and access level.

    What an unconditional Deny takes away is not listed; what is granted on some resources or under a condition is, and
    is said to be granted in part. `--format list` writes the names alone, one a line.
    """
    from leastwise.catalog import load_catalog  # noqa: PLC0415 - `expand --help` does without
    from leastwise.cli.output import write  # noqa: PLC0415 - the same
    from leastwise.cli.policy import printing, reading  # noqa: PLC0415 - the same
    from leastwise.cli.requests import output_of  # noqa: PLC0415 - the same
    from leastwise.report import policy as report  # noqa: PLC0415 - the same

    output = output_of(context)
    document = reading.document_of(actions) if actions else reading.read_document(policy_file, kind)
    source = "--action" if actions else policy_file
    found = report.expansion_document(document, load_catalog(), source=source)
    if output.format_name == "list":
        write([report.render_names(found)], output.output, is_data=True)
    else:
        printing.show_result(found, lambda look: report.render_expansion(found, look=look), output)
    return ExitCode.OK
