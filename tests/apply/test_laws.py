"""Whatever the plan, and whenever the process is killed or a call fails: a change is made whole, or nothing of it."""

from collections.abc import Iterable
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apply.memory_account import Crash, Fault, World
from apply.runs import Bench, bench, drawn_plans, settled, virtually, world_of, world_of_estate
from findings.estate import Estate
from leastwise.apply import About, ApplyOptions, ChangeEnded, ChangeResult, RolledBack, read_journal
from leastwise.errors import (
    AccessDeniedError,
    AwsError,
    ConcurrentChangeError,
    DeadlineExceededError,
    LimitExceededError,
    MalformedPolicyError,
    NoSuchEntityError,
    ServiceFaultError,
    ThrottledError,
)
from leastwise.inventory import Snapshot
from leastwise.plan import CreatePolicy, DeletePolicy, Plan, SetKeyStatus, Step, applied
from leastwise.policy import Arn
from leastwise.recommend import RecommendOptions
from plan.accounts import AFTER
from recommend.planning import choices, estates, plan_of, steps_of

LAW = settings(max_examples=40, deadline=None)
FEW = settings(max_examples=15, deadline=None)
DONE = {ChangeResult.DONE, ChangeResult.FOUND_DONE}
ERRORS = (
    AccessDeniedError("no"),
    ConcurrentChangeError("busy"),
    DeadlineExceededError("late"),
    LimitExceededError("full"),
    MalformedPolicyError("what"),
    NoSuchEntityError("gone"),
    ServiceFaultError("oops"),
    ThrottledError("slower"),
)


def wanted(before: Snapshot, plan: Plan) -> World:
    """The account after the plan, its keys included."""
    return after_changes(before, plan, [change.id for change in plan.changes])


def after_changes(before: Snapshot, plan: Plan, made: list[str]) -> World:
    changes = {change.id: change for change in plan.changes}
    steps = steps_of(changes[name] for name in made)
    world = world_of(applied(before, steps, at=AFTER))
    keys = dict(world.keys)
    for step in steps:
        if isinstance(step, SetKeyStatus):
            keys[step.user] = (type(keys[step.user][0])(keys[step.user][0].id, step.created_at, step.active),)
    about = _about(before, steps)
    return settled(World(world.snapshot, keys, world.passwords, about=about))


def _about(before: Snapshot, steps: Iterable[Step]) -> dict[Arn, About]:
    """What the steps leave of descriptions and tags: a policy that is made gets its own."""
    found = dict(world_of(before).about)
    for step in steps:
        if isinstance(step, DeletePolicy):
            found.pop(step.policy, None)
        elif isinstance(step, CreatePolicy) and step.description:
            found[step.policy] = About(step.description)
    return found


def _in_order(one: Bench) -> list[str]:
    """The changes that ended well, in the order in which they did: one that failed is tried again after later ones."""
    entries = read_journal(one.path("run")).entries
    return [entry.change for entry in entries if isinstance(entry, ChangeEnded) and entry.result in DONE]


def assert_all_back(back: RolledBack, before: Snapshot | World, found: World) -> None:
    assert all(outcome.result in DONE for outcome in back.outcomes), back.outcomes
    assert all(one.is_back for one in back.comparisons), back.comparisons
    assert settled(found) == settled(before)


@given(drawn_plans())
@LAW
def test_what_is_applied_is_what_the_plan_says_and_rolling_it_back_is_the_identity(case: tuple[Snapshot, Plan]) -> None:
    before, plan = case

    async def work() -> None:
        with bench(before) as one:
            outcomes = await one.apply(plan)
            assert all(outcome.result in DONE for outcome in outcomes), outcomes
            assert settled(one.account.world) == wanted(before, plan)
            assert_all_back(await one.roll_back(), before, one.account.world)

    virtually(work)


@given(case=drawn_plans(), seconds=st.sampled_from([0.05, 1.0]), data=st.data())
@FEW
def test_at_a_distance_where_reads_overlap_the_same_holds_killed_or_not(
    *, case: tuple[Snapshot, Plan], seconds: float, data: st.DataObject
) -> None:
    before, plan = case

    async def work() -> None:
        with bench(before, away_seconds=seconds) as one:
            outcomes = await one.apply(plan)
            assert all(outcome.result in DONE for outcome in outcomes), outcomes
            assert settled(one.account.world) == wanted(before, plan)
            number = data.draw(st.integers(1, max(1, len(one.account.calls))))
            assert_all_back(await one.roll_back(), before, one.account.world)
        with bench(before, away_seconds=seconds) as one:
            one.account.faults[number] = Fault(Crash(), is_after=data.draw(st.booleans()))
            with suppress(Crash):
                await one.apply(plan)
            outcomes = await one.apply(plan)
            assert all(outcome.result in DONE for outcome in outcomes), outcomes
            assert settled(one.account.world) == wanted(before, plan)
            assert_all_back(await one.roll_back(), before, one.account.world)

    virtually(work)


@given(estates, choices)
@FEW
def test_the_same_holds_for_what_is_recommended_with_all_its_preconditions(
    estate: Estate, options: RecommendOptions
) -> None:
    before, plan = world_of_estate(estate), plan_of(estate, options)

    async def work() -> None:
        with bench(before) as one:
            tried = await one.apply(plan, ApplyOptions(dry_run=True))
            assert not one.account.writes
            assert all(outcome.result in (ChangeResult.WOULD_DO, ChangeResult.REFUSED) for outcome in tried)
            outcomes = await one.apply(plan)
            assert all(outcome.result is ChangeResult.DONE for outcome in outcomes), outcomes
            found = settled(one.account.world, numbered=True)
            expected = settled(applied(before.snapshot, steps_of(plan.changes), at=AFTER), numbered=True)
            assert found.snapshot == expected.snapshot
            inactive = {step.user for step in steps_of(plan.changes) if isinstance(step, SetKeyStatus)}
            assert inactive == {user for user, keys in found.keys.items() if keys != before.keys[user]}
            assert_all_back(await one.roll_back(), before, one.account.world)

    virtually(work)


