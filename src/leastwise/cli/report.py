"""`leastwise report`: the JSON of a scan in any format."""

from pathlib import Path
from typing import Final

import click

from leastwise.cli.exits import ExitCode
from leastwise.cli.options import Command, exit_zero_option, output_options
from leastwise.cli.streams import read_input
from leastwise.errors import SavedScanError

__all__ = ["report"]

_EPILOG: Final = """\b
Examples:
  leastwise scan --format json --output scan.json
  leastwise report scan.json --format csv --output scan.csv
  leastwise report - < scan.json

The exit code is the scan's: 0 nothing found, 3 findings, 4 some evidence could not be had.
"""


@click.command(cls=Command, epilog=_EPILOG)
@click.pass_context
@click.argument("scan_file", metavar="SCAN.json", type=click.Path(allow_dash=True))
@output_options("table", "json", "csv")
@exit_zero_option
def report(context: click.Context, /, *, scan_file: str, **_: object) -> ExitCode:
    """Render SCAN.json, which `leastwise scan --format json` wrote, in any format, without AWS.

    `-` reads standard input.
    """
    from leastwise.cli.output import exit_code, show  # noqa: PLC0415 - `report --help` does without
    from leastwise.cli.requests import output_of  # noqa: PLC0415 - the same
    from leastwise.report import read_json  # noqa: PLC0415 - the same

    output = output_of(context)
    document = read_json(_read(scan_file), source="standard input" if scan_file == "-" else scan_file)
    show(document, output)
    return exit_code(document, exit_zero=output.exit_zero)


def _read(scan_file: str) -> bytes:
    if scan_file == "-":
        return read_input()
    path = Path(scan_file)
    if path.is_dir():
        raise SavedScanError(
            f"{scan_file} is a directory", hint=f"`leastwise scan --from {scan_file}` reads what --save kept"
        )
    try:
        return path.read_bytes()
    except OSError as error:
        raise SavedScanError(f"cannot read {scan_file}: {error.strerror}") from error
