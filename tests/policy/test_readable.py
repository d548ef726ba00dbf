"""Patterns for people: they grant what is asked, nothing beyond where they may, and look like what one would write."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leastwise.catalog import load_catalog
from leastwise.policy import ActionSet, readable_patterns
from policy_strategies import KNOWN, LAW, PROBES, SMALL, action_patterns, action_sets


@given(action_sets(), action_sets())
@LAW
def test_the_known_actions_are_granted_and_nothing_outside_of_where_they_may_be(
    one: ActionSet, other: ActionSet
) -> None:
    within = one | other
    granted = ActionSet.of(readable_patterns(one, within=within), SMALL)
    assert granted.known == one.known
    assert [probe for probe in PROBES if probe in granted and probe not in within] == []


@given(st.sets(st.sampled_from(KNOWN)), st.lists(action_patterns(), max_size=3))
@LAW
def test_writing_the_result_again_changes_nothing(names: set[str], more: list[str]) -> None:
    actions = ActionSet.of([*names, *more], SMALL)
    within = ActionSet.everything(SMALL)
    found = readable_patterns(actions, within=within)
    assert readable_patterns(ActionSet.of(found, SMALL), within=within) == found


@pytest.mark.parametrize(
    ("kept", "gone", "patterns"),
    [
        (["s3:*", "sqs:*"], ["sqs:*"], ["s3:*"]),
        (["iam:Get*"], ["iam:GetUser"], None),
        (["foo:Bar", "s3:GetObjekt"], [], ["foo:bar", "s3:getobjekt"]),
        ([], [], []),
    ],
)
def test_results_look_like_what_one_would_write(kept: list[str], gone: list[str], patterns: list[str] | None) -> None:
    catalog = load_catalog()
    left = ActionSet.of(kept, catalog) - ActionSet.of(gone, catalog)
    found = list(readable_patterns(left, within=left))
    assert patterns is None or found == patterns
    assert all(text.count("*") <= 1 and "?" not in text and not text[:-1].count("*") for text in found)


def test_within_must_hold_what_is_to_be_granted() -> None:
    with pytest.raises(ValueError, match="within lacks"):
        readable_patterns(ActionSet.of(["s3:GetObject"], SMALL), within=ActionSet.of(["sqs:*"], SMALL))