async def _calls(before: Snapshot, plan: Plan) -> int:
    with bench(before) as one:
        await one.apply(plan)
        return len(one.account.calls)


@given(case=drawn_plans(), is_after=st.booleans(), stale_seconds=st.sampled_from([0.0, 7.0]))
@FEW
def test_killed_at_any_call_it_is_finished_by_resuming_and_nothing_is_done_twice(
    *, case: tuple[Snapshot, Plan], is_after: bool, stale_seconds: float
) -> None:
    before, plan = case

    async def work() -> None:
        with bench(before) as whole:
            await whole.apply(plan)
        for number in range(1, await _calls(before, plan) + 1):
            with bench(before, stale_seconds=stale_seconds) as one:
                one.account.faults[number] = Fault(Crash(), is_after)
                try:
                    await one.apply(plan)
                except Crash:
                    await one.apply(plan)
                assert settled(one.account.world) == wanted(before, plan)
                assert one.account.writes == whole.account.writes
                assert_all_back(await one.roll_back(), before, one.account.world)

    virtually(work)


@given(case=drawn_plans(), is_after=st.booleans(), stale_seconds=st.sampled_from([0.0, 7.0]))
@FEW
def test_killed_at_any_call_it_can_be_rolled_back(
    *, case: tuple[Snapshot, Plan], is_after: bool, stale_seconds: float
) -> None:
    before, plan = case

    async def work() -> None:
        for number in range(1, await _calls(before, plan) + 1):
            with bench(before, stale_seconds=stale_seconds) as one:
                one.account.faults[number] = Fault(Crash(), is_after)
                with pytest.raises(Crash):
                    await one.apply(plan)
                one.account.faults.clear()
                assert_all_back(await one.roll_back(), before, one.account.world)

    virtually(work)


@given(case=drawn_plans(), is_after=st.booleans())
@FEW
def test_a_roll_back_that_is_killed_at_any_call_is_finished_by_resuming(
    *, case: tuple[Snapshot, Plan], is_after: bool
) -> None:
    before, plan = case

    async def work() -> None:
        number = 0
        while True:
            number += 1
            with bench(before) as one:
                await one.apply(plan)
                one.account.faults[len(one.account.calls) + number] = Fault(Crash(), is_after)
                try:
                    assert_all_back(await one.roll_back(), before, one.account.world)
                except Crash:
                    assert_all_back(await one.roll_back(), before, one.account.world)
                else:
                    return

    virtually(work)


@given(
    case=drawn_plans(), is_after=st.booleans(), error=st.sampled_from(ERRORS), stale_seconds=st.sampled_from([0.0, 7.0])
)
@LAW
def test_where_a_call_fails_the_whole_change_is_made_or_nothing_of_it(
    *, case: tuple[Snapshot, Plan], is_after: bool, error: AwsError, stale_seconds: float
) -> None:
    before, plan = case
    # What AWS refuses has had no effect.
    is_unclear = isinstance(error, (DeadlineExceededError, ServiceFaultError, ThrottledError))

    async def work() -> None:
        for number in range(1, await _calls(before, plan) + 1):
            with bench(before, stale_seconds=stale_seconds) as one:
                one.account.faults[number] = Fault(error, is_after and is_unclear)
                outcomes = await one.apply(plan)
                if any(outcome.result is ChangeResult.HALTED for outcome in outcomes):
                    # Only where what was done could not be read back, and then it is finished by resuming.
                    outcomes = await one.apply(plan)
                    assert not any(outcome.result is ChangeResult.HALTED for outcome in outcomes)
                made = [outcome.change for outcome in outcomes if outcome.result in DONE]
                try:
                    expected = after_changes(before, plan, made)
                except ValueError:
                    continue  # what comes later built on what failed
                assert settled(one.account.world) == expected
                read_journal(one.path("run"))

    virtually(work)


@given(case=drawn_plans(), data=st.data())
@LAW
def test_killed_while_it_undoes_what_failed_it_still_makes_the_whole_change_or_nothing_of_it(
    *, case: tuple[Snapshot, Plan], data: st.DataObject
) -> None:
    before, plan = case
    calls = virtually(lambda: _calls(before, plan))
    failing = data.draw(st.integers(1, max(calls, 1)))
    killed, is_after = failing + data.draw(st.integers(1, 4)), data.draw(st.booleans())

    async def work() -> None:
        with bench(before) as one:
            one.account.faults = {failing: Fault(AccessDeniedError("no")), killed: Fault(Crash(), is_after)}
            try:
                outcomes = await one.apply(plan)
            except Crash:
                outcomes = ()
            if not outcomes or ChangeResult.HALTED in (outcome.result for outcome in outcomes):
                one.account.faults.clear()
                outcomes = await one.apply(plan)
            made = {outcome.change for outcome in outcomes if outcome.result in DONE}
            try:
                expected = after_changes(before, plan, [change for change in _in_order(one) if change in made])
            except ValueError:
                return  # what comes later built on what failed
            assert settled(one.account.world) == expected

    virtually(work)
