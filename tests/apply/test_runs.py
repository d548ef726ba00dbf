"""What is chosen of a plan, how a run stops and halts, and what it costs."""

import asyncio

import pytest
from msgspec.structs import replace

from apply.memory_account import Crash, Fault, World
from apply.runs import KEY_MADE, Bench, bench, change_of, plan_of_changes, settled, virtually, world_of
from inventory_samples import arn, days_ago, inline, role, user
from leastwise.apply import (
    About,
    ApplyOptions,
    ChangeResult,
    Outcome,
    RollBackOptions,
    RunEnd,
    RunEnded,
    Tag,
    chosen,
    read_journal,
)
from leastwise.errors import AccessDeniedError, CredentialsError, NoSuchEntityError
from leastwise.inventory import Attachment
from leastwise.plan import (
    Attach,
    CreatePolicy,
    CreateVersion,
    DeletePassword,
    DeletePolicy,
    Detach,
    HasPassword,
    InlineIs,
    KeptVersion,
    PolicyIs,
    PutInline,
    RestorePolicy,
    SetKeyStatus,
    digest_of,
)
from plan.accounts import DOCUMENTS, OWN, TEXTS, account_of, policy_of, version

P, Q, _ = OWN
U, V, R = arn("user", "U"), arn("user", "V"), arn("role", "R")
ACCOUNT = account_of(
    users=[user("U", inline=inline(A=TEXTS[0])), user("V")],
    roles=[role("R", attached=(Attachment(P, "P"),))],
    policies=[policy_of(P, [version(1, is_default=True)]), policy_of(Q, [version(1, is_default=True)])],
)
FIRST = replace(change_of("first", PutInline(U, "A", DOCUMENTS[1])), principals=(U,))
SECOND = replace(change_of("second", PutInline(V, "B", DOCUMENTS[1])), principals=(V,))
SHARED = replace(change_of("shared", CreateVersion(P, DOCUMENTS[1])), principals=(R, U))
NOBODY = replace(change_of("nobody", DeletePolicy(Q)), principals=())
PLAN = plan_of_changes(SHARED, FIRST, SECOND, NOBODY)


@pytest.mark.parametrize(
    ("options", "ids"),
    [
        (ApplyOptions(), ["shared", "first", "second", "nobody"]),
        (ApplyOptions(changes=("second", "shared")), ["shared", "second"]),
        (ApplyOptions(principals=(U,)), ["first"]),
        (ApplyOptions(principals=(U, R)), ["shared", "first"]),
        (ApplyOptions(at_most=2), ["shared", "first"]),
        (ApplyOptions(canary=True), ["first"]),
        (ApplyOptions(canary=True, principals=(V,)), ["second"]),
        (ApplyOptions(changes=("none",)), []),
        (ApplyOptions(canary=True, changes=("nobody",)), []),
    ],
)
def test_a_part_of_the_plan_is_made(options: ApplyOptions, ids: list[str]) -> None:
    assert [change.id for change in chosen(PLAN, options)] == ids


def results(outcomes: tuple[Outcome, ...]) -> list[ChangeResult]:
    return [outcome.result for outcome in outcomes]


def end_of(path: str, one: Bench) -> RunEnd:
    last = read_journal(one.path(path)).entries[-1]
    assert isinstance(last, RunEnded)
    return last.end


def test_told_to_stop_it_finishes_the_change_in_flight_and_goes_on_when_resumed() -> None:
    async def work() -> None:
        with bench(ACCOUNT) as one:
            stop = asyncio.Event()
            one.account.on_call = lambda _number, name: stop.set() if name == "put_inline" else None
            outcomes = await one.apply(PLAN, stop=stop)
            assert results(outcomes) == [ChangeResult.DONE] * 2 + [ChangeResult.NOT_REACHED] * 2
            assert end_of("run", one) is RunEnd.INTERRUPTED
            assert results(await one.apply(PLAN)) == [ChangeResult.DONE] * 4
            assert end_of("run", one) is RunEnd.FINISHED
            assert len(one.account.writes) == 4

    virtually(work)


def test_what_was_chosen_at_the_beginning_is_what_is_gone_on_with() -> None:
    async def work() -> None:
        with bench(ACCOUNT) as one:
            stop = asyncio.Event()
            stop.set()
            await one.apply(PLAN, ApplyOptions(principals=(U,)), stop=stop)
            assert [outcome.change for outcome in await one.apply(PLAN)] == ["first"]

    virtually(work)


