"""Laws and examples of who is granted what, by which statement, and since when."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings

from inventory_samples import (
    account,
    accounts,
    allow,
    arn,
    attached,
    days_ago,
    deny,
    group,
    inline,
    managed,
    role,
    says,
    text_of,
    user,
    version,
)
from leastwise.inventory import (
    Attachment,
    GrantedBy,
    GrantIndex,
    Holding,
    PolicyKind,
    PolicyVersion,
    Principal,
    Snapshot,
    User,
)
from leastwise.policy import ActionSet, Effect, Statement
from policy_strategies import NAMESPACES, PROBES, SMALL, naive_match

LAW = settings(deadline=None, max_examples=40)


def statements_of(principal: Principal, snapshot: Snapshot) -> Iterator[tuple[str, str, Statement]]:
    """The oracle's way: every statement that reaches a principal, with its policy and the way it came."""
    policies = {policy.arn: policy for policy in snapshot.policies}
    groups = [one for one in snapshot.groups if isinstance(principal, User) and one.name in principal.groups]
    for holder, via in [(principal, "direct"), *((one, f"group:{one.name}") for one in groups)]:
        held = [(one.name, one.policy) for one in holder.inline]
        there = (policies[one.arn] for one in holder.attached if one.arn in policies)
        held.extend((policy.arn, policy.versions[0].policy) for policy in there)
        for name, text in held:
            for statement in text.document.statements if text.document else ():
                yield name, via, statement


def is_about(statement: Statement, action: str) -> bool:
    matched = any(naive_match(pattern, action) for pattern in statement.actions.patterns)
    return matched != statement.actions.negated


def always_denies(statement: Statement) -> bool:
    return statement.effect is Effect.DENY and statement.is_unconditional


@LAW
@given(accounts())
def test_attribution_of_an_action_is_sound_and_complete(snapshot: Snapshot) -> None:
    index = GrantIndex(SMALL, snapshot)
    for principal in snapshot.principals():
        grants, every = index.of(principal), list(statements_of(principal, snapshot))
        for action in PROBES:
            namespace, _, name = action.partition(":")
            denied = any(always_denies(one) and is_about(one, action) for _, _, one in every)
            wanted = {
                (policy, via, one.index)
                for policy, via, one in every
                if one.effect is Effect.ALLOW and is_about(one, action) and not denied
            }
            found = grants.granted_by(namespace, name)
            assert {(one.policy, one.via, place) for one in found for place in one.statements} == wanted
            assert grants.grants(namespace, name) == (action in grants.actions) == bool(wanted)
            assert bool(grants.denied_by(namespace, name)) == denied
            assert list(found) == sorted(found)


@LAW
@given(accounts())
def test_attribution_of_a_service_is_that_of_what_is_left_of_it(snapshot: Snapshot) -> None:
    index = GrantIndex(SMALL, snapshot)
    for principal in snapshot.principals():
        grants, every = index.of(principal), list(statements_of(principal, snapshot))
        for namespace in NAMESPACES:
            left = grants.actions & ActionSet.of([f"{namespace}:*"], SMALL)
            wanted = {
                (policy, via, one.index)
                for policy, via, one in every
                if one.effect is Effect.ALLOW and _actions(one) & left
            }
            found = grants.granted_by(namespace.upper())
            assert {(one.policy, one.via, place) for one in found for place in one.statements} == wanted
            assert grants.grants(namespace) == bool(wanted)
            assert namespace not in grants.namespaces or wanted
            assert SMALL.service(namespace) is None or bool(wanted) == (namespace in grants.namespaces)
            assert grants.service_mask(namespace) == left.known


def _actions(statement: Statement) -> ActionSet:
    named = ActionSet.of(statement.actions.patterns, SMALL)
    return ~named if statement.actions.negated else named


