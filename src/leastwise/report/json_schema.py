"""The JSON Schema of `leastwise/scan/1`: shipped as a file, and generated from the document's types and their texts."""

import ast
import json
from importlib import resources
from typing import Final

import msgspec

from leastwise.report.document import SCHEMA, ScanDocument

__all__ = ["generate_schema", "schema_text"]

_FILE: Final = "scan-1.json"
_VERDICTS_WITH_REASON: Final = ("ActionEntry", "ServiceEntry")
"""Their `reason` is null just when their `verdict` is not `unknown`."""

JsonObject = dict[str, object]


def schema_text() -> str:
    """The JSON Schema (2020-12) that ships in the package."""
    return (resources.files(__package__) / "schema" / _FILE).read_text(encoding="utf-8")


def generate_schema() -> str:
    """The JSON Schema as the types have it now; a test holds the shipped file against it.

    Needs the source text of `leastwise.report.document`, for the lines under its fields.
    """
    _, definitions = msgspec.json.schema_components([ScanDocument], ref_template="#/$defs/{name}")
    texts = _field_texts(resources.files(__package__).joinpath("document.py").read_text(encoding="utf-8"))
    described = {name: _described(shape, texts.get(name, {})) for name, shape in sorted(definitions.items())}
    for name in _VERDICTS_WITH_REASON:
        described[name] |= _reason_only_for_unknown()
    root = described.pop(ScanDocument.__name__)
    head: JsonObject = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": _identifier()}
    return json.dumps(head | root | {"$defs": described}, indent=1) + "\n"


def _identifier() -> str:
    return f"urn:{SCHEMA.replace('/', ':')}"


def _field_texts(source: str) -> dict[str, dict[str, str]]:
    classes = (node for node in ast.parse(source).body if isinstance(node, ast.ClassDef))
    return {node.name: _texts_under_fields(node) for node in classes}


def _texts_under_fields(node: ast.ClassDef) -> dict[str, str]:
    texts: dict[str, str] = {}
    for field, below in zip(node.body, node.body[1:], strict=False):
        match field, below:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                texts[name] = text
    return texts


def _described(shape: JsonObject, texts: dict[str, str]) -> JsonObject:
    properties = shape.get("properties")
    if not isinstance(properties, dict):
        return shape
    return shape | {"properties": {name: {"description": texts[name]} | kind for name, kind in properties.items()}}


def _reason_only_for_unknown() -> JsonObject:
    return {
        "if": {"properties": {"verdict": {"const": "unknown"}}},
        "then": {"properties": {"reason": {"type": "string"}}},
        "else": {"properties": {"reason": {"type": "null"}}},
    }
