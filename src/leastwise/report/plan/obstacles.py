"""Why policies are left as they are, a sentence an obstacle."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Final

from leastwise.plan import Left, Obstacle

__all__ = ["OBSTACLES", "by_obstacle", "detail_of"]

OBSTACLES: Final = {
    Obstacle.BOUNDARY: "A permissions boundary limits someone without granting anything; to edit it would not take "
    "away what is unused.",
    Obstacle.UNREADABLE: "What it says could not be read.",
    Obstacle.NO_HOLDER: "It reaches no user and no role, so that there is nobody whose use could be seen.",
    Obstacle.MISSING_EVIDENCE: "Evidence on someone whom it reaches could not be had: what that one uses is not known. "
    "Scan again.",
    Obstacle.NOT_EDITABLE: "It reaches a role that only AWS can change.",
    Obstacle.BREAK_GLASS: "It reaches a principal that the settings keep for emergencies.",
    Obstacle.NOT_SELECTED: "It reaches a principal that was not to be looked at.",
    Obstacle.TOO_YOUNG: "It, or a principal that it reaches, is younger than was asked for.",
    Obstacle.TOO_LONG: "Even with services given back whole, what stays would not fit its quota.",
    Obstacle.UNPROVED: "It could not be decided whether the smaller text grants no more than before.",
    Obstacle.NOT_QUARANTINED: "It reaches a principal without a quarantine that is old enough, who keeps everything.",
    Obstacle.NO_ROOM: "A principal has as many managed policies attached as its quota allows, so that no copy can be "
    "put beside it.",
}
"""Why, and what can be done where something can."""

_obstacle: Final = attrgetter("obstacle")


def by_obstacle(left: Sequence[Left]) -> Iterator[tuple[Obstacle, list[Left]]]:
    """The policies that each obstacle keeps, in the order of the obstacles."""
    order = list(Obstacle)
    ordered = sorted(left, key=lambda one: order.index(one.obstacle))
    return ((obstacle, list(group)) for obstacle, group in groupby(ordered, key=_obstacle))


def detail_of(left: Left) -> str:
    """What more there is to say; not the principal whom the policy lives in, who is named with it."""
    return "" if left.detail == left.policy.owner else left.detail
