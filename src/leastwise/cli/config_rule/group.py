"""`leastwise config-rule`: finds the subcommand."""

from typing import Final

import click

from leastwise.cli.exits import ExitCode
from leastwise.cli.lazy import LazyGroup, help_instead

__all__ = ["config_rule"]

_COMMANDS: Final = {
    "evaluate": ("leastwise.cli.config_rule.evaluate", "Answer an event of AWS Config's here, and print the answer."),
    "package": ("leastwise.cli.config_rule.package", "Write the zip of the function's code."),
    "template": ("leastwise.cli.config_rule.template", "Write the CloudFormation template or the Terraform module."),
}
"""Where each command lives, and its one-line help."""

_EPILOG: Final = """\b
Examples:
  leastwise config-rule package
  leastwise config-rule template --output leastwise.yaml
  leastwise config-rule template --organization --output leastwise.yaml
  leastwise config-rule template --format terraform --output main.tf
  leastwise config-rule evaluate event.json
"""


@click.group("config-rule", cls=LazyGroup, table=_COMMANDS, subcommand_metavar="COMMAND [ARGS]...", epilog=_EPILOG)
@click.pass_context
def config_rule(context: click.Context) -> ExitCode | None:
    """Make the rules with which AWS Config judges, every day, what identities hold and do not use.

    A rule is a function that AWS Config calls. `package` writes its code, and `template` what deploys it: the rules,
    the function with no more rights than it needs, its log, alarms, and a queue for what could not be handled.
    """
    return help_instead(context)
