"""The JSON Schema of a journal's lines: whatever a run writes is valid, and nothing else is."""

import json
from collections.abc import Callable
from functools import cache
from types import UnionType
from typing import Final, get_args

import pytest
from hypothesis import given, settings
from msgspec import Struct
from msgspec.structs import replace

from apply.memory_account import Crash, Fault
from apply.runs import KEY_MADE, bench, change_of, drawn_plans, plan_of_changes, virtually, world_of
from inventory_samples import ID, arn, group, inline, role, user
from leastwise.apply import ApplyOptions, Entry, RunBegun, State
from leastwise.apply.chain import line_of
from leastwise.inventory import Attachment, Snapshot
from leastwise.plan import (
    Absent,
    AddToGroup,
    Attach,
    AttachedTo,
    CreatePolicy,
    CreateVersion,
    DeleteInline,
    DeletePassword,
    DeletePolicy,
    Detach,
    HasPassword,
    HoldsOnly,
    InGroup,
    InlineIs,
    KeptVersion,
    KeyIs,
    MembersAre,
    NoInline,
    Plan,
    PlanAccount,
    PolicyIs,
    Precondition,
    PutInline,
    RemoveFromGroup,
    RestorePolicy,
    RestoreVersion,
    SetKeyStatus,
    Step,
    digest_of,
    sealed,
)
from plan.accounts import DOCUMENTS, NEW, OWN, TEXTS, account_of, policy_of, version
from plan.plans import values
from shapes import Json, assert_refused_wherever_it_is_spoiled, is_valid, tags_in, validate

JOURNAL: Final = "leastwise/journal/1"
P, Q, T = OWN
N, M = NEW
U, V, R, G = arn("user", "U"), arn("user", "V"), arn("role", "R"), arn("group", "G")
ACCOUNT = account_of(
    users=[user("U", inline=inline(A=TEXTS[0], B=TEXTS[0]), groups=("G",)), user("V")],
    roles=[role("R", attached=(Attachment(P, "P"),))],
    groups=[group("G")],
    policies=[
        policy_of(P, [version(number, is_default=number == 5) for number in range(1, 6)]),
        policy_of(Q, [version(1, is_default=True)]),
        policy_of(T, [version(1), version(2, is_default=True)]),
    ],
)
TRUE = (
    InlineIs(U, "A", digest_of(DOCUMENTS[0])),
    NoInline(V, "Z"),
    PolicyIs(T, "v2", digest_of(DOCUMENTS[0]), ("v1", "v2")),
    AttachedTo(P, (R,), exactly=True),
    Absent(N),
    MembersAre(G, (U,)),
    HoldsOnly(V, (), ()),
    InGroup(U, G),
    KeyIs(U, 1, KEY_MADE, None),
    HasPassword(U, None),
)
EDIT = change_of("edit", PutInline(U, "A", DOCUMENTS[1]), DeleteInline(U, "B"), preconditions=TRUE)
CHANGES = (
    EDIT,
    change_of("replace", CreatePolicy(N, DOCUMENTS[1], "smaller"), Attach(N, R), Detach(P, R)),
    change_of("drop", CreateVersion(P, DOCUMENTS[1], KeptVersion("v1", DOCUMENTS[0], is_default=False))),
    change_of("back", RestoreVersion(T, "v1", DOCUMENTS[0])),
    change_of("gone", DeletePolicy(Q)),
    change_of("again", RestorePolicy(M, KEY_MADE, (KeptVersion("v1", DOCUMENTS[0], is_default=True),))),
    change_of("groups", AddToGroup(V, G), RemoveFromGroup(U, G)),
    change_of("key", SetKeyStatus(U, 1, KEY_MADE, active=False)),
    change_of("password", DeletePassword(U)),
)


def of_account(plan: Plan) -> Plan:
    """The plan, for an account that has an id."""
    return sealed(replace(plan, account=PlanAccount(ID, None, "aws")))


