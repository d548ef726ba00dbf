"""The quarantines of an account as text and as JSON, `leastwise/quarantines/1`."""

from collections.abc import Iterator
from typing import Final, Literal

from msgspec import Struct

from leastwise.plan import PlanAccount, PolicyRef
from leastwise.policy import Arn
from leastwise.report.document import Count, Time
from leastwise.report.json_format import indented
from leastwise.report.layout import Line, Tone, clean, wrap
from leastwise.report.paint import paint
from leastwise.report.phrases import count, day, moment
from leastwise.report.plan.naming import account_name, few, policy_name, principal_name
from leastwise.report.plan.rows import row, title
from leastwise.report.table_view import View

__all__ = ["QuarantineEntry", "QuarantineListing", "render_quarantines", "render_quarantines_json"]

_LEAST_WIDTH: Final = 60
_MOST: Final = 12
"""Patterns that are shown of one, unless everything is wanted."""


class QuarantineEntry(Struct, frozen=True):
    """A quarantine that is there."""

    principal: Arn | None
    """The user or role that it was made for; null where the account has none of that name any more."""
    policy: PolicyRef
    """Which policy."""
    holders: tuple[Arn, ...]
    """The principals that it is attached to, sorted; empty for nobody."""
    since: Time | None
    """Since when it says what it says; null for an inline policy, of which AWS gives no date."""
    days: Count | None
    """How many whole days ago that was; null where it is not known."""
    is_as_written: bool
    """Whether it has the form that leastwise gives it: false for one that was edited, or cannot be read."""
    denies: tuple[str, ...]
    """What it denies, as written."""
    actions: Count
    """How many known actions it denies without condition."""
    fault: str
    """Why it cannot be read; empty if it can."""


class QuarantineListing(Struct, frozen=True):
    """The quarantines of an account."""

    schema: Literal["leastwise/quarantines/1"]
    """Which shape this is."""
    account: PlanAccount
    """Which account."""
    scanned_at: Time
    """When it was looked at."""
    quarantines: tuple[QuarantineEntry, ...]
    """By the name of the policy."""


def render_quarantines_json(listing: QuarantineListing) -> str:
    """The listing as JSON; the same listing gives the same bytes."""
    return indented(listing)


def render_quarantines(listing: QuarantineListing, *, width: int, color: bool, verbose: bool = False) -> str:
    """The listing as text: who is denied what, by which policy, since when, and what is not as it should be.

    No line takes more than `width` columns (at least 60). With `verbose` no list is shortened.
    """
    view = View(max(width, _LEAST_WIDTH), verbose, many_accounts=False)
    return paint(_lines(listing, view), color=color)


def _lines(listing: QuarantineListing, view: View) -> Iterator[Line]:
    number = len(listing.quarantines)
    said = count(number, "quarantine") if number else "no quarantine"
    head = f"{account_name(listing.account)}, looked at {moment(listing.scanned_at)}: {said}"
    yield from wrap(head[0].upper() + head[1:], width=view.width, indent=0, hang=0, tone=Tone.STRONG)
    for one in listing.quarantines:
        yield from _entry(one, view)


def _entry(one: QuarantineEntry, view: View) -> Iterator[Line]:
    name = "nobody of this account" if one.principal is None else principal_name(one.principal)
    yield from title(name, ids=_age(one), view=view)
    yield from row("policy", policy_name(one.policy), view=view)
    patterns = few([*map(clean, one.denies)], None if view.verbose else _MOST)
    yield from row("denies", f"{count(one.actions, 'action')}: {patterns}" if patterns else "nothing", view=view)
    for words in _faults(one):
        yield from row("but", words, view=view, tone=Tone.WARN)


def _age(one: QuarantineEntry) -> str:
    if one.since is None or one.days is None:
        return "since an unknown day: AWS dates no inline policy" if not one.fault else "since an unknown day"
    return f"since {day(one.since)}, {count(one.days, 'day')}"


def _faults(one: QuarantineEntry) -> Iterator[str]:
    if one.fault:
        yield f"It cannot be read: {clean(one.fault)}"
    elif not one.is_as_written:
        yield "It was edited: it is not one Deny on everything, always, as leastwise writes it."
    others = [principal_name(arn) for arn in one.holders if arn != one.principal]
    if not one.holders:
        yield "It is attached to nobody, and denies nothing to anybody."
    elif one.principal not in one.holders:
        yield f"It is not attached to the one that it was made for, but to {', '.join(others)}."
    elif others:
        yield f"It is attached to others, too: {', '.join(others)}."
