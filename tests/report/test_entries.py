"""Sequences that build their entries when asked, and what is made once for many."""

from hypothesis import given
from hypothesis import strategies as st

from leastwise.report.entries import Entries, Shared


@given(st.lists(st.integers()))
def test_entries_are_a_sequence_of_what_is_made(numbers: list[int]) -> None:
    made = [number + 1 for number in numbers]
    entries = Entries(numbers, lambda number: number + 1)
    assert list(entries) == made
    assert entries == tuple(made)
    assert tuple(made) == entries
    assert entries[1:] == made[1:]
    assert len(entries) == len(made)


def test_nothing_is_made_before_it_is_asked_for() -> None:
    asked: list[int] = []
    entries = Entries([1, 2, 3], asked.append)
    assert asked == []
    entries[1]
    assert asked == [2]


def test_entries_differ_from_other_entries_and_from_text() -> None:
    entries = Entries(["a"], str)
    assert entries != ["b"]
    assert entries != ["a", "a"]
    assert entries != "a"


def test_one_object_is_made_once_in_each_context() -> None:
    calls: list[str] = []

    def make(source: tuple[int, ...], context: str) -> str:
        calls.append(context)
        return f"{context}{source}"

    shared = Shared(make)
    one = (1, 2)
    assert shared(one, "a") is shared(one, "a")
    assert shared(one, "b") != shared(one, "a")
    assert calls == ["a", "b"]


def test_it_forgets_before_it_grows_without_bound() -> None:
    made: list[int] = []

    def make(source: tuple[int], _: str) -> None:
        made.extend(source)

    shared = Shared(make)
    sources: list[tuple[int]] = [(number,) for number in range(5000)]
    for source in (*sources, *sources):
        shared(source)
    assert len(made) > 5000
