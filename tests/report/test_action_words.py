"""Sets of actions in words, which must be true of known actions and of all others."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leastwise.catalog import load_catalog
from leastwise.policy import ActionSet
from leastwise.report.policy.action_words import action_words

CATALOG = load_catalog()
PATTERNS = ("s3:*", "s3:Get*", "s3:GetObject", "s3:*Object", "sqs:*", "sqs:Send*", "foo:Bar", "foo:B*", "s3:?et*")
PROBES = ("s3:GetObject", "s3:PutObject", "s3:GetNew", "s3:NewObject", "s3:ListBucket", "sqs:SendMessage", "sqs:New",
          "foo:Bar", "foo:Baz", "foo:Qux", "ec2:RunInstances", "ec2:New", "new:Act")  # fmt: skip


def meant(words: tuple[str, ...]) -> ActionSet:
    """The set that the words describe to a reader."""
    if len(words) == 1 and words[0].startswith("*"):
        return ~meant(tuple(words[0].removeprefix("*").removeprefix(" except ").split("; ")))
    found = ActionSet.nothing(CATALOG)
    for text in filter(None, words):
        wide, _, excepted = text.partition(" except ")
        here = ActionSet.everything(CATALOG)
        for part in wide.split(" and "):
            here &= ActionSet.of([part], CATALOG)
        found |= here - ActionSet.of(filter(None, excepted.split(", ")), CATALOG)
    return found


@given(plus=st.lists(st.sampled_from(PATTERNS)), minus=st.lists(st.sampled_from(PATTERNS)), negated=st.booleans())
def test_the_words_are_true_of_every_action(*, plus: list[str], minus: list[str], negated: bool) -> None:
    actions = ActionSet.of(plus, CATALOG) - ActionSet.of(minus, CATALOG)
    actions = ~actions if negated else actions
    words = action_words(actions)
    assert meant(words).known == actions.known
    assert [one in meant(words) for one in PROBES] == [one in actions for one in PROBES]


@pytest.mark.parametrize(
    ("plus", "minus", "words"),
    [
        (["s3:*"], ["s3:get*", "s3:ListBucket"], ("s3:* except s3:Get*, s3:ListBucket",)),
        (["*"], ["iam:*", "s3:GetObject"], ("* except iam:*; s3:GetObject",)),
        (["*"], [], ("*",)),
        (["s3:getobject", "foo:Bar"], [], ("foo:bar", "s3:GetObject")),
        ([], [], ()),
    ],
)
def test_sets_read_as_a_person_would_say_them(plus: list[str], minus: list[str], words: tuple[str, ...]) -> None:
    assert action_words(ActionSet.of(plus, CATALOG) - ActionSet.of(minus, CATALOG)) == words
    assert all(re.fullmatch(r"[\w*?:;, .-]+", one) for one in words)
