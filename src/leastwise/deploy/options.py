"""What can be chosen when a template is written, rather than when it is deployed."""

from typing import Final

from msgspec import Struct

from leastwise.errors import UsageError

__all__ = ["ARCHITECTURES", "DEFAULT_RULES", "DEFAULT_RUNTIME", "RULES", "RUNTIMES", "TemplateOptions"]

RULES: Final = {
    "unused-services": "No identity is granted a service that it never used.",
    "stale-services": "No identity is granted a service that it last used too long ago.",
    "unused-actions": "No identity is granted an action that it never used, where AWS tells of single actions.",
    "unused-principals": "No identity is left that nobody uses.",
}
"""What each rule says; they are told apart by the rule parameter `rule`."""
DEFAULT_RULES: Final = ("unused-services", "stale-services")
"""The rules of a template where nobody chooses."""
ARCHITECTURES: Final = ("arm64", "x86_64")
"""What Lambda runs on; the first costs less."""
RUNTIMES: Final = ("python3.11", "python3.12", "python3.13", "python3.14")
"""Lambda's runtimes of the Pythons that leastwise runs on."""
DEFAULT_RUNTIME: Final = "python3.13"
"""Every library that is packed has wheels for it."""


class TemplateOptions(Struct, frozen=True, kw_only=True):
    """Which rules, and for whom.

    Raises:
        UsageError: no rule, one twice, or one that there is not.
    """

    rules: tuple[str, ...] = DEFAULT_RULES
    """Some of RULES, at least one, each once."""
    organization: bool = False
    """Whether the rules are those of an organization, and judge the accounts of all members."""
    on_change: bool = False
    """Whether Config asks about an identity as soon as it is changed, besides."""

    def __post_init__(self) -> None:
        for rule in self.rules:
            if rule not in RULES:
                raise UsageError(f"no such rule: {rule}", hint=f"there are {', '.join(RULES)}")
        if not self.rules or len(set(self.rules)) != len(self.rules):
            raise UsageError("a template has one rule or more, and none of them twice")
