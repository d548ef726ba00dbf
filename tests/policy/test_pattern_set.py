"""Sets of texts that patterns describe, against looking at every short text."""

from collections.abc import Callable
from fnmatch import fnmatchcase
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leastwise.policy import PatternSet
from leastwise.policy.sets.language import OPAQUE, Answer, covers, find
from policy_strategies import LAW

_LETTERS = "ab:"
_TEXTS = ["".join(letters) for length in range(5) for letters in product(_LETTERS, repeat=length)]

patterns = st.lists(st.sampled_from(["a", "b", ":", "*", "*", "?"]), max_size=4).map("".join)


def sets() -> st.SearchStrategy[tuple[PatternSet, frozenset[str]]]:
    """A set and what it holds of the short texts, reckoned apart from it."""
    plain = st.lists(patterns, max_size=3).map(
        lambda found: (
            PatternSet.of(found),
            frozenset(text for text in _TEXTS if any(fnmatchcase(text, one) for one in found)),
        )
    )
    return st.recursive(
        plain, lambda inner: st.tuples(inner, inner, st.sampled_from("|&-~")).map(_combined), max_leaves=4
    )


def _combined(
    drawn: tuple[tuple[PatternSet, frozenset[str]], tuple[PatternSet, frozenset[str]], str],
) -> tuple[PatternSet, frozenset[str]]:
    (one, ones), (other, others), operation = drawn
    if operation == "|":
        return one | other, ones | others
    if operation == "&":
        return one & other, ones & others
    return (one - other, ones - others) if operation == "-" else (~one, frozenset(_TEXTS) - ones)


@given(sets())
@LAW
def test_a_set_holds_what_its_parts_say(drawn: tuple[PatternSet, frozenset[str]]) -> None:
    found, expected = drawn
    assert {text for text in _TEXTS if text in found} == expected


@given(sets())
@LAW
def test_an_example_is_in_the_set_and_an_empty_set_has_none(drawn: tuple[PatternSet, frozenset[str]]) -> None:
    found, expected = drawn
    example = found.example()
    assert example in found if example is not None else found.is_empty() is not Answer.NO
    if expected:
        assert found.is_empty() is Answer.NO


@given(sets(), sets())
@LAW
def test_subset_is_an_empty_difference(
    one: tuple[PatternSet, frozenset[str]], other: tuple[PatternSet, frozenset[str]]
) -> None:
    answer = one[0].is_subset(other[0])
    assert answer is (one[0] - other[0]).is_empty()
    if answer is Answer.YES:
        assert one[1] <= other[1]
    if answer is Answer.NO:
        example = (one[0] - other[0]).example()
        assert example is not None
        assert example in one[0]
        assert example not in other[0]


@given(sets(), sets())
@LAW
def test_the_laws_of_sets(one: tuple[PatternSet, frozenset[str]], other: tuple[PatternSet, frozenset[str]]) -> None:
    a, b = one[0], other[0]
    assert not a - a
    assert (a - b) | (a & b) == a
    assert ~(a | b) == ~a & ~b
    assert ~~a == a
    assert a <= a | b


@given(patterns, patterns)
@LAW
def test_a_pattern_that_covers_another_holds_all_of_its_texts(wide: str, narrow: str) -> None:
    if covers(wide, narrow):
        assert all(fnmatchcase(text, wide) for text in _TEXTS if fnmatchcase(text, narrow))


