"""The report that a person reads in a terminal."""

from typing import Final

from leastwise.report.document import ScanDocument
from leastwise.report.layout import Line
from leastwise.report.paint import paint
from leastwise.report.table_gathered import Gathered
from leastwise.report.table_lists import exempt_section, listed_sections
from leastwise.report.table_ranking import ranking
from leastwise.report.table_summary import closing, errors_section, notes_section, opening, unknown_section
from leastwise.report.table_view import View

__all__ = ["render_table"]

_LEAST_WIDTH: Final = 60


def render_table(document: ScanDocument, *, width: int, color: bool, verbose: bool = False) -> str:
    """The report as text: who would gain most, what is unused and where it comes from, and what is not known.

    No line takes more than `width` columns (at least 60). With `verbose` no list is shortened. The id of every finding
    is in it.
    """
    view = View(max(width, _LEAST_WIDTH), verbose, len(document.accounts) > 1)
    gathered = Gathered(document.findings, view=view)
    for principal in document.principals:
        gathered.add_principal(principal)
    for policy in document.policies:
        gathered.add_policy(policy)
    return paint(_lines(document, gathered, view=view), color=color)


def _lines(document: ScanDocument, gathered: Gathered, *, view: View) -> list[Line]:
    return [
        *opening(document, window=gathered.window, view=view),
        *ranking(gathered.ranked, view=view),
        *gathered.blocks(),
        *listed_sections(gathered.listed, idle=gathered.idle, view=view),
        *exempt_section(gathered.exempt, view=view),
        *unknown_section(document.summary.unknown, failed=gathered.failed, view=view),
        *errors_section(document.accounts, view=view),
        *notes_section(document.accounts, view=view),
        *closing(document, failed=gathered.failed_count, view=view),
    ]
