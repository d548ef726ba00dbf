"""Each precondition, compared with what is there: what fits, and what is said of what does not."""

import pytest
from msgspec.structs import replace

from apply.memory_account import MemoryAccount, World
from apply.runs import virtually
from inventory_samples import arn, days_ago, group, inline, role, user
from leastwise.apply import LiveKey, LivePassword, difference
from leastwise.inventory import Attachment
from leastwise.plan import (
    Absent,
    AttachedTo,
    HasPassword,
    HoldsOnly,
    InGroup,
    InlineIs,
    KeyIs,
    MembersAre,
    NoInline,
    PolicyIs,
    Precondition,
    digest_of,
)
from plan.accounts import DOCUMENTS, OWN, TEXTS, account_of, policy_of, version
from virtual_time import VirtualClock

P, Q, T = OWN
U, V, R, G = arn("user", "U"), arn("user", "V"), arn("role", "R"), arn("group", "G")
SAYS, OTHER = digest_of(DOCUMENTS[0]), digest_of(DOCUMENTS[1])
MADE, USED = days_ago(300), days_ago(90)
WORLD = World(
    account_of(
        users=[user("U", groups=("G",), inline=inline(A=TEXTS[0])), user("V", groups=("G",))],
        roles=[role("R", attached=(Attachment(P, "P"), Attachment(Q, "Q")), boundary=T)],
        groups=[group("G", attached=(Attachment(P, "P"),))],
        policies=[
            policy_of(P, [version(1, 1), version(3, is_default=True)]),
            policy_of(Q, [version(1, is_default=True)]),
            policy_of(T, [version(1, is_default=True)]),
        ],
    ),
    keys={U: (LiveKey("AKIA1", MADE, active=True), LiveKey("AKIA2", days_ago(5), active=False))},
    passwords={U: LivePassword(days_ago(900))},
    signed_in={U: days_ago(20)},
    used={"AKIA1": USED},
)

FITTING: list[Precondition] = [
    InlineIs(U, "A", SAYS),
    NoInline(U, "B"),
    NoInline(arn("user", "Nobody"), "B"),
    PolicyIs(P, "v3", SAYS, ("v1", "v3")),
    PolicyIs(P, "v3", SAYS, ()),
    Absent(arn("policy", "N")),
    AttachedTo(P, (R,), exactly=False),
    AttachedTo(P, (G, R), exactly=True),
    AttachedTo(P, (G, R, V), exactly=True),
    MembersAre(G, (U, V)),
    MembersAre(G, (U, V, arn("user", "Left"))),
    InGroup(U, G),
    HoldsOnly(R, (), (P, Q)),
    HoldsOnly(U, ("A", "gone"), ()),
    KeyIs(U, 1, MADE, USED),
    KeyIs(U, 1, MADE, days_ago(1)),
]

UNFIT: list[tuple[Precondition, str]] = [
    (InlineIs(U, "A", OTHER), f"inline policy A of {U}: expected the text {OTHER}, found the text {SAYS}"),
    (InlineIs(U, "B", OTHER), f"inline policy B of {U}: expected the text {OTHER}, found none"),
    (NoInline(U, "A"), f"inline policy A of {U}: expected none, found the text {SAYS}"),
    (
        PolicyIs(P, "v1", SAYS, ()),
        f"policy {P}: expected version v1 in force, {SAYS}, found version v3 in force, {SAYS}",
    ),
    (PolicyIs(P, "v3", OTHER, ()), f"expected version v3 in force, {OTHER}, found version v3 in force, {SAYS}"),
    (PolicyIs(P, "v3", SAYS, ("v3",)), "expected versions v3, found versions v1, v3"),
    (PolicyIs(arn("policy", "N"), "v3", SAYS, ()), "expected version v3 in force, found none"),
    (Absent(P), f"policy {P}: expected none, found one, in force v3"),
    (AttachedTo(P, (R, V), exactly=False), f"expected attached to {V}, found not attached"),
    (AttachedTo(P, (R,), exactly=True), f"expected attached to nobody but {R}, found attached to {G} as well"),
    (AttachedTo(P, (), exactly=True), "expected attached to nobody but nobody, found attached to"),
    (AttachedTo(T, (), exactly=True), f"expected nobody's permissions boundary, found the permissions boundary of {R}"),
    (MembersAre(G, (U,)), f"group {G}: expected no members but {U}, found {V} as well"),
    (InGroup(arn("user", "W"), G), f"group {G}: expected {arn('user', 'W')} in it, found not in it"),
    (HoldsOnly(R, (), (P,)), f"{R}: expected no policies but {P}, found {Q} as well"),
    (HoldsOnly(U, (), ()), f"{U}: expected no policies but nobody, found A as well"),
    (KeyIs(U, 1, days_ago(1), None), "expected one made at 2026-11-23T12:00:00Z, found none"),
    (KeyIs(U, 2, days_ago(5), None), f"access key 2 of {U}: expected active, found inactive"),
    (KeyIs(U, 1, MADE, None), "expected last used never, found last used at 2026-08-26T12:00:00Z"),
    (KeyIs(U, 1, MADE, days_ago(100)), "expected last used at 2026-08-16T12:00:00Z, found last used at"),
    (HasPassword(V, None), f"the password of {V}: expected one, found none"),
    (HasPassword(U, days_ago(20)), f"the password of {U}: expected a word that it may be deleted for good, found none"),
    (HasPassword(U, None), f"the password of {U}: expected last used never, found last used at"),
]


def found(precondition: Precondition, *, world: World = WORLD, may_delete: bool = False) -> str:
    async def work() -> str:
        account = MemoryAccount(world, VirtualClock())
        told = await difference(precondition, account, may_delete_passwords=may_delete)
        assert not account.writes
        return "" if told is None else str(told)

    return virtually(work)


@pytest.mark.parametrize("precondition", FITTING)
def test_what_is_as_planned_is_no_difference(precondition: Precondition) -> None:
    assert found(precondition) == ""


@pytest.mark.parametrize(("precondition", "said"), UNFIT)
def test_what_is_not_as_planned_is_named_with_what_there_is(precondition: Precondition, said: str) -> None:
    assert said in found(precondition)


def test_a_password_is_deleted_only_where_a_person_said_so_and_nobody_signed_in_since() -> None:
    assert found(HasPassword(U, days_ago(20)), may_delete=True) == ""
    assert found(HasPassword(U, days_ago(10)), may_delete=True) == ""
    assert "found last used at" in found(HasPassword(U, days_ago(30)), may_delete=True)
    assert "found last used at" in found(HasPassword(U, None), may_delete=True)
    assert "expected one, found none" in found(HasPassword(V, None), may_delete=True)


def test_two_keys_of_one_moment_are_not_told_apart() -> None:
    twice = replace(WORLD, keys={U: (LiveKey("AKIA1", MADE, active=True), LiveKey("AKIA2", MADE, active=True))})
    assert "found several" in found(KeyIs(U, 1, MADE, USED), world=twice)
