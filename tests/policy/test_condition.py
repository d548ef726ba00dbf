"""Laws and cases of condition operators; the cases are the data files of `conditions/`."""

import json
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple, TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leastwise.policy.document.model import Condition
from leastwise.policy.document.parse import parse_document
from leastwise.policy.document.variables import LITERAL_QUESTION, LITERAL_STAR
from leastwise.policy.evaluation.condition import holds
from leastwise.policy.evaluation.request import context_of
from leastwise.policy.evaluation.values import address, moment, network, number
from policy_strategies import LAW

HERE = Path(__file__).parent
Case: TypeAlias = Mapping[str, object]
Context: TypeAlias = dict[str, tuple[str, ...]]

OPPOSITES = (
    ("StringEquals", "StringNotEquals"),
    ("StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"),
    ("StringLike", "StringNotLike"),
    ("NumericEquals", "NumericNotEquals"),
    ("DateEquals", "DateNotEquals"),
    ("IpAddress", "NotIpAddress"),
    ("ArnEquals", "ArnNotEquals"),
    ("ArnLike", "ArnNotLike"),
)
ORDERS = tuple(
    f"{kind}{order}" for kind in ("Numeric", "Date") for order in ("LessThan", "LessThanEquals", "GreaterThan")
)
PLAIN = (*(name for pair in OPPOSITES for name in pair), *ORDERS, "Bool", "BinaryEquals")
SET_PREFIXES = ("ForAllValues:", "ForAnyValue:")
VALUES = (
    *("", "a", "A", "ab", "*", "a*", "?", "5", "5.0", "6", "true", "False", "10.0.0.1", "10.0.0.0/8", "::1", "QQ=="),
    *("2020-01-01", "2020-01-01T00:00:00Z", "1577836800", "arn:aws:s3:::b", "arn:aws:s3:::*", "arn:aws:iam::1:user/a"),
)
OTHERS = ("x", "x*", "-1", "9:9", "2020-13-01", "1" * 400, "\ud800", "é")

any_text = st.text(
    st.characters(exclude_categories=(), exclude_characters=LITERAL_STAR + LITERAL_QUESTION), max_size=12
)
one_value = st.one_of(st.sampled_from(VALUES), st.sampled_from(OTHERS), any_text)
many_values = st.lists(one_value, max_size=4).map(tuple)
operators = st.tuples(
    st.sampled_from(("", *SET_PREFIXES)), st.sampled_from((*PLAIN, "Null")), st.sampled_from(("", "IfExists"))
).map("".join)


class Row(NamedTuple):
    """One condition against one request."""

    condition: Condition
    context: Context
    variables: bool
    wanted: bool


def rows() -> Iterator[tuple[str, Row]]:
    for path in sorted((HERE / "conditions").glob("*.toml")):
        for case in tomllib.loads(path.read_text(encoding="utf-8"))["case"]:
            yield from rows_of(path.stem, case)


def rows_of(file: str, case: Case) -> Iterator[tuple[str, Row]]:
    assert case.keys() <= {*("title", "source", "operator", "key", "values", "also", "version"), *OUTCOMES, "missing"}
    assert case["source"]
    key = str(case.get("key", "aws:PrincipalTag/job"))
    condition, variables = condition_of(case, key)
    also = case.get("also", {})
    assert isinstance(also, dict)
    for value, wanted in requests_of(case):
        context = context_of(also if value is None else {**also, key: value})
        yield f"{file}: {case['title']}: {value!r}", Row(condition, context, variables, wanted)


OUTCOMES = {"holds": True, "fails": False}


def requests_of(case: Case) -> Iterator[tuple[str | list[str] | None, bool]]:
    for outcome, wanted in OUTCOMES.items():
        values = case.get(outcome, [])
        assert isinstance(values, list)
        for value in values:
            yield value, wanted
    if "missing" in case:
        yield None, OUTCOMES[str(case["missing"])]


def condition_of(case: Case, key: str) -> tuple[Condition, bool]:
    """The case's condition, read from a policy as a user would write it."""
    version = case.get("version", "2012-10-17")
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    conditions = {"Condition": {case["operator"]: {key: case["values"]}}}
    document = parse_document(json.dumps({"Version": version, "Statement": {**statement, **conditions}}))
    return document.statements[0].conditions[0], document.version == "2012-10-17"


def holds_for(operator: str, wanted: tuple[str, ...], *values: str) -> bool:
    return holds(Condition(operator, "k", wanted), {"k": values} if values else {}, variables=True)


