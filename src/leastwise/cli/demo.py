"""`leastwise demo`: a scan of the sample company, on a local AWS that lives as long as the command."""

from pathlib import Path
from typing import Final

import click

from leastwise.cli.exits import ExitCode
from leastwise.cli.options import (
    Command,
    exit_zero_option,
    judging_options,
    output_options,
    save_option,
    selection_options,
)
from leastwise.cli.sandbox_process import SandboxProcess
from leastwise.cli.streams import say_block

__all__ = ["demo"]

_EPILOG: Final = """\b
Examples:
  leastwise demo
  leastwise demo --principal 'user/*' -v
  leastwise demo --save company
  leastwise explain role/web-sandbox --from company

Exit codes are those of a scan: the company has findings, so it is 3, or 0 with --exit-zero.
"""


@click.command(cls=Command, epilog=_EPILOG)
@click.pass_context
@selection_options
@judging_options
@output_options("table", "json", "csv")
@exit_zero_option
@save_option
def demo(context: click.Context, /, *, save: str | None, **_: object) -> ExitCode:
    """Scan a sample company on a local AWS: without an AWS account, and nothing leaves this machine.

    It is the same code, over HTTP, as `leastwise scan`; only time passes faster, since the local AWS takes less of it.
    """
    with SandboxProcess() as process:
        # The sandbox starts on another processor while the rest is imported here.
        from leastwise.cli import demonstrating, requests, scanning  # noqa: PLC0415 - see above

        output = requests.output_of(context)
        directory = None if save is None else Path(save)
        scanned = demonstrating.scan_sandbox(process, requests.request_of(context), output, save=directory)
        process.end()
        code = scanning.report_scan(scanned, output)
    if not output.quiet:
        say_block(_next(save))
    return code


def _next(save: str | None) -> list[str]:
    """What a new user may want to do now."""
    return [
        "",
        "Next:",
        *([] if save else ["  leastwise demo --save company   keeps what was collected, for:"]),
        f"  leastwise explain role/web-frontend-task s3 --from {save or 'company'}",
        f"  leastwise plan --from {save or 'company'}",
        "  leastwise sandbox               serves the company to you and the AWS CLI",
        "  leastwise scan                  scans your account; changes nothing in it",
    ]
