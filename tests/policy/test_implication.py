"""What is known of conditions together, against evaluating them on drawn contexts."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leastwise.policy.comparison.implication import contradicts, follows
from leastwise.policy.comparison.literal import Literal, Literals, literal_text, literals_of, negated
from leastwise.policy.document.model import Condition, Statement
from leastwise.policy.document.parse import parse_document
from leastwise.policy.evaluation.condition import holds
from policy_strategies import LAW, contexts, meant_conditions, policy_of


def _statement(conditions: Mapping[str, Mapping[str, object]]) -> Statement:
    data: dict[str, object] = {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": conditions}
    return parse_document(policy_of([data])).statements[0]


def _literals(conditions: Mapping[str, Mapping[str, object]]) -> Literals:
    return literals_of(_statement(conditions), variables=True)


def _all_hold(conditions: tuple[Condition, ...], context: Mapping[str, tuple[str, ...]]) -> bool:
    return all(holds(condition, context, variables=True) for condition in conditions)


many_contexts = st.lists(contexts(), min_size=5, max_size=25)


@given(meant_conditions(), meant_conditions(), many_contexts)
@LAW
def test_what_follows_holds(
    one: dict[str, dict[str, object]], other: dict[str, dict[str, object]], drawn: list[dict[str, tuple[str, ...]]]
) -> None:
    given_conditions, asked = _statement(one).conditions, _statement(other).conditions
    if all(follows(literal, _literals(one)) for literal in _literals(other)):
        assert all(_all_hold(asked, context) for context in drawn if _all_hold(given_conditions, context))


@given(meant_conditions(), meant_conditions(), many_contexts)
@LAW
def test_what_contradicts_never_holds_at_once(
    one: dict[str, dict[str, object]], other: dict[str, dict[str, object]], drawn: list[dict[str, tuple[str, ...]]]
) -> None:
    both = (*_statement(one).conditions, *_statement(other).conditions)
    if contradicts(_literals(one) | _literals(other)):
        assert not any(_all_hold(both, context) for context in drawn)


@given(meant_conditions(), meant_conditions(), many_contexts)
@LAW
def test_what_contradicts_an_opposite_holds_wherever_the_rest_does(
    one: dict[str, dict[str, object]], other: dict[str, dict[str, object]], drawn: list[dict[str, tuple[str, ...]]]
) -> None:
    for condition, literal in _pairs(other):
        if contradicts(_literals(one) | {negated(literal)}):
            for context in drawn:
                assert not _all_hold(_statement(one).conditions, context) or holds(condition, context, variables=True)


def _pairs(conditions: Mapping[str, Mapping[str, object]]) -> list[tuple[Condition, Literal]]:
    found = []
    for operator, tests in conditions.items():
        for key, value in tests.items():
            one = {operator: {key: value}}
            found += list(zip(_statement(one).conditions, _literals(one), strict=True))
    return found


@pytest.mark.parametrize(
    ("given_one", "asked"),
    [
        ({"StringEquals": {"k": "a"}}, {"StringEquals": {"k": ["b", "a"]}}),
        ({"StringEquals": {"k": "a"}}, {"StringLike": {"K": "a*"}}),
        ({"StringLike": {"k": "ab*"}}, {"StringLike": {"k": "a*"}}),
        ({"StringEquals": {"k": "A"}}, {"StringEqualsIgnoreCase": {"k": "a"}}),
        ({"StringEquals": {"k": "a*"}}, {"StringEqualsIfExists": {"k": "a*"}}),
        ({"StringEquals": {"k": "a"}}, {"Null": {"k": "false"}}),
        ({"StringEquals": {"k": "a"}}, {"StringNotEquals": {"k": "b"}}),
        ({"StringNotLike": {"k": "a*"}}, {"StringNotEquals": {"k": "ab"}}),
        ({"StringEqualsIgnoreCase": {"k": "A"}}, {"StringNotEqualsIgnoreCase": {"k": "b"}}),
        ({"BinaryEquals": {"k": "YQ=="}}, {"BinaryEquals": {"k": ["Yg==", "YQ=="]}}),
        ({"Null": {"k": "true"}}, {"StringNotEquals": {"k": "ab"}}),
        ({"Null": {"k": "true"}}, {"ForAllValues:StringEquals": {"k": "ab"}}),
        ({"Null": {"k": "true"}}, {"NumericLessThanIfExists": {"k": "5"}}),
        ({"NumericLessThan": {"k": "5"}}, {"NumericLessThanEquals": {"k": "5"}}),
        ({"NumericLessThanEquals": {"k": "4"}}, {"NumericLessThan": {"k": "5"}}),
        ({"NumericEquals": {"k": "5.0"}}, {"NumericEquals": {"k": "5"}}),
        ({"NumericGreaterThan": {"k": "7"}}, {"NumericNotEquals": {"k": "6"}}),
        ({"DateLessThan": {"k": "2026-01-01"}}, {"DateLessThan": {"k": "2026-06-01T00:00:00Z"}}),
        ({"IpAddress": {"k": "10.1.2.3"}}, {"IpAddress": {"k": ["192.0.2.0/24", "10.0.0.0/8"]}}),
        ({"IpAddress": {"k": "10.1.2.3"}}, {"NotIpAddress": {"k": "192.0.2.0/24"}}),
        ({"ArnEquals": {"k": "arn:aws:s3:::b"}}, {"ArnLike": {"k": "arn:aws:s3:::*"}}),
        ({"ForAnyValue:StringEquals": {"k": ["a"]}}, {"ForAnyValue:StringLike": {"k": ["a*", "b"]}}),
        ({"ForAllValues:StringEquals": {"k": ["a"]}}, {"ForAllValues:StringLike": {"k": ["a*", "b"]}}),
        ({"Bool": {"k": "true"}}, {"Bool": {"k": "True"}}),
        ({"StringLike": {"k": "a*"}, "StringNotEquals": {"k": "ab"}}, {"StringLike": {"k": ["a", "aa*", "a?*"]}}),
        ({"StringEquals": {"k": "${aws:username}"}}, {"StringEquals": {"k": "${aws:username}"}}),
    ],
)
def test_follows(given_one: dict[str, dict[str, object]], asked: dict[str, dict[str, object]]) -> None:
    assert all(follows(literal, _literals(given_one)) for literal in _literals(asked))


@pytest.mark.parametrize(
    ("given_one", "asked"),
    [
        ({"StringEquals": {"k": ["b", "a"]}}, {"StringEquals": {"k": "a"}}),
        ({"StringEquals": {"k": "a"}}, {"StringEquals": {"j": "a"}}),
        ({"StringEqualsIfExists": {"k": "a"}}, {"StringEquals": {"k": "a"}}),
        ({"StringEqualsIgnoreCase": {"k": "a"}}, {"StringEquals": {"k": "a"}}),
        ({"StringNotEquals": {"k": "a"}}, {"Null": {"k": "false"}}),
        ({"StringEqualsIfExists": {"k": "a"}}, {"Null": {"k": "false"}}),
        ({"ForAllValues:StringEquals": {"k": "a"}}, {"ForAnyValue:StringEquals": {"k": "a"}}),
        ({"ForAllValues:StringEquals": {"k": "a"}}, {"ForAllValues:StringNotEquals": {"k": "b"}}),
        ({"ForAnyValue:StringEquals": {"k": "a"}}, {"ForAnyValue:StringNotEquals": {"k": "b"}}),
        ({"NumericLessThanEquals": {"k": "5"}}, {"NumericLessThan": {"k": "5"}}),
        ({"NumericEquals": {"k": "5"}}, {"StringEquals": {"k": "5"}}),
        ({"IpAddress": {"k": "10.0.0.0/8"}}, {"IpAddress": {"k": "10.1.0.0/16"}}),
        ({"ArnLike": {"k": "arn:aws:s3:::*"}}, {"ArnLike": {"k": "arn:aws:*:b"}}),
        ({"Bool": {"k": "true"}}, {"Bool": {"k": "false"}}),
        ({"StringEquals": {"k": "${aws:username}"}}, {"StringNotEquals": {"k": "ann"}}),
        ({"StringEquals": {"k": "ann"}}, {"StringEquals": {"k": ["ann", "${aws:username}"]}}),
        ({}, {"StringEquals": {"k": "a"}}),
    ],
)
def test_does_not_follow(given_one: dict[str, dict[str, object]], asked: dict[str, dict[str, object]]) -> None:
    assert not all(follows(literal, _literals(given_one)) for literal in _literals(asked))


@pytest.mark.parametrize(
    ("condition", "text"),
    [
        ({"Null": {"k": "true"}}, "k is missing"),
        ({"Null": {"k": "false"}}, "k is there"),
        ({"StringEquals": {"K": ["b", "a*"]}}, "k: StringEquals a* or b"),
        ({"StringNotLike": {"k": "a*"}}, "not (k: StringLike a*)"),
        ({"ForAnyValue:ArnEqualsIfExists": {"k": "arn:aws:s3:::b"}}, "k: ForAnyValue:ArnLikeIfExists arn:aws:s3:::b"),
        ({"ForAllValues:NumericNotEquals": {"k": "5"}}, "not (k: ForAnyValue:NumericEquals 5)"),
        ({"IpAddress": {"k": []}}, "k: IpAddress no value"),
    ],
)
def test_a_test_is_said_in_the_words_of_a_policy(condition: dict[str, dict[str, object]], text: str) -> None:
    assert [literal_text(one) for one in _literals(condition)] == [text]
