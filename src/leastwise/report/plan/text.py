"""A plan as a person reads it in a terminal."""

from collections.abc import Iterator
from typing import Final

from leastwise.plan import Change, Left, Plan
from leastwise.report.layout import Line, Span, Tone, clean, wrap
from leastwise.report.paint import paint
from leastwise.report.phrases import count
from leastwise.report.plan.diff_lines import diff_lines
from leastwise.report.plan.facts import goes_words, proof_words, risk_words, shows_texts, undo_words
from leastwise.report.plan.naming import few, people, policy_name, principal_name
from leastwise.report.plan.obstacles import OBSTACLES, by_obstacle, detail_of
from leastwise.report.plan.rows import names, row, title
from leastwise.report.plan.step_words import steps_words
from leastwise.report.plan.summary import (
    INCOMPLETE,
    heading_words,
    no_change_words,
    outcome_words,
    parameter_words,
    total_words,
)
from leastwise.report.plan.whole import why_words
from leastwise.report.table_view import View, heading

__all__ = ["render_plan_text"]

_LEAST_WIDTH: Final = 60
_MOST: Final = 6
"""Names of a list in a sentence, unless everything is wanted."""


def render_plan_text(plan: Plan, *, width: int, color: bool, verbose: bool = False) -> str:
    """The plan as text: what changes for whom, each text as a difference, and what is left as it is.

    No line takes more than `width` columns (at least 60), but for those of the differences, which are never cut. With
    `verbose` no list is shortened. The id of every change is in it.
    """
    view = View(max(width, _LEAST_WIDTH), verbose, many_accounts=False)
    return paint(_lines(plan, view), color=color)


def _lines(plan: Plan, view: View) -> Iterator[Line]:
    yield from _opening(plan, view)
    for number, change in enumerate(plan.changes, start=1):
        yield from _change(change, number, view)
    yield from _left(plan, view)
    yield from _notes(plan, view)
    if plan.changes:
        yield ()
        tone = Tone.STRONG if all(change.risk.is_reversible for change in plan.changes) else Tone.WARN
        yield from wrap(outcome_words(plan), width=view.width, indent=0, hang=0, tone=tone)


def _opening(plan: Plan, view: View) -> Iterator[Line]:
    if plan.changes:
        yield from wrap(heading_words(plan), width=view.width, indent=0, hang=0, tone=Tone.STRONG)
        yield from wrap(total_words(plan), width=view.width, indent=0, hang=0)
        yield from wrap(parameter_words(plan), width=view.width, indent=0, hang=0, tone=Tone.DIM)
    else:
        yield from wrap(no_change_words(plan), width=view.width, indent=0, hang=0, tone=Tone.GOOD)
    if not plan.complete:
        yield from wrap(INCOMPLETE, width=view.width, indent=0, hang=0, tone=Tone.WARN)


def _change(change: Change, number: int, view: View) -> Iterator[Line]:
    yield from title(f"{number}. {change.title}", ids=f"{change.id} ({change.kind})", view=view)
    if change.targets and change.targets != change.principals:
        yield from row("target", few([*map(principal_name, change.targets)], _most(view)), view=view)
    yield from row("reaches", _reached(change, view), view=view)
    yield from row("does", steps_words(change.steps), view=view)
    yield from row("goes", goes_words(change), view=view)
    yield from _documents(change, view)
    yield from row("proof", proof_words(change), view=view)
    yield from _risk(change, view)
    tone = Tone.PLAIN if change.risk.is_reversible else Tone.BAD
    yield from row("undone by", undo_words(change), view=view, tone=tone)


def _risk(change: Change, view: View) -> Iterator[Line]:
    first, *notes = risk_words(change, most=_most(view))
    yield from row("risk", first, view=view, tone=Tone.WARN if change.risk.stale else Tone.PLAIN)
    for note in notes:
        yield from row("", note, view=view)


def _most(view: View) -> int | None:
    return None if view.verbose else _MOST


def _reached(change: Change, view: View) -> str:
    found = change.principals
    if len(found) < 2:  # noqa: PLR2004 - one or none is named by what it is
        return people(found)
    return f"{people(found)}: {few([*map(principal_name, found)], _most(view))}"


def _documents(change: Change, view: View) -> Iterator[Line]:
    if shows_texts(change):
        for document in change.documents:
            yield ()
            yield from diff_lines(change, document, width=view.width, most=_most(view))
            yield ()
        return
    for words in why_words(change, most=_most(view)):
        yield from row("why", words, view=view)


def _left(plan: Plan, view: View) -> Iterator[Line]:
    if not plan.left:
        return
    yield from heading(f"LEFT AS THEY ARE: {count(len(plan.left), 'policy').upper()}", view=view)
    for obstacle, found in by_obstacle(plan.left):
        yield (Span("  "), Span(f"{obstacle:<16}", Tone.STRONG), Span(f" {count(len(found), 'policy')}"))
        yield from wrap(OBSTACLES[obstacle], width=view.width, indent=4, hang=4, tone=Tone.DIM)
        yield from names([*map(_left_name, found)], view=view, indent=4, most=_most(view))


def _left_name(left: Left) -> str:
    return policy_name(left.policy) + (f" ({clean(detail_of(left))})" if detail_of(left) else "")


def _notes(plan: Plan, view: View) -> Iterator[Line]:
    if plan.notes:
        yield from heading("NOTES", view=view)
    for note in plan.notes:
        yield from wrap(f"- {note}", width=view.width, indent=2, hang=4)
