"""The tables of a plan as Markdown: the changes, and the policies that are left as they are."""

from collections.abc import Iterable, Sequence

from leastwise.plan import Change, Left
from leastwise.report.phrases import count
from leastwise.report.plan.markup import code, prose
from leastwise.report.plan.naming import people, policy_name
from leastwise.report.plan.obstacles import OBSTACLES, by_obstacle, detail_of

__all__ = ["change_table", "left_table"]


def change_table(changes: Sequence[Change]) -> str:
    """A line for each change, which is never left out: what it is, whom it reaches, how much goes."""
    head = ("", "Change", "Kind", "Reaches", "Services", "Actions", "Of them managing permissions", "Can be undone")
    return _table(head, map(_change, enumerate(changes, start=1)))


def _change(numbered: tuple[int, Change]) -> tuple[str, ...]:
    number, change = numbered
    gain = change.gain
    return (
        str(number),
        f"{prose(change.title)}<br>{code(change.id)}",
        change.kind,
        prose(people(change.principals)),
        f"{gain.services:,}",
        f"{gain.actions:,}",
        f"{gain.permissions:,}",
        "yes" if change.risk.is_reversible else "**no**",
    )


def left_table(left: Sequence[Left], *, shown: int) -> str:
    """The first so many of the policies that are left as they are, how many more there are, and what keeps them."""
    if not left:
        return ""
    groups = list(by_obstacle(left))
    rows = [_left(one) for _, found in groups for one in found][:shown]
    table = _table(("Policy", "Why", "Detail"), rows) if rows else ""
    meanings = "".join(f"- **{obstacle}**: {prose(OBSTACLES[obstacle])}\n" for obstacle, _ in groups)
    title = f"Left as they are: {count(len(left), 'policy')}"
    return f"<details>\n<summary>{title}</summary>\n\n{table}{_more(len(left) - shown)}{meanings}\n</details>\n\n"


def _more(number: int) -> str:
    if not number:
        return ""
    verb = "is" if number == 1 else "are"
    return f"{count(number, 'more policy')} {verb} left out of this list. The plan has them all.\n\n"


def _left(one: Left) -> tuple[str, ...]:
    return code(policy_name(one.policy)), one.obstacle, prose(detail_of(one))


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [_row(head), _row(["---"] * len(head)), *map(_row, rows)]
    return "\n".join(lines) + "\n\n"


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
