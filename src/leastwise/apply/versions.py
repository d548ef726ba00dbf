"""Managed policies version by version: whether one is as it is to be, and the one call that brings it nearer.

AWS gives numbers itself, upwards, and none twice (IAM User Guide, Versioning IAM policies). So a version that was
deleted comes back under a new number, unless the policy is made anew and its numbers can still be reached.
"""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from leastwise.apply.errors import UnfitError
from leastwise.apply.states import PolicyState, VersionState
from leastwise.policy import MANAGED_VERSIONS

__all__ = [
    "DropPolicy",
    "DropVersion",
    "MakePolicy",
    "MakeVersion",
    "PolicyCall",
    "PutInForce",
    "is_policy_between",
    "is_policy_reached",
    "next_policy_call",
    "with_version",
]

_FIRST: Final = 1


class MakePolicy(Struct, frozen=True):
    """Make the policy."""

    document: str
    """What its v1 says."""


class MakeVersion(Struct, frozen=True):
    """Make a version."""

    document: str
    """What it says."""
    is_default: bool
    """Whether it is put in force with the same call."""


class PutInForce(Struct, frozen=True):
    """Put a version in force."""

    version: str
    """Which."""


class DropVersion(Struct, frozen=True):
    """Delete a version."""

    version: str
    """Which."""


class DropPolicy(Struct, frozen=True):
    """Delete the policy, which has one version left."""


PolicyCall = MakePolicy | MakeVersion | PutInForce | DropVersion | DropPolicy
"""One call that changes a policy."""


class _Match(Struct, frozen=True):
    """Which version that is there stands for which that is wanted."""

    pairs: tuple[tuple[VersionState, VersionState], ...]
    """Each wanted version that is there, with the one that is it."""
    missing: tuple[VersionState, ...]
    """The wanted versions that are yet to be made, by number; those of any number last."""
    extra: tuple[VersionState, ...]
    """What is there and not wanted, oldest first."""


def is_policy_reached(live: PolicyState, target: PolicyState) -> bool:
    """Whether the policy is as it is to be; a version may have a new number where its own cannot come back."""
    return next_policy_call(live, target) is None


def next_policy_call(live: PolicyState, target: PolicyState) -> PolicyCall | None:
    """The call that brings the policy nearer to what it is to be; None if it is that.

    What is in force stays so until what takes its place is there: versions are made before others are deleted, as
    long as there is room.

    Raises:
        UnfitError: there is no room for a version, and nothing that may go.
    """
    if not target.versions:
        return _next_to_nothing(live)
    match = _matched(live.versions, target.versions)
    if not live.versions:
        first = next((one for one in target.versions if one.number == _FIRST), match.missing[0])
        return MakePolicy(first.document)
    misplaced = [found for wanted, found in match.pairs if wanted.is_default and not found.is_default]
    if misplaced:
        return PutInForce(misplaced[0].version)
    return _next_version_call(live, match)


def _next_to_nothing(live: PolicyState) -> PolicyCall | None:
    spare = next((one for one in live.versions if not one.is_default), None)
    if spare is not None:
        return DropVersion(spare.version)
    return DropPolicy() if live.versions else None


def _next_version_call(live: PolicyState, match: _Match) -> PolicyCall | None:
    spare = next((one for one in match.extra if not one.is_default), None)
    if match.missing and len(live.versions) < MANAGED_VERSIONS:
        return MakeVersion(match.missing[0].document, match.missing[0].is_default)
    if spare is not None:
        return DropVersion(spare.version)
    if match.missing and match.extra and match.pairs:
        return PutInForce(match.pairs[0][1].version)
    if match.missing:
        raise UnfitError(f"{live.name} has {len(live.versions)} versions, and none of them is to go")
    return None


def _matched(there: Sequence[VersionState], wanted: Sequence[VersionState]) -> _Match:
    free, highest = list(there), max((one.number for one in there), default=0)
    pairs: list[tuple[VersionState, VersionState]] = []
    renumbered: list[VersionState] = []
    missing: list[VersionState] = []
    for one in wanted:
        found = next((other for other in free if (other.version, other.document) == (one.version, one.document)), None)
        if found is None:
            renumbered.append(one)
        else:
            free.remove(found)
            pairs.append((one, found))
    for one in sorted(renumbered, key=lambda version: (not version.number, version.number)):
        alike = [other for other in free if other.document == one.document and one.number <= highest]
        if alike:
            free.remove(alike[-1])
            pairs.append((one, alike[-1]))
        else:
            missing.append(one)
    return _Match(tuple(pairs), tuple(missing), tuple(free))


def is_policy_between(live: PolicyState, before: PolicyState, target: PolicyState) -> bool:
    """Whether calls of ours alone, on the way from the one to the other or back, explain what is there."""
    if not live.versions:
        return not (before.versions and target.versions)
    if not before.versions and not target.versions:
        return False
    known = {(one.version, one.document) for one in (*before.versions, *target.versions)}
    texts = {one.document for one in (*before.versions, *target.versions)}
    if any((one.version, one.document) not in known and one.document not in texts for one in live.versions):
        return False
    kept = {_identity(one) for one in before.versions} & {_identity(one) for one in target.versions}
    if not kept <= {_identity(one) for one in live.versions}:
        return False
    return _may_be_in_force(live.default, before, target)


def _identity(version: VersionState) -> tuple[str, str]:
    return version.version, version.document


def _may_be_in_force(default: VersionState | None, before: PolicyState, target: PolicyState) -> bool:
    if not before.versions or not target.versions:
        return True  # while it is made or deleted nobody holds it, and which is in force does not matter
    wanted = {one.document for one in (before.default, target.default) if one is not None}
    return default is not None and default.document in wanted


def with_version(policy: PolicyState, made: VersionState) -> PolicyState:
    """The policy with one more version, which takes the default over if it is to be in force."""
    others = policy.versions
    if made.is_default:
        others = tuple(replace(one, is_default=False) for one in others)
    return replace(policy, versions=(*others, made))
