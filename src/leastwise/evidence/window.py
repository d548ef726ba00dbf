"""The time a source looks at, and whether that is enough to say that something was not used."""

from datetime import datetime, timedelta
from typing import Final

from leastwise.evidence.model import Window

__all__ = ["FRESH_FOR", "REPORT_DELAY", "REPORT_PERIOD", "covers", "report_window"]

REPORT_PERIOD: Final = timedelta(days=400)
"""How far IAM looks back (IAM User Guide, "Refine permissions using last accessed information")."""
REPORT_DELAY: Final = timedelta(hours=4)
"""How long a use may take to reach IAM's reports (the same)."""
FRESH_FOR: Final = timedelta(days=7)
"""How long after its end a window still speaks for the present; ours to choose: a saved scan lasts a working week."""


def report_window(generated_at: datetime) -> Window:
    """The time that a report, or a RoleLastUsed, of this moment tells of.

    A service or region that IAM began to track later is looked at for less than this; a report does not say which
    (IAM User Guide), and 400 days have passed since the last such date that it names.

    >>> from datetime import UTC
    >>> report_window(datetime(2026, 11, 24, 12, tzinfo=UTC)).start.isoformat()
    '2025-10-20T12:00:00+00:00'
    """
    return Window(start=generated_at - REPORT_PERIOD, end=generated_at - REPORT_DELAY)


def covers(window: Window, *, now: datetime, days: int) -> bool:
    """Whether a source with this window would have seen a use within the last `days` days.

    The window must reach back far enough, and must not end long before now: what was used since its end nobody saw.
    The report's delay is forgiven at the start, too, so that a report of this very scan covers 400 days.
    """
    reaches_back = window.start <= now - timedelta(days=days) + REPORT_DELAY
    return reaches_back and window.end >= now - FRESH_FOR
