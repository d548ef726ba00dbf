"""Which changes of a plan are about whom."""

from collections.abc import Iterator
from difflib import get_close_matches

from msgspec import Struct

from leastwise.errors import UnknownPrincipalError, UsageError
from leastwise.plan import Change, Plan
from leastwise.policy import Arn

__all__ = ["ChangesAbout", "changes_about"]


class ChangesAbout(Struct, frozen=True):
    """The changes that someone asked about."""

    changes: tuple[Change, ...]
    """In the plan's order, at least one."""
    principal: Arn | None
    """The principal whom they reach; None where one change was asked for by its id."""


def changes_about(plan: Plan, wanted: str) -> ChangesAbout:
    """The changes that reach a principal, given by ARN, name or type/name, or the one change of this id.

    Raises:
        UnknownPrincipalError: the plan has nothing about it; names the nearest.
        UsageError: a name that several principals have.
    """
    by_id = tuple(change for change in plan.changes if change.id == wanted)
    if by_id:
        return ChangesAbout(by_id, None)
    known = plan.touched
    found = sorted(arn for arn in known if wanted in arn.names)
    if not found:
        near = get_close_matches(wanted.rpartition("/")[2], sorted({arn.name for arn in known}), n=3)
        hint = f"did you mean {' or '.join(near)}?" if near else "give an ARN, a name, type/name, or a change's id"
        raise UnknownPrincipalError(f"the plan changes nothing of {wanted}", hint=hint)
    if len(found) > 1:
        options = ", ".join(f"{arn.kind}/{arn.name}" for arn in found)
        raise UsageError(f"more than one principal is named {wanted}", hint=f"say which: {options}")
    return ChangesAbout(tuple(_reaching(plan, found[0])), found[0])


def _reaching(plan: Plan, principal: Arn) -> Iterator[Change]:
    return (change for change in plan.changes if principal in change.targets or principal in change.principals)
