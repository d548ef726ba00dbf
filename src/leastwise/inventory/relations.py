"""Which policy reaches whom: attachments, boundaries, and groups' members."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TypeVar

from leastwise.inventory.model import Group, Role, Snapshot, User
from leastwise.policy import Arn

__all__ = ["Relations", "attached_to"]

_Key = TypeVar("_Key")


def attached_to(snapshot: Snapshot) -> Mapping[Arn, tuple[Arn, ...]]:
    """By policy, the users, roles and groups that it is attached to, sorted; policies attached to none are missing."""
    return _gathered((held.arn, holder.arn) for holder in snapshot.principals() for held in holder.attached)


class Relations:
    """Who is reached by what, over one snapshot. Built in one pass; every answer after that is a look-up."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.attached_to = attached_to(snapshot)
        """By policy, the principals that it is attached to, sorted."""
        self.boundary_of = _gathered(
            (holder.boundary, holder.arn)
            for holder in snapshot.principals()
            if isinstance(holder, User | Role) and holder.boundary is not None
        )
        """By policy, the users and roles whose permissions boundary it is, sorted."""
        self._members = _gathered((group, user.arn) for user in snapshot.users for group in user.groups)
        self._groups = {group.arn: group.name for group in snapshot.groups}

    def members(self, group: Group | str) -> tuple[Arn, ...]:
        """The users in a group, given as such or by name, sorted."""
        return self._members.get(group if isinstance(group, str) else group.name, ())

    def reached_principals(self, policy: Arn) -> tuple[Arn, ...]:
        """The users and roles that hold a managed policy, directly or through a group, and those groups; sorted."""
        reached: set[Arn] = set()
        for holder in self.attached_to.get(policy, ()):
            reached.add(holder)
            reached.update(self._members.get(self._groups.get(holder, ""), ()))
        return tuple(sorted(reached))


def _gathered(pairs: Iterable[tuple[_Key, Arn]]) -> Mapping[_Key, tuple[Arn, ...]]:
    found: defaultdict[_Key, set[Arn]] = defaultdict(set)
    for key, arn in pairs:
        found[key].add(arn)
    return {key: tuple(sorted(arns)) for key, arns in found.items()}
