"""What somebody else changed is never overwritten, and always named."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from apply.memory_account import Crash, Fault, MemoryAccount
from apply.runs import bench, change_of, drawn_plans, plan_of_changes, settled, virtually, world_of_estate
from findings.estate import Estate
from inventory_samples import arn, group, role, user
from leastwise.apply import ChangeResult, InlineState, Intent, RollBackOptions, read_journal
from leastwise.inventory import Attachment, Snapshot
from leastwise.plan import (
    Attach,
    AttachedTo,
    CreatePolicy,
    CreateVersion,
    DeleteInline,
    DeletePolicy,
    Detach,
    InlineIs,
    Plan,
    PolicyIs,
    PutInline,
    RemoveFromGroup,
    Step,
    digest_of,
)
from leastwise.recommend import RecommendOptions
from plan.accounts import DOCUMENTS, OWN, account_of, policy_of, version
from recommend.planning import choices, estates, plan_of

LAW = settings(max_examples=60, deadline=None)
OTHER = '{"Statement": []}'
P, COPY, R, U = OWN[0], arn("policy", "leastwise/P-1"), arn("role", "R"), arn("user", "U")


def disturbance(step: Step) -> tuple[Step, str] | None:
    """What somebody else may do to what the step touches, and what must be named then; None for nothing."""
    match step:
        case PutInline() | DeleteInline():
            return PutInline(step.principal, step.policy, OTHER), step.policy
        case CreatePolicy():
            return CreatePolicy(step.policy, OTHER, ""), step.policy
        case CreateVersion(drops=None) | DeletePolicy():
            return CreateVersion(step.policy, OTHER), step.policy
        case Detach() | RemoveFromGroup():
            return step, step.policy if isinstance(step, Detach) else step.group
        case _:
            return None


@given(estates, choices, st.data())
@LAW
def test_a_change_whose_object_is_other_than_planned_is_refused_and_names_it(
    estate: Estate, options: RecommendOptions, data: st.DataObject
) -> None:
    plan = plan_of(estate, options)
    possible = [(change, found) for change in plan.changes if (found := disturbance(change.steps[0])) is not None]
    assume(possible)
    change, (drift, name) = data.draw(st.sampled_from(possible))

    async def work() -> None:
        with bench(world_of_estate(estate)) as one:
            try:
                one.account.drift(drift)
            except ValueError:
                return
            drifted = settled(one.account.world)
            outcomes = await one.apply(plan_of_changes(change))
            assert [outcome.result for outcome in outcomes] == [ChangeResult.REFUSED]
            assert name in outcomes[0].detail
            assert outcomes[0].difference is not None
            assert not one.account.writes
            assert settled(one.account.world) == drifted
            assert not one.intents()

    virtually(work)


@given(drawn_plans(), st.data())
@LAW
def test_what_was_changed_after_the_run_is_not_rolled_back_unless_forced_and_then_it_is_in_the_journal(
    case: tuple[Snapshot, Plan], data: st.DataObject
) -> None:
    before, _ = case
    holder = data.draw(st.sampled_from(list(before.principals())))
    step = PutInline(holder.arn, "A", '{"by": "us"}')

    async def work() -> None:
        with bench(before) as one:
            await one.apply(plan_of_changes(change_of("c", step)))
            one.account.drift(PutInline(holder.arn, "A", OTHER))
            drifted = settled(one.account.world)
            back = await one.roll_back()
            assert [outcome.result for outcome in back.outcomes] == [ChangeResult.REFUSED]
            assert "inline policy A" in back.outcomes[0].detail
            assert [one.is_back for one in back.comparisons] == [False]
            assert settled(one.account.world) == drifted
            forced = await one.roll_back(RollBackOptions(is_forced=True), run="forced")
            assert [outcome.result for outcome in forced.outcomes] == [ChangeResult.DONE]
            assert settled(one.account.world) == settled(before)
            (intent,) = one.intents("forced")
            assert isinstance(intent.before, InlineState)
            assert intent.before.document == OTHER
            assert "inline policy A" in intent.overwrites

    virtually(work)


ACCOUNT = account_of(
    users=[user("U", groups=("G",))],
    roles=[role("R", attached=(Attachment(P, "P"),))],
    groups=[group("G")],
    policies=[policy_of(P, [version(1, is_default=True)])],
)
REPLACE = change_of(
    "replace",
    CreatePolicy(COPY, DOCUMENTS[1], "smaller"),
    Attach(COPY, R),
    Detach(P, R),
    preconditions=[PolicyIs(P, "v1", digest_of(DOCUMENTS[0]), ()), AttachedTo(P, (R,), exactly=False)],
)


@pytest.mark.parametrize("killed_at", ["create_policy", "attach", "detach"])
@pytest.mark.parametrize("is_after", [False, True])
def test_what_is_changed_while_a_run_lies_killed_is_seen_and_all_undone(killed_at: str, *, is_after: bool) -> None:
    async def work() -> None:
        with bench(ACCOUNT) as one:
            _kill_at(killed_at, one.account, is_after=is_after)
            with pytest.raises(Crash):
                await one.apply(plan_of_changes(REPLACE))
            one.account.drift(CreateVersion(P, OTHER))
            (outcome,) = await one.apply(plan_of_changes(REPLACE))
            assert outcome.result is ChangeResult.REFUSED
            assert P in outcome.detail
            assert [policy.arn for policy in one.account.snapshot.policies] == [P]
            assert [held.arn for held in one.account.snapshot.roles[0].attached] == [P]
            assert [v.policy.text for v in one.account.snapshot.policies[0].versions] == [DOCUMENTS[0], OTHER]

    virtually(work)


def _kill_at(name: str, account: MemoryAccount, *, is_after: bool) -> None:
    faults = account.faults

    def on_call(number: int, called: str) -> None:
        if called == name and not faults:
            faults[number] = Fault(Crash(), is_after)

    account.on_call = on_call


def test_a_copy_that_somebody_else_uses_since_is_not_deleted() -> None:
    async def work() -> None:
        with bench(ACCOUNT) as one:
            await one.apply(plan_of_changes(REPLACE))
            one.account.drift(Attach(COPY, U))
            drifted = settled(one.account.world)
            (outcome,) = (await one.roll_back()).outcomes
            assert outcome.result is ChangeResult.REFUSED
            assert U in outcome.detail
            assert settled(one.account.world) == drifted

    virtually(work)


def test_an_object_changed_in_the_midst_of_its_own_step_is_left_and_the_run_halts() -> None:
    change = change_of("edit", PutInline(U, "A", DOCUMENTS[0]))

    async def work() -> None:
        with bench(ACCOUNT) as one:
            one.account.lost.add(2)  # reads, then writes

            def on_call(number: int, _name: str) -> None:
                if number == 3:
                    one.account.drift(PutInline(U, "A", OTHER))

            one.account.on_call = on_call
            (outcome,) = await one.apply(plan_of_changes(change))
            assert outcome.result is ChangeResult.HALTED
            assert "inline policy A" in outcome.detail
            (held,) = one.account.snapshot.users[0].inline
            assert held.policy.text == OTHER
            kinds = [type(entry).__name__ for entry in read_journal(one.path("run")).entries]
            assert kinds == ["RunBegun", "ChangeBegun", "Intent", "StepEnded", "RunEnded"]

    virtually(work)


@given(drawn_plans(), st.sampled_from([0.0, 7.0]))
@LAW
def test_a_call_that_is_said_to_be_done_and_is_not_does_not_pass(
    case: tuple[Snapshot, Plan], stale_seconds: float
) -> None:
    before, _ = case
    first, second = PutInline(U, "A", '{"by": "us"}'), PutInline(U, "B", '{"by": "us"}')

    async def work() -> None:
        with bench(before, stale_seconds=stale_seconds) as one:
            numbers: list[int] = []

            def on_call(number: int, name: str) -> None:
                if name == "put_inline":
                    numbers.append(number)
                    if len(numbers) == 2:
                        one.account.lost.add(number)

            one.account.on_call = on_call
            (outcome,) = await one.apply(plan_of_changes(change_of("c", first, second)))
            assert outcome.result is ChangeResult.FAILED
            assert "inline policy B" in outcome.detail
            assert settled(one.account.world) == settled(before)

    virtually(work)


def test_inline_text_is_compared_to_the_character() -> None:
    text = DOCUMENTS[0]
    change = change_of("edit", PutInline(U, "A", OTHER), preconditions=[InlineIs(U, "A", digest_of(text))])

    async def work() -> None:
        with bench(ACCOUNT) as one:
            one.account.drift(PutInline(U, "A", text + " "))
            (outcome,) = await one.apply(plan_of_changes(change))
            assert outcome.result is ChangeResult.REFUSED
            assert outcome.difference is not None
            assert outcome.difference.text == text + " "

    virtually(work)


def test_every_intent_kept_of_a_run_holds_the_whole_before() -> None:
    async def work() -> None:
        with bench(ACCOUNT) as one:
            await one.apply(plan_of_changes(change_of("version", CreateVersion(P, OTHER))))
            (intent,) = one.intents()
            assert isinstance(intent, Intent)
            assert DOCUMENTS[0] in str(intent.before)

    virtually(work)
