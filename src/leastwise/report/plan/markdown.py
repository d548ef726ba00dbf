"""A plan as Markdown for a pull request."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Final

from leastwise.plan import Left, Plan
from leastwise.report.phrases import count
from leastwise.report.plan.markdown_change import Section, section_of
from leastwise.report.plan.markdown_tables import change_table, left_table
from leastwise.report.plan.markup import prose
from leastwise.report.plan.summary import (
    INCOMPLETE,
    heading_words,
    no_change_words,
    outcome_words,
    parameter_words,
    total_words,
)

__all__ = ["render_plan_markdown"]

_SHARE: Final = 4
"""Of a limit, which part the policies that are left may take: one in so many."""


def render_plan_markdown(plan: Plan, *, limit: int | None = None) -> str:
    """The plan as GitHub's Markdown: the list of changes, each change with its differences, and what is left.

    Nothing in it is shortened without `limit`. With it the text has at most so many characters, if the list of changes
    and the notes have, which are always whole. Change by change, in order, what still fits is shown: the whole section,
    or it without the differences, or only the line in the list. How much was left out is said.
    """
    opening = "".join(_opening(plan))
    ending = "".join(_ending(plan))
    sections = [section_of(change, number) for number, change in enumerate(plan.changes, start=1)]
    left = left_table(plan.left, shown=len(plan.left))
    whole = f"{opening}{''.join(one.whole for one in sections)}{left}{ending}"
    if limit is None or len(whole) <= limit:
        return whole
    room = limit - len(opening) - len(ending) - len(_left_out(len(sections), len(sections)))
    left = _fitting_left(plan.left, min(room, limit // _SHARE))
    shown = _fitting_sections(sections, room - len(left))
    return f"{opening}{_said_left_out(sections, shown)}{''.join(shown)}{left}{ending}"


def _fitting_left(left: Sequence[Left], room: int) -> str:
    """As many of the policies that are left as there is room for; none where there is too little."""
    whole = left_table(left, shown=len(left))
    if len(whole) <= room:
        return whole
    shown = bisect_right(range(len(left)), room, key=lambda number: len(left_table(left, shown=number))) - 1
    return left_table(left, shown=max(shown, 0))


def _fitting_sections(sections: Sequence[Section], room: int) -> list[str]:
    shown: list[str] = []
    for section in sections:
        piece = next((one for one in (section.whole, section.brief) if len(one) <= room), "")
        room -= len(piece)
        shown.append(piece)
    return shown


def _said_left_out(sections: Sequence[Section], shown: Sequence[str]) -> str:
    pairs = list(zip(sections, shown, strict=True))
    return _left_out(sum(bool(text) and text != one.whole for one, text in pairs), sum(not text for _, text in pairs))


def _left_out(diffs: int, below: int) -> str:
    """What is said of what does not fit: of so many changes the differences, of so many all but their line."""
    said = [
        *([f"the differences of {count(diffs, 'change')}"] if diffs else ()),
        *([f"all but the line in the list of {count(below, 'change')}"] if below else ()),
    ]
    return f"To fit here, this leaves out {' and '.join(said)}. The plan has them all.\n\n" if said else ""


def _opening(plan: Plan) -> Iterator[str]:
    yield f"## {prose(heading_words(plan) if plan.changes else no_change_words(plan))}\n\n"
    if plan.changes:
        yield f"{prose(total_words(plan))}\n\n{prose(parameter_words(plan))}\n\n"
    if not plan.complete:
        yield f"**{prose(INCOMPLETE)}**\n\n"
    if plan.changes:
        yield change_table(plan.changes)


def _ending(plan: Plan) -> Iterator[str]:
    if plan.notes:
        yield "### Notes\n\n" + "".join(f"- {prose(note)}\n" for note in plan.notes) + "\n"
    if plan.changes:
        yield f"**{prose(outcome_words(plan))}**\n"
