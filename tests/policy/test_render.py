"""Laws and cases of writing documents."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto.iam.aws_managed_policies import aws_managed_policies_data
from msgspec.structs import replace

from leastwise.policy import (
    ActionClause,
    Condition,
    Document,
    DocumentKind,
    Effect,
    Position,
    PrincipalClause,
    ResourceClause,
    Statement,
    parse_document,
)
from leastwise.policy.document.grammar import STATEMENT_ELEMENTS
from leastwise.policy.document.render import (
    content,
    json_string,
    render_compact,
    render_document,
    same_content,
    size_in_characters,
)
from policy_strategies import DOCUMENT_LAW, LAW, documents, texts

Read = tuple[Document, DocumentKind]


def principals() -> st.SearchStrategy[object]:
    ids = st.sampled_from(["*", "arn:aws:iam::111122223333:role/r", "ec2.amazonaws.com", "é中"])
    value = st.one_of(ids, st.lists(ids, min_size=1, max_size=3))
    return st.one_of(st.just("*"), st.dictionaries(st.sampled_from(["AWS", "Service", "Federated"]), value, min_size=1))


@st.composite
def read(draw: st.DrawFn) -> Read:
    """A document of any kind, as it was read."""
    kind = draw(st.sampled_from(DocumentKind))
    data = draw(documents())
    if kind is not DocumentKind.IDENTITY:
        drawn: Any = data["Statement"]
        for statement in drawn if isinstance(drawn, list) else [drawn]:
            statement[draw(st.sampled_from(["Principal", "NotPrincipal"]))] = draw(principals())
            if kind is DocumentKind.TRUST or draw(st.booleans()):
                statement.pop("Resource", None)
                statement.pop("NotResource", None)
    escaped = st.just(json.dumps(data))
    return parse_document(draw(escaped if kind is DocumentKind.TRUST else texts(st.just(data))), kind), kind


@pytest.fixture(scope="module")
def corpus() -> list[Document]:
    policies = json.loads(aws_managed_policies_data).values()
    return [parse_document(json.dumps(policy["Document"])) for policy in policies]


@DOCUMENT_LAW
@given(read())
def test_what_is_written_reads_the_same(drawn: Read) -> None:
    document, kind = drawn
    for text in (render_document(document), render_compact(document)):
        assert same_content(parse_document(text, kind), document)
        assert not parse_document(text, kind).duplicates


@DOCUMENT_LAW
@given(read())
def test_writing_again_changes_nothing(drawn: Read) -> None:
    document, kind = drawn
    text, compact = render_document(document), render_compact(document)
    assert render_document(parse_document(text, kind)) == text
    assert render_compact(parse_document(text, kind)) == compact


@DOCUMENT_LAW
@given(read())
def test_elements_stand_in_one_order(drawn: Read) -> None:
    order = ["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource"]
    order.append("Condition")
    assert set(order) == STATEMENT_ELEMENTS
    data = json.loads(render_document(drawn[0]))
    assert list(data) == [name for name in ("Version", "Id", "Statement") if name in data]
    for statement in data["Statement"]:
        assert list(statement) == [name for name in order if name in statement]


def strings(data: object) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, list):
        for one in data:
            yield from strings(one)
    elif isinstance(data, dict):
        for key, value in data.items():
            yield key
            yield from strings(value)


@DOCUMENT_LAW
@given(read())
def test_the_compact_form_is_what_counts_against_quotas(drawn: Read) -> None:
    text, compact = render_document(drawn[0]), render_compact(drawn[0])
    assert json.loads(text) == json.loads(compact)
    assert size_in_characters(text) == size_in_characters(compact) == len(compact)
    if not any(" " in one for one in strings(json.loads(text))):
        assert len("".join(text.split())) == len(compact)


@LAW
@given(st.text(st.characters(codec="utf-8", exclude_characters="\0")))
def test_a_string_is_written_so_that_identity_policies_take_it(value: str) -> None:
    written = json_string(value)
    assert json.loads(written) == value
    assert max(written) <= "\xff"


def test_every_policy_of_aws_reads_the_same_when_written(corpus: list[Document]) -> None:
    assert len(corpus) > 1500
    for document in corpus:
        text = render_document(document)
        assert same_content(parse_document(text), document)
        assert render_document(parse_document(text)) == text


def test_numbers_and_booleans_become_strings() -> None:
    text = (
        '{"Statement": {"Effect": "Deny", "Action": "s3:*", "Resource": "*", "Condition": {'
        '"Bool": {"aws:SecureTransport": false}, "NumericLessThan": {"s3:max-keys": [10, 1.5e3]}}}}'
    )
    written = json.loads(render_document(parse_document(text)))["Statement"][0]["Condition"]
    assert written == {
        "Bool": {"aws:SecureTransport": "false"},
        "NumericLessThan": {"s3:max-keys": ["10", "1.5e3"]},
    }


def made(**changes: object) -> Document:
    statement = Statement(
        index=0,
        sid=None,
        effect=Effect.ALLOW,
        actions=ActionClause(("s3:*",), negated=False),
        resources=ResourceClause(("*",), negated=False),
        conditions=(),
        principals=None,
        position=Position(0, 0, 0, 0),
    )
    return Document("", None, None, (replace(statement, **changes),), ())


def test_tests_of_one_operator_are_brought_together() -> None:
    drawn = [("Bool", "b"), ("StringLike", "a"), ("Bool", "a"), ("bool", "b")]
    document = made(conditions=tuple(Condition(operator, key, ("true",)) for operator, key in drawn))
    again = parse_document(render_document(document))
    assert [(one.operator, one.key) for one in again.statements[0].conditions] == [
        ("Bool", "b"),
        ("Bool", "a"),
        ("StringLike", "a"),
        ("bool", "b"),
    ]
    assert content(again)[2] == content(document)[2]


UNWRITABLE = {
    "an operator and key twice": made(conditions=(Condition("Bool", "a", ("true",)), Condition("Bool", "a", ("x",)))),
    "no action": made(actions=ActionClause((), negated=False)),
    "no resource": made(resources=ResourceClause((), negated=True)),
    "NUL": made(actions=ActionClause(("s3:\0",), negated=False)),
    "half a character": made(sid="\ud800"),
    "a principal's type twice": made(
        principals=PrincipalClause((("AWS", ("1",)), ("Service", ("1",)), ("AWS", ("2",))), negated=False)
    ),
    "everyone beside others": made(principals=PrincipalClause((("*", ("*",)), ("AWS", ("2",))), negated=False)),
    "no statement": replace(made(), statements=()),
}


@pytest.mark.parametrize("document", UNWRITABLE.values(), ids=UNWRITABLE.keys())
def test_what_no_text_can_say_is_refused(document: Document) -> None:
    for render in (render_document, render_compact):
        with pytest.raises(ValueError, match=r"\w+ "):
            render(document)


def test_a_backslash_before_u0000_is_no_nul() -> None:
    document = made(actions=ActionClause(("s3:\\u0000",), negated=False))
    assert parse_document(render_document(document)).statements[0].actions.patterns == ("s3:\\u0000",)


def test_white_space_in_strings_counts() -> None:
    assert size_in_characters('{\r\n\t"a \\" b" :\n "" }') == len('{"a \\" b":""}')


def test_contents_differ_where_the_words_do() -> None:
    one = made()
    assert not same_content(one, made(sid=""))
    assert not same_content(one, replace(one, version="2012-10-17"))
    assert not same_content(one, replace(one, id=""))
    assert same_content(one, replace(one, text="x"))
