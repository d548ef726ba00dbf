"""The formats in which a plan can be had."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Final, assert_never

from leastwise.plan import Plan, render_plan
from leastwise.report.plan.cloudformation import render_plan_cloudformation
from leastwise.report.plan.markdown import render_plan_markdown
from leastwise.report.plan.terraform import render_plan_terraform
from leastwise.report.plan.text import render_plan_text

__all__ = ["PlanFormat", "render_plan_as"]

_COMMENT: Final = 65_536
"""Characters that GitHub takes in a comment or as the text of a pull request."""


class PlanFormat(StrEnum):
    """How a plan is written."""

    TEXT = "text"
    """For a person at a terminal: a diff a policy."""
    JSON = "json"
    """The plan file itself, by the shipped JSON Schema."""
    MARKDOWN = "markdown"
    """For a pull request."""
    TERRAFORM = "terraform"
    """For those who keep IAM in Terraform."""
    CLOUDFORMATION = "cloudformation"
    """For those who keep it in CloudFormation."""


def render_plan_as(plan: Plan, wanted: PlanFormat, *, width: int, color: bool, verbose: bool = False) -> Iterator[str]:
    """Pieces of the text in the wanted format; `width`, `color` and `verbose` matter to text alone.

    Raises:
        LeastwiseError: the plan does not fit the format.
    """
    match wanted:
        case PlanFormat.TEXT:
            yield render_plan_text(plan, width=width, color=color, verbose=verbose)
        case PlanFormat.JSON:
            yield render_plan(plan)
        case PlanFormat.MARKDOWN:
            yield render_plan_markdown(plan, limit=None if verbose else _COMMENT)
        case PlanFormat.TERRAFORM:
            yield from render_plan_terraform(plan)
        case PlanFormat.CLOUDFORMATION:
            yield render_plan_cloudformation(plan)
        case _:
            assert_never(wanted)
