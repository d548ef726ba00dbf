"""AWS's XML, read member by member: the parsed answer, and its texts, numbers and times.

Members are found by their local name, whatever namespace or white space an answer carries, as botocore finds them.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from enum import Enum
from typing import TypeVar

from lxml import etree

__all__ = [
    "Element",
    "MalformedAnswerError",
    "Members",
    "boolean",
    "choice",
    "entries",
    "members_of",
    "number",
    "optional_text",
    "optional_time",
    "parse_document",
    "parse_result",
    "records",
    "text",
    "time",
]

Element = etree._Element  # noqa: SLF001 - lxml's only name for the type of an element
"""One XML element."""
Members = dict[str, Element]
"""The children of an element by local name; of members sent twice the last one counts."""


class _LocalNames(dict[str, str]):
    """Local name by full name; a report repeats the same two dozen names some thousand times."""

    def __missing__(self, tag: str) -> str:
        local = tag.rpartition("}")[2]
        if len(self) < _LOCAL_NAMES_LIMIT:
            self[tag] = local
        return local


_LOCAL_NAMES_LIMIT = 1_000
_LOCAL_NAMES = _LocalNames()

Choice = TypeVar("Choice", bound=Enum)
Record = TypeVar("Record")


class MalformedAnswerError(Exception):
    """An answer that is not what AWS's model documents; the caller adds operation and request id."""


def parse_document(body: bytes) -> Element:
    """The root element of an answer.

    Raises:
        MalformedAnswerError: the bytes are no XML, or carry a document type, which no AWS answer does.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise MalformedAnswerError(f"the answer is no XML: {error}") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise MalformedAnswerError("the answer carries a document type, which no AWS answer does")
    return root


def parse_result(body: bytes, operation: str) -> Members:
    """The members of an operation's result.

    Raises:
        MalformedAnswerError: the bytes are no XML, or hold no result of this operation.
    """
    result = members_of(parse_document(body)).get(f"{operation}Result")
    if result is None:
        raise MalformedAnswerError(f"the answer holds no {operation}Result")
    return members_of(result)


def members_of(element: Element) -> Members:
    """The children of an element by local name."""
    return {_LOCAL_NAMES[child.tag]: child for child in element}


def text(members: Members, name: str) -> str:
    """A member's text, as sent; empty where the member is empty.

    Raises:
        MalformedAnswerError: there is no such member.
    """
    element = members.get(name)
    if element is None:
        raise MalformedAnswerError(f"the answer lacks {name}")
    return element.text or ""


def optional_text(members: Members, name: str) -> str | None:
    """A member's text, as sent; `None` where there is no such member."""
    element = members.get(name)
    return None if element is None else element.text or ""


def time(members: Members, name: str) -> datetime:
    """A member's time, aware and in UTC.

    Raises:
        MalformedAnswerError: there is no such member, or it is no ISO 8601 time.
    """
    return _parse_time(text(members, name))


def optional_time(members: Members, name: str) -> datetime | None:
    """A member's time, aware and in UTC; `None` where there is no such member.

    Raises:
        MalformedAnswerError: it is no ISO 8601 time.
    """
    value = optional_text(members, name)
    return None if value is None else _parse_time(value)


def _parse_time(value: str) -> datetime:
    try:
        moment = datetime.fromisoformat(value.strip())
    except ValueError as error:
        raise MalformedAnswerError(f"{value!r} is no ISO 8601 time") from error
    if moment.tzinfo is UTC:
        return moment
    # A time without a zone is UTC: AWS sends no local times.
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def number(members: Members, name: str, *, default: int) -> int:
    """A member's whole number; `default` where there is no such member.

    Raises:
        MalformedAnswerError: it is no whole number.
    """
    value = optional_text(members, name)
    try:
        return default if value is None else int(value)
    except ValueError as error:
        raise MalformedAnswerError(f"{name} is {value!r}, which is no whole number") from error


def boolean(members: Members, name: str, *, default: bool) -> bool:
    """A member's truth; `default` where there is no such member."""
    value = optional_text(members, name)
    return default if value is None else value.strip() == "true"


def choice(members: Members, name: str, kind: type[Choice]) -> Choice:
    """A member's value as one of a closed set.

    Raises:
        MalformedAnswerError: there is no such member, or its value is none of the set.
    """
    value = text(members, name)
    try:
        return kind(value)
    except ValueError as error:
        raise MalformedAnswerError(f"{name} is {value!r}, which AWS does not document") from error


def entries(members: Members, name: str) -> tuple[str, ...]:
    """The texts of a list member; empty where there is no such member or no entry."""
    element = members.get(name)
    return () if element is None else tuple(child.text or "" for child in element)


def records(members: Members, name: str, read: Callable[[Members], Record]) -> tuple[Record, ...]:
    """The records of a list member, each read by `read`; empty where there is no such member or no entry."""
    element = members.get(name)
    return () if element is None else tuple(read(members_of(child)) for child in element)
