"""Founding the sample company: what is written into an estate, on what dates."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from inspect import signature
from typing import Any

import pytest
from moto.iam.models import IAMBackend

from leastwise.sandbox.account import Account
from leastwise.sandbox.company import seed_company
from leastwise.sandbox.company_model import Company, RoleEntry, UserEntry, load_company
from leastwise.sandbox.estate import Estate
from leastwise.sandbox.granting import potentially_allowed
from leastwise.sandbox.identifiers import Identifiers
from leastwise.sandbox.ledger import UsageLedger

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ACCOUNT = "222233334444"

Call = tuple[str, tuple[object, ...], dict[str, object]]


class Recorder(Estate):
    """An estate that writes down what it is asked, and does it."""

    def __init__(self, backend: IAMBackend, *, now: datetime = NOW) -> None:
        super().__init__(backend, UsageLedger(), identifiers=Identifiers(0), now=now)
        self.calls: list[Call] = []

    def __getattribute__(self, name: str) -> object:
        found = super().__getattribute__(name)
        if name.startswith("_") or name in {"calls", "now", "account_id"}:
            return found

        def recorded(*positional: object, **keywords: object) -> object:
            self.calls.append((name, positional, keywords))
            return found(*positional, **keywords)

        return recorded


@pytest.fixture(scope="module", autouse=True)
def _aws_managed_policies() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")
        yield


def callers(company: Company) -> Iterator[UserEntry | RoleEntry]:
    yield from company.users
    yield from company.roles


def founded(*, now: datetime = NOW) -> Recorder:
    estate = Recorder(IAMBackend("global", ACCOUNT), now=now)
    seed_company(estate)
    return estate


def named(calls: list[Call], operation: str) -> list[dict[str, Any]]:
    method = signature(getattr(Estate, operation))
    return [
        dict(method.bind(None, *positional, **keywords).arguments)
        for name, positional, keywords in calls
        if name == operation
    ]


def test_founding_twice_makes_the_same_calls_in_the_same_order() -> None:
    assert founded().calls == founded().calls


def test_the_company_never_grows_older() -> None:
    later = timedelta(days=777)

    def shifted(value: object) -> object:
        if isinstance(value, datetime):
            return value - later
        return [(text, moment - later) for text, moment in value] if isinstance(value, list) else value

    moved = founded(now=NOW + later).calls
    back = [
        (name, tuple(map(shifted, positional)), {key: shifted(value) for key, value in keywords.items()})
        for name, positional, keywords in moved
    ]
    assert back == founded().calls


def test_every_principal_policy_key_and_use_is_written_once() -> None:
    company = load_company()
    calls = founded().calls
    assert len(named(calls, "create_role")) == len(company.roles)
    assert len(named(calls, "create_user")) == len(company.users)
    assert len(named(calls, "create_group")) == len(company.groups)
    assert len(named(calls, "create_policy")) == len(company.policies)
    assert len(named(calls, "create_access_key")) == sum(len(user.keys) for user in company.users)
    uses = [use for caller in callers(company) for use in caller.uses]
    assert len(named(calls, "record_use")) == len(uses)


def test_documents_arrive_to_the_character_with_the_estates_account_in_them() -> None:
    company = load_company()
    account = Account(founded()._backend)
    deploy = next(policy for role in account.roles() for policy in account.held_by(role) if policy.name == "WebDeploy")
    assert deploy.document == company.documents["web-deploy"].replace("111111111111", ACCOUNT)
    assert f"arn:aws:iam::{ACCOUNT}:role/web-*" in deploy.document


def test_every_use_is_of_a_service_that_the_principal_is_granted_unless_marked_denied() -> None:
    estate = founded()
    account = Account(estate._backend)
    company = load_company()
    entries = {entry.name: entry for entry in callers(company)}
    for entity in (*account.users(), *account.roles()):
        granted = potentially_allowed(tuple(policy.document for policy in account.held_by(entity)))
        for use in entries[entity.name].uses:
            services = {namespace for namespace, _ in granted}
            allowed = (use.service, use.action) in granted if use.action else use.service in services
            assert allowed or use.denied, (entity.name, use)


def test_a_role_of_which_every_use_is_outside_the_window_was_last_used_then() -> None:
    estate = founded()
    role = f"arn:aws:iam::{ACCOUNT}:role/teams/finance/finance-archive"
    last = estate._ledger.principal(role)
    assert last is not None
    assert NOW - last.at == timedelta(days=450)


def test_passwords_that_were_never_used_exist() -> None:
    users = {call["name"]: call for call in named(founded().calls, "create_user")}
    assert users["eve.okafor"]["console_password"] is True
    assert users["eve.okafor"]["password_last_used_at"] is None
    assert users["hanna.schmidt"]["password_last_used_at"] == NOW - timedelta(days=20)
    assert users["dmitri.volkov"]["console_password"] is False
