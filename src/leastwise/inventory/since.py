"""Since when a managed policy is known to grant something."""

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import pairwise

from leastwise.inventory.model import ManagedPolicy, PolicyVersion

__all__ = ["granting_since"]


def granting_since(policy: ManagedPolicy, grants: Callable[[PolicyVersion], bool]) -> datetime | None:
    """Since when every version in force granted it, as far as the versions that are left can tell; None if unknown.

    That is when the oldest version was made of the unbroken run, by version number, that ends in the default one and
    in which each grants it. A version that was deleted breaks the run, since nobody knows what it said. Where a newer
    version exists that does not grant it, the default was set back after that one was made, and its date counts; AWS
    keeps no date of setting a default version (IAM API, PolicyVersion).
    """
    ordered = sorted(policy.versions, key=_number)
    place = next((place for place, version in enumerate(ordered) if version.is_default), None)
    if place is None or not grants(ordered[place]):
        return None
    *_, oldest = _run(ordered[place::-1], grants)
    set_back = (version.created_at for version in ordered[place + 1 :] if not grants(version))
    return max([oldest.created_at, *set_back])


def _run(newest_first: list[PolicyVersion], grants: Callable[[PolicyVersion], bool]) -> Iterator[PolicyVersion]:
    yield newest_first[0]
    for newer, older in pairwise(newest_first):
        if _number(newer) - _number(older) != 1 or not grants(older):
            return
        yield older


def _number(version: PolicyVersion) -> int:
    digits = version.id.removeprefix("v")
    return int(digits) if digits.isdecimal() else 0
