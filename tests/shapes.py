"""JSON documents held against the shipped schemas, and spoiled in every place."""

import json
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from typing import Any

import jsonschema

from leastwise.report import schema_text
from leastwise.report.json_schema import SchemaName

__all__ = ["Json", "assert_refused_wherever_it_is_spoiled", "is_valid", "tags_in", "validate"]

Json = Any
"""A decoded JSON text, which a test takes apart as any other program would."""


@cache
def _validator(name: SchemaName) -> jsonschema.Draft202012Validator:
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    return jsonschema.Draft202012Validator(json.loads(schema_text(name)), format_checker=checker)


def validate(text: str | bytes, name: SchemaName) -> Json:
    """The document of a text, if it is one by the shipped schema of that name."""
    found = json.loads(text)
    _validator(name).validate(found)
    return found


def is_valid(document: Json, name: SchemaName) -> bool:
    return _validator(name).is_valid(document)


def assert_refused_wherever_it_is_spoiled(document: Json, name: SchemaName) -> None:
    """A valid document is refused without any one of its fields, with one more anywhere, and with a wrong value."""
    assert is_valid(document, name)
    for what, spoiled in _spoiled(document):
        assert not is_valid(spoiled, name), what


def _spoiled(document: Json) -> Iterator[tuple[str, Json]]:
    for way in _ways(document, ()):
        if way:
            yield f"a wrong type at {way}", _changed(document, way, [[1.5]])
        if way and isinstance(way[-1], str):
            yield f"without {way}", _without(document, way)
        if isinstance(_at(document, way), dict):
            yield f"one more at {way}", _changed(document, (*way, "reviewed_by"), "ana")


def _ways(value: Json, way: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    yield way
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inner:
        yield from _ways(item, (*way, key))


def _at(value: Json, way: tuple[str | int, ...]) -> Json:
    for key in way:
        value = value[key]
    return value


def _changed(document: Json, way: tuple[str | int, ...], to: Json) -> Json:
    made = deepcopy(document)
    _at(made, way[:-1])[way[-1]] = to
    return made


def _without(document: Json, way: tuple[str | int, ...]) -> Json:
    made = deepcopy(document)
    del _at(made, way[:-1])[way[-1]]
    return made


def tags_in(value: Json, field: str) -> set[str]:
    """What a field of that name says, wherever there is one in the document."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    found = set().union(*(tags_in(one, field) for one in inner))
    return found | {value[field]} if isinstance(value, dict) and isinstance(value.get(field), str) else found
