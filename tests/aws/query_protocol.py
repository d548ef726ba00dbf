"""Answers of the AWS query protocol, drawn from botocore's model and written as XML in every way that AWS might."""

import base64
from datetime import UTC, datetime
from functools import cache
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import escape

import botocore.session
from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape
from botocore.parsers import create_parser
from hypothesis import strategies as st
from msgspec import Struct

__all__ = ["Layout", "answer_values", "layouts", "operation_model", "parse_with_botocore", "write_answer"]

_ALWAYS_SENT = frozenset(
    {
        "Account",
        "ActionName",
        "Arn",
        "AssumeRolePolicyDocument",
        "Content",
        "CreateDate",
        "DefaultVersionId",
        "Document",
        "GeneratedTime",
        "GroupId",
        "GroupName",
        "JobId",
        "Path",
        "PolicyArn",
        "PolicyDocument",
        "PolicyName",
        "RoleId",
        "RoleName",
        "ServiceNamespace",
        "State",
        "UpdateDate",
        "UserId",
        "UserName",
        "VersionId",
    }
)
"""Members that AWS always sends, though its model does not mark them as required."""
_LEFT_OUT_WHILE_PENDING = frozenset({"JobCompletionDate", "ServicesLastAccessed", "EntityDetailsList"})
"""Members that AWS leaves out of a pending answer, though its model marks them as required."""
_DOCUMENTS = frozenset({"PolicyDocument", "AssumeRolePolicyDocument", "Document"})

_TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff"), max_size=12
)
_MOMENTS = st.integers(0, 3 * 10**9 * 1000).map(lambda milliseconds: datetime.fromtimestamp(milliseconds / 1000, UTC))


class Layout(Struct, frozen=True):
    """How an answer is written."""

    namespace: str
    """`default`, `prefix` or `none`."""
    indented: bool
    """Whether there is white space between members."""
    self_closing: bool
    """Whether empty members are written as one tag."""
    numeric_entities: bool
    """Whether characters beyond ASCII are written as numbers."""
    commented: bool
    """Whether comments stand between members."""


layouts = st.builds(
    Layout, st.sampled_from(["default", "prefix", "none"]), st.booleans(), st.booleans(), st.booleans(), st.booleans()
)


@cache
def operation_model(service: str, operation: str) -> OperationModel:
    """botocore's model of an operation."""
    return botocore.session.Session().get_service_model(service).operation_model(operation)


def parse_with_botocore(model: OperationModel, body: bytes, *, status: int = 200) -> dict[str, Any]:
    """What botocore's own parser makes of an answer."""
    assert model.output_shape is not None
    parser = create_parser("query")
    parsed: dict[str, Any] = parser.parse({"body": body, "headers": {}, "status_code": status}, model.output_shape)
    return parsed


def answer_values(shape: Shape, name: str = "") -> st.SearchStrategy[Any]:
    """Drawn values of a shape; members that are not always sent are left out at random."""
    if isinstance(shape, StructureShape):
        return _structures(shape)
    if isinstance(shape, ListShape):
        return st.lists(answer_values(shape.member), max_size=3)
    if isinstance(shape, MapShape):
        return st.dictionaries(answer_values(shape.key), answer_values(shape.value), max_size=3)
    return _scalars(shape, name)


def _structures(shape: StructureShape) -> st.SearchStrategy[dict[str, Any]]:
    required = (set(shape.required_members) | _ALWAYS_SENT) - _LEFT_OUT_WHILE_PENDING
    # botocore's model of an instance profile holds roles again; one level of them says enough.
    members = {name: member for name, member in shape.members.items() if name != "Roles"}
    return st.fixed_dictionaries(
        {name: answer_values(member, name) for name, member in members.items() if name in required},
        optional={name: answer_values(member, name) for name, member in members.items() if name not in required},
    )


def _scalars(shape: Shape, name: str) -> st.SearchStrategy[Any]:
    if shape.type_name == "timestamp":
        return st.one_of(_MOMENTS, _MOMENTS.map(lambda moment: moment.replace(microsecond=0)))
    if shape.type_name in ("integer", "long"):
        return st.integers(0, 100_000)
    if shape.type_name == "boolean":
        return st.booleans()
    if shape.type_name == "blob":
        return st.binary(max_size=40)
    if getattr(shape, "enum", None):
        return st.sampled_from(shape.enum)  # type: ignore[attr-defined] # only strings have one
    return _TEXTS.map(lambda text: quote(text, safe="")) if name in _DOCUMENTS else _TEXTS


def write_answer(model: OperationModel, values: dict[str, Any], layout: Layout) -> bytes:
    """The answer as XML."""
    inner = _structure(f"{model.name}Result", model.output_shape, values, layout)
    request_id = _element(
        "ResponseMetadata", [_leaf("RequestId", "11111111-2222-3333-4444-555555555555", layout)], layout
    )
    text = _element(f"{model.name}Response", [inner, request_id], layout, root=True)
    text = '<?xml version="1.0" encoding="UTF-8"?>\n' + text
    return text.encode("ascii", "xmlcharrefreplace") if layout.numeric_entities else text.encode()


def _write(name: str, shape: Shape, value: Any, layout: Layout) -> str:  # noqa: ANN401 - whatever the model says
    if isinstance(shape, StructureShape):
        return _structure(name, shape, value, layout)
    if isinstance(shape, ListShape):
        return _element(name, [_write("member", shape.member, entry, layout) for entry in value], layout)
    if isinstance(shape, MapShape):
        entries = [
            _element(
                "entry", [_write("key", shape.key, key, layout), _write("value", shape.value, entry, layout)], layout
            )
            for key, entry in value.items()
        ]
        return _element(name, entries, layout)
    return _leaf(name, _text_of(value), layout)


def _structure(name: str, shape: Shape | None, values: dict[str, Any], layout: Layout) -> str:
    assert isinstance(shape, StructureShape)
    members = [_write(member, shape.members[member], value, layout) for member, value in values.items()]
    return _element(name, members, layout)


def _text_of(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
        case bytes():
            return base64.b64encode(value).decode()
        case _:
            return str(value)


def _leaf(name: str, text: str, layout: Layout) -> str:
    tag = _tag(name, layout)
    return f"<{tag}/>" if not text and layout.self_closing else f"<{tag}>{escape(text)}</{tag}>"


def _element(name: str, members: list[str], layout: Layout, *, root: bool = False) -> str:
    tag = _tag(name, layout)
    declaration = (
        {"default": ' xmlns="urn:aws"', "prefix": ' xmlns:a="urn:aws"', "none": ""}[layout.namespace] if root else ""
    )
    if not members and layout.self_closing:
        return f"<{tag}{declaration}/>"
    between = ("\n  " if layout.indented else "") + ("<!-- more -->" if layout.commented else "")
    return f"<{tag}{declaration}>{between}{between.join(members)}{between}</{tag}>"


def _tag(name: str, layout: Layout) -> str:
    return f"a:{name}" if layout.namespace == "prefix" else name