@LAW
@given(accounts())
def test_no_holding_is_dropped_and_equal_answers_are_one_object(snapshot: Snapshot) -> None:
    index = GrantIndex(SMALL, snapshot)
    for principal in snapshot.principals():
        grants = index.of(principal)
        assert index.holdings(principal) == grants.holdings
        direct = [holding.policy for holding in grants.holdings if holding.via == "direct"]
        assert direct == [*(one.name for one in principal.inline), *(one.arn for one in principal.attached)]
        for holding in grants.holdings:
            assert (holding.text.document is None) == bool(holding.text.fault)
            assert (holding in grants.unreadable) == (holding.text.document is None)
        for namespace in NAMESPACES:
            assert grants.granted_by(namespace) is index.of(principal).granted_by(namespace)


READ = managed("Read", says(allow("s3:Get*", "s3:List*")))
SEND = managed("Send", says(allow("sqs:*"), allow("s3:PutObject")), owner="aws")


def test_a_user_is_granted_what_its_groups_are() -> None:
    member = user("ann", groups=("ops",), inline=inline(Own=says(allow("s3:GetObject"))))
    snapshot = account(users=[member], groups=[group("ops", attached=attached(READ, SEND))], policies=[READ, SEND])
    grants = GrantIndex(SMALL, snapshot).of(member)
    assert grants.namespaces == ("s3", "sqs")
    assert grants.granted_by("s3", "getobject") == (
        GrantedBy("Own", PolicyKind.INLINE, "direct", (0,)),
        GrantedBy(READ.arn, PolicyKind.MANAGED, "group:ops", (0,)),
    )
    assert grants.granted_by("s3", "PutObject") == (GrantedBy(SEND.arn, PolicyKind.AWS_MANAGED, "group:ops", (1,)),)


def test_a_deny_in_one_policy_takes_from_another() -> None:
    denied = role("r", attached=attached(READ), inline=inline(No=says(deny("s3:*"), allow("sqs:*"))))
    grants = GrantIndex(SMALL, account(roles=[denied], policies=[READ])).of(denied)
    assert grants.namespaces == ("sqs",)
    assert grants.granted_by("s3") == ()
    assert grants.granted_by("s3", "GetObject") == ()
    assert [holding.policy for holding in grants.denied_by("s3", "GetObject")] == ["No"]


def test_only_the_statements_of_which_something_is_left_are_listed() -> None:
    one = role("r", inline=inline(P=says(allow("s3:GetObject"), allow("s3:PutObject"), deny("s3:GetObject"))))
    grants = GrantIndex(SMALL, account(roles=[one])).of(one)
    assert [found.statements for found in grants.granted_by("s3")] == [(1,)]


def test_a_service_that_nobody_knows_is_attributed_to_star_too() -> None:
    one = role("r", inline=inline(All=says(allow("*")), New=says(allow("newsvc:*")), Old=says(allow("s3:*"))))
    grants = GrantIndex(SMALL, account(roles=[one])).of(one)
    assert [found.policy for found in grants.granted_by("newsvc")] == ["All", "New"]
    assert [found.policy for found in grants.granted_by("newsvc", "DoThis")] == ["All", "New"]
    assert [found.policy for found in grants.granted_by("another")] == ["All"]
    assert "newsvc" in grants.namespaces
    assert grants.grants("another", "Thing")


def test_what_cannot_be_read_is_held_with_its_fault() -> None:
    broken = managed("Broken", text_of('{"Statement": 1}'))
    empty = managed("Empty")
    gone = Attachment(arn("policy", "Gone"), "Gone")
    one = user("u", attached=(*attached(broken, empty), gone), groups=("lost",), inline=inline(Bad=text_of("x")))
    grants = GrantIndex(SMALL, account(users=[one], policies=[broken, empty])).of(one)
    assert grants.namespaces == ()
    assert [(holding.policy, holding.via) for holding in grants.unreadable] == [
        ("Bad", "direct"),
        (broken.arn, "direct"),
        (empty.arn, "direct"),
        (gone.arn, "direct"),
        ("lost", "group:lost"),
    ]
    assert "a statement is a JSON object" in grants.unreadable[1].text.fault
    assert grants.unreadable[2].text.fault == "AWS listed no default version"
    assert grants.unreadable[3].text.fault == "the snapshot does not hold this policy"
    assert grants.unreadable[4].text.fault == "the snapshot does not hold the group lost"


