"""Quarantines: which an account has, and the plan that lifts them."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from leastwise.aws import ConnectionOptions, connect
from leastwise.catalog import load_catalog
from leastwise.clock import Clock
from leastwise.collect import Progress, collect_snapshot, read_saved
from leastwise.errors import UnknownPrincipalError
from leastwise.inventory import Principal, Selection, Snapshot
from leastwise.plan import Plan, PlanAccount
from leastwise.recommend import Quarantine, lift_plan, quarantines
from leastwise.report.quarantine import QuarantineEntry, QuarantineListing

__all__ = ["account_now", "account_saved", "plan_lifting", "quarantine_listing"]


async def account_now(options: ConnectionOptions, *, clock: Clock, progress: Progress) -> Snapshot:
    """The account that the options lead to, as it is now; no report of use is asked for.

    Raises:
        AwsError: the account cannot be read.
    """
    async with connect(options, clock=clock) as door:
        return await collect_snapshot(door, clock=clock, progress=progress, writer=None)


def account_saved(path: Path) -> Snapshot:
    """The account that a saved scan holds.

    Raises:
        SavedScanError: it cannot be read.
    """
    return read_saved(path).snapshot


def quarantine_listing(snapshot: Snapshot) -> QuarantineListing:
    """Every quarantine of the account, as it is shown."""
    account = snapshot.account
    found = quarantines(snapshot, load_catalog())
    return QuarantineListing(
        "leastwise/quarantines/1",
        PlanAccount.of(account),
        snapshot.taken_at,
        tuple(_entry(one, snapshot.taken_at) for one in found),
    )


def _entry(one: Quarantine, now: datetime) -> QuarantineEntry:
    return QuarantineEntry(
        principal=one.principal,
        policy=one.policy,
        holders=one.holders,
        since=one.since,
        days=None if one.since is None else max((now - one.since).days, 0),
        is_as_written=one.is_as_written,
        denies=one.patterns,
        actions=one.denied.known.bit_count(),
        fault=one.text.fault,
    )


def plan_lifting(snapshot: Snapshot, wanted: Selection, *, version: str) -> Plan:
    """The plan that lifts the quarantines of these principals, and of everybody where none are named.

    Raises:
        UnknownPrincipalError: one who is named has no quarantine.
    """
    catalog = load_catalog()
    found = quarantines(snapshot, catalog)
    known = {arn for one in found for arn in (*one.holders, *([] if one.principal is None else [one.principal]))}
    _check_named(wanted, [one for one in snapshot.principals() if one.arn in known])
    return lift_plan(snapshot, wanted, catalog=catalog, version=version)


def _check_named(wanted: Selection, quarantined: Iterable[Principal]) -> None:
    having = list(quarantined)
    for pattern in wanted.include:
        if not any(Selection((pattern,)).takes(one) for one in having):
            raise UnknownPrincipalError(
                f"there is no quarantine of {pattern}", hint="`leastwise quarantine list` names those that there are"
            )
