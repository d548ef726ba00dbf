"""The page about the rules has what the code has."""

from pathlib import Path

import pytest

import leastwise
from leastwise.compliance import PARAMETERS, Parameter, RuleName

PAGE = (Path(leastwise.__file__).parents[2] / "docs" / "config-rule.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("parameter", PARAMETERS, ids=lambda parameter: parameter.name)
def test_every_parameter_is_on_the_page_with_its_default_and_what_is_allowed(parameter: Parameter) -> None:
    [row] = [line for line in PAGE.splitlines() if line.startswith(f"| `{parameter.name}` |")]
    assert parameter.meaning in row
    assert parameter.allowed[1:] in row
    assert (
        f"`{parameter.default}`" if parameter.default else "| " + ("required" if parameter.is_required else "")
    ) in row


@pytest.mark.parametrize("rule", RuleName)
def test_every_rule_is_on_the_page(rule: RuleName) -> None:
    assert f"| `{rule}` |" in PAGE
