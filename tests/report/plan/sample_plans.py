"""Plans of a small company, written by hand: a change of every kind, and every obstacle.

EVERYTHING has them all; EMPTY has no change; CROWD has one policy that reaches many; HOSTILE has names and texts that
mean something to Markdown, to HTML and to a terminal. The texts of changed policies were made by `rewrite`, so that
they are what a plan would hold.
"""

from typing import Final

from leastwise.inventory import PolicyKind
from leastwise.plan import (
    Left,
    Obstacle,
    PolicyRef,
)
from report.plan.sample_changes import (
    deactivate_key,
    delete_password,
    delete_policy,
    detach,
    leave_group,
    lift_quarantine,
    quarantine,
    replace,
)
from report.plan.sample_edits import TEAM_BASE, delete_inline, edit_inline, edit_minified, new_version
from report.plan.sample_extremes import crowd, hostile, scattered
from report.plan.sample_parts import (
    ACCOUNT,
    ALICE,
    ANALYSTS,
    BOB,
    CAROL,
    DAVE,
    DEPLOY,
    DEVELOPERS,
    NIGHTLY,
    NOW,
    PARAMETERS,
    REPORT,
    WEB,
    ago,
    aws,
    iam,
    plan_of,
)

__all__ = [
    "ACCOUNT",
    "ALICE",
    "ANALYSTS",
    "BOB",
    "CAROL",
    "CROWD",
    "DAVE",
    "DEPLOY",
    "DEVELOPERS",
    "EMPTY",
    "EVERYTHING",
    "HOSTILE",
    "NIGHTLY",
    "NOTES",
    "NOW",
    "PARAMETERS",
    "REPORT",
    "SAMPLES",
    "SCATTERED",
    "TEAM_BASE",
    "WEB",
    "ago",
    "aws",
    "edit_inline",
    "iam",
    "left",
    "new_version",
    "plan_of",
]

DETAILS: Final = {
    Obstacle.UNREADABLE: "line 3, column 9: a comma is missing",
    Obstacle.TOO_YOUNG: "made on 2026-11-20",
    Obstacle.TOO_LONG: "more than 6,144 characters",
    Obstacle.BREAK_GLASS: "role break-glass",
    Obstacle.NOT_SELECTED: "user alice",
}


def left() -> tuple[Left, ...]:
    """A policy for every obstacle, managed and inline in turn."""
    found = []
    for number, obstacle in enumerate(Obstacle):
        name = f"left-{number:02}-{obstacle.name.lower()}"
        inline = PolicyRef(name, PolicyKind.INLINE, iam(f"role/apps/holder-{number}"))
        ref = inline if number % 2 else PolicyRef(iam(f"policy/apps/{name}"), PolicyKind.MANAGED)
        found.append(Left(ref, obstacle, DETAILS.get(obstacle, "")))
    many = (PolicyRef(iam(f"policy/boundaries/limit-{number:02}"), PolicyKind.MANAGED) for number in range(24))
    return tuple(sorted([*found, *(Left(ref, Obstacle.BOUNDARY) for ref in many)]))


NOTES: Final = (
    "The exemption of unused-role for role/legacy/* ended on 2026-06-30 and no longer works.",
    "What AWS's reports do not record (most data calls, iam:PassRole) stays.",
)


EVERYTHING: Final = plan_of(
    edit_inline(),
    edit_minified(),
    delete_inline(),
    new_version(),
    replace(),
    detach(),
    delete_policy(),
    leave_group(),
    deactivate_key(),
    delete_password(),
    quarantine(),
    lift_quarantine(),
    left=left(),
    notes=NOTES,
    complete=False,
)
"""A change of every kind, and every obstacle."""
EMPTY: Final = plan_of(left=left()[:2])
"""Nothing to change; two policies are left as they are."""
CROWD: Final = plan_of(crowd())
"""One policy that reaches 240 roles and loses 59 services."""
HOSTILE: Final = plan_of(
    hostile(),
    left=(
        Left(PolicyRef("a|b<br>`c`", PolicyKind.INLINE, iam("role/<i>")), Obstacle.UNREADABLE, "line 1: `|` <x>\n| y"),
    ),
    notes=("A note with </details> and `ticks`.",),
)
"""Names and texts that mean something where they are shown."""
SCATTERED: Final = plan_of(scattered())
"""Services go here and there from a long list of a group's own policy."""
SAMPLES: Final = {"everything": EVERYTHING, "empty": EMPTY, "crowd": CROWD, "hostile": HOSTILE}
