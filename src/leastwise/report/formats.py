"""The formats in which a scan can be had."""

from collections.abc import Iterator
from enum import StrEnum
from typing import assert_never

from leastwise.report.asff import render_asff
from leastwise.report.csv_format import render_csv
from leastwise.report.document import ScanDocument
from leastwise.report.json_format import render_json
from leastwise.report.table import render_table

__all__ = ["Format", "render"]


class Format(StrEnum):
    """How a scan is written."""

    TABLE = "table"
    """For a person at a terminal."""
    JSON = "json"
    """Everything, by the shipped JSON Schema."""
    CSV = "csv"
    """A row for each service and action, for spreadsheets."""
    ASFF = "asff"
    """The findings alone, for AWS Security Hub."""


def render(
    document: ScanDocument, wanted: Format, *, width: int, color: bool, verbose: bool = False, region: str = ""
) -> Iterator[str]:
    """Pieces of the text in the wanted format; `width`, `color` and `verbose` matter to the table alone.

    `region` is that of the Security Hub which ASFF is for, and matters to no other format. The text is to be written as
    UTF-8 with its line ends as they are: CSV's are CR LF.

    Raises:
        UsageError: it is to be ASFF, and there is no region.
    """
    match wanted:
        case Format.TABLE:
            yield render_table(document, width=width, color=color, verbose=verbose)
        case Format.JSON:
            yield from render_json(document)
        case Format.CSV:
            yield from render_csv(document)
        case Format.ASFF:
            yield from render_asff(document, region=region)
        case _:
            assert_never(wanted)
