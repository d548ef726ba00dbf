from datetime import date

import pytest

from findings.estate import ACCOUNT, Estate, Principal
from leastwise.findings import Exempt, Finding, Rule
from leastwise.settings import Exemption, Settings

ESTATE = Estate(
    roles={
        "ci": Principal(allow=("s3:*",), tags={"leastwise:exempt": "runs once a year"}),
        "web": Principal(allow=("s3:*",)),
    }
)
TODAY = date(2026, 11, 24)


def exemption(
    rule: str = "unused-role", resource: str = "*:role/ci", until: date = TODAY, owner: str = "ana"
) -> Exemption:
    return Exemption(rule, resource, "drill", owner, until)


def found(*exemptions: Exemption, tags: bool = False) -> dict[tuple[Rule, str], Exempt | None]:
    judgement = ESTATE.judged(Settings(exemptions=exemptions, allow_tag_exemptions=tags))
    return {(finding.rule, finding.resource.name): finding.exempt for finding in judgement.findings}


def test_an_exemption_holds_on_its_last_day_for_its_rule_and_resource_alone() -> None:
    assert found(exemption()) == {
        (Rule.UNUSED_SERVICE, "ci"): None,
        (Rule.UNUSED_SERVICE, "web"): None,
        (Rule.UNUSED_ROLE, "ci"): Exempt("ana", "drill", TODAY),
        (Rule.UNUSED_ROLE, "web"): None,
    }


def test_every_rule_can_be_exempt_at_once() -> None:
    exempt = found(exemption(rule="*", resource=f"arn:aws:iam::{ACCOUNT}:role/*"))
    assert set(exempt.values()) == {Exempt("ana", "drill", TODAY)}


def test_the_pattern_must_match_the_whole_arn() -> None:
    assert set(found(exemption(rule="*", resource="role/ci")).values()) == {None}


def test_of_two_exemptions_the_longer_one_counts() -> None:
    longer = exemption(until=date(2027, 1, 31), owner="bob")
    for order in ((exemption(), longer), (longer, exemption())):
        assert found(*order)[Rule.UNUSED_ROLE, "ci"] == Exempt("bob", "drill", date(2027, 1, 31))


def test_an_expired_exemption_does_nothing_and_says_so() -> None:
    judgement = ESTATE.judged(Settings(exemptions=(exemption(until=date(2026, 11, 23)),)))
    assert {finding.exempt for finding in judgement.findings} == {None}
    assert judgement.notes[0] == (
        "the exemption of unused-role for *:role/ci (ana: drill) expired on 2026-11-23; "
        "1 finding that it covered counts again"
    )


def test_a_tag_exempts_only_where_the_settings_allow_it() -> None:
    assert set(found().values()) == {None}
    assert ESTATE.judged().notes == (
        (
            "1 principal carries the tag leastwise:exempt, which exempts nothing: "
            "the settings do not have allow_tag_exemptions"
        ),
    )
    allowed = found(tags=True)
    assert allowed[Rule.UNUSED_ROLE, "ci"] == Exempt("tag leastwise:exempt", "runs once a year", None)
    assert allowed[Rule.UNUSED_ROLE, "web"] is None


def test_an_exemption_of_the_settings_goes_before_a_tag() -> None:
    assert found(exemption(), tags=True)[Rule.UNUSED_ROLE, "ci"] == Exempt("ana", "drill", TODAY)


@pytest.mark.parametrize("rule", ["unused-role", "*"])
def test_exempt_findings_stay_and_do_not_count(rule: str) -> None:
    free, exempt = ESTATE.judged(), ESTATE.judged(Settings(exemptions=(exemption(rule=rule),)))
    assert _ids(exempt.findings) == _ids(free.findings)
    ci = ESTATE.arn("role/ci")
    assert free.gains[ci].actions > 0
    assert (ci in exempt.gains) is (rule == "unused-role")


def _ids(findings: tuple[Finding, ...]) -> list[str]:
    return [finding.id for finding in findings]
