"""What IAM accepts in a policy and is surely not meant, or may not be: one module a family of checks."""

from typing import Final

from leastwise.policy.validation.checks import (
    actions,
    breadth,
    condition_keys,
    condition_types,
    condition_values,
    keys,
    repetition,
    resources,
    statements,
    variable_use,
)
from leastwise.policy.validation.checks.subject import Check, Fault, Subject

__all__ = ["CHECKS", "Check", "Fault", "Subject"]

CHECKS: Final[tuple[Check, ...]] = (
    *actions.CHECKS,
    *breadth.CHECKS,
    *condition_keys.CHECKS,
    *condition_types.CHECKS,
    *condition_values.CHECKS,
    *keys.CHECKS,
    *repetition.CHECKS,
    *resources.CHECKS,
    *statements.CHECKS,
    *variable_use.CHECKS,
)
"""Every check; each code once."""
