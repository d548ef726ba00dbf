"""Laws of action sets: a Boolean algebra over known and unknown actions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leastwise.catalog import load_catalog
from leastwise.policy import ActionSet
from policy_strategies import KNOWN, LAW, NAMESPACES, PROBES, SMALL, action_patterns, action_sets, naive_match

NOTHING = ActionSet.nothing(SMALL)
EVERYTHING = ActionSet.everything(SMALL)
SETS = action_sets()


@LAW
@given(st.lists(action_patterns(), max_size=4))
def test_a_set_holds_what_one_of_its_patterns_matches(patterns: list[str]) -> None:
    found = ActionSet.of(patterns, SMALL)
    for action in PROBES:
        assert (action in found) == any(naive_match(pattern, action) for pattern in patterns)
        assert (action.swapcase() in found) == (action in found)


@LAW
@given(SETS, SETS)
def test_every_operation_agrees_with_membership(a: ActionSet, b: ActionSet) -> None:
    for action in PROBES:
        assert (action in a | b) == (action in a or action in b)
        assert (action in a & b) == (action in a and action in b)
        assert (action in a - b) == (action in a and action not in b)
        assert (action in ~a) == (action not in a)


@LAW
@given(SETS)
def test_a_set_less_itself_is_empty(a: ActionSet) -> None:
    assert a - a == NOTHING
    assert not a - a
    assert not (a - a).open
    assert a & ~a == NOTHING
    assert a | ~a == EVERYTHING


@LAW
@given(SETS, SETS)
def test_difference_and_intersection_make_up_the_set(a: ActionSet, b: ActionSet) -> None:
    assert (a - b) | (a & b) == a


@LAW
@given(SETS, SETS)
def test_de_morgan(a: ActionSet, b: ActionSet) -> None:
    assert ~(a | b) == ~a & ~b
    assert ~(a & b) == ~a | ~b
    assert ~~a == a


@LAW
@given(SETS, SETS, SETS)
def test_union_and_intersection_distribute(a: ActionSet, b: ActionSet, c: ActionSet) -> None:
    assert a & (b | c) == (a & b) | (a & c)
    assert a | (b & c) == (a | b) & (a | c)


@LAW
@given(SETS, SETS)
def test_subset_is_an_empty_difference(a: ActionSet, b: ActionSet) -> None:
    assert (a <= b) == (not a - b)
    assert a & b <= a <= a | b


@LAW
@given(SETS, SETS)
def test_equal_sets_hash_alike_however_they_were_made(a: ActionSet, b: ActionSet) -> None:
    assert hash((a - b) | (a & b)) == hash(a)
    assert hash(a | b) == hash(b | a)
    assert a | b == b | a


@LAW
@given(st.lists(SETS, max_size=4))
def test_the_union_of_many_is_that_of_one_after_the_other(sets: list[ActionSet]) -> None:
    one_by_one = NOTHING
    for one in sets:
        one_by_one |= one
    assert ActionSet.union_of(sets, SMALL) == one_by_one


@LAW
@given(SETS)
def test_a_set_reaches_the_services_of_its_actions(a: ActionSet) -> None:
    for namespace in NAMESPACES:
        if any(action in a for action in PROBES if action.startswith(f"{namespace}:")):
            assert a.reaches(namespace.upper())
        assert a.reaches(namespace) == bool(a & ActionSet.of([f"{namespace}:*"], SMALL))
    assert all(a.reaches(namespace) for namespace in a.namespaces())
    assert {service.namespace for service in SMALL.services if a.reaches(service.namespace)} <= set(a.namespaces())


@LAW
@given(SETS)
def test_the_known_actions_of_a_service_are_those_that_it_lists(a: ActionSet) -> None:
    for namespace in NAMESPACES:
        listed = {action.text for action in SMALL.actions(a.known_in(namespace))}
        assert listed == {action for action in KNOWN if action.startswith(f"{namespace}:") and action in a}


def test_unknown_actions_are_kept_apart() -> None:
    foo, bar = ActionSet.of(["new:Foo"], SMALL), ActionSet.of(["new:Bar"], SMALL)
    assert foo != bar
    assert foo & bar == NOTHING
    assert foo <= ActionSet.of(["new:F*"], SMALL)
    assert not ActionSet.of(["new:F*"], SMALL) <= foo


def test_a_pattern_reaches_further_than_the_actions_that_exist() -> None:
    every_known = ActionSet.of([action for action in KNOWN if action.startswith("sqs:")], SMALL)
    assert every_known <= ActionSet.of(["sqs:*"], SMALL)
    assert not ActionSet.of(["sqs:*"], SMALL) <= every_known


def test_equality_sees_through_the_way_a_set_is_written() -> None:
    assert ActionSet.of(["new:*a*a", "new:*a?*"], SMALL) == ActionSet.of(["new:*a?*"], SMALL)
    assert ActionSet.of(["new:?*", "new:b*"], SMALL) == ActionSet.of(["new:?*"], SMALL)


def test_two_halves_are_joined_and_keep_what_both_lack() -> None:
    rest = ActionSet.of(["new:*"], SMALL) - ActionSet.of(["new:*a*"], SMALL)
    half = ActionSet.of(["new:b*"], SMALL)
    joined = (rest - half) | (rest & half)
    assert joined.open == rest.open
    assert "new:ba" not in joined
    assert "new:bc" in joined


def test_a_service_that_a_deny_empties_is_reached_no_more() -> None:
    left = EVERYTHING - ActionSet.of(["new:*", "sqs:*"], SMALL)
    assert not left.reaches("new")
    assert left.reaches("other")
    assert left.namespaces() == ("iam", "s3", "s3-outposts")


def test_a_service_whose_known_actions_are_all_gone_is_still_reached_by_those_to_come() -> None:
    literals = ActionSet.of([action for action in KNOWN if action.startswith("sqs:")], SMALL)
    assert (EVERYTHING - literals).reaches("sqs")
    assert "sqs" in (EVERYTHING - literals).namespaces()


def test_where_it_cannot_be_decided_the_answer_is_the_safe_one() -> None:
    entangled = ActionSet.of(["new:*a" + "?" * 15], SMALL) & ActionSet.of(["new:*b" + "?" * 15], SMALL)
    assert not entangled <= NOTHING
    assert entangled != NOTHING
    assert entangled
    assert entangled.reaches("new")


@pytest.mark.parametrize("other", [None, 0, "s3:GetObject"])
def test_a_set_is_equal_to_nothing_but_sets(other: object) -> None:
    assert other != NOTHING


def test_wide_sets_can_be_shown() -> None:
    catalog = load_catalog()
    assert repr(ActionSet.everything(catalog)) == f"ActionSet({len(catalog)} known, rest=True, open=[])"
    assert repr(catalog.service("s3")).startswith("Service('s3', 'Amazon S3', ")
    assert repr(catalog.expand("*")) == f"Expansion('*', {len(catalog)} actions, '')"
