"""Laws and cases of reading policy documents."""

import json
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leastwise.errors import PolicyError
from leastwise.policy import DocumentKind, DuplicateKey, Statement, parse_document
from policy_strategies import DOCUMENT_LAW, LAW, texts

HERE = Path(__file__).parent
Case = dict[str, str]


def cases(name: str) -> list[Case]:
    found: list[Case] = tomllib.loads((HERE / name).read_text(encoding="utf-8"))["case"]
    return found


def kind_of(case: Case) -> DocumentKind:
    return DocumentKind(case.get("kind", "identity"))


def listed(value: object) -> tuple[object, ...]:
    return tuple(value) if isinstance(value, list) else (value,)


def as_data(statement: Statement) -> dict[str, tuple[object, ...]]:
    """The statement's elements but for its conditions, each as a tuple of values."""
    found: dict[str, tuple[object, ...]] = {
        "Effect": (statement.effect.value,),
        "NotAction" if statement.actions.negated else "Action": statement.actions.patterns,
    }
    if statement.resources is not None:
        found["NotResource" if statement.resources.negated else "Resource"] = statement.resources.patterns
    if statement.sid is not None:
        found["Sid"] = (statement.sid,)
    return found


@DOCUMENT_LAW
@given(texts())
def test_a_document_is_read_as_its_json_says(text: str) -> None:
    data, document = json.loads(text), parse_document(text)
    assert document.text == text
    assert document.version == data.get("Version")
    assert document.id == data.get("Id")
    for statement, wanted in zip(document.statements, listed(data["Statement"]), strict=True):
        assert isinstance(wanted, dict)
        assert as_data(statement) == {key: listed(value) for key, value in wanted.items() if key != "Condition"}


@DOCUMENT_LAW
@given(texts())
def test_conditions_keep_every_operator_key_and_value(text: str) -> None:
    for statement, wanted in zip(
        parse_document(text).statements, listed(json.loads(text, parse_float=str)["Statement"]), strict=True
    ):
        assert isinstance(wanted, dict)
        pairs = [
            (operator, key, values)
            for operator, keys in wanted.get("Condition", {}).items()
            for key, values in keys.items()
        ]
        assert [(one.operator, one.key) for one in statement.conditions] == [pair[:2] for pair in pairs]
        for one, (_, _, values) in zip(statement.conditions, pairs, strict=True):
            assert one.values == tuple(
                str(value).lower() if isinstance(value, bool) else str(value) for value in listed(values)
            )


@DOCUMENT_LAW
@given(texts())
def test_a_statement_stands_where_its_position_says(text: str) -> None:
    document = parse_document(text)
    for statement, wanted in zip(document.statements, listed(json.loads(text)["Statement"]), strict=True):
        place = statement.position
        assert json.loads(document.quote(statement)) == wanted
        assert text[place.start] == "{"
        assert text[place.end - 1] == "}"
        assert place.line == text[: place.start].count("\n") + 1
        assert place.column == place.start - (text[: place.start].rfind("\n") + 1) + 1


@DOCUMENT_LAW
@given(texts())
def test_a_statement_read_alone_is_the_same(text: str) -> None:
    document = parse_document(text)
    for statement in document.statements:
        alone = parse_document('{"Statement": ' + document.quote(statement) + "}").statements[0]
        assert as_data(alone) == as_data(statement)
        assert alone.conditions == statement.conditions


def fault_of(text: str, kind: DocumentKind) -> PolicyError | None:
    try:
        parse_document(text, kind)
    except PolicyError as error:
        return error
    return None


def check_total(text: str, kind: DocumentKind) -> None:
    fault = fault_of(text, kind)
    if fault is not None:
        lines = text.split("\n")
        assert 1 <= fault.line <= len(lines)
        assert 1 <= fault.column <= len(lines[fault.line - 1]) + 1
        assert str(fault).encode()


ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=60)
JSON_DATA = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=3)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["Statement", "Effect", "Action", "Resource", "Condition", "Sid", "Version", "Bool", "x"]),
            inner,
            max_size=5,
        ),
    ),
)


@LAW
@given(st.one_of(ANY_TEXT, JSON_DATA.map(json.dumps)), st.sampled_from(DocumentKind))
def test_any_text_is_a_document_or_a_policy_error(text: str, kind: DocumentKind) -> None:
    check_total(text, kind)


@DOCUMENT_LAW
@given(texts(), st.data())
def test_a_damaged_document_is_a_document_or_a_policy_error(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 9)))
    piece = data.draw(
        st.sampled_from(["", "{", "}", "[", "]", '"', ",", ":", "\\", "\\u", "1", "null", "\n", "\x00", "é"])
    )
    check_total(text[:start] + piece + text[end:], data.draw(st.sampled_from(DocumentKind)))


