"""A document in fewer characters, or as several that fit a quota."""

from typing import Final, Literal

import msgspec
from msgspec import Struct

from leastwise.policy import Fitted, Misfit, Wildcards, size_in_characters

__all__ = ["MinimizedDocument", "minimized_document", "render_minimized"]

_SCHEMA: Final = "leastwise/policy-minimize/1"


class PartEntry(Struct, frozen=True):
    """One of the documents."""

    size: int
    """Its characters, white space not counted, as IAM counts them."""
    document: msgspec.Raw
    """The document."""


class MinimizedDocument(Struct, frozen=True):
    """A document in fewer characters."""

    schema: Literal["leastwise/policy-minimize/1"]
    """Which shape this is."""
    source: str
    """Where the document was read."""
    size_before: int
    """The characters of the document as it was read, white space not counted."""
    size_after: int
    """The characters of all parts; 0 if it does not fit."""
    wildcards: Wildcards | None
    """How actions were shortened; null if they stand as they were written."""
    documents: tuple[PartEntry, ...]
    """The parts: one, unless a limit was given that one does not keep; none if it cannot be made to fit."""
    misfit: str | None
    """Why it cannot be made to fit; null if it fits."""


def minimized_document(text: str, found: Fitted | Misfit, *, source: str) -> MinimizedDocument:
    """The result in the shape in which it is written."""
    texts = () if isinstance(found, Misfit) else found.texts
    parts = tuple(PartEntry(size_in_characters(one), msgspec.Raw(one.encode())) for one in texts)
    return MinimizedDocument(
        schema=_SCHEMA,
        source=source,
        size_before=size_in_characters(text),
        size_after=sum(part.size for part in parts),
        wildcards=None if isinstance(found, Misfit) else found.wildcards,
        documents=parts,
        misfit=found.reason if isinstance(found, Misfit) else None,
    )


def render_minimized(found: Fitted) -> str:
    """The documents, one after another, each ended by a line feed."""
    return "".join(text if text.endswith("\n") else f"{text}\n" for text in found.texts)
