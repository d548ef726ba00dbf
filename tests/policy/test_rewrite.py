"""Laws and examples of editing a document's text."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto.iam.aws_managed_policies import aws_managed_policies_data
from msgspec.structs import replace

from leastwise.policy import ActionClause, Document, DocumentKind, parse_document
from leastwise.policy.document.render import content
from leastwise.policy.document.rewrite import rewrite
from policy_strategies import DOCUMENT_LAW, action_patterns, texts

Changes = dict[int, ActionClause | None]


def clauses(document: Document, index: int) -> st.SearchStrategy[ActionClause]:
    """Clauses that share patterns with the one that stands there, or none."""
    old = document.statements[index].actions.patterns
    pattern = st.one_of(st.sampled_from(old), action_patterns(), st.sampled_from(['s3:"quo\\ted"', "s3:Gé中😀\t"]))
    return st.builds(ActionClause, st.lists(pattern, min_size=1, max_size=4).map(tuple), negated=st.booleans())


@st.composite
def edits(draw: st.DrawFn) -> tuple[Document, Changes]:
    document = parse_document(draw(texts()))
    changes: Changes = {
        one.index: draw(st.one_of(st.none(), clauses(document, one.index)))
        for one in document.statements
        if draw(st.booleans())
    }
    if all(changes.get(one.index, one) is None for one in document.statements):
        changes.popitem()
    return document, changes


def meant(document: Document, changes: Changes) -> Document:
    statements = [
        replace(one, actions=changes.get(one.index) or one.actions)
        for one in document.statements
        if changes.get(one.index, 0) is not None
    ]
    return replace(document, statements=tuple(statements))


@DOCUMENT_LAW
@given(texts())
def test_no_change_is_the_same_text(text: str) -> None:
    document = parse_document(text)
    assert rewrite(document, {}) == text
    assert rewrite(document, {one.index: one.actions for one in document.statements}) == text


@DOCUMENT_LAW
@given(edits())
def test_the_result_says_what_was_meant(drawn: tuple[Document, Changes]) -> None:
    document, changes = drawn
    assert content(parse_document(rewrite(document, changes))) == content(meant(document, changes))


@DOCUMENT_LAW
@given(edits())
def test_other_statements_keep_their_bytes(drawn: tuple[Document, Changes]) -> None:
    document, changes = drawn
    after = parse_document(rewrite(document, changes))
    stay = [one for one in document.statements if changes.get(one.index, one) is not None]
    for old, new in zip(stay, after.statements, strict=True):
        if old.index not in changes:
            assert after.quote(new) == document.quote(old)


ACTION = re.compile(r'"(?:Not)?Action":\s*("[^"]*"|\[[^\]]*\])')


@DOCUMENT_LAW
@given(edits())
def test_a_changed_statement_keeps_all_bytes_but_its_actions(drawn: tuple[Document, Changes]) -> None:
    document, changes = drawn
    kept = {index: clause for index, clause in changes.items() if clause is not None and '"' not in str(clause)}
    after = parse_document(rewrite(document, kept))
    assert ACTION.sub("", after.text) == ACTION.sub("", document.text)


def test_every_policy_of_aws_can_lose_its_last_pattern_and_its_first_statement() -> None:
    for policy in json.loads(aws_managed_policies_data).values():
        document = parse_document(json.dumps(policy["Document"], indent=2))
        last = document.statements[-1]
        changes: Changes = {0: None} if len(document.statements) > 1 else {}
        clause = ActionClause(last.actions.patterns[:-1] or ("s3:Get*",), last.actions.negated)
        changes[last.index] = clause
        after = parse_document(rewrite(document, changes))
        assert after.statements[-1].actions == clause
        # A list keeps its manner of writing: what json itself would have written is what stands there.
        if not isinstance(policy["Document"]["Statement"], list):
            continue
        assert after.text.count("\n") == json.dumps(json.loads(after.text), indent=2).count("\n")


PRETTY = """{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "One",
      "Effect": "Allow",
      "Action": [
        "s3:Get*",
        "s3:Put*"
      ],
      "Resource": "*"
    },
    {
      "Effect": "Allow",
      "Action": "sqs:*",
      "Resource": "*"
    },
    { "Effect": "Deny", "NotAction": ["iam:*"], "Resource": "*" }
  ]
}
"""


def only(*patterns: str, negated: bool = False) -> ActionClause:
    return ActionClause(patterns, negated)


def edited(text: str, changes: Changes) -> str:
    return rewrite(parse_document(text), changes)


def test_a_list_on_many_lines_stays_on_many_lines() -> None:
    assert edited(PRETTY, {0: only("s3:Put*", "s3:List*", "s3:Tag*")}) == PRETTY.replace(
        '"s3:Get*",\n        "s3:Put*"', '"s3:Put*",\n        "s3:List*",\n        "s3:Tag*"'
    )


def test_a_list_of_one_pattern_stays_a_list() -> None:
    assert edited(PRETTY, {0: only("s3:Get*")}) == PRETTY.replace('"s3:Get*",\n        "s3:Put*"', '"s3:Get*"')


def test_a_string_stays_a_string() -> None:
    assert edited(PRETTY, {1: only("sqs:Send*")}) == PRETTY.replace("sqs:*", "sqs:Send*")


def test_a_string_becomes_a_list_as_wide_as_the_text_indents() -> None:
    wanted = '"Action": [\n        "sqs:Send*",\n        "sqs:*"\n      ],'
    assert edited(PRETTY, {1: only("sqs:Send*", "sqs:*")}) == PRETTY.replace('"Action": "sqs:*",', wanted)


def test_a_list_on_one_line_stays_on_one_line() -> None:
    assert edited(PRETTY, {2: only("iam:*", "s3:*", negated=True)}) == PRETTY.replace('["iam:*"]', '["iam:*", "s3:*"]')


def test_an_action_becomes_a_not_action_by_its_key_alone() -> None:
    assert edited(PRETTY, {1: only("sqs:*", negated=True)}) == PRETTY.replace('"Action": "sqs', '"NotAction": "sqs')


def test_line_ends_are_kept() -> None:
    text = PRETTY.replace("\n", "\r\n")
    changes: Changes = {0: only("a:b", "a:c", "a:d"), 1: only("a:b", "a:c"), 2: None}
    after = edited(text, changes)
    assert after.count("\n") == after.count("\r\n")
    assert after == edited(PRETTY, changes).replace("\n", "\r\n")


@pytest.mark.parametrize(
    ("gone", "wanted"),
    [
        ([0], "[\n  {B},\n\n  {C}\n]"),
        ([1], "[\n  {A},\n\n  {C}\n]"),
        ([2], "[\n  {A} ,\n  {B}\n]"),
        ([0, 1], "[\n  {C}\n]"),
        ([1, 2], "[\n  {A}\n]"),
        ([0, 2], "[\n  {B}\n]"),
    ],
)
def test_a_statement_takes_its_comma_and_its_white_space_along(gone: list[int], wanted: str) -> None:
    text = '{"Statement": [\n  {A} ,\n  {B},\n\n  {C}\n]}'
    for letter in "ABC":
        statement = f'{{"Effect": "Allow", "Action": "s3:{letter}", "Resource": "*"}}'
        text, wanted = (one.replace(f"{{{letter}}}", statement) for one in (text, wanted))
    assert edited(text, dict.fromkeys(gone)) == '{"Statement": ' + wanted + "}"


def test_a_statement_that_is_no_list_is_edited_too() -> None:
    text = '{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}'
    assert edited(text, {0: only("s3:Get*", "s3:Put*")}) == text.replace('"s3:*"', '["s3:Get*","s3:Put*"]')


def test_where_a_key_stands_twice_the_one_that_counts_is_changed() -> None:
    text = '{"Statement": {"Action": "s3:*", "Effect": "Allow", "Action": "sqs:*", "Resource": "*"}}'
    assert edited(text, {0: only("sqs:Send*")}) == text.replace("sqs:*", "sqs:Send*")
    swapped = edited(text, {0: only("sqs:*", negated=True)})
    assert swapped == text.replace('"Action"', '"NotAction"')
    assert parse_document(swapped).statements[0].actions == only("sqs:*", negated=True)


def test_patterns_that_stay_keep_their_bytes() -> None:
    text = r'{"Statement": {"Effect": "Allow", "\u0041ction": ["s3:G\u0065t*" , "s3:*",  "a:b"], "Resource": "*"}}'
    assert edited(text, {0: only("s3:Get*", "a:b", "c:d")}) == text.replace(' , "s3:*"', "").replace(
        '"a:b"', '"a:b" , "c:d"'
    )


def test_a_comma_at_the_head_of_a_line_is_no_indentation() -> None:
    text = '{"Statement": {"Effect": "Allow"\n  , "Action": "s3:*"\n  , "Resource": "*"}}'
    assert edited(text, {0: only("a:b", "c:d")}) == text.replace('"s3:*"', '["a:b", "c:d"]')


def test_a_trust_policy_is_edited_too() -> None:
    text = '{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": ["sts:AssumeRole", "sts:TagSession"]}]}'
    document = parse_document(text, DocumentKind.TRUST)
    assert rewrite(document, {0: only("sts:AssumeRole")}) == text.replace(', "sts:TagSession"', "")


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({0: None, 1: None, 2: None}, "all of them are to go"),
        ({3: None}, r"no Statement\[3\]"),
        ({-1: None}, r"no Statement\[-1\]"),
        ({0: only()}, "None removes"),
        ({0: only("s3:*", "GetObject")}, "service prefix"),
        ({0: only("s3:\0")}, r"U\+0000"),
    ],
)
def test_what_cannot_be_is_refused(changes: Changes, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        edited(PRETTY, changes)


def test_ten_thousand_statements_are_edited_in_one_pass() -> None:
    one = '{"Effect":"Allow","Action":["s3:Get*","s3:Put*"],"Resource":"*"}'
    text = '{"Statement":[' + ",".join([one] * 10_000) + "]}"
    changes: Changes = {index: None if index % 2 else only("s3:Get*") for index in range(10_000)}
    wanted = one.replace(',"s3:Put*"', "")
    assert edited(text, changes) == '{"Statement":[' + ",".join([wanted] * 5_000) + "]}"
