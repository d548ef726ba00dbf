"""Results of the policy commands: to standard output or a file, as text or JSON."""

from collections.abc import Callable

from msgspec import Struct

from leastwise.cli.output import OutputOptions, is_colored, width, write
from leastwise.report.json_format import indented
from leastwise.report.policy import Look

__all__ = ["show_result"]


def show_result(document: Struct, render: Callable[[Look], str], output: OutputOptions) -> None:
    """Write the document as JSON, or what `render` makes of it for a person."""
    if output.format_name == "json":
        write([indented(document)], output.output, is_data=True)
        return
    look = Look(width(output), is_colored(output), verbose=output.verbosity > 0)
    write([render(look)], output.output, is_data=False)
