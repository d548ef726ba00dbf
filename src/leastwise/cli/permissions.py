"""`leastwise permissions`: the IAM policy that a command needs."""

from typing import Final

import click

from leastwise.cli.options import Command
from leastwise.errors import UsageError
from leastwise.pipeline.permissions import COMMANDS, Rights, copy_rights, lock_rights, permissions_policy

__all__ = ["permissions"]

_KEEPING: Final = ("apply", "rollback")
"""The commands that keep a run."""
_EPILOG: Final = """\b
Examples:
  leastwise permissions
  leastwise permissions scan --verify --output policy.json
  leastwise permissions scan --send securityhub
  leastwise permissions plan --verify-with aws
  leastwise permissions apply
  leastwise permissions apply --lock s3://runs/locks --copy-journal s3://runs/journals
  aws iam create-policy --policy-name leastwise --policy-document file://policy.json

AWS's own SecurityAudit and ReadOnlyAccess policies grant all that a scan needs, too, but not --send; ViewOnlyAccess
does not.
"""


@click.command(cls=Command, epilog=_EPILOG)
@click.argument("command", type=click.Choice(sorted(COMMANDS)), default="scan")
@click.option("--verify", is_flag=True, help="With what `scan --verify` needs besides.")
@click.option("--verify-with", type=click.Choice(("aws",)), help="With what `plan --verify-with aws` needs besides.")
@click.option("--send", type=click.Choice(("securityhub",)), help="With what `scan --send securityhub` needs besides.")
@click.option("--lock", metavar="PLACE", help="With what `apply --lock PLACE` needs besides; of rollback, too.")
@click.option("--copy-journal", metavar="PLACE", help="With what `apply --copy-journal PLACE` needs besides.")
@click.option("--output", metavar="FILE", type=click.Path(dir_okay=False), help="Write the policy there.")
def permissions(
    *,
    command: str,
    verify: bool,
    verify_with: str | None,
    send: str | None,
    lock: str | None,
    copy_journal: str | None,
    output: str | None,
) -> None:
    """Print the IAM policy that COMMAND needs (default: scan), and nothing more.

    Only those of apply and rollback change anything in the account; with --send, findings are written. Commands that
    are not listed call AWS for nothing.
    """
    from leastwise.cli.output import check_output, write  # noqa: PLC0415 - `permissions --help` does without

    check_output(output)
    policy = permissions_policy(
        command,
        verify=verify,
        with_analyzer=verify_with is not None,
        with_security_hub=send is not None,
        besides=_besides(command, lock, copy_journal),
    )
    write([policy, "\n"], output, is_data=True)


def _besides(command: str, lock: str | None, copy_journal: str | None) -> Rights:
    """What the places take where a run is kept.

    Raises:
        UsageError: a place is none, or the command keeps no run.
    """
    from leastwise.apply.places import bucket_place, lock_place  # noqa: PLC0415 - most do without

    if (lock or copy_journal) and command not in _KEEPING:
        raise UsageError(f"--lock and --copy-journal are options of {' and '.join(_KEEPING)}, and not of {command}")
    return (
        *(() if lock is None else lock_rights(lock_place(lock))),
        *(() if copy_journal is None else copy_rights(bucket_place(copy_journal))),
    )
