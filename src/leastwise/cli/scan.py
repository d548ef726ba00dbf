"""`leastwise scan`: what an account's principals are granted and do not use."""

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
    save_option,
    selection_options,
)

__all__ = ["scan"]

_EPILOG: Final = """\b
Examples:
  leastwise scan --profile prod
  leastwise scan --principal 'role/ci-*' --service s3 --service ec2
  leastwise scan --format json --output scan.json
  leastwise scan --save prod
  leastwise scan --from prod --stale-after 180

\b
Without leastwise in the account, with the AWS CLI alone:
  aws iam get-account-authorization-details --output json > account.json
  leastwise scan --from account.json

Exit codes: 0 nothing found, 1 error, 2 usage, 3 findings, 4 some evidence could not be had (the result says what).
Ctrl-C ends the collection and prints what is known by then.
"""


@click.command(cls=Command, epilog=_EPILOG)
@click.pass_context
@connection_options
@from_option
@selection_options
@judging_options
@output_options("table", "json", "csv")
@exit_zero_option
@save_option
def scan(context: click.Context, /, *, save: str | None, from_path: str | None, **_: object) -> ExitCode:
    """Find what the users, roles and groups of an account are granted and do not use.

    For each service and action: used, stale, unused or unknown, on what evidence, and which statement of which policy
    grants it. Credentials, region and proxy are found as the AWS CLI finds them. Nothing in the account is changed;
    `leastwise permissions` prints the rights that it takes.
    """
    from leastwise.cli import requests, scanning  # noqa: PLC0415 - `scan --help` does without

    output, request = requests.output_of(context), requests.request_of(context)
    if from_path is not None:
        requests.check_needs_no_aws(context)
        return scanning.report_scan(scanning.scan_files(request, Path(from_path), output), output)
    directory = None if save is None else Path(save)
    return scanning.report_scan(
        scanning.scan_live(request, requests.connection_of(context), output, save=directory), output
    )
