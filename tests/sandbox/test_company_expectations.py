"""The reviewed expectations of the sample company agree with its data, and with the page that explains them.

The verdicts stand in `company_expectations.toml`, thought out by hand. Here they are worked out once more, from the
sandbox's own account, ledger and tracking, without any of the product's rooms.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from moto.iam.models import IAMBackend

from leastwise.sandbox.account import Account, Entity
from leastwise.sandbox.actions import services
from leastwise.sandbox.company import seed_company
from leastwise.sandbox.company_model import load_company
from leastwise.sandbox.estate import Estate
from leastwise.sandbox.granting import potentially_allowed
from leastwise.sandbox.identifiers import Identifiers
from leastwise.sandbox.ledger import LastUse, UsageLedger
from leastwise.sandbox.tracking import is_tracked

HERE = Path(__file__).parent
EXPECTED: Mapping[str, list[Mapping[str, Any]]] = tomllib.loads((HERE / "company_expectations.toml").read_text("utf-8"))
PAGE = (HERE.parents[1] / "docs" / "company.md").read_text("utf-8")

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
STALE_AFTER = timedelta(days=90)
WINDOW = timedelta(days=400)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)

Row = Mapping[str, Any]
Action = tuple[str, str]


def aware(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC)


class Oracle:
    """Works out a verdict from policies, dates and usage."""

    def __init__(self, backend: IAMBackend, ledger: UsageLedger) -> None:
        self.account = Account(backend)
        self.ledger = ledger
        self.entities = {
            entity.arn.split(":", 5)[5]: entity
            for entity in (*self.account.users(), *self.account.roles(), *self.account.groups(), *self.policies())
        }

    def policies(self) -> Iterator[Entity]:
        for arn, policy in self.account.backend.managed_policies.items():
            if ":iam::aws:" not in arn:
                yield Entity("policy", policy.name, arn, policy.id, policy.path)

    def granted(self, entity: Entity) -> frozenset[Action]:
        return potentially_allowed(tuple(policy.document for policy in self.account.held_by(entity)))

    def granted_since(self, entity: Entity, actions: frozenset[Action]) -> datetime:
        """The oldest known date from which on any of the actions was granted; long ago where no date is known."""
        return min((self._since(policy.arn, actions) for policy in self.account.held_by(entity)), default=NOW)

    def _since(self, arn: str, actions: frozenset[Action]) -> datetime:
        if ":iam::aws:" in arn or not arn:
            return LONG_AGO
        since = NOW
        for version in reversed(self.account.backend.managed_policies[arn].versions):
            if not potentially_allowed((version.document,)) & actions:
                break
            since = aware(version.create_date)
        return since

    def is_idle(self, entity: Entity) -> bool:
        if entity.kind == "role":
            last = self.ledger.principal(entity.arn)
            return last is None or NOW - last.at > WINDOW
        if entity.kind == "user":
            user = self.account.object(entity)
            keys = [self.ledger.key(key.access_key_id) for key in user.access_keys]
            return not getattr(user, "password_last_used", None) and not any(keys)
        return False

    def last_use(self, entity: Entity, service: str, action: str | None) -> LastUse | None:
        found = [self._own_use(one.arn, service, action) for one in self.account.reached_by(entity)]
        recent = [use for use in found if use and NOW - use.at <= WINDOW]
        return max(recent, key=lambda use: use.at, default=None)

    def _own_use(self, arn: str, service: str, action: str | None) -> LastUse | None:
        if action is None:
            return self.ledger.services(arn).get(service)
        return self.ledger.actions(arn).get((service, action.lower()))

    def verdict(self, row: Row) -> tuple[str, str | None]:
        entity = self.entities[row["principal"]]
        if "service" not in row and "action" not in row:
            return ("nothing-granted" if not self.granted(entity) else "something-granted"), None
        service, _, action = row.get("action", row.get("service", "")).partition(":")
        wanted = frozenset(one for one in self.granted(entity) if one[0] == service and action in {"", one[1]})
        if not wanted:
            return self._ungranted(entity, service, action)
        if action and not is_tracked(service, action) and not self.is_idle(entity):
            return "unknown", "untracked"
        return self._by_time(entity, wanted, self.last_use(entity, service, action or None))

    def _ungranted(self, entity: Entity, service: str, action: str) -> tuple[str, str | None]:
        text = "".join(policy.document for policy in self.account.held_by(entity))
        if service not in services().namespaces and f'"{service}:' in text:
            return "unknown", "not-in-report"
        if action and action not in services().actions(service).values() and f'"{service}:{action}"' in text:
            return "unknown", "untracked"
        return "not-granted", None

    def _by_time(self, entity: Entity, wanted: frozenset[Action], last: LastUse | None) -> tuple[str, str | None]:
        if last:
            return ("used" if NOW - last.at <= STALE_AFTER else "stale"), None
        made = NOW if entity.kind == "policy" else aware(self.account.object(entity).create_date)
        since = self.granted_since(entity, wanted)
        age = NOW - (since if entity.kind == "policy" else max(made, since))
        return ("unused", None) if age > STALE_AFTER else ("unknown", "too-new")


@pytest.fixture(scope="module")
def oracle() -> Oracle:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")
        backend = IAMBackend("global", "111111111111")
    ledger = UsageLedger()
    seed_company(Estate(backend, ledger, identifiers=Identifiers(0), now=NOW))
    return Oracle(backend, ledger)


def label(row: Row) -> str:
    subject = row.get("action", row.get("service", row.get("rule", "")))
    return f"{row.get('principal', row.get('resource'))} {subject}"


def trap_names() -> set[str]:
    company = load_company()
    policies = {trap for policy in company.policies for trap in policy.traps}
    groups = {trap for group in company.groups for trap in group.traps}
    users = {trap for user in company.users for trap in user.traps}
    return policies | groups | users | {trap for role in company.roles for trap in role.traps}


@pytest.mark.parametrize("row", EXPECTED["rows"], ids=label)
def test_the_expected_verdict_is_what_the_data_amount_to(oracle: Oracle, row: Row) -> None:
    assert oracle.verdict(row) == (row["verdict"], row.get("reason"))


@pytest.mark.parametrize("row", [row for row in EXPECTED["rows"] if {"days", "region"} & set(row)], ids=label)
def test_the_expected_last_use_is_the_one_recorded(oracle: Oracle, row: Row) -> None:
    service, _, action = row.get("action", row.get("service", "")).partition(":")
    last = oracle.last_use(oracle.entities[row["principal"]], service, action or None)
    assert last is not None
    assert row.get("days", 0) in {0, (NOW - last.at) / timedelta(days=1)}
    assert row.get("region", last.region) == last.region


@pytest.mark.parametrize("row", EXPECTED["findings"], ids=label)
def test_an_expected_finding_is_about_something_that_is_there(oracle: Oracle, row: Row) -> None:
    assert row["resource"] in oracle.entities


def test_every_trap_has_an_expectation() -> None:
    assert {row["trap"] for row in (*EXPECTED["rows"], *EXPECTED["findings"])} == trap_names()


def test_no_row_is_there_twice() -> None:
    for rows in EXPECTED.values():
        assert len({label(row) for row in rows}) == len(rows)


def test_every_row_says_why_and_every_unknown_gives_its_reason() -> None:
    for row in EXPECTED["rows"]:
        assert row["why"]
        assert ("reason" in row) == (row["verdict"] == "unknown")


def test_the_page_explains_every_trap_and_no_other() -> None:
    assert set(re.findall(r"^\| `([a-z0-9-]+)` \|", PAGE, re.MULTILINE)) == trap_names()


def test_the_page_counts_the_company_right() -> None:
    company = load_company()
    counts = {"roles": company.roles, "users": company.users, "groups": company.groups}
    assert all(f"{len(entries)} {name}" in " ".join(PAGE.split()) for name, entries in counts.items())
    assert f"{len(company.policies)} customer policies" in " ".join(PAGE.split())