def test_without_credentials_nothing_more_is_tried() -> None:
    async def work() -> None:
        with bench(ACCOUNT) as one:
            one.account.faults[1] = Fault(CredentialsError("expired"))
            changes = [
                replace(one, preconditions=(InlineIs(U, "A", digest_of(DOCUMENTS[0])),)) for one in (FIRST, SECOND)
            ]
            outcomes = await one.apply(plan_of_changes(*changes))
            assert results(outcomes) == [ChangeResult.FAILED, ChangeResult.NOT_REACHED]
            assert "expired" in outcomes[1].detail
            assert end_of("run", one) is RunEnd.HALTED

    virtually(work)


def test_what_cannot_be_undone_halts_the_run_and_resuming_tries_again() -> None:
    change = change_of("swap", Attach(Q, R), Detach(P, R))

    async def work() -> None:
        with bench(ACCOUNT) as one:
            writes: list[int] = []

            def on_call(number: int, name: str) -> None:
                if name == "detach":  # the step, and then what undoes the one before it
                    writes.append(number)
                    one.account.faults[number] = Fault(AccessDeniedError("no"))

            one.account.on_call = on_call
            outcomes = await one.apply(plan_of_changes(change, FIRST))
            assert results(outcomes) == [ChangeResult.HALTED, ChangeResult.NOT_REACHED]
            assert outcomes[0].detail.startswith("no; and what was done before cannot be undone")
            assert len(writes) == 2
            assert end_of("run", one) is RunEnd.HALTED
            one.account.on_call = lambda _number, _name: None
            assert results(await one.apply(plan_of_changes(change, FIRST))) == [ChangeResult.FAILED, ChangeResult.DONE]
            assert settled(one.account.world).snapshot.roles == ACCOUNT.roles

    virtually(work)


def test_what_failed_is_tried_again_when_resumed() -> None:
    async def work() -> None:
        with bench(ACCOUNT) as one:
            one.account.faults[2] = Fault(AccessDeniedError("no"))
            assert results(await one.apply(plan_of_changes(FIRST))) == [ChangeResult.FAILED]
            assert results(await one.apply(plan_of_changes(FIRST))) == [ChangeResult.DONE]
            back = await one.roll_back()
            assert results(back.outcomes) == [ChangeResult.DONE]
            assert settled(one.account.world) == settled(ACCOUNT)

    virtually(work)


def test_a_call_that_aws_does_not_understand_yet_is_tried_again() -> None:
    async def work() -> None:
        with bench(ACCOUNT) as one:
            one.account.faults[2] = Fault(NoSuchEntityError("not yet"))
            assert results(await one.apply(plan_of_changes(FIRST))) == [ChangeResult.DONE]

    virtually(work)


def test_what_is_so_already_is_found_done_and_stays_when_rolled_back() -> None:
    async def work() -> None:
        with bench(ACCOUNT) as one:
            outcomes = await one.apply(plan_of_changes(change_of("same", Attach(P, R))))
            assert results(outcomes) == [ChangeResult.FOUND_DONE]
            assert not one.account.writes
            await one.roll_back()
            assert not one.account.writes

    virtually(work)


def test_an_inline_edit_costs_its_call_and_two_reads() -> None:
    change = change_of(
        "edit", PutInline(U, "A", DOCUMENTS[1]), preconditions=[InlineIs(U, "A", digest_of(DOCUMENTS[0]))]
    )

    async def work() -> None:
        with bench(ACCOUNT) as one:
            await one.apply(plan_of_changes(change))
            assert one.account.calls == ["inline", "put_inline", "inline"]

    virtually(work)


def test_a_new_version_costs_its_call_and_reads_the_policy_and_then_the_version() -> None:
    live = PolicyIs(P, "v1", digest_of(DOCUMENTS[0]), ("v1",))
    change = change_of("edit", CreateVersion(P, DOCUMENTS[1]), preconditions=[live])

    async def work() -> None:
        with bench(ACCOUNT) as one:
            await one.apply(plan_of_changes(change))
            assert one.account.calls == ["policy", "create_version", "version"]

    virtually(work)


def test_a_deleted_policy_comes_back_with_its_description_and_its_tags() -> None:
    said = About("what it is for", (Tag("owner", "ann"),))

    async def work() -> None:
        with bench(replace(world_of(ACCOUNT), about={Q: said})) as one:
            await one.apply(plan_of_changes(NOBODY))
            assert not one.account.world.about
            back = await one.roll_back()
            assert one.account.world.about == {Q: said}
            assert all(compared.is_back for compared in back.comparisons)

    virtually(work)


