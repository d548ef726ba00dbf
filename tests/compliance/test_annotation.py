import re

from hypothesis import given
from hypothesis import strategies as st

from leastwise.compliance.annotation import LONGEST_ANNOTATION, again, length_of, named, told
from leastwise.findings import Reason

_NAME = st.text(st.characters(exclude_categories=["Z", "C"], exclude_characters=","), min_size=1, max_size=300)
names = st.lists(_NAME.filter(lambda name: not name.startswith(("...", "+"))), max_size=60)
heads = st.sampled_from(["Never accessed: ", "Not accessed for more than 400 days: ", "Unknown: not-in-report ("])
tails = st.sampled_from(["", ")", "; 12 more actions that no report tracks"])
texts = st.text(max_size=600)


def told_of(text: str, head: str, tail: str) -> tuple[list[str], int]:
    """The names that an annotation shows, and how many more it says there are."""
    body = text.removeprefix(head).removesuffix(tail)
    more = re.search(r"(?:^|, )\.\.\. \+(\d+) more$", body)
    shown = body[: more.start()] if more else body
    return shown.split(", ") if shown else [], int(more[1]) if more else 0


@given(heads, names, tails)
def test_the_names_and_the_more_are_always_the_whole(head: str, names: list[str], tail: str) -> None:
    text = named(head, names, tail=tail)
    assert text.startswith(head)
    shown, more = told_of(text, head, tail)
    assert shown == names[: len(shown)]
    assert len(shown) + more == len(names)


@given(heads, names, tails, st.integers(100, LONGEST_ANNOTATION))
def test_as_many_names_are_shown_as_fit(head: str, names: list[str], tail: str, most: int) -> None:
    text = named(head, names, tail=tail, most=most)
    shown, more = told_of(text, head, tail)
    assert length_of(text) <= most
    if more:
        longer = [*names[: len(shown) + 1], f"... +{len(names)} more"]
        assert length_of(f"{head}{', '.join(longer)}{tail}") > most


@given(texts)
def test_what_is_told_is_one_line_of_whole_words(text: str) -> None:
    line = told(text)
    words = text.split()
    assert length_of(line) <= LONGEST_ANNOTATION
    shown = line.split(" ") if line else []
    assert shown == words or (shown[-1] == "..." and shown[:-1] == words[: len(shown) - 1])


@given(st.sampled_from(Reason), st.sampled_from(Reason), heads, names, tails)
def test_an_annotation_is_told_again_as_it_was_however_often(
    first: Reason, second: Reason, head: str, names: list[str], tail: str
) -> None:
    before = named(head, names, tail=tail)
    if before.split() != before.split(" "):
        return
    once = again(first, before)
    assert once == f"Unknown now ({first}); earlier: {before}"
    assert again(second, once) == f"Unknown now ({second}); earlier: {before}"


@given(st.sampled_from(Reason), texts)
def test_telling_again_never_becomes_too_long(reason: Reason, before: str) -> None:
    assert 1 <= length_of(again(reason, before)) <= LONGEST_ANNOTATION


def test_a_name_that_is_longer_than_all_there_is_room_for_is_counted() -> None:
    assert named("Never accessed: ", ["é" * 300]) == "Never accessed: ... +1 more"
    assert named("Never accessed: ", ["ec2", "é" * 300, "s3"]) == "Never accessed: ec2, ... +2 more"


def test_characters_are_counted_as_config_counts_them() -> None:
    assert length_of("a\N{PERSONAL COMPUTER}é") == 4
    assert told("\N{PERSONAL COMPUTER}" * 129) == "..."


def test_a_tail_and_then_a_head_give_way_where_there_is_no_room() -> None:
    assert named("Never: ", ["ec2", "elasticache"], tail=" and so on", most=22) == "Never: ... +2 more"
    assert named("Never ever since: ", ["ec2", "elasticache"], most=17) == "Never ever ..."
