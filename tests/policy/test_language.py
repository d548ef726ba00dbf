"""Laws of patterns as languages."""

from collections.abc import Iterator
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from leastwise.catalog import canonical, matches
from leastwise.policy.sets.language import Answer, Effort, covers, minimal, overlaps, surely_disjoint
from policy_strategies import LAW

PATTERNS = st.text("ab*?", max_size=6).map(canonical)
SETS = st.lists(PATTERNS, max_size=3)


def words() -> Iterator[str]:
    """Every word of at most 5 letters, `x` standing for the letters that no pattern names."""
    return ("".join(letters) for length in range(6) for letters in product("abx", repeat=length))


@LAW
@given(PATTERNS, PATTERNS)
def test_what_covers_another_matches_all_that_it_matches(wide: str, narrow: str) -> None:
    if covers(wide, narrow):
        assert overlaps([narrow], [wide]) is Answer.NO
        assert all(matches(wide, word) for word in words() if matches(narrow, word))


@LAW
@given(PATTERNS)
def test_a_pattern_covers_itself_and_star_covers_all(pattern: str) -> None:
    assert covers(pattern, pattern)
    assert covers("*", pattern)


@LAW
@given(SETS.filter(bool), SETS)
def test_an_overlap_is_found_where_a_word_shows_it(inside: list[str], outside: list[str]) -> None:
    shown = any(
        all(matches(one, word) for one in inside) and not any(matches(one, word) for one in outside) for word in words()
    )
    answer = overlaps(inside, outside)
    assert answer is not Answer.UNDECIDED
    assert answer is Answer.YES or not shown


@LAW
@given(st.lists(st.text("ab*?", max_size=2).map(canonical), min_size=1, max_size=2), SETS)
def test_an_overlap_that_is_found_has_a_word(inside: list[str], outside: list[str]) -> None:
    short = [pattern for pattern in outside if len(pattern) <= 2]
    if overlaps(inside, short) is Answer.YES:
        assert any(
            all(matches(one, word) for one in inside) and not any(matches(one, word) for one in short)
            for word in words()
        )


@LAW
@given(PATTERNS, PATTERNS)
def test_what_is_surely_disjoint_has_no_word_in_common(one: str, other: str) -> None:
    if surely_disjoint(one, other):
        assert overlaps([one, other], []) is Answer.NO


@LAW
@given(st.lists(PATTERNS, max_size=5))
def test_the_minimal_patterns_match_the_same(patterns: list[str]) -> None:
    fewest = minimal(patterns)
    assert fewest <= set(patterns)
    for word in words():
        assert any(matches(one, word) for one in fewest) == any(matches(one, word) for one in patterns)


def test_a_question_too_hard_is_undecided() -> None:
    # One wants an a, the other a b in the same place from the end: empty, but seen only after 2 ** 15 states.
    assert overlaps(["*a" + "?" * 15, "*b" + "?" * 15], []) is Answer.UNDECIDED


def test_a_letter_that_must_be_there_is_seen_by_the_exact_question_only() -> None:
    assert not covers("*a?*", "*a*a")
    assert overlaps(["*a*a"], ["*a?*"]) is Answer.NO


@LAW
@given(st.lists(PATTERNS, min_size=1, max_size=5))
def test_putting_patterns_in_order_first_finds_the_same_minimal_ones(patterns: list[str]) -> None:
    # Beside so many others, the patterns are put in order before they are compared.
    others = [f"x{number}?" for number in range(1000)]
    assert minimal(patterns) == {one for one in minimal([*patterns, *others]) if one in patterns}


def test_a_few_patterns_that_cover_fifty_thousand_are_all_that_is_left() -> None:
    assert minimal(f"*a{number}*" for number in range(50_000)) == {f"*a{number}*" for number in range(10)}
    assert minimal(f"*{number}" for number in range(50_000)) == {f"*{number}" for number in range(10)}


def test_patterns_that_do_not_cover_each_other_are_kept_however_many_there_are() -> None:
    many = {f"*a{number}b*" for number in range(30_000)}
    assert minimal(many) == many


def test_questions_that_share_an_effort_are_undecided_when_it_is_used_up() -> None:
    effort = Effort(30)
    answers = [overlaps(["*a*"], ["*b*"], effort) for _ in range(100)]
    assert answers[0] is Answer.YES
    assert answers[-1] is Answer.UNDECIDED
    assert Answer.NO not in answers


def test_a_pattern_too_long_to_walk_through_is_undecided() -> None:
    assert overlaps(["*a" * 50_000], ["*aa*" + "b*a" * 50_000]) is not Answer.NO
    assert overlaps(["?" * 1_000_000 + "*"], ["*" + "a*" * 100_000]) is not Answer.NO
