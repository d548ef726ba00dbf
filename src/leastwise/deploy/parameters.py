"""The rule's parameters as a template has them, made from the table of what the rule takes."""

import re
from collections.abc import Iterable
from typing import Final, Protocol

from msgspec import Struct

__all__ = ["MEMBER_ROLE", "TemplateParameter", "TemplateParameters"]

MEMBER_ROLE: Final = "leastwise-config-rule"
"""What the role in the accounts of members is called unless somebody says otherwise."""

_CAPITAL: Final = re.compile("(?=[A-Z])")
_RULE: Final = "rule"
_ROLE: Final = "roleName"
_STORE: Final = "storeUri"
_REFUSED: Final = {"granularity": "unused-actions"}
"""What means nothing to a rule, which judges actions anyhow."""
_NO_QUOTATION: Final = r'(?!.*["\\])'
_NO_SLASH: Final = "(?<!/)"


class TableParameter(Protocol):
    """A parameter in the rule's own table."""

    @property
    def name(self) -> str:
        """As it is written."""

    @property
    def meaning(self) -> str:
        """What it does, in a sentence."""

    @property
    def allowed(self) -> str:
        """What it may be, to stand after `must be`."""

    @property
    def pattern(self) -> str:
        """What the whole value matches."""

    @property
    def default(self) -> str:
        """What holds where it is not given; empty for nothing."""

    @property
    def choices(self) -> tuple[str, ...]:
        """The values there are, where they can be counted."""


class TemplateParameter(Struct, frozen=True):
    """A parameter in a template."""

    name: str
    """As Config passes it."""
    description: str
    """What it does, in a sentence."""
    allowed: str
    """What it may be, to stand after `must be`."""
    pattern: str
    """What the whole value matches, the empty one aside."""
    default: str
    """As text; empty where it is not passed unless somebody sets it."""
    choices: tuple[str, ...]
    """The values there are, where they can be counted."""

    @property
    def title(self) -> str:
        """As CloudFormation's parameters are written: `StaleAfterDays`."""
        return self.name[0].upper() + self.name[1:]

    @property
    def snake(self) -> str:
        """As Terraform's variables are written: `stale_after_days`."""
        return _CAPITAL.sub("_", self.name).lower()

    @property
    def whole_pattern(self) -> str:
        """What the whole value matches, in what the regular expressions of Go and Java have in common."""
        return f"^(?:{self.pattern}){'' if self.default else '?'}$"

    @property
    def strict_pattern(self) -> str:
        """What the whole value matches where it becomes part of a JSON text and of an ARN, in Java's form.

        No quotation mark may end the text that it stands in, and a slash at the end would name other objects.
        """
        end = _NO_SLASH if self.name == _STORE else ""
        return f"^{_NO_QUOTATION}(?:{self.pattern}){'' if self.default else '?'}{end}$"


class TemplateParameters:
    """What can be set when rules are deployed."""

    def __init__(self, table: Iterable[TableParameter], *, of_organization: bool) -> None:
        """Take the rule's table, all of which an organization's template has but `rule`."""
        left_out = {_RULE} if of_organization else {_RULE, _ROLE}
        self._all = tuple(_of_template(one) for one in table if one.name not in left_out)

    def of_rule(self, rule: str) -> tuple[TemplateParameter, ...]:
        """Those that this rule gets."""
        return tuple(one for one in self._all if _REFUSED.get(one.name) != rule)

    def of_rules(self, rules: Iterable[str]) -> tuple[TemplateParameter, ...]:
        """Those that at least one of the rules gets, in the order of the table."""
        names = {one.name for rule in rules for one in self.of_rule(rule)}
        return tuple(one for one in self._all if one.name in names)


def _of_template(one: TableParameter) -> TemplateParameter:
    default = MEMBER_ROLE if one.name == _ROLE else one.default
    return TemplateParameter(one.name, one.meaning, one.allowed, one.pattern, default, one.choices)
