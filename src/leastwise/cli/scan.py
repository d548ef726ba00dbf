"""`leastwise scan`: what an account's principals are granted and do not use."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from leastwise.cli.exits import ExitCode
from leastwise.cli.options import (
    Command,
    connection_options,
    exit_zero_option,
    from_option,
    judging_options,
    output_options,
    save_option,
    selection_options,
    send_option,
)

if TYPE_CHECKING:
    from leastwise.cli.sending import Hub

__all__ = ["scan"]

_EPILOG: Final = """\b
Examples:
  leastwise scan --profile prod
  leastwise scan --principal 'role/ci-*' --service s3 --service ec2
  leastwise scan --format json --output scan.json
  leastwise scan --save prod
  leastwise scan --from prod --stale-after 180
  leastwise scan --send securityhub --region eu-central-1

\b
Without leastwise in the account, with the AWS CLI alone:
  aws iam get-account-authorization-details --output json > account.json
  leastwise scan --from account.json

Exit codes: 0 nothing found, 1 error, 2 usage, 3 findings, 4 some evidence could not be had (the result says what), or
some findings could not be sent.
Ctrl-C ends the collection and prints what is known by then.
"""


@click.command(cls=Command, epilog=_EPILOG)
@click.pass_context
@connection_options
@from_option
@selection_options
@judging_options
@output_options("table", "json", "csv", "asff")
@exit_zero_option
@save_option
@send_option
def scan(
    context: click.Context, /, *, save: str | None, from_path: str | None, send: str | None, **_: object
) -> ExitCode:
    """Find what the users, roles and groups of an account are granted and do not use.

    For each service and action: used, stale, unused or unknown, on what evidence, and which statement of which policy
    grants it. Credentials, region and proxy are found as the AWS CLI finds them. Nothing in the account is changed
    (with --send, findings are written); `leastwise permissions` prints the rights that it takes.
    """
    from leastwise.cli import requests, scanning  # noqa: PLC0415 - `scan --help` does without

    output, request = requests.output_of(context), requests.request_of(context)
    hub = None if send is None else _hub(context, from_path)
    if from_path is not None:
        requests.check_needs_no_aws(context, unless=send is not None)
        return scanning.report_scan(scanning.scan_files(request, Path(from_path), output), output, hub=hub)
    directory = None if save is None else Path(save)
    scanned = scanning.scan_live(request, requests.connection_of(context), output, save=directory)
    return scanning.report_scan(scanned, output, hub=hub)


def _hub(context: click.Context, from_path: str | None) -> "Hub":
    """Where the findings go. That no region is configured is said before the work."""
    from leastwise.cli.requests import connection_of  # noqa: PLC0415 - `scan --help` does without
    from leastwise.cli.sending import hub_of  # noqa: PLC0415 - the same

    return hub_of(connection_of(context), saved=None if from_path is None else Path(from_path))