@pytest.mark.parametrize("case", cases("accepted.toml"), ids=lambda case: case["name"])
def test_what_iam_accepts_is_accepted(case: Case) -> None:
    document = parse_document(case["text"], kind_of(case))
    assert document.text == case["text"]
    assert not document.duplicates


@pytest.mark.parametrize("case", cases("refused.toml"), ids=lambda case: case["name"])
def test_what_iam_refuses_is_refused_with_the_path_to_the_fault(case: Case) -> None:
    with pytest.raises(PolicyError) as caught:
        parse_document(case["text"], kind_of(case))
    assert caught.value.path == case["path"]
    assert case["says"] in caught.value.problem


def test_a_fault_is_said_with_line_and_column() -> None:
    text = '{\n  "Statement": [\n    {"Effect": "Allow", "Action": ["s3:Get*",\n      "Get"], "Resource": "*"}]}'
    with pytest.raises(PolicyError) as caught:
        parse_document(text)
    assert (caught.value.line, caught.value.column) == (4, 7)
    assert str(caught.value).startswith("Statement[0].Action[1]: an action needs a service prefix")


def test_an_unknown_element_is_pointed_at_by_its_name() -> None:
    with pytest.raises(PolicyError) as caught:
        parse_document('{"Statement": [{"Actoin": "s3:*"}]}')
    assert caught.value.column == 17


def test_keys_written_twice_are_reported_and_the_last_one_counts() -> None:
    document = parse_document(
        '{"Version": "2008-10-17", "Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Effect": "Allow",'
        ' "Action": "s3:*", "Resource": "*", "Condition": {"Bool": {"a": "b"}, "Bool": {"a": "d", "a": "e"}}}]}'
    )
    assert document.duplicates == (
        DuplicateKey("", "Version"),
        DuplicateKey("Statement[0]", "Effect"),
        DuplicateKey("Statement[0].Condition", "Bool"),
        DuplicateKey("Statement[0].Condition.Bool", "a"),
    )
    assert document.version == "2012-10-17"
    assert document.statements[0].effect == "Allow"
    assert document.statements[0].conditions[0].values == ("e",)


def test_a_fault_is_found_in_the_key_that_counts() -> None:
    with pytest.raises(PolicyError) as caught:
        parse_document('{"Statement": {"Effect": "Allow", "Effect": "allow", "Action": "s3:*", "Resource": "*"}}')
    assert caught.value.column == 45


def test_principals_are_kept_as_written() -> None:
    text = '{"Statement": {"Effect": "Allow", "Principal": {"AWS": ["1", "2"], "Service": "s"}, "Action": "sts:*"}}'
    principals = parse_document(text, DocumentKind.TRUST).statements[0].principals
    assert principals is not None
    assert principals.entries == (("AWS", ("1", "2")), ("Service", ("s",)))
    assert not principals.negated


DEEP = 10_000
HOSTILE = {
    "lists": "[" * DEEP,
    "objects": '{"a":' * DEEP,
    "a deep statement": '{"Statement":' + "[" * DEEP + "]" * DEEP + "}",
    "a deep condition": '{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"Bool":{"a":'
    + "[" * DEEP
    + "]" * DEEP
    + "}}}}",
    "deep behind many that are closed": '{"Statement":[' + '{"a":[]},' * 1000 + "[" * DEEP,
    "brackets in a string": '{"Statement":"' + "[" * DEEP,
    "quotes": '"' * 100_000,
    "backslashes": '{"' + "\\" * 100_001,
    "a number of many digits": '{"Statement":' + "9" * 100_000 + "}",
    "NUL": '{"Statement":"\x00"}',
    "a lone surrogate": '{"Statement":"\ud800"}',
    "a byte order mark": '\ufeff{"Statement":[]}',
    "white space": " " * 1_000_000,
    "many statements, the last one wrong": '{"Statement":['
    + '{"Effect":"Allow","Action":"s3:*","Resource":"*"},' * 20_000
    + "{}]}",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_is_a_clear_error(text: str) -> None:
    with pytest.raises(PolicyError) as caught:
        parse_document(text)
    assert len(str(caught.value)) < 300


def test_five_megabytes_on_one_line_are_read() -> None:
    one = '{"Effect":"Allow","Action":"s3:Get*","Resource":"*"},'
    text = '{"Statement":[' + (one * 100_000)[:-1] + "]}"
    assert len(text) > 5_000_000
    last = parse_document(text).statements[-1]
    assert (last.position.line, last.position.column) == (1, last.position.start + 1)


def test_reading_leaves_no_trace_between_documents() -> None:
    assert fault_of('{"Statement": {"a": 1, "a": 2}}', DocumentKind.IDENTITY) is not None
    assert parse_document('{"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}').duplicates == ()
