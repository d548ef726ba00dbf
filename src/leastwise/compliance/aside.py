"""Resources that a rule sets aside before it looks at their use, each with the reason."""

from datetime import datetime, timedelta
from typing import Final

from leastwise.catalog import matches
from leastwise.compliance.outcome import Outcome, not_applicable
from leastwise.compliance.parameters import RuleParameters
from leastwise.compliance.resource_types import ResourceType
from leastwise.policy import Arn

__all__ = ["aside_by_age", "aside_by_arn", "aside_by_tag", "aside_by_type"]

_RESERVED: Final = ("role/aws-service-role/", "role/aws-reserved/")
"""Service-linked roles and those of Identity Center, which only AWS can change (IAM User Guide)."""


def aside_by_type(resource_type: str, parameters: RuleParameters) -> Outcome | None:
    """That the rule is not asked for this kind of resource; None if it is."""
    if resource_type in parameters.principal_types:
        return None
    if resource_type not in tuple(ResourceType):
        return not_applicable(f"No IAM user, role, group or policy: {resource_type}")
    asked = ",".join(kind.word for kind in parameters.principal_types)
    return not_applicable(f"Not looked at: principalTypes is {asked}")


def aside_by_arn(arn: Arn, parameters: RuleParameters) -> Outcome | None:
    """That AWS keeps the resource for itself, or a pattern excludes it; None if neither."""
    if arn.resource.startswith(_RESERVED):
        return not_applicable("Reserved: only AWS can change this role")
    found = (pattern for pattern in parameters.exclude if any(matches(pattern, name) for name in arn.names))
    pattern = next(found, None)
    return None if pattern is None else not_applicable(f"Excluded by the pattern {pattern}")


def aside_by_tag(value: str | None, parameters: RuleParameters) -> Outcome | None:
    """That the exempting tag with this value exempts its carrier; None for no such tag."""
    if value is None:
        return None
    return not_applicable(f"Exempt by the tag {parameters.exemption_tag}{f': {value}' if value.strip() else ''}")


def aside_by_age(created_at: datetime, parameters: RuleParameters, *, now: datetime) -> Outcome | None:
    """That the resource is younger than the days of grace; None if it is not. Exactly so many days old is not."""
    if now - created_at >= timedelta(days=parameters.grace_days):
        return None
    return not_applicable(f"Younger than {parameters.grace_days} days: made on {created_at.date().isoformat()}")
