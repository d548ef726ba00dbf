"""What is said of a step that does not fit the account."""

from leastwise.plan.steps import Step

__all__ = ["misfit"]


def misfit(step: Step, problem: str) -> ValueError:
    """The error that names the step by its kind, and the object in the problem."""
    return ValueError(f"{step.__struct_config__.tag}: {problem}")
