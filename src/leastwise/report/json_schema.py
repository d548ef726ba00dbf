"""The JSON Schemas of what leastwise writes as JSON: shipped as files in `schema/`, and generated from the types.

What a field means is said once, in the line under it in the source, and the schema repeats it. Which type a schema is
of says `leastwise.cli.schemas`, which sees them all.
"""

import ast
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from importlib import resources
from typing import Final, Literal, TypeVar, get_args, get_type_hints

import msgspec
from msgspec import Struct

from leastwise.policy import Arn
from leastwise.report.document import SCHEMA as SCAN
from leastwise.report.document import ArnText, ScanDocument, Time

__all__ = ["SchemaName", "closed_schema", "scan_schema", "schema_text"]

_VERDICTS_WITH_REASON: Final = ("ActionEntry", "ServiceEntry")
"""Their `reason` is null just when their `verdict` is not `unknown`."""
_TAGS: Final = {
    "do": "What is done.",
    "check": "What is looked at.",
    "entry": "What the line tells of.",
    "object": "What kind of object it is.",
}
"""What the fields say that tell the kinds of a union apart, and that have no line in the source."""

SchemaName = Literal[
    "leastwise/scan/1",
    "leastwise/plan/1",
    "leastwise/proof/1",
    "leastwise/run/1",
    "leastwise/journal/1",
    "leastwise/quarantines/1",
    "leastwise/watch/1",
    "leastwise/evaluations/1",
]
"""A published shape: the `schema` that a file of it names; of a journal the schema is that of each line."""

JsonObject = dict[str, object]
_Value = TypeVar("_Value")
Field = tuple[type[Struct], str]
"""A field of a type, by its name."""


def schema_text(name: SchemaName = SCAN) -> str:
    """The JSON Schema (2020-12) of that name that ships in the package."""
    family, version = name.split("/")[1:]
    return (resources.files(__package__) / "schema" / f"{family}-{version}.json").read_text(encoding="utf-8")


def scan_schema() -> str:
    """The JSON Schema of a scan as the types have it now.

    Fields may be added to a scan: whoever reads one leaves out what it does not know. Needs the source texts of the
    types, for the lines under their fields, as `closed_schema` does.
    """
    definitions = _definitions(ScanDocument)
    for name in _VERDICTS_WITH_REASON:
        definitions[name] |= _reason_only_for_unknown()
    return _text(SCAN, ScanDocument, definitions)


def closed_schema(name: SchemaName, root: type[Struct], *, patterns: Mapping[Field, str] | None = None) -> str:
    """The JSON Schema of a type as it is now, by which every field is written and no other.

    `patterns` are what texts must match besides what the types of their fields say.
    """
    definitions = {kind: _closed(shape) for kind, shape in _definitions(root).items()}
    for shape in definitions.values():
        if "schema" in _properties(shape):
            _properties(shape)["schema"] |= {"enum": [name]}
    for (kind, field), pattern in (patterns or {}).items():
        _properties(definitions[kind.__name__])[field] |= {"pattern": pattern}
    return _text(name, root, definitions)


def _text(name: SchemaName, root: type[Struct], definitions: dict[str, JsonObject]) -> str:
    head: JsonObject = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:{name.replace('/', ':')}",
        "title": root.__name__.lstrip("_"),
    }
    shape = {key: value for key, value in definitions[root.__name__].items() if key not in head}
    others = {kind: definition for kind, definition in definitions.items() if kind != root.__name__}
    return json.dumps(head | shape | {"$defs": others}, indent=1) + "\n"


def _reason_only_for_unknown() -> JsonObject:
    return {
        "if": {"properties": {"verdict": {"const": "unknown"}}},
        "then": {"properties": {"reason": {"type": "string"}}},
        "else": {"properties": {"reason": {"type": "null"}}},
    }


def _closed(shape: JsonObject) -> JsonObject:
    properties = {name: _exclusive(kind) for name, kind in _properties(shape).items()}
    if not properties:
        return shape
    return shape | {"properties": properties, "required": list(properties), "additionalProperties": False}