@LAW
@given(operator=operators, wanted=many_values, values=many_values, variables=st.booleans())
def test_whatever_the_values_a_condition_holds_or_not(
    operator: str, wanted: tuple[str, ...], *, values: tuple[str, ...], variables: bool
) -> None:
    condition = Condition(operator, "k", wanted)
    first = holds(condition, {"k": values}, variables=variables)
    assert holds(condition, {"k": values}, variables=variables) is first


@LAW
@given(st.sampled_from(OPPOSITES), many_values, one_value)
def test_an_operator_and_its_opposite_never_agree_on_one_value(
    pair: tuple[str, str], wanted: tuple[str, ...], value: str
) -> None:
    assert holds_for(pair[0], wanted, value) is not holds_for(pair[1], wanted, value)


@LAW
@given(st.sampled_from(PLAIN), st.sampled_from(("", *SET_PREFIXES)), many_values, many_values)
def test_if_exists_holds_wherever_the_plain_operator_does(
    operator: str, prefix: str, wanted: tuple[str, ...], values: tuple[str, ...]
) -> None:
    plain = holds_for(prefix + operator, wanted, *values)
    lenient = holds_for(f"{prefix}{operator}IfExists", wanted, *values)
    assert lenient or not plain
    assert not values or lenient is plain


@LAW
@given(st.sampled_from(PLAIN), many_values, one_value)
def test_one_value_passes_as_it_is_or_under_a_set_operator(operator: str, wanted: tuple[str, ...], value: str) -> None:
    if value:
        plain = holds_for(operator, wanted, value)
        assert all(holds_for(prefix + operator, wanted, value) is plain for prefix in SET_PREFIXES)


@LAW
@given(st.sampled_from(PLAIN), many_values, st.lists(one_value.filter(bool), min_size=1, max_size=4))
def test_set_operators_are_all_and_any_of_their_values(
    operator: str, wanted: tuple[str, ...], values: list[str]
) -> None:
    passes = [holds_for(operator, wanted, value) for value in values]
    assert holds_for(f"ForAllValues:{operator}", wanted, *values) is all(passes)
    assert holds_for(f"ForAnyValue:{operator}", wanted, *values) is any(passes)


@LAW
@given(st.sampled_from(PLAIN), many_values, many_values, one_value)
def test_more_values_widen_a_positive_operator_and_narrow_its_opposite(
    operator: str, wanted: tuple[str, ...], more: tuple[str, ...], value: str
) -> None:
    few, many = holds_for(operator, wanted, value), holds_for(operator, wanted + more, value)
    assert (few or not many) if "Not" in operator else (many or not few)


@LAW
@given(st.sampled_from(PLAIN), one_value)
def test_a_value_is_like_and_equal_to_itself(operator: str, value: str) -> None:
    if operator in ("StringEquals", "StringEqualsIgnoreCase", "StringLike", "BinaryEquals") and "$" not in value:
        assert holds_for(operator, (value,), value)


@LAW
@given(st.sampled_from(("StringEquals", "StringLike")), one_value)
def test_a_variable_matches_its_own_value_alone(operator: str, value: str) -> None:
    condition = Condition(operator, "k", ("${aws:username}",))
    context = {"k": (value,), "aws:username": (value,)}
    assert holds(condition, context, variables=True)
    assert not holds(condition, {**context, "k": (f"{value}x",)}, variables=True)


@LAW
@given(one_value)
def test_reading_a_value_never_raises(text: str) -> None:
    for read in (number, moment, address, network):
        read(text)


@pytest.mark.parametrize("row", [pytest.param(row, id=name) for name, row in rows()])
def test_case(row: Row) -> None:
    assert holds(row.condition, row.context, variables=row.variables) is row.wanted


def test_there_are_many_cases_and_no_two_are_the_same() -> None:
    found = [str(row) for _, row in rows()]
    assert len(found) >= 300
    assert len(set(found)) == len(found)


def test_an_unknown_operator_never_holds() -> None:
    assert not holds_for("StringMatches", ("a",), "a")
    assert not holds_for("ForSomeValues:StringEquals", ("a",), "a")
    assert not holds_for("", ("a",), "a")


@pytest.mark.parametrize("operator", ["StringLike", "ArnLike", "ForAnyValue:StringNotLike"])
def test_patterns_of_many_stars_do_not_blow_up(operator: str) -> None:
    pattern = "arn:aws:s3:::" + "*a" * 200 + "*b"
    assert holds_for(operator, (pattern,), "arn:aws:s3:::" + "a" * 5_000) is operator.endswith("NotLike")


@pytest.mark.parametrize("operator", ["NumericEquals", "DateEquals", "IpAddress", "BinaryEquals", "Bool"])
def test_values_of_a_megabyte_are_no_trouble(operator: str) -> None:
    long = "1" * 1_000_000
    assert not holds_for(operator, (long,), "1")
    assert not holds_for(operator, ("1",), long)
