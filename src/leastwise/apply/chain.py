"""Entries as lines, each sealed with a digest of itself and of the line before it.

A line is one JSON object, `{"number":...,"entry":{...},"chain":"sha256:..."}`. The digest is that of the line before,
its line feed included, followed by this line as it would be without its chain: `{"number":...,"entry":{...}}`.
"""

from hashlib import sha256
from typing import Final

import msgspec
from msgspec import Struct

from leastwise.apply.entries import Entry
from leastwise.policy import identifier_from_json, identifier_to_json

__all__ = ["ChainFault", "line_of", "read_line"]

_OPENING: Final = b',"chain":"'
_CLOSING: Final = b'"}\n'
_DIGEST: Final = len("sha256:") + 64
_TAIL: Final = len(_OPENING) + _DIGEST + len(_CLOSING)


class _Content(Struct, frozen=True, forbid_unknown_fields=True):
    number: int
    entry: Entry


class ChainFault(Exception):  # noqa: N818 - a fault of a line, which the reader of the journal makes an error of
    """What is wrong with a line."""


def line_of(entry: Entry, *, number: int, previous: bytes) -> bytes:
    """The line that says it, after the previous one; its line feed included."""
    content = msgspec.json.encode(_Content(number, entry), enc_hook=identifier_to_json)
    return content[:-1] + _OPENING + _chain(previous, content) + _CLOSING


def read_line(line: bytes, *, number: int, previous: bytes) -> Entry:
    """What a line says.

    Raises:
        ChainFault: it is no line of a journal, or not the one that was written there.
    """
    content, chain = line[:-_TAIL] + b"}", line[-len(_CLOSING) - _DIGEST : -len(_CLOSING)]
    if not line.endswith(_CLOSING) or line[-_TAIL:][: len(_OPENING)] != _OPENING:
        raise ChainFault("no line of a journal: it does not end in its chain")
    if chain != _chain(previous, content):
        raise ChainFault("this line, or the one before it, is not what was written: the chain does not hold")
    try:
        found = msgspec.json.decode(content, type=_Content, dec_hook=identifier_from_json)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as fault:
        raise ChainFault(f"no entry of a journal: {fault}") from fault
    if found.number != number:
        raise ChainFault(f"it is numbered {found.number}")
    return found.entry


def _chain(previous: bytes, content: bytes) -> bytes:
    return f"sha256:{sha256(previous + content).hexdigest()}".encode()