def test_a_description_or_a_tag_that_is_not_what_it_was_is_named_at_the_end() -> None:
    async def work() -> None:
        with bench(replace(world_of(ACCOUNT), about={Q: About("", (Tag("owner", "ann"),))})) as one:
            await one.apply(plan_of_changes(NOBODY))
            one.account.drift(CreatePolicy(Q, DOCUMENTS[1], ""))
            (compared,) = (await one.roll_back()).comparisons
            assert "owner=ann" in compared.detail
            assert "no tags" in compared.detail

    virtually(work)


def test_a_run_costs_the_round_trips_of_its_writes_and_of_reading_them_back_and_not_those_before() -> None:
    count, away = 40, 0.1
    users = [user(f"U{number}", inline=inline(A=TEXTS[0])) for number in range(count)]
    was = digest_of(DOCUMENTS[0])
    edits = [
        change_of(one.name, PutInline(one.arn, "A", DOCUMENTS[1]), preconditions=[InlineIs(one.arn, "A", was)])
        for one in users
    ]

    async def work() -> None:
        with bench(account_of(users=users), away_seconds=away) as one:
            await one.apply(plan_of_changes(*edits))
            assert len(one.account.calls) == 3 * count
            assert asyncio.get_running_loop().time() == pytest.approx((2 * count + 1) * away)

    virtually(work)


def test_nothing_is_waited_for_where_aws_shows_everything_at_once() -> None:
    async def work() -> float:
        with bench(ACCOUNT) as one:
            await one.apply(PLAN)
            await one.roll_back()
            return asyncio.get_running_loop().time()

    assert virtually(work) == 0


def test_a_policy_is_made_again_with_the_numbers_that_it_had() -> None:
    kept = (KeptVersion("v2", DOCUMENTS[0], is_default=False), KeptVersion("v5", DOCUMENTS[1], is_default=True))
    full = tuple(KeptVersion(f"v{number}", f'{{"{number}": 1}}', is_default=number == 7) for number in range(3, 8))

    async def work() -> None:
        for versions in (kept, full, full[1:3] + full[4:]):
            policy = arn("policy", "N")
            with bench(ACCOUNT) as one:
                await one.apply(plan_of_changes(change_of("again", RestorePolicy(policy, days_ago(9), versions))))
                found = next(found for found in one.account.snapshot.policies if found.arn == policy)
                assert [(v.id, v.policy.text, v.is_default) for v in found.versions] == [
                    (v.version, v.document, v.is_default) for v in versions
                ]

    virtually(work)


def test_a_dropped_version_comes_back_and_the_comparison_says_under_which_number() -> None:
    full = [version(number, number % 3, is_default=number == 5) for number in range(1, 6)]
    before = account_of(policies=[policy_of(P, full)])
    step = CreateVersion(P, DOCUMENTS[3], KeptVersion("v1", DOCUMENTS[1], is_default=False))

    async def work() -> None:
        with bench(before) as one:
            await one.apply(plan_of_changes(change_of("edit", step)))
            back = await one.roll_back()
            (comparison,) = back.comparisons
            assert comparison.is_back
            assert "v7" in comparison.detail
            assert settled(one.account.world) == settled(before)
            assert one.account.writes == [
                f"delete_version {P} v1",
                f"create_version {P} v6",
                f"set_default {P} v5",
                f"delete_version {P} v6",
                f"create_version {P} v7",
            ]

    virtually(work)


def test_what_takes_the_place_is_there_before_the_other_goes_and_so_on_the_way_back() -> None:
    copy = arn("policy", "N")
    change = change_of("replace", CreatePolicy(copy, DOCUMENTS[1], "smaller"), Attach(copy, R), Detach(P, R))

    async def work() -> None:
        with bench(ACCOUNT) as one:
            await one.apply(plan_of_changes(change))
            await one.roll_back()
            assert [write.split()[0] for write in one.account.writes] == [
                "create_policy",
                "attach",
                "detach",
                "attach",
                "detach",
                "delete_policy",
            ]

    virtually(work)


def test_a_deleted_password_does_not_come_back_and_the_roll_back_says_so() -> None:
    change = change_of("password", DeletePassword(U), preconditions=[HasPassword(U, None)])

    async def work() -> None:
        with bench(ACCOUNT) as one:
            assert results(await one.apply(plan_of_changes(change))) == [ChangeResult.REFUSED]
        with bench(ACCOUNT) as one:
            options = ApplyOptions(delete_passwords=True)
            assert results(await one.apply(plan_of_changes(change), options)) == [ChangeResult.DONE]
            back = await one.roll_back()
            assert results(back.outcomes) == [ChangeResult.FAILED]
            assert "AWS gives no password back" in back.outcomes[0].detail
            assert [one.is_back for one in back.comparisons] == [False]

    virtually(work)


