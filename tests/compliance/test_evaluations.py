"""What each rule says of accounts in a few lines, as data: one file a rule, and one of what every rule sets aside."""

from datetime import date, timedelta

import msgspec
import pytest
from msgspec import Struct

from compliance.asking import asked, asked_of, judgement_of, parameters_of, result
from compliance.telling import HERE, Before, Told, results_of, told_of
from findings.estate import NOW, Estate, Principal
from leastwise.compliance import Compliance, EarlierResult, RuleName, gone
from leastwise.settings import Exemption, Settings

FILES = (*(rule.value for rule in RuleName), "aside")


class Case(Struct, frozen=True, forbid_unknown_fields=True):
    claim: str
    account: Estate
    tells: dict[str, Told]
    parameters: dict[str, str] = {}
    exempt: tuple[str, ...] = ()
    """Rules that the settings exempt every resource of."""
    earlier: dict[str, Before] = {}

    def settings(self) -> Settings:
        day = date(2027, 1, 31)
        return Settings(exemptions=tuple(Exemption(rule, "*", "for emergencies", "ops", day) for rule in self.exempt))


class CaseFile(Struct, frozen=True, forbid_unknown_fields=True):
    case: tuple[Case, ...]


def cases(name: str) -> tuple[Case, ...]:
    return msgspec.toml.decode((HERE / "cases" / f"{name}.toml").read_bytes(), type=CaseFile).case


@pytest.mark.parametrize(
    ("name", "case"),
    [pytest.param(name, case, id=f"{name}: {case.claim}") for name in FILES for case in cases(name)],
)
def test_case(name: str, case: Case) -> None:
    rule = parameters_of({"rule": name if name in tuple(RuleName) else "unused-services", **case.parameters})
    found = asked(case.account, rule, earlier=results_of(case.earlier), settings=case.settings())
    assert told_of(found) == case.tells


def test_a_scan_that_is_too_old_says_nothing_of_today() -> None:
    estate = Estate(roles={"ci": Principal(), "web": Principal(last_used=1)})
    rule = parameters_of({"rule": "unused-principals"})
    snapshot = estate.snapshot()
    judgement = judgement_of(snapshot, estate.evidence(), rule)
    earlier = {"AROACI": result("AROACI", Compliance.NON_COMPLIANT, "Not used")}
    week = told_of(asked_of(snapshot, judgement, rule, earlier=earlier, now=NOW + timedelta(days=7)))
    assert (week["AROACI"].says, week["AROAWEB"].says) == (Compliance.NON_COMPLIANT, Compliance.COMPLIANT)
    later = told_of(asked_of(snapshot, judgement, rule, earlier=earlier, now=NOW + timedelta(days=7, seconds=1)))
    assert later == {
        "AROACI": Told(Compliance.NON_COMPLIANT, "Unknown now (not-collected); earlier: Not used"),
        "AROAWEB": Told(Compliance.NOT_APPLICABLE, "Unknown: the scan is of 2026-11-24"),
    }


def test_what_is_gone_is_taken_out_once_and_what_may_be_newer_than_the_scan_is_left() -> None:
    snapshot = Estate(roles={"ci": Principal()}).snapshot()
    earlier = {
        "AROACI": result("AROACI", Compliance.NON_COMPLIANT),
        "AROAGONE": result("AROAGONE", Compliance.NON_COMPLIANT),
        "AIDAGONE": result("AIDAGONE", Compliance.COMPLIANT),
        "AGPAGONE": result("AGPAGONE", Compliance.NOT_APPLICABLE),
        "ANPAGONE": result("ANPAGONE", Compliance.INSUFFICIENT_DATA),
        "AROANEWER": EarlierResult(
            "AWS::IAM::Role", "AROANEWER", Compliance.NON_COMPLIANT, "", NOW + timedelta(seconds=1)
        ),
    }
    found = gone(earlier, snapshot, ordered_at=NOW)
    assert [(one.resource_type, one.resource_id) for one in found] == [
        ("AWS::IAM::User", "AIDAGONE"),
        ("AWS::IAM::Role", "AROAGONE"),
    ]
    assert set(told_of(found).values()) == {Told(Compliance.NOT_APPLICABLE, "Gone: the account has it no more")}
