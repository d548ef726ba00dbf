from datetime import timedelta

import pytest

from evidence.draws import NOW
from leastwise.evidence import FRESH_FOR, REPORT_DELAY, REPORT_PERIOD, Window, covers, report_window


def test_a_report_tells_of_400_days_up_to_four_hours_ago() -> None:
    assert report_window(NOW) == Window(NOW - timedelta(days=400), NOW - timedelta(hours=4))
    assert (timedelta(days=400), timedelta(hours=4)) == (REPORT_PERIOD, REPORT_DELAY)


@pytest.mark.parametrize(("days", "covered"), [(1, True), (90, True), (400, True), (401, False)])
def test_a_report_of_now_covers_400_days_and_no_more(days: int, *, covered: bool) -> None:
    assert covers(report_window(NOW), now=NOW, days=days) is covered


def test_a_report_made_during_the_scan_covers_400_days_too() -> None:
    assert covers(report_window(NOW + timedelta(minutes=20)), now=NOW, days=400)


def test_a_report_that_ended_long_ago_covers_nothing() -> None:
    recent = Window(NOW - timedelta(days=500), NOW - FRESH_FOR)
    old = Window(NOW - timedelta(days=500), NOW - FRESH_FOR - timedelta(seconds=1))
    assert covers(recent, now=NOW, days=90)
    assert not covers(old, now=NOW, days=90)
