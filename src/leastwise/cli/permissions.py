"""`leastwise permissions`: the IAM policy that a command needs."""

from typing import Final

import click

from leastwise.cli.options import Command
from leastwise.pipeline.permissions import COMMANDS, permissions_policy

__all__ = ["permissions"]

_EPILOG: Final = """\b
Examples:
  leastwise permissions
  leastwise permissions scan --verify --output policy.json
  leastwise permissions scan --send securityhub
  leastwise permissions plan --verify-with aws
  leastwise permissions apply
  aws iam create-policy --policy-name leastwise --policy-document file://policy.json

AWS's own SecurityAudit and ReadOnlyAccess policies grant all that a scan needs, too, but not --send; ViewOnlyAccess
does not.
"""


@click.command(cls=Command, epilog=_EPILOG)
@click.argument("command", type=click.Choice(sorted(COMMANDS)), default="scan")
@click.option("--verify", is_flag=True, help="With what `scan --verify` needs besides.")
@click.option("--verify-with", type=click.Choice(("aws",)), help="With what `plan --verify-with aws` needs besides.")
@click.option("--send", type=click.Choice(("securityhub",)), help="With what `scan --send securityhub` needs besides.")
@click.option("--output", metavar="FILE", type=click.Path(dir_okay=False), help="Write the policy there.")
def permissions(*, command: str, verify: bool, verify_with: str | None, send: str | None, output: str | None) -> None:
    """Print the IAM policy that COMMAND needs (default: scan), and nothing more.

    Only those of apply and rollback change anything in the account; with --send, findings are written. Commands that
    are not listed call AWS for nothing.
    """
    from leastwise.cli.output import check_output, write  # noqa: PLC0415 - `permissions --help` does without

    check_output(output)
    policy = permissions_policy(
        command, verify=verify, with_analyzer=verify_with is not None, with_security_hub=send is not None
    )
    write([policy, "\n"], output, is_data=True)
