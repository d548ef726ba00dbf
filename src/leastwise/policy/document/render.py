"""Writing a document as policy JSON: legal, stable, and with the meaning of the document that it was made of."""

import json
import re
from itertools import chain
from typing import Final, TypeAlias

from msgspec.structs import replace

from leastwise.policy.document.grammar import PRINCIPAL_TYPES
from leastwise.policy.document.model import Condition, Document, Position, PrincipalClause, Statement

__all__ = [
    "Content",
    "content",
    "json_string",
    "render_compact",
    "render_document",
    "same_content",
    "size_in_characters",
]

_Value: TypeAlias = "str | list[str] | list[_Object] | _Object"
_Object: TypeAlias = "dict[str, _Value]"

_INDENT: Final = 4
"""Spaces a level, as the policy editor of the AWS console writes and AWS's managed policies are shown."""
_NOWHERE: Final = Position(0, 0, 0, 0)
_TOKEN: Final = re.compile(r'("(?:[^"\\]|\\.)*+")|\s+', re.DOTALL)
_HALF: Final = re.compile(r"[\ud800-\udfff]")
_WIDE: Final = re.compile(r"[^\x00-\xff]")
"""Characters that identity policies may hold only as escapes (IAM API, policyDocumentType)."""

Content = tuple[str | None, str | None, tuple[Statement, ...]]
"""What a document says, without where it says it: its version, its Id, and its statements."""


def content(document: Document) -> Content:
    """What the document says, without its text and the places in it; equal contents mean the same to IAM.

    >>> from leastwise.policy import parse_document
    >>> text = '{"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}'
    >>> content(parse_document(text)) == content(parse_document(" " + text))
    True
    """
    return document.version, document.id, tuple(_bare(one) for one in document.statements)


def _bare(statement: Statement) -> Statement:
    # Text keeps the tests of one operator together; which of them come first means nothing.
    grouped = tuple(chain.from_iterable(_by_operator(statement.conditions).values()))
    return replace(statement, index=0, position=_NOWHERE, conditions=grouped)


def same_content(one: Document, other: Document) -> bool:
    """Whether two documents say the same in the same order, wherever in their texts they say it.

    It is a comparison of what is written: documents that say the same in other words are not the same here.

    >>> from leastwise.policy import parse_document
    >>> one = parse_document('{"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}')
    >>> same_content(one, parse_document(render_document(one)))
    True
    """
    return content(one) == content(other)


def render_document(document: Document) -> str:
    r"""The document as policy JSON, indented by 4 spaces, without a line end behind it.

    Elements stand in the order Version, Id, Statement and Sid, Effect, Principal, Action, Resource, Condition; a lone
    value is a string and several are a list, in the order of the document. Parsing it gives the same content. Lost are
    the raw text, conditions that test nothing, and keys written twice, of which only the last counted. Numbers and
    booleans in conditions become strings, which IAM reads the same (IAM User Guide, "Condition operators"), and
    characters beyond U+00FF escapes, which every kind of policy takes. Linear.

    Raises:
        ValueError: a document that was made and not parsed says what no text can: a statement tests one operator and
            key twice, a list is empty, or a string holds a NUL or half a character.

    >>> from leastwise.policy import parse_document
    >>> text = '{"Statement": {"Action": ["s3:*"], "Resource": "*", "Effect": "Allow"}}'
    >>> print(render_document(parse_document(text)))
    {
        "Statement": [
            {
                "Effect": "Allow",
                "Action": "s3:*",
                "Resource": "*"
            }
        ]
    }
    """
    return _written(document, indent=_INDENT, separators=None)


def render_compact(document: Document) -> str:
    """The same without white space between its pieces; its length is what counts against IAM's quotas.

    Raises:
        ValueError: as `render_document`.

    >>> from leastwise.policy import parse_document
    >>> text = '{ "Statement": { "Action": "s3:*", "Resource": "*", "Effect": "Allow" } }'
    >>> render_compact(parse_document(text))
    '{"Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}'
    """
    return _written(document, indent=None, separators=(",", ":"))


def size_in_characters(text: str) -> int:
    """How many characters of a policy count against IAM's quotas: all but the white space between its pieces.

    IAM says that it counts no white space (IAM User Guide, "IAM and AWS STS quotas"); that within strings, which is
    rare, is counted here, so that what is said to fit does fit.

    >>> size_in_characters('{ "Sid": "a b" }')
    13
    """
    return len(_TOKEN.sub(r"\1", text))


def _written(document: Document, *, indent: int | None, separators: tuple[str, str] | None) -> str:
    return _legal(json.dumps(_document(document), indent=indent, separators=separators, ensure_ascii=False))


def json_string(value: str) -> str:
    r"""The text as a JSON string that every kind of policy takes, with its quotes.

    Raises:
        ValueError: the text holds a NUL or half a character.

    >>> json_string("s3:Get\u4e2d")
    '"s3:Get\\u4e2d"'
    """
    return _legal(json.dumps(value, ensure_ascii=False))


def _legal(text: str) -> str:
    # json writes a NUL as an escape, which IAM refuses like the character itself.
    if "\\u0000" in text.replace("\\\\", ""):
        raise ValueError("a policy may not hold the character U+0000")
    half = _HALF.search(text)
    if half is not None:
        raise ValueError(f"a policy may not hold half a character: U+{ord(half[0]):04X}")
    return _WIDE.sub(_escaped, text)


def _escaped(letter: re.Match[str]) -> str:
    return json.dumps(letter[0])[1:-1]


def _document(document: Document) -> _Object:
    if not document.statements:
        raise ValueError("a policy needs a statement")
    head = {"Version": document.version, "Id": document.id}
    found: _Object = {name: value for name, value in head.items() if value is not None}
    found["Statement"] = [_statement(one) for one in document.statements]
    return found


def _statement(statement: Statement) -> _Object:
    found: _Object = {} if statement.sid is None else {"Sid": statement.sid}
    found["Effect"] = statement.effect.value
    if statement.principals is not None:
        found["NotPrincipal" if statement.principals.negated else "Principal"] = _principals(statement.principals)
    found["NotAction" if statement.actions.negated else "Action"] = _some(statement.actions.patterns)
    if statement.resources is not None:
        found["NotResource" if statement.resources.negated else "Resource"] = _some(statement.resources.patterns)
    if statement.conditions:
        found["Condition"] = _conditions(statement.conditions)
    return found


def _principals(clause: PrincipalClause) -> _Value:
    if clause.entries == (("*", ("*",)),):
        return "*"
    found: _Object = {}
    for kind, values in clause.entries:
        if kind in found or kind not in PRINCIPAL_TYPES:
            raise ValueError(f"a principal cannot be written: {kind!r} stands twice, or beside others")
        found[kind] = _some(values)
    return found


def _conditions(conditions: tuple[Condition, ...]) -> _Object:
    written: _Object = {}
    for operator, members in _by_operator(conditions).items():
        tests: _Object = {}
        for one in members:
            if one.key in tests:
                raise ValueError(f"{operator} tests {one.key} twice, which one Condition cannot say")
            tests[one.key] = list(one.values) if len(one.values) != 1 else one.values[0]
        written[operator] = tests
    return written


def _by_operator(conditions: tuple[Condition, ...]) -> dict[str, list[Condition]]:
    found: dict[str, list[Condition]] = {}
    for one in conditions:
        found.setdefault(one.operator, []).append(one)
    return found


def _some(values: tuple[str, ...]) -> _Value:
    if not values:
        raise ValueError("the list may not be empty")
    return list(values) if len(values) > 1 else values[0]
