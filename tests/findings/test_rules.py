from collections import Counter
from importlib import import_module
from pathlib import Path

import msgspec
import pytest
from msgspec import Struct

from findings.estate import Estate
from leastwise.findings import Finding, Gain, Rule, Severity
from leastwise.findings.rules import CHECKS
from leastwise.settings import RULES

CASES = Path(__file__).parent / "cases"
DOCS = Path(__file__).parents[2] / "docs" / "rules"


class Expected(Struct, frozen=True, forbid_unknown_fields=True):
    resource: str
    severity: Severity | None = None
    services: tuple[str, ...] | None = None
    actions: tuple[str, ...] | None = None
    gain: Gain | None = None
    says: tuple[str, ...] = ()


class Case(Struct, frozen=True, forbid_unknown_fields=True):
    claim: str
    account: Estate
    finds: tuple[Expected, ...] = ()


class CaseFile(Struct, frozen=True, forbid_unknown_fields=True):
    case: tuple[Case, ...]


def _cases(rule: Rule) -> tuple[Case, ...]:
    return msgspec.toml.decode((CASES / f"{rule.value}.toml").read_bytes(), type=CaseFile).case


@pytest.mark.parametrize("rule", Rule)
def test_a_rule_has_a_module_a_check_cases_and_a_docs_page(rule: Rule) -> None:
    module = import_module(f"leastwise.findings.rules.{rule.value.replace('-', '_')}")
    assert CHECKS[rule] is module.check
    documentation = module.__doc__ or ""
    assert [part for part in ("What:", "Why:", "What to do:") if part not in documentation] == []
    claims = [case.claim for case in _cases(rule)]
    assert len(claims) == len(set(claims)) > 1
    page = (DOCS / f"{rule.value}.md").read_text()
    assert page.startswith(f"# {rule.value}\n")
    assert [part for part in ("## Evidence", "## What to do", "## Exempt") if part not in page] == []
    assert f'rule = "{rule.value}"' in page


def test_settings_know_every_rule() -> None:
    assert tuple(Rule) == RULES


@pytest.mark.parametrize(("rule", "case"), [(rule, case) for rule in Rule for case in _cases(rule)], ids=str)
def test_case(rule: Rule, case: Case) -> None:
    found = [one for one in case.account.judged().findings if one.rule is rule]
    assert Counter(one.resource for one in found) == Counter(case.account.arn(one.resource) for one in case.finds)
    for finding, expected in zip(found, case.finds, strict=True):
        _agrees(finding, expected)


def _agrees(finding: Finding, expected: Expected) -> None:
    assert expected.severity in (None, finding.severity)
    assert expected.services in (None, finding.services)
    assert expected.actions in (None, finding.actions)
    assert expected.gain in (None, finding.gain)
    text = f"{finding.title}. {finding.detail}"
    assert [phrase for phrase in expected.says if phrase not in text] == [], text
    assert len(finding.title) <= 256
    assert len(finding.detail) <= 1024
    assert len(finding.id) <= 64
