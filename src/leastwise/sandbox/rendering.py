"""Answers of IAM's query protocol as XML, from plain values."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypeAlias
from xml.sax.saxutils import escape

__all__ = ["Value", "answer", "date", "element", "instant"]

Value: TypeAlias = "str | int | bytes | datetime | Raw | Sequence[Value] | Mapping[str, Value] | None"

_NAMESPACE = "https://iam.amazonaws.com/doc/2010-05-08/"


class Raw(str):
    """Text that is already XML."""

    __slots__ = ()


def date(moment: datetime) -> str:
    """A date as IAM writes most of them: to the second, `Z`."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def instant(moment: datetime) -> str:
    """A date as IAM writes a job's: to the millisecond, `Z` (live record, September 2026)."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z"


def element(name: str, value: Value) -> str:
    """One element: a mapping becomes its members, a sequence `member` elements, None nothing at all."""
    return "" if value is None else f"<{name}>{_content(value)}</{name}>"


def _content(value: Value) -> str:  # noqa: PLR0911 - one line for each type of value
    if isinstance(value, Raw):
        return value
    if isinstance(value, str):
        return escape(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return date(value)
    if isinstance(value, bytes):
        return b64encode(value).decode()
    if isinstance(value, Mapping):
        return "".join(element(name, part) for name, part in value.items())
    if isinstance(value, Sequence):
        return "".join(element("member", part) for part in value)
    return str(value)


def answer(operation: str, result: Mapping[str, Value], *, request_id: str) -> str:
    """The whole answer of an IAM operation."""
    body = element(f"{operation}Result", result)
    return (
        f'<{operation}Response xmlns="{_NAMESPACE}">{body}'
        f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata></{operation}Response>"
    )
