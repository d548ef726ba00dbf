"""The `leastwise` command: finds the subcommand, runs it, and turns errors into one line and an exit code."""

import sys
from typing import Final

import click

from leastwise import __version__
from leastwise.cli.exits import ExitCode
from leastwise.cli.lazy import LazyGroup, help_instead
from leastwise.cli.signals import interruptible
from leastwise.cli.streams import abandon, say
from leastwise.errors import IncompleteScanError, LeastwiseError, UsageError

__all__ = ["main"]

_COMMANDS: Final = {
    "apply": ("leastwise.cli.apply", "Carry a plan out, journalled, and able to be put back."),
    "config-rule": ("leastwise.cli.config_rule.group", "Make rules for AWS Config, which judge every day."),
    "demo": ("leastwise.cli.demo", "Scan a sample company on a local AWS; needs no AWS account."),
    "explain": ("leastwise.cli.explain", "Say where a permission comes from, and when it was last used."),
    "permissions": ("leastwise.cli.permissions", "Print the IAM policy that a command needs."),
    "plan": ("leastwise.cli.plan", "Write smaller policies without what nobody uses, each with a proof."),
    "policy": ("leastwise.cli.policy.group", "Expand, shorten, compare, try and check IAM policies, without AWS."),
    "quarantine": ("leastwise.cli.quarantine.group", "List and lift the denials that come before a removal."),
    "report": ("leastwise.cli.report", "Render the JSON of a scan in another format, without AWS."),
    "rollback": ("leastwise.cli.rollback", "Put back what a run of apply changed."),
    "sandbox": ("leastwise.sandbox.command", "Serve a local AWS with a sample company in it."),
    "scan": ("leastwise.cli.scan", "Find what an account's principals are granted and do not use."),
    "watch": ("leastwise.cli.watch", "Find what was denied since a run took it away."),
}
"""Where each command lives, and its one-line help, so that `leastwise --help` imports none of them."""

_EPILOG: Final = """\b
Examples:
  leastwise demo
  leastwise scan --profile prod
  leastwise scan --save prod
  leastwise explain role/deploy s3:PutObject --from prod
  leastwise plan --from prod --plan-file plan.json
  leastwise apply plan.json
  leastwise policy check old.json new.json

\b
Exit codes:
    0  nothing found, or done
    1  error
    2  usage
    3  findings (--exit-zero makes it 0), or a plain no
    4  incomplete: some evidence could not be had
    5  not every change could be made, or put back
  130  interrupted
"""


@click.group(
    cls=LazyGroup,
    table=_COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    subcommand_metavar="COMMAND [ARGS]...",
    epilog=_EPILOG,
)
@click.version_option(__version__, "-V", "--version", prog_name="leastwise", message="%(prog)s %(version)s")
@click.pass_context
def cli(context: click.Context) -> ExitCode | None:
    """Find the AWS permissions that nobody uses, and the policy statement that grants each.

    Start with `leastwise demo`, which needs no AWS account; then `leastwise scan` with the credentials that the AWS
    command line uses. Only `apply`, `rollback` and `quarantine lift` change anything in an account.
    """
    return help_instead(context)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit with its code; `arguments` default to the process's own."""
    with interruptible():
        code = _run(sys.argv[1:] if arguments is None else arguments)
    sys.exit(code)


def _run(arguments: list[str]) -> int:
    try:
        result = cli.main(args=arguments, prog_name="leastwise", standalone_mode=False)
    except click.ClickException as error:
        _refuse(error)
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        # What is still to be written is not waited for: its reader may be the reason for the interruption.
        abandon(sys.stdout)
        say("interrupted")
        return ExitCode.INTERRUPTED
    except LeastwiseError as error:
        _tell(str(error), error.hint)
        return _code(error)
    return result if isinstance(result, int) else ExitCode.OK


def _code(error: LeastwiseError) -> ExitCode:
    if isinstance(error, IncompleteScanError):
        return ExitCode.INCOMPLETE
    return ExitCode.USAGE if isinstance(error, UsageError) else ExitCode.ERROR


def _refuse(error: click.ClickException) -> None:
    """Say what of the command line click does not take, in our own form."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    hint = f"`{context.command_path} --help` says what it takes" if context else ""
    _tell(error.format_message(), hint)


def _tell(message: str, hint: str) -> None:
    say(f"error: {' '.join(message.splitlines())}")
    if hint:
        say(f"hint: {hint}")
