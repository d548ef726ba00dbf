"""The document as JSON: written entry by entry, and read back."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, TypeVar

import msgspec
from msgspec import Struct

from leastwise.errors import SavedScanError
from leastwise.policy import identifier_to_json
from leastwise.report.document import SCHEMA, PolicyEntry, PrincipalEntry, ScanDocument

__all__ = ["encode", "indented", "read_json", "render_json"]

T = TypeVar("T")

_FAMILY: Final = "leastwise/scan/"
_HINT: Final = "Give a file that `leastwise scan --format json` wrote."
_NESTED: Final = "services"
"""The one long list inside an entry; its items stand on lines of their own."""


def render_json(document: ScanDocument) -> Iterator[str]:
    """Pieces of the JSON text, valid against the shipped schema; the same document gives the same bytes.

    Each entry stands on a line, and each service of a principal or policy; lines end with a line feed. A piece holds
    one entry, so that no more of the document than that is in memory at once.
    """
    opening = "{\n"
    for field in document.__struct_fields__:
        yield f'{opening} "{field}": '
        yield from _top(getattr(document, field))
        opening = ",\n"
    yield "\n}\n"


def _top(value: object) -> Iterator[str]:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return _lines(value)
    return iter([_line(value)])


def _lines(entries: Iterable[object]) -> Iterator[str]:
    separator = "[\n  "
    for entry in entries:
        yield separator + _entry(entry)
        separator = ",\n  "
    yield "[]" if separator.startswith("[") else "\n ]"


def _entry(entry: object) -> str:
    if not isinstance(entry, PrincipalEntry | PolicyEntry) or not entry.services:
        return _line(entry)
    fields = (field for field in entry.__struct_fields__ if field != _NESTED)
    head = ",".join(f'"{field}":{_line(getattr(entry, field))}' for field in fields)
    tail = ",\n   ".join(_line(service) for service in entry.services)
    return f'{{{head},"{_NESTED}":[\n   {tail}]}}'


def encode(value: object) -> bytes:
    """An entry of a document, compact, as UTF-8."""
    return msgspec.json.encode(value, enc_hook=identifier_to_json)


def indented(document: Struct) -> str:
    """A small document as JSON text, indented, ended by a line feed; the same document gives the same bytes."""
    return msgspec.json.format(encode(document), indent=1).decode() + "\n"


def _line(value: object) -> str:
    return encode(value).decode()


class _Head(Struct):
    schema: str | None = None


def read_json(text: str | bytes, *, source: str) -> ScanDocument:
    """The document that `render_json` wrote; `source` names the text in errors, e.g. its file.

    Fields that this version does not know are left out.

    Raises:
        SavedScanError: not JSON, not a scan of leastwise, of another schema, or with a field missing or wrong.
    """
    head = _decoded(text, _Head, source=source, kind="no scan of leastwise")
    _check_schema(head, source=source)
    document = _decoded(text, ScanDocument, source=source, kind=f"not a whole {SCHEMA}")
    return msgspec.structs.replace(
        document,
        principals=tuple(document.principals),
        policies=tuple(document.policies),
        findings=tuple(document.findings),
    )


def _decoded(text: str | bytes, wanted: type[T], *, source: str, kind: str) -> T:
    try:
        return msgspec.json.decode(text, type=wanted)
    except msgspec.ValidationError as fault:
        raise SavedScanError(f"{source}: JSON, but {kind}: {fault}", hint=_HINT) from fault
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise SavedScanError(f"{source}: not JSON: {fault}", hint=_HINT) from fault


def _check_schema(head: _Head, *, source: str) -> None:
    if head.schema is None or not head.schema.startswith(_FAMILY):
        found = "it names no schema" if head.schema is None else f"its schema is {head.schema!r}"
        raise SavedScanError(f"{source}: JSON, but no scan of leastwise: {found}", hint=_HINT)
    if head.schema != SCHEMA:
        raise SavedScanError(
            f"{source}: a scan of schema {head.schema!r}; this version of leastwise reads {SCHEMA!r}",
            hint="Render it with the version that wrote it, or scan again.",
        )
