"""Pages of a list, with markers that belong to one list only."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Sequence
from random import Random
from typing import Generic, TypeVar

import msgspec

from leastwise.sandbox.refusals import Refusal, constraint, invalid_input, validation

__all__ = ["Page", "Pager", "item_limit", "page_or_refuse"]

_Item = TypeVar("_Item")

MOST_ITEMS = 1000
"""The largest MaxItems (botocore's model of iam 2010-05-08)."""


class Page(msgspec.Struct, Generic[_Item], frozen=True):
    """Some items in a row."""

    items: Sequence[_Item]
    """The page's items."""
    marker: str | None
    """Where the next page begins, or None on the last one."""


def item_limit(text: str | int | None, *, default: int) -> int:
    """MaxItems as a number.

    Raises:
        Refusal: it is not between 1 and 1000.
    """
    if text is None or text == "":
        return default
    number = int(text)
    if number < 1:
        raise constraint("maxItems", "Member must have value greater than or equal to 1")
    if number > MOST_ITEMS:
        raise constraint("maxItems", f"Member must have value less than or equal to {MOST_ITEMS}")
    return number


class Pager:
    """Cuts lists into pages; with `short`, into shorter ones than asked for, drawn from `random`."""

    def __init__(self, *, short: bool, random: Random) -> None:
        self._short = short
        self._random = random

    def page(self, items: Sequence[_Item], *, of: str, marker: str | None, limit: int) -> Page[_Item]:
        """The page that begins at the marker; `of` names the list.

        Raises:
            Refusal: the marker is none of ours, or one of another list.
        """
        start = self._start(marker, of) if marker is not None else 0
        size = min(limit, max(len(items) - start, 0))
        if self._short and size > 1:
            size = self._random.randint(1, size)
        end = start + size
        more = end < len(items)
        return Page(items[start:end], urlsafe_b64encode(f"{of} {end}".encode()).decode() if more else None)

    def _start(self, marker: str, of: str) -> int:
        if not marker or not (marker.isascii() and marker.isprintable()):
            raise validation(
                "The specified value for marker is invalid. It must contain only printable ASCII characters."
            )
        owner, start = _read(marker)
        if owner != of:
            raise invalid_input("The marker passed in the request was invalid.")
        return start


def page_or_refuse(
    pager: Pager, items: Sequence[_Item], *, of: str, marker: str | None, limit: int, refusal: Refusal
) -> Page[_Item]:
    """The page that begins at the marker.

    Raises:
        Refusal: the given one, where the marker is none of ours, or one of another list.
    """
    try:
        return pager.page(items, of=of, marker=marker, limit=limit)
    except Refusal as error:
        raise refusal from error


def _read(marker: str) -> tuple[str, int]:
    refusal: Refusal = validation("Invalid Marker.")
    try:
        owner, _, start = urlsafe_b64decode(marker).decode().rpartition(" ")
        return owner, int(start)
    except (Base64Error, UnicodeDecodeError, ValueError) as error:
        raise refusal from error