def test_a_key_is_found_by_when_it_was_made_and_set_back() -> None:
    change = change_of("key", SetKeyStatus(U, 1, KEY_MADE, active=False))

    async def work() -> None:
        with bench(ACCOUNT) as one:
            assert results(await one.apply(plan_of_changes(change))) == [ChangeResult.DONE]
            assert not one.account.world.keys[U][0].active
            await one.roll_back()
            assert one.account.world == world_of(one.account.snapshot)

    virtually(work)


def test_a_part_of_a_run_is_rolled_back() -> None:
    async def work() -> None:
        with bench(ACCOUNT) as one:
            await one.apply(PLAN)
            back = await one.roll_back(RollBackOptions(principals=(V,)))
            assert [outcome.change for outcome in back.outcomes] == ["second"]
            back = await one.roll_back(RollBackOptions(changes=("first",)), run="more")
            assert [outcome.change for outcome in back.outcomes] == ["first"]
            rest = await one.roll_back(run="rest")
            assert [outcome.change for outcome in rest.outcomes] == ["nobody", "second", "first", "shared"]
            assert settled(one.account.world) == settled(ACCOUNT)

    virtually(work)


def test_a_roll_back_can_be_rolled_back() -> None:
    async def work() -> None:
        with bench(ACCOUNT) as one:
            await one.apply(PLAN)
            after = settled(one.account.world)
            await one.roll_back()
            again = await one.roll_back(of="back", run="again")
            assert set(results(again.outcomes)) == {ChangeResult.DONE}
            assert settled(one.account.world) == after

    virtually(work)


def test_a_dry_run_says_what_could_be_made_and_leaves_no_trace() -> None:
    wrong = replace(SECOND, preconditions=(InlineIs(V, "B", digest_of("")), PolicyIs(P, "v9", "", ())))

    async def work() -> None:
        with bench(World(ACCOUNT)) as one:
            outcomes = await one.apply(plan_of_changes(FIRST, wrong), ApplyOptions(dry_run=True))
            assert results(outcomes) == [ChangeResult.WOULD_DO, ChangeResult.REFUSED]
            assert not one.account.writes
            assert not read_journal(one.path("run")).entries

    virtually(work)


def test_what_was_in_flight_is_finished_before_what_failed_is_tried_again() -> None:
    swap = change_of("swap", Attach(Q, R), Detach(P, R))

    async def work() -> None:
        with bench(ACCOUNT) as one:
            one.account.faults[2] = Fault(AccessDeniedError("no"))
            one.account.on_call = lambda number, name: _kill(one, number) if name == "detach" else None
            with pytest.raises(Crash):
                await one.apply(plan_of_changes(FIRST, swap))
            one.account.on_call = lambda _number, _name: None
            one.account.faults.clear()
            assert results(await one.apply(plan_of_changes(FIRST, swap))) == [ChangeResult.DONE] * 2
            assert [write.split()[0] for write in one.account.writes] == ["attach", "detach", "put_inline"]

    virtually(work)


def test_what_was_being_undone_when_the_run_was_killed_is_undone_and_not_gone_on_with() -> None:
    change = change_of("swap", Attach(Q, R), Detach(P, R))

    async def work() -> None:
        with bench(ACCOUNT) as one:
            seen: list[int] = []

            def on_call(number: int, name: str) -> None:
                if name == "detach" and not seen:
                    seen.append(number)
                    one.account.faults[number] = Fault(AccessDeniedError("no"))
                elif name == "detach":
                    _kill(one, number)

            one.account.on_call = on_call
            with pytest.raises(Crash):
                await one.apply(plan_of_changes(change))
            path = one.path("run")
            lines = path.read_bytes().splitlines(keepends=True)
            path.write_bytes(b"".join(lines[:-1]))  # killed a little earlier: before the undoing was meant
            one.account.on_call = lambda _number, _name: None
            one.account.faults.clear()
            (outcome,) = await one.apply(plan_of_changes(change))
            assert (outcome.result, outcome.detail) == (ChangeResult.FAILED, "no")
            assert settled(one.account.world) == settled(ACCOUNT)

    virtually(work)


def _kill(one: Bench, number: int) -> None:
    one.account.faults[number] = Fault(Crash())
