"""The account that a rule judges, part by part: no more is held in memory than one part takes."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from leastwise.aws import ConnectionOptions, Granularity, connect
from leastwise.catalog import Catalog, load_catalog
from leastwise.clock import Clock
from leastwise.collect import (
    EvidenceDoor,
    NoProgress,
    Questions,
    collect_evidence,
    collect_snapshot,
    mark_missing,
    read_saved,
    report_subjects,
)
from leastwise.compliance import RuleParameters
from leastwise.evidence import Evidence, GapReason
from leastwise.evidence import Granularity as Fineness
from leastwise.findings import AccountScan, Judgement, Parameters, judge
from leastwise.inventory import GrantIndex, Relations, Selection, Snapshot
from leastwise.pipeline.garbage import seldom_collected
from leastwise.pipeline.scan import account_scan
from leastwise.policy import Arn
from leastwise.settings import Settings

__all__ = ["JudgedPart", "OpenAccount", "RuleAccount", "live_account", "saved_account"]


class JudgedPart(Struct, frozen=True):
    """A part of the account, judged."""

    judgement: Judgement
    """Of its resources, and of nobody else."""
    scan: AccountScan
    """The same as a report has it, with what could not be had."""
    is_cut_short: bool
    """Whether somebody said stop before all answers were there."""


class _Source(Protocol):
    """Where evidence comes from."""

    async def evidence(self, snapshot: Snapshot, questions: Questions, stop: asyncio.Event) -> Evidence:
        """What is known of these subjects and users, with a Gap for all that is not."""
        ...


class RuleAccount(Struct, frozen=True, dict=True):
    """One account, read, of which parts can be judged."""

    snapshot: Snapshot
    """Everything that exists in it."""
    grants: GrantIndex
    """Who is granted what, by which statement."""
    catalog: Catalog
    """Which actions exist."""
    parameters: RuleParameters
    """By what days, and how fine."""
    source: _Source
    """Where evidence comes from."""
    now: datetime
    """The moment that is judged for."""

    async def judged(self, arns: Collection[Arn], stop: asyncio.Event) -> JudgedPart:
        """These principals and policies, judged on all that is known by the time `stop` is set."""
        evidence = await self.source.evidence(self.snapshot, self._questions(arns), stop)
        with seldom_collected():
            # A saved scan may have been interrupted itself: asking again would not help.
            is_cut_short = stop.is_set() and _has_interruptions(evidence)
            return self._judged(frozenset(arns), evidence, is_cut_short=is_cut_short)

    def _judged(self, arns: frozenset[Arn], evidence: Evidence, *, is_cut_short: bool) -> JudgedPart:
        settings = Settings(allow_tag_exemptions=True, exemption_tag=self.parameters.exemption_tag)
        judgement = judge(
            self.snapshot,
            evidence,
            grants=self.grants,
            parameters=Parameters(self.now, self.parameters.stale_after_days),
            settings=settings,
            catalog=self.catalog,
            only=arns,
        )
        principals = (judged.principal for judged in judgement.principals)
        scan = account_scan(
            judgement, self.snapshot.account, evidence=evidence, grants=self.grants, principals=principals
        )
        return JudgedPart(judgement, scan, is_cut_short)

    @cached_property
    def _relations(self) -> Relations:
        return Relations(self.snapshot)

    @cached_property
    def _subjects(self) -> tuple[Arn, ...]:
        """Every principal whose report tells something; looked for once, and not with every part."""
        return report_subjects(self.snapshot, self.grants, selection=Selection(), policies=False)

    def _questions(self, arns: Collection[Arn]) -> Questions:
        """What is to be asked about these: of a policy its holders too, without whom nothing is known of it."""
        policies = [policy.arn for policy in self.snapshot.policies if policy.arn in arns]
        wanted = {*arns, *(arn for policy in policies for arn in self._relations.reached_principals(policy))}
        is_fine = self.parameters.granularity is Fineness.ACTION
        return Questions(
            subjects=tuple(arn for arn in self._subjects if arn in wanted),
            users=tuple(user for user in self.snapshot.users if user.arn in wanted),
            granularity=Granularity.ACTION_LEVEL if is_fine else Granularity.SERVICE_LEVEL,
        )


OpenAccount = Callable[[], AbstractAsyncContextManager[RuleAccount]]
"""Opens the account that is to be judged, where that has to be looked at."""


def _has_interruptions(evidence: Evidence) -> bool:
    return any(gap.reason is GapReason.INTERRUPTED for gaps in evidence.gaps.values() for gap in gaps)


@asynccontextmanager
async def live_account(
    parameters: RuleParameters, options: ConnectionOptions, *, clock: Clock
) -> AsyncIterator[RuleAccount]:
    """The account that the options lead to, as it is now, for as long as the context lasts.

    Raises:
        AwsError: the account cannot be read at all.
    """
    rate = min(float(parameters.calls_per_second), options.maximum_calls_per_second)
    limited = replace(options, calls_per_second=rate, maximum_calls_per_second=rate)
    async with connect(limited, clock=clock) as door:
        reading = collect_snapshot(door, clock=clock, progress=NoProgress(), writer=None, with_alias=False)
        snapshot, catalog = await asyncio.gather(reading, asyncio.to_thread(load_catalog))
        yield _account(parameters, snapshot, catalog, _Live(door, clock), now=snapshot.taken_at)


@seldom_collected()
def saved_account(parameters: RuleParameters, path: Path, *, now: datetime) -> RuleAccount:
    """The account that a directory holds which `scan --save` wrote, as of the moment it was saved.

    Raises:
        SavedScanError: it cannot be read.
    """
    collected = read_saved(path)
    return _account(parameters, collected.snapshot, load_catalog(), _Saved(collected.evidence), now=now)


def _account(
    parameters: RuleParameters, snapshot: Snapshot, catalog: Catalog, source: _Source, *, now: datetime
) -> RuleAccount:
    return RuleAccount(snapshot, GrantIndex(catalog, snapshot), catalog, parameters, source, now)


class _Live:
    """AWS, asked."""

    def __init__(self, door: EvidenceDoor, clock: Clock) -> None:
        self._door, self._clock = door, clock

    async def evidence(self, snapshot: Snapshot, questions: Questions, stop: asyncio.Event) -> Evidence:
        return await collect_evidence(
            snapshot, questions, door=self._door, clock=self._clock, progress=NoProgress(), stop=stop
        )


class _Saved:
    """What a saved scan has."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence

    async def evidence(self, snapshot: Snapshot, questions: Questions, stop: asyncio.Event) -> Evidence:
        del snapshot, stop
        return mark_missing(
            self._evidence, subjects=questions.subjects, users=questions.users, reason=GapReason.NOT_COLLECTED
        )
