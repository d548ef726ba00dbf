"""A step in words: what is done to what, as an order."""

from collections.abc import Sequence
from typing import assert_never

from leastwise.plan import (
    AddToGroup,
    Attach,
    CreatePolicy,
    CreateVersion,
    DeleteInline,
    DeletePassword,
    DeletePolicy,
    Detach,
    PutInline,
    RemoveFromGroup,
    RestorePolicy,
    RestoreVersion,
    SetKeyStatus,
    Step,
)
from leastwise.report.layout import clean
from leastwise.report.phrases import count, day
from leastwise.report.plan.naming import managed_name, principal_name

__all__ = ["step_words", "steps_words"]


def steps_words(steps: Sequence[Step], *, is_undoing: bool = False) -> str:
    """The steps in order, e.g. `attach policy/copy to role/web; detach policy/wide from role/web`."""
    return "; ".join(step_words(step, is_undoing=is_undoing) for step in steps)


def step_words(step: Step, *, is_undoing: bool = False) -> str:  # noqa: C901, PLR0911, PLR0912 - a line for each step
    """What the step does, e.g. `attach policy/teams/base to role/web`; undoing, it puts back what was there."""
    match step:
        case PutInline():
            old = " as it was" if is_undoing else ""
            return f"write inline policy {clean(step.policy)} of {principal_name(step.principal)}{old}"
        case DeleteInline():
            return f"delete inline policy {clean(step.policy)} of {principal_name(step.principal)}"
        case CreatePolicy():
            return f"create {managed_name(step.policy)}"
        case DeletePolicy():
            return f"delete {managed_name(step.policy)}"
        case RestorePolicy():
            return f"create {managed_name(step.policy)} again, with {count(len(step.versions), 'version')}"
        case CreateVersion():
            drops = "" if step.drops is None else f", for which the oldest other one, {clean(step.drops.version)}, goes"
            return f"make a new default version of {managed_name(step.policy)}{drops}"
        case RestoreVersion():
            return _restored(step)
        case Attach():
            return f"attach {managed_name(step.policy)} to {principal_name(step.principal)}"
        case Detach():
            return f"detach {managed_name(step.policy)} from {principal_name(step.principal)}"
        case AddToGroup():
            return f"put {principal_name(step.user)} into {principal_name(step.group)}"
        case RemoveFromGroup():
            return f"take {principal_name(step.user)} out of {principal_name(step.group)}"
        case SetKeyStatus():
            verb = "activate" if step.active else "deactivate"
            return f"{verb} access key {step.number} of {principal_name(step.user)}, made on {day(step.created_at)}"
        case DeletePassword():
            return f"delete the password of {principal_name(step.user)}"
        case _:
            assert_never(step)


def _restored(step: RestoreVersion) -> str:
    again = "" if step.restores is None else f", and make {clean(step.restores.version)} again under a new number"
    return f"make {clean(step.version)} the default of {managed_name(step.policy)} again, delete the new one{again}"
