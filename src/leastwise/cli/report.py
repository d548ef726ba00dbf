"""`leastwise report`: the JSON of a scan, or of a plan, in any of its formats."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from leastwise.cli.exits import ExitCode
from leastwise.cli.options import Command, exit_zero_option, output_options, region_option
from leastwise.cli.streams import read_input
from leastwise.errors import SavedScanError, UsageError

if TYPE_CHECKING:
    from leastwise.cli.output import OutputOptions

__all__ = ["report"]

_EPILOG: Final = """\b
Examples:
  leastwise scan --format json --output scan.json
  leastwise report scan.json --format csv --output scan.csv
  leastwise report - < scan.json
  leastwise plan --plan-file plan.json
  leastwise report plan.json --format terraform

The exit code is that of the scan or plan: 0 nothing found, 3 findings or changes, 4 some evidence could not be had.
"""


@click.command(cls=Command, epilog=_EPILOG)
@click.pass_context
@click.argument("scan_file", metavar="FILE", type=click.Path(allow_dash=True))
@output_options(
    "auto",
    "table",
    "json",
    "csv",
    "asff",
    "text",
    "markdown",
    "terraform",
    "cloudformation",
    format_help="Write a scan as table, json, csv or asff; a plan as text, json, markdown, terraform or cloudformation."
    "  [default: the first of them]",
)
@region_option
@exit_zero_option
def report(context: click.Context, /, *, scan_file: str, **_: object) -> ExitCode:
    """Render what `leastwise scan --format json` or `leastwise plan --plan-file` wrote, without AWS.

    `-` reads standard input.
    """
    from leastwise.cli.output import exit_code, show  # noqa: PLC0415 - `report --help` does without
    from leastwise.cli.planning import show_plan_file  # noqa: PLC0415 - the same
    from leastwise.cli.requests import output_of  # noqa: PLC0415 - the same
    from leastwise.plan import is_plan, read_plan  # noqa: PLC0415 - the same
    from leastwise.report import Format, PlanFormat, read_json  # noqa: PLC0415 - the same

    text, source = _read(scan_file), "standard input" if scan_file == "-" else scan_file
    output = output_of(context)
    if is_plan(text):
        return show_plan_file(read_plan(text, source=source), _formatted(output, PlanFormat, "a plan"))
    output = _formatted(output, Format, "a scan")
    document = read_json(text, source=source)
    show(document, output)
    return exit_code(document, exit_zero=output.exit_zero)


def _formatted(output: "OutputOptions", formats: type[StrEnum], kind: str) -> "OutputOptions":
    """The options with a format that there is for what was read."""
    import msgspec  # noqa: PLC0415 - `report --help` does without

    names = [one.value for one in formats]
    if output.format_name == "auto":
        return msgspec.structs.replace(output, format_name=names[0])
    if output.format_name not in names:
        raise UsageError(f"--format {output.format_name} does not fit {kind}", hint=f"it comes as {', '.join(names)}")
    return output


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
