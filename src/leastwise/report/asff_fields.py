"""Texts and lists made to fit the fields of a Security Hub finding, and lists read back from them.

Nothing is cut inside a word or a name, and what does not fit is counted.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from msgspec import Struct

__all__ = ["VALUE_LIMIT", "Names", "fitted", "names_in", "packed"]

VALUE_LIMIT: Final = 2048
"""Characters that a value of ProductFields may have."""
_SEPARATOR: Final = ", "
_TAIL: Final = 24
"""Characters kept free for the count of what does not fit."""
_REST: Final = re.compile(r"\+\d+ more")


class Names(Struct, frozen=True):
    """Names that were read back."""

    names: tuple[str, ...]
    """Those that are written there."""
    is_whole: bool
    """Whether these are all, and none was merely counted."""


def fitted(text: str, limit: int) -> str:
    """The text on one line, of at most `limit` characters.

    >>> fitted("Not used: ec2, sqs, autoscaling, sagemaker, lambda.", 40)
    'Not used: ec2, ... +4 more words'
    """
    words = text.split()
    line = " ".join(words)
    if len(line) <= limit:
        return line
    kept, length = 0, 0
    for word in words:
        length += len(word) + 1
        if length > limit - _TAIL:
            break
        kept += 1
    rest = len(words) - kept
    return " ".join([*words[:kept], f"... +{rest} more word{'' if rest == 1 else 's'}"])


def packed(key: str, names: Sequence[str], *, most: int) -> dict[str, str]:
    """The names as at most `most` fields, `key`, `key/2`, ..., each a list; nothing where there are none."""
    texts = list(_lists(names))
    shown = [_SEPARATOR.join(text) for text in texts[:most]]
    if rest := sum(map(len, texts[most:])):
        shown[-1] += f"{_SEPARATOR}+{rest:d} more"
    return {_key(key, number): text for number, text in enumerate(shown, start=1)}


def _key(key: str, number: int) -> str:
    return key if number == 1 else f"{key}/{number}"


def _lists(names: Iterable[str]) -> Iterable[list[str]]:
    """The names in lists that each fit into a field, with room for a count."""
    current: list[str] = []
    length = 0
    for name in names:
        length += len(name) + len(_SEPARATOR)
        if current and length > VALUE_LIMIT - _TAIL:
            yield current
            current, length = [], len(name) + len(_SEPARATOR)
        current.append(name)
    if current:
        yield current


def names_in(fields: Mapping[str, str], key: str) -> Names:
    """The names that `packed` wrote."""
    found: list[str] = []
    number = 1
    while (text := fields.get(_key(key, number))) is not None:
        found.extend(text.split(_SEPARATOR))
        number += 1
    names = tuple(name for name in found if not _REST.fullmatch(name))
    return Names(names, is_whole=len(names) == len(found))
