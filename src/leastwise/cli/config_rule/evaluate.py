"""`leastwise config-rule evaluate`: what the rule would answer, tried here."""

from typing import Final

import click

from leastwise.cli.exits import ExitCode
from leastwise.cli.options import Command, connection_options, output_options

__all__ = ["evaluate"]

_EPILOG: Final = """\b
Examples:
  leastwise config-rule evaluate event.json
  leastwise config-rule evaluate event.json --profile prod --format json
  leastwise config-rule evaluate - < event.json

\b
An event is what AWS Config hands to the function, for instance:
  {"invokingEvent": "{\\"messageType\\": \\"ScheduledNotification\\",
    \\"notificationCreationTime\\": \\"2026-11-25T04:00:00Z\\"}",
   "ruleParameters": "{\\"rule\\": \\"unused-services\\"}",
   "resultToken": "TESTMODE", "accountId": "111122223333"}

Exit codes: 0 nothing is NON_COMPLIANT, 1 error, 2 usage, 3 something is, 4 not all could be looked at or told.
"""


@click.command(cls=Command, epilog=_EPILOG)
@click.pass_context
@click.argument("event", metavar="EVENT.json", type=click.Path(dir_okay=False, allow_dash=True))
@click.option("--put", "is_put", is_flag=True, help="Tell AWS Config, with the event's result token.")
@connection_options
@output_options("text", "json")
def evaluate(context: click.Context, /, *, event: str, is_put: bool, **_: object) -> ExitCode:
    """Answer an event of AWS Config's on this machine, with your credentials, and print every evaluation.

    Nothing is sent to AWS Config unless --put says so.
    """
    from leastwise.cli import evaluating, requests  # noqa: PLC0415 - the help does without

    return evaluating.evaluate_event_file(
        event, requests.connection_of(context), requests.output_of(context), is_put=is_put
    )
