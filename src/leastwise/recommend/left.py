"""Policies that are left as they are, and why, where something of them might go."""

from collections.abc import Iterator, Sequence

from leastwise.plan import Left, Obstacle, PolicyRef
from leastwise.recommend.holders import Target
from leastwise.recommend.removal import joint_removal
from leastwise.recommend.texts import Text

__all__ = ["left_of"]

_OTHERS: frozenset[Obstacle] = frozenset({Obstacle.MISSING_EVIDENCE, Obstacle.NOT_SELECTED, Obstacle.NOT_QUARANTINED})
"""Obstacles of holders of whom it does not count what might go from them."""


def left_of(policy: PolicyRef, text: Text, targets: Sequence[Target]) -> Iterator[Left]:
    """That the policy is left because of the first target with an obstacle; nothing where nothing of it might go.

    Who was not to be looked at is told of only where something might go from everybody else; whose evidence could not
    be had, always.
    """
    blocked = next((one for one in targets if one.obstacle is not None), None)
    if blocked is None or blocked.obstacle is None:
        return
    counting = [one for one in targets if one.obstacle not in _OTHERS]
    might = joint_removal((one.would for one in counting), text.allowed.catalog)
    if text.loses(might) or (blocked.obstacle is Obstacle.MISSING_EVIDENCE and text.allowed):
        detail = "" if blocked.because is None else f"{blocked.because}"
        yield Left(policy, blocked.obstacle, detail)