def _exclusive(shape: JsonObject) -> JsonObject:
    """The shape of a field that is always written, and of which a union whose kinds have tags is one kind at a time."""
    found = {("oneOf" if key == "anyOf" and "discriminator" in shape else key): part for key, part in shape.items()}
    found.pop("default", None)
    match found:
        case {"items": dict(item)}:
            return found | {"items": _exclusive(item)}
        case {"anyOf": list(kinds)}:
            return found | {"anyOf": [_exclusive(kind) for kind in kinds]}
        case _:
            return found


def _definitions(root: type[Struct]) -> dict[str, JsonObject]:
    """The shapes of a type and of all that it is made of, by name, with a text on every field."""
    _, shapes = msgspec.json.schema_components([root], ref_template="#/$defs/{name}", schema_hook=_text_shape)
    kinds = {kind.__name__: kind for kind in _structs_in(root)}
    return {name: _described(shape, kinds[name]) if name in kinds else shape for name, shape in sorted(shapes.items())}


def _text_shape(kind: type) -> JsonObject:
    if kind is Arn:
        return msgspec.json.schema(ArnText)
    raise NotImplementedError(f"not a type of a document: {kind.__name__}")


def _structs_in(kind: object) -> Iterator[type[Struct]]:
    if isinstance(kind, type) and issubclass(kind, Struct):
        yield kind
    for part in _parts_of(kind):
        yield from _structs_in(part)


def _parts_of(kind: object) -> tuple[object, ...]:
    """The types of a Struct's fields, or those that a union or a tuple names."""
    return tuple(_hints(kind).values()) if isinstance(kind, type) and issubclass(kind, Struct) else get_args(kind)


def _hints(kind: type[Struct]) -> dict[str, object]:
    """The types of the fields, without what is noted on them."""
    return get_type_hints(kind)


def _properties(shape: JsonObject) -> dict[str, JsonObject]:
    properties = shape.get("properties", {})
    return properties if isinstance(properties, dict) else {}


def _described(shape: JsonObject, kind: type[Struct]) -> JsonObject:
    names = {field.name: field.encode_name for field in msgspec.structs.fields(kind)}
    texts = {**_TAGS, **_renamed(_field_texts(kind.__module__)[kind.__name__], names)}
    hints = _renamed(_hints(kind), names)
    properties = {
        name: {"description": texts[name]} | (_timed(field) if _is_time(hints.get(name)) else field)
        for name, field in _properties(shape).items()
    }
    return shape | {"properties": properties}


def _renamed(found: Mapping[str, _Value], names: Mapping[str, str]) -> dict[str, _Value]:
    """The same by the names that the fields have in JSON."""
    return {names.get(name, name): value for name, value in found.items()}


def _is_time(hint: object) -> bool:
    return datetime in (hint, *get_args(hint))


def _timed(field: JsonObject) -> JsonObject:
    """The shape of a time, which msgspec gives as any string unless the type says that it has a zone."""
    time = msgspec.json.schema(Time)
    match field:
        case {"anyOf": list(kinds)}:
            return field | {"anyOf": [time if kind.get("type") == "string" else kind for kind in kinds]}
        case _:
            return field | time


@cache
def _field_texts(module: str) -> Mapping[str, Mapping[str, str]]:
    """The lines under the fields of each class of a module."""
    package, _, name = module.rpartition(".")
    source = resources.files(package).joinpath(f"{name}.py").read_text(encoding="utf-8")
    classes = (node for node in ast.parse(source).body if isinstance(node, ast.ClassDef))
    return {node.name: _texts_under_fields(node) for node in classes}


def _texts_under_fields(node: ast.ClassDef) -> dict[str, str]:
    texts: dict[str, str] = {}
    for field, below in zip(node.body, node.body[1:], strict=False):
        match field, below:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                texts[name] = " ".join(text.split())
    return texts
