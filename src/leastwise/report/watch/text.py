"""A watch as a person reads it in a terminal."""

from collections.abc import Iterator
from typing import Final

from leastwise.report.layout import Line, Span, Tone, clean, labelled, wrap
from leastwise.report.paint import paint
from leastwise.report.phrases import count, moment
from leastwise.report.watch.document import Complaint, Unread, WatchReport

__all__ = ["render_watch_text"]

_LEAST_WIDTH: Final = 60
_UNREAD: Final = 5
"""What could not be read is named up to here, unless everything is wanted."""


def render_watch_text(report: WatchReport, *, width: int, color: bool, verbose: bool = False) -> str:
    """The report as text: who was denied what, which changes took it away, and the commands that give it back.

    No line takes more than `width` columns (at least 60), but for the commands, which are never cut.
    """
    return paint(_lines(report, max(width, _LEAST_WIDTH), verbose=verbose), color=color)


def _lines(report: WatchReport, width: int, *, verbose: bool) -> Iterator[Line]:
    tone = Tone.BAD if report.complaints else Tone.WARN if report.unread else Tone.GOOD
    yield from wrap(_heading(report), width=width, indent=0, hang=0, tone=tone)
    yield from wrap(_total(report), width=width, indent=0, hang=0, tone=Tone.DIM)
    for complaint in report.complaints:
        yield from _complaint(complaint, width)
    yield from _unread(report.unread, width, verbose=verbose)
    for note in report.notes:
        yield ()
        yield from wrap(f"Note: {note}", width=width, indent=0, hang=6)


def _heading(report: WatchReport) -> str:
    if report.since is None:
        return f"Account {report.account}: no change of the plan was carried out."
    since = f"since {moment(report.since)}"
    if not report.complaints:
        return f"Account {report.account}: nothing that the plan took away was denied {since}, as far as can be seen."
    principals = len({one.principal for one in report.complaints})
    denied = count(report.explained, "denied call")
    verb = "misses" if principals == 1 else "miss"
    return (
        f"Account {report.account}: {count(principals, 'principal')} {verb} what the plan took away: {denied} {since}."
    )


def _total(report: WatchReport) -> str:
    verb = "names" if report.nobody == 1 else "name"
    nobody = f" {count(report.nobody, 'more denial')} {verb} no user and no role." if report.nobody else ""
    return (
        f"{count(report.events, 'event')} looked through: {count(report.denied, 'denied call')}, of which no change "
        f"explains {report.unexplained:,}.{nobody}"
    )


def _complaint(complaint: Complaint, width: int) -> Iterator[Line]:
    principal, action = clean(complaint.principal.resource), clean(complaint.action)
    latest = complaint.attempts[-1]
    yield ()
    yield from wrap(f"{principal} was denied {action}", width=width, indent=0, hang=2, tone=Tone.STRONG)
    yield from labelled("calls", _times(complaint), width=width)
    if latest.message:
        yield from labelled("AWS says", f"{latest.error_code}: {latest.message}", width=width)
    for cause in complaint.causes:
        made = f"{cause.title} ({cause.change_id}, carried out {moment(cause.carried_out_at)})"
        yield from labelled("taken by", made, width=width)
        if cause.rollback is not None:
            yield (Span(f"  {'undo with':<11}", Tone.DIM), Span(clean(cause.rollback), Tone.NAME))


def _times(complaint: Complaint) -> str:
    first, latest = complaint.attempts[0], complaint.attempts[-1]
    regions = ", ".join(sorted({clean(one.region) for one in complaint.attempts if one.region})) or "no region named"
    if len(complaint.attempts) == 1:
        return f"1, {moment(first.at)} ({regions})"
    return f"{len(complaint.attempts):,}, {moment(first.at)} to {moment(latest.at)} ({regions})"


def _unread(found: tuple[Unread, ...], width: int, *, verbose: bool) -> Iterator[Line]:
    if not found:
        return
    shown = found if verbose else found[:_UNREAD]
    yield ()
    yield from wrap("Not read, so that there may be more:", width=width, indent=0, hang=0, tone=Tone.WARN)
    for one in shown:
        yield from wrap(f"- {one.where}: {one.problem}", width=width, indent=2, hang=4)
    if len(shown) < len(found):
        yield from wrap(f"and {len(found) - len(shown):,} more; -v lists them", width=width, indent=2, hang=2)
