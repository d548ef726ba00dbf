"""The whole way, from HTTP to verdict: the sample company against what was reviewed by hand, trap by trap."""

import tomllib
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from msgspec import Struct, convert

from leastwise.catalog import load_catalog
from leastwise.findings import PrincipalJudgement, Reason, ServiceVerdict, Verdict, verdict_on_action
from leastwise.pipeline.scan import Scanned

EXPECTATIONS = Path(__file__).parent.parent / "sandbox" / "company_expectations.toml"


class Row(Struct, frozen=True, forbid_unknown_fields=True):
    principal: str
    verdict: str
    trap: str
    why: str
    service: str = ""
    action: str = ""
    reason: str | None = None
    days: float | None = None
    region: str | None = None


class Expected(Struct, frozen=True, forbid_unknown_fields=True):
    resource: str
    rule: str
    present: bool
    trap: str
    exempt: bool = False
    why: str = ""


_DATA = tomllib.loads(EXPECTATIONS.read_text(encoding="utf-8"))
ROWS = convert(_DATA["rows"], list[Row])
FINDINGS = convert(_DATA["findings"], list[Expected])


def services_of(scanned: Scanned, resource: str) -> tuple[ServiceVerdict, ...]:
    arn = f"arn:aws:iam::111111111111:{resource}"
    judgement = scanned.judgement
    if resource.startswith("policy/"):
        return next(one.services for one in judgement.policies if one.policy.arn == arn)
    return judged_of(scanned, resource).services


def judged_of(scanned: Scanned, resource: str) -> PrincipalJudgement:
    arn = f"arn:aws:iam::111111111111:{resource}"
    return next(one for one in scanned.judgement.principals if one.principal.arn == arn)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.trap}-{row.principal}-{row.service or row.action}")
def test_the_company_gets_the_reviewed_verdict(row: Row, company: tuple[Scanned, Path]) -> None:
    scanned, _ = company
    services = {one.namespace: one for one in services_of(scanned, row.principal)}
    if row.verdict == "nothing-granted":
        assert not services
        return
    namespace, _, name = (row.action or row.service).partition(":")
    if row.verdict == "not-granted":
        assert not _is_listed(services, namespace, name, scanned, row)
        return
    service = services[namespace]
    if not name:
        assert (service.verdict, service.reason) == (Verdict(row.verdict), Reason(row.reason) if row.reason else None)
        _check_use(service, row, scanned)
        return
    listed = next((one for one in service.actions if one.name == name), None)
    if (row.verdict, row.reason) == ("unknown", "untracked"):
        assert listed is None
        assert service.untracked_actions > 0 or load_catalog().action(row.action) is None
        return
    action = listed
    if action is None and not row.principal.startswith("policy/"):
        action = verdict_on_action(judged_of(scanned, row.principal), namespace=namespace, name=name)
    assert action is not None
    assert (action.verdict, action.reason) == (Verdict(row.verdict), Reason(row.reason) if row.reason else None)
    if row.days is not None:
        assert action.last_used_at is not None
        assert _days(scanned, action.last_used_at) == pytest.approx(row.days, abs=0.2)


def _is_listed(services: dict[str, ServiceVerdict], namespace: str, name: str, scanned: Scanned, row: Row) -> bool:
    if not name:
        return namespace in services
    if namespace in services and any(one.name == name for one in services[namespace].actions):
        return True
    if row.principal.startswith("policy/"):
        return False
    return scanned.grants.of(judged_of(scanned, row.principal).principal).grants(namespace, name)


def _days(scanned: Scanned, moment: datetime) -> float:
    return (scanned.scan.generated_at - moment) / timedelta(days=1)


def _check_use(service: ServiceVerdict, row: Row, scanned: Scanned) -> None:
    if row.days is not None:
        assert service.last_used_at is not None
        assert _days(scanned, service.last_used_at) == pytest.approx(row.days, abs=0.2)
    if row.region is not None:
        assert service.last_used_region == row.region


@pytest.mark.parametrize("expected", FINDINGS, ids=lambda one: f"{one.trap}-{one.rule}-{one.resource}")
def test_the_company_has_the_reviewed_findings(expected: Expected, company: tuple[Scanned, Path]) -> None:
    scanned, _ = company
    arn = f"arn:aws:iam::111111111111:{expected.resource}"
    found = [one for one in scanned.judgement.findings if one.resource == arn and one.rule == expected.rule]
    assert bool(found) is expected.present
    assert all((one.exempt is not None) is expected.exempt for one in found)
