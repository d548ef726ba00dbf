"""Laws of the pattern matcher."""

from hypothesis import given
from hypothesis import strategies as st

from leastwise.catalog import canonical, literal_prefix, matches
from leastwise.catalog.pattern import compiled
from policy_strategies import LAW, naive_match

PATTERNS = st.text("ab*?", max_size=9)
WORDS = st.text("ab", max_size=9)


@LAW
@given(PATTERNS, WORDS)
def test_matching_agrees_with_the_oracle(pattern: str, text: str) -> None:
    assert matches(pattern, text) == naive_match(pattern, text)


@LAW
@given(PATTERNS, WORDS)
def test_the_compiled_pattern_matches_the_same(pattern: str, text: str) -> None:
    assert bool(compiled(pattern).fullmatch(text)) == matches(pattern, text)


@LAW
@given(PATTERNS, WORDS)
def test_the_canonical_pattern_matches_the_same(pattern: str, text: str) -> None:
    assert matches(canonical(pattern), text) == matches(pattern, text)


@LAW
@given(PATTERNS)
def test_a_canonical_pattern_is_its_own_canonical_form(pattern: str) -> None:
    once = canonical(pattern)
    assert canonical(once) == once
    assert "**" not in once
    assert "*?" not in once


@LAW
@given(PATTERNS, WORDS)
def test_what_a_pattern_matches_begins_with_its_literal_prefix(pattern: str, text: str) -> None:
    assert text.startswith(literal_prefix(pattern)) or not matches(pattern, text)


def test_characters_that_mean_something_elsewhere_mean_themselves() -> None:
    assert matches("a.[b]$", "a.[b]$")
    assert compiled("a.[b]\\?").fullmatch("a.[b]\\x")
    assert not compiled("a.b").fullmatch("axb")


def test_no_pattern_blows_up() -> None:
    assert not matches("*a" * 500 + "b", "a" * 2000)
    assert not compiled("*a" * 50 + "b").fullmatch("a" * 2000)