def test_a_policy_is_judged_by_its_default_version() -> None:
    policy = managed("P", version(1, says(allow("sqs:*")), age=9, is_default=True), version(2, says(allow("*")), age=1))
    grants = GrantIndex(SMALL, account(policies=[policy])).of_policy(policy)
    assert grants.namespaces == ("sqs",)
    assert grants.granted_by("sqs") == (GrantedBy(policy.arn, PolicyKind.MANAGED, "direct", (0,)),)


def test_principals_with_the_same_holdings_share_their_grants() -> None:
    roles = [role("a", attached=attached(READ)), role("b", attached=attached(READ)), role("c", attached=attached(SEND))]
    index = GrantIndex(SMALL, account(roles=roles, policies=[READ, SEND]))
    assert index.of(roles[0]) is index.of(roles[1])
    assert index.of(roles[0]) is not index.of(roles[2])


GETS, PUTS, BAD = says(allow("s3:GetObject")), says(allow("s3:PutObject")), text_of("{")


@pytest.mark.parametrize(
    ("versions", "action", "age"),
    [
        ([version(1, GETS, age=9, is_default=True)], "GetObject", 9),
        ([version(1, GETS, age=9), version(2, GETS, age=5, is_default=True)], "GetObject", 9),
        ([version(1, PUTS, age=9), version(2, GETS, age=5, is_default=True)], "GetObject", 5),
        ([version(1, PUTS, age=9), version(2, GETS, age=5, is_default=True)], None, 9),
        ([version(1, GETS, age=9), version(2, PUTS, age=7), version(3, GETS, age=5, is_default=True)], "GetObject", 5),
        ([version(1, GETS, age=9), version(2, BAD, age=7), version(3, GETS, age=5, is_default=True)], "GetObject", 5),
        ([version(1, GETS, age=9), version(3, GETS, age=5, is_default=True)], "GetObject", 5),
        ([version(9, GETS, age=9), version(10, GETS, age=5, is_default=True)], "GetObject", 9),
        ([version(10, GETS, age=5, is_default=True), version(9, GETS, age=9)], "GetObject", 9),
        ([version(1, GETS, age=9, is_default=True), version(2, GETS, age=5)], "GetObject", 9),
        ([version(1, GETS, age=9, is_default=True), version(2, PUTS, age=5)], "GetObject", 5),
        ([version(1, GETS, age=9, is_default=True), version(2, PUTS, age=5), version(3, GETS, age=3)], "GetObject", 5),
        ([version(1, PUTS, age=9, is_default=True)], "GetObject", None),
    ],
)
def test_a_grant_is_as_old_as_the_run_of_versions_that_grant_it(
    versions: list[PolicyVersion], action: str | None, age: int | None
) -> None:
    policy = managed("P", *versions)
    since = GrantIndex(SMALL, account(policies=[policy])).of_policy(policy).granted_since("S3", action)
    assert since == (None if age is None else days_ago(age))


def test_a_grant_whose_date_one_holding_does_not_tell_has_none() -> None:
    dated, other = managed("Dated", version(1, GETS, age=9, is_default=True)), managed("Other", GETS)
    aws_owned = managed("Theirs", GETS, owner="aws")
    one = role("r", attached=attached(dated, other))
    with_inline = role("s", attached=attached(dated), inline=inline(I=GETS))
    with_theirs = role("t", attached=attached(dated, aws_owned))
    beside = role("u", attached=attached(dated), inline=inline(I=PUTS))
    index = GrantIndex(SMALL, account(policies=[dated, other, aws_owned]))
    assert index.of(one).granted_since("s3", "GetObject") == days_ago(365)
    assert index.of(with_inline).granted_since("s3", "GetObject") is None
    assert index.of(with_theirs).granted_since("s3") is None
    assert index.of(beside).granted_since("s3", "GetObject") == days_ago(9)
    assert index.of(beside).granted_since("s3") is None


def test_a_holding_says_where_it_comes_from() -> None:
    one = role("r", attached=attached(SEND))
    assert GrantIndex(SMALL, account(policies=[SEND])).holdings(one) == (
        Holding(SEND.arn, "Send", PolicyKind.AWS_MANAGED, "direct", SEND.versions[0].policy),
    )