@pytest.mark.parametrize(
    ("ask", "expected"),
    [
        (lambda: PatternSet.of(["a?*"]) == PatternSet.of(["a*?"]), True),
        (lambda: PatternSet.of(["*a?*"]) <= PatternSet.of(["*a*"]), True),
        (lambda: PatternSet.of(["*a"]) <= PatternSet.of(["*a?*"]), False),
        (lambda: PatternSet.of(["*a*a"]) <= PatternSet.of(["*a?*"]), True),
        (lambda: PatternSet.of(["*a?*a"]) <= PatternSet.of(["*a?*"]), True),
        (lambda: PatternSet.of(["A"]) == PatternSet.of(["a"]), False),
        (lambda: PatternSet.of(["A*"], ignores_case=True) == PatternSet.of(["a*"], ignores_case=True), True),
        (lambda: "GETX" in PatternSet.of(["get?"], ignores_case=True), True),
        (lambda: "GETX" in PatternSet.of(["get?"]), False),
        (lambda: "*" in PatternSet.of(["?"]), True),
        (lambda: "*" in PatternSet.of(["a"]), False),
        (lambda: "a" in PatternSet.everything(), True),
        (lambda: "a" in PatternSet.nothing(), False),
        (lambda: PatternSet.of(["a*", "b*", "?*", ""]) == PatternSet.everything(), True),
    ],
)
def test_examples_of_answers(ask: Callable[[], bool], expected: bool) -> None:  # noqa: FBT001 - pytest passes by name
    assert ask() is expected


def test_case_may_be_ignored_in_an_example_too() -> None:
    found = (PatternSet.of(["GET*"], ignores_case=True) - PatternSet.of(["get"], ignores_case=True)).example()
    assert found is not None
    assert found.lower().startswith("get")
    assert len(found) == 4


def test_an_unknown_text_is_matched_by_a_star_and_by_itself_alone() -> None:
    unknown = f"home/{OPAQUE}"
    assert covers("home/*", unknown)
    assert covers(unknown, unknown)
    assert not covers("home/?", unknown)
    assert find([unknown], ["home/?"]) == unknown
    assert find([unknown], ["home/*"]) is Answer.NO


@pytest.mark.parametrize("size", [12, 400])
def test_entangled_patterns_end_with_an_honest_answer(size: int) -> None:
    # As a deterministic automaton `*a??...?` needs two to the power of its length states.
    entangled = PatternSet.of(["*a" + "?" * size]) - PatternSet.of(["*b" + "?" * size])
    assert entangled.is_empty() is Answer.NO
    both = PatternSet.of(["*a" + "?" * size]) & PatternSet.of(["*b" + "?" * size])
    assert both.is_empty() is not Answer.NO
    assert both.is_subset(PatternSet.of(["*c" + "?" * size])) is not Answer.NO
    assert both.example() is None


def test_hundreds_of_patterns_are_taken_from_hundreds() -> None:
    buckets = PatternSet.of([f"arn:aws:s3:::b{place}*x{place % 7}?" for place in range(300)])
    even = PatternSet.of([f"arn:aws:s3:::b{place}*" for place in range(0, 300, 2)])
    assert "arn:aws:s3:::b7-x0y" in buckets - even
    assert "arn:aws:s3:::b8-x1y" not in buckets - even
    assert ~~buckets == buckets


_MANY = PatternSet.of(f"*a{number}b*" for number in range(400))
_OTHERS = PatternSet.of(f"*b{number}a*" for number in range(400))


def test_sets_too_large_to_be_worked_out_still_know_what_they_hold() -> None:
    both, left, rest = _MANY & _OTHERS, _MANY - (_MANY - _OTHERS), ~(~_MANY | ~_OTHERS)
    for text, is_in in (("xa7b7ax", True), ("b7aa7b", True), ("a7b", False), ("b7a", False), ("a7bb400a", False)):
        assert [text in found for found in (both, left, rest)] == [is_in] * 3
        assert (text in both | PatternSet.of(["a7b"])) == (is_in or text == "a7b")
        assert text not in both - both


def test_of_sets_too_large_to_be_worked_out_nothing_wrong_is_said() -> None:
    both = _MANY & _OTHERS
    assert both.is_empty() is Answer.UNDECIDED
    assert both.example() is None
    assert (both - both).is_empty() is not Answer.NO
    assert both <= _MANY or both.is_subset(_MANY) is Answer.UNDECIDED
    assert _MANY.is_subset(both) is not Answer.YES
    assert (both & PatternSet.of(["c*"]) & PatternSet.of(["d*"])).is_empty() is Answer.YES