@cache
def lines() -> list[bytes]:
    """The journals of a run with a step of every kind that was killed and went on, and of its roll-back."""
    plan = of_account(plan_of_changes(*CHANGES))

    async def work() -> list[bytes]:
        with bench(world_of(ACCOUNT)) as one:

            def on_call(number: int, name: str) -> None:
                if name == "attach":
                    one.account.faults[number] = Fault(Crash(), is_after=True)

            one.account.on_call = on_call
            with pytest.raises(Crash):
                await one.apply(plan, ApplyOptions(delete_passwords=True))
            one.account.on_call = lambda _number, _name: None
            outcomes = await one.apply(plan, ApplyOptions(delete_passwords=True))
            assert {outcome.result for outcome in outcomes} == {"done"}
            await one.roll_back()
            return [line for run in ("run", "back") for line in one.path(run).read_bytes().splitlines()]

    return virtually(work)


def tags(kinds: UnionType) -> set[str]:
    return {kind.__struct_config__.tag for kind in get_args(kinds) if issubclass(kind, Struct)}


@pytest.mark.parametrize(
    ("field", "kinds"), [("entry", Entry), ("do", Step), ("check", Precondition), ("object", State)]
)
def test_a_run_with_every_kind_of_entry_step_precondition_and_object_is_valid_line_by_line(
    field: str, kinds: UnionType
) -> None:
    found = [validate(line, JOURNAL) for line in lines()]
    assert tags(kinds) <= set().union(*(tags_in(one, field) for one in found))


@given(drawn_plans())
@settings(max_examples=20, deadline=None)
def test_every_line_of_a_drawn_run_and_of_its_roll_back_is_valid(case: tuple[Snapshot, Plan]) -> None:
    before, plan = case

    async def work() -> None:
        with bench(before) as one:
            await one.apply(of_account(plan))
            await one.roll_back()
            for run in ("run", "back"):
                for line in one.path(run).read_bytes().splitlines():
                    validate(line, JOURNAL)

    virtually(work)


@given(values(Entry))
@settings(max_examples=200, deadline=None)
def test_every_entry_that_the_types_allow_is_valid(entry: Entry) -> None:
    if isinstance(entry, RunBegun):
        entry = replace(entry, schema=JOURNAL, account=ID, plan=digest_of(entry.plan))
    validate(line_of(entry, number=7, previous=b""), JOURNAL)


@pytest.mark.parametrize("entry", sorted(tags(Entry)))
def test_a_line_is_refused_wherever_it_is_spoiled(entry: str) -> None:
    found = max((line for line in lines() if json.loads(line)["entry"]["entry"] == entry), key=len)
    assert_refused_wherever_it_is_spoiled(json.loads(found), JOURNAL)


def with_a_name_for_an_arn(line: Json) -> None:
    line["entry"]["before"]["principal"] = "ana"


def with_a_time_without_zone(line: Json) -> None:
    line["entry"]["at"] = "2026-11-24T12:00:00"


def with_another_digest(line: Json) -> None:
    line["chain"] = line["chain"][:-1]


def with_no_number(line: Json) -> None:
    line["number"] = 0


def with_an_unknown_entry(line: Json) -> None:
    line["entry"]["entry"] = "remark"


def with_the_tag_of_another_object(line: Json) -> None:
    line["entry"]["before"]["object"] = "password"


@pytest.mark.parametrize(
    "spoil",
    [
        with_a_name_for_an_arn,
        with_a_time_without_zone,
        with_another_digest,
        with_no_number,
        with_an_unknown_entry,
        with_the_tag_of_another_object,
    ],
)
def test_a_value_that_no_run_writes_is_refused(spoil: Callable[[Json], None]) -> None:
    intent = json.loads(next(line for line in lines() if b'"intent"' in line))
    assert is_valid(intent, JOURNAL)
    spoil(intent)
    assert not is_valid(intent, JOURNAL)


@pytest.mark.parametrize(
    ("field", "value"), [("account", "a"), ("plan", "sha256:0"), ("schema", "leastwise/journal/2"), ("kind", "undo")]
)
def test_a_beginning_that_no_run_has_is_refused(field: str, value: str) -> None:
    begun = json.loads(lines()[0])
    begun["entry"][field] = value
    assert not is_valid(begun, JOURNAL)
