"""A line of a journal as it stands on disk, whose shape the JSON Schema of journals gives."""

from typing import Annotated

from msgspec import Meta, Struct

from leastwise.apply.entries import Entry

__all__ = ["JournalLine"]


class JournalLine(Struct, frozen=True):
    """One line of a journal: an entry, sealed with a digest of itself and of the line before it."""

    number: Annotated[int, Meta(ge=1)]
    """The line's number, from 1."""
    entry: Entry
    """What it says."""
    chain: Annotated[str, Meta(pattern="^sha256:[0-9a-f]{64}$")]
    """The SHA-256 of the line before, its line feed included and nothing for the first line, followed by this line as
    it is without its chain: `{"number":...,"entry":{...}}`."""
