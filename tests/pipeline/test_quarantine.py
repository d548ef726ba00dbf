"""Quarantines of an account from end to end: made, listed, promoted and lifted."""

import asyncio
from pathlib import Path

import msgspec
import pytest

from aws_environment import only_keys
from leastwise.aws import ConnectionOptions, SystemClock
from leastwise.catalog import load_catalog
from leastwise.collect import NoProgress
from leastwise.errors import UnknownPrincipalError
from leastwise.inventory import GrantIndex, Group, Selection, Snapshot
from leastwise.pipeline.quarantine import account_now, account_saved, plan_lifting, quarantine_listing
from leastwise.pipeline.scan import Scanned
from leastwise.plan import ChangeKind
from leastwise.policy import Arn
from leastwise.recommend import RecommendOptions
from leastwise.sandbox import Sandbox, SandboxOptions
from pipeline.test_plan import carried_out, planned


@pytest.fixture(scope="module")
def quarantined(company: tuple[Scanned, Path]) -> Snapshot:
    return carried_out(company[0], planned(company[0], RecommendOptions(quarantine=True)))


def test_every_quarantine_of_the_company_is_listed_for_whom_it_was_made(
    company: tuple[Scanned, Path], quarantined: Snapshot
) -> None:
    made = planned(company[0], RecommendOptions(quarantine=True)).changes
    listing = quarantine_listing(quarantined)
    assert {one.principal for one in listing.quarantines} == {change.targets[0] for change in made}
    assert len(made) > 10
    assert all(one.is_as_written and one.holders == (one.principal,) and one.actions for one in listing.quarantines)
    assert {one.days for one in listing.quarantines} <= {0, None}


def test_quarantines_of_the_company_are_promoted_and_then_go_and_nobody_is_granted_more_or_less(
    company: tuple[Scanned, Path], quarantined: Snapshot
) -> None:
    catalog, options = load_catalog(), RecommendOptions(promote_after_days=0)
    account, granted, lifted = quarantined, of_holders(quarantined), 0
    for _ in range(2):
        grants = GrantIndex(catalog, account)
        collected = msgspec.structs.replace(company[0].collected, snapshot=account)
        scanned = msgspec.structs.replace(company[0], collected=collected, grants=grants)
        plan = planned(scanned, options)
        lifted += sum(change.kind is ChangeKind.LIFT_QUARANTINE for change in plan.changes)
        account = carried_out(scanned, plan)
        assert of_holders(account) == granted
    assert lifted > 10
    assert len(quarantine_listing(account).quarantines) == len(quarantine_listing(quarantined).quarantines) - lifted


def of_holders(account: Snapshot) -> dict[Arn, int]:
    """The known actions that every user and role is granted."""
    grants = GrantIndex(load_catalog(), account)
    return {one.arn: grants.of(one).actions.known for one in account.principals() if not isinstance(one, Group)}


def test_who_is_named_is_lifted_and_nobody_else(quarantined: Snapshot) -> None:
    first = quarantine_listing(quarantined).quarantines[0].principal
    assert first is not None
    plan = plan_lifting(quarantined, Selection((first,)), version="0.0.0")
    assert [(change.kind, change.principals) for change in plan.changes] == [(ChangeKind.LIFT_QUARANTINE, (first,))]
    everybody = plan_lifting(quarantined, Selection(), version="0.0.0")
    assert len(everybody.changes) == len(quarantine_listing(quarantined).quarantines)


def test_who_has_no_quarantine_is_named(quarantined: Snapshot) -> None:
    with pytest.raises(UnknownPrincipalError, match="no quarantine of role/no-such"):
        plan_lifting(quarantined, Selection(("role/*", "role/no-such")), version="0.0.0")


def test_an_account_is_read_as_it_is_now_and_as_it_was_saved(company: tuple[Scanned, Path]) -> None:
    assert account_saved(company[1]) == company[0].collected.snapshot
    with Sandbox(SandboxOptions(account_id="111111111111")) as sandbox:
        key = sandbox.admin_credentials
        connection = ConnectionOptions(region="us-east-1", endpoint_url=sandbox.endpoint_url)
        with only_keys(key.access_key_id, key.secret_access_key):
            found = asyncio.run(account_now(connection, clock=SystemClock(), progress=NoProgress()))
    assert [one.arn for one in found.roles] == [one.arn for one in company[0].collected.snapshot.roles]
    assert quarantine_listing(found).quarantines == ()
