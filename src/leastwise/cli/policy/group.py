"""`leastwise policy`: finds the subcommand."""

from typing import Final

import click

from leastwise.cli.exits import ExitCode
from leastwise.cli.lazy import LazyGroup, help_instead

__all__ = ["policy"]

_COMMANDS: Final = {
    "check": ("leastwise.cli.policy.check", "Say whether a policy grants more than another, and prove it."),
    "expand": ("leastwise.cli.policy.expand", "List the actions that a policy grants."),
    "minimize": ("leastwise.cli.policy.minimize", "Write a policy in fewer characters, granting the same."),
    "simulate": ("leastwise.cli.policy.simulate", "Say whether a request is allowed, and by which statement."),
    "validate": ("leastwise.cli.policy.validate", "Find what IAM refuses, and what is surely not meant."),
}
"""Where each command lives, and its one-line help."""

_EPILOG: Final = """\b
Examples:
  leastwise policy expand policy.json
  leastwise policy check old.json new.json
  leastwise policy simulate --action s3:GetObject policy.json
  leastwise policy validate policies/*.json
  aws iam get-role-policy --role-name deploy \\
    --policy-name deploy --query PolicyDocument |
    leastwise policy minimize
"""


@click.group(cls=LazyGroup, table=_COMMANDS, subcommand_metavar="COMMAND [ARGS]...", epilog=_EPILOG)
@click.pass_context
def policy(context: click.Context) -> ExitCode | None:
    """Expand, shorten, compare, try and check IAM policies, without AWS.

    Policies are JSON files as IAM takes them, or standard input where the file is `-`.
    """
    return help_instead(context)
