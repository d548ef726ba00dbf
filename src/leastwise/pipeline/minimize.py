"""A policy in fewer characters, with the proof that it still grants the same."""

from typing import Final

from msgspec import Struct

from leastwise.catalog import Catalog
from leastwise.errors import LeastwiseError
from leastwise.policy import (
    Answer,
    Document,
    DocumentKind,
    Fitted,
    Misfit,
    Policies,
    Wildcards,
    compare,
    fit,
    parse_document,
    shortened,
)

__all__ = ["MinimizeOptions", "minimize"]

_NOT_PROVED: Final = "it could not be proved that the shorter document grants the same, so it is not given"


class MinimizeOptions(Struct, frozen=True):
    """How a document may be shortened."""

    wildcards: Wildcards = Wildcards.EXACT
    """Where wildcards may be written."""
    limit: int | None = None
    """Characters that a document may take, white space not counted; None to shorten as far as it goes."""
    documents: int = 1
    """How many documents it may become."""
    kind: DocumentKind = DocumentKind.IDENTITY
    """What it is attached to."""


def minimize(document: Document, catalog: Catalog, options: MinimizeOptions) -> Fitted | Misfit:
    """The document in fewer characters, or why it does not fit.

    Without a limit each statement keeps its place and all but its actions keeps its bytes; with one, statements may be
    merged and split. Nothing is lost, and with EXACT nothing is won: both are proved from the texts that are returned.

    Raises:
        LeastwiseError: the proof did not succeed.
    """
    found = _shortened(document, catalog, options)
    if isinstance(found, Fitted) and found.wildcards is not None:
        _prove(document, found, catalog, options.kind)
    return found


def _shortened(document: Document, catalog: Catalog, options: MinimizeOptions) -> Fitted | Misfit:
    if options.limit is None:
        text = shortened(document, catalog, wildcards=options.wildcards)
        return Fitted((text,), None if text == document.text else options.wildcards)
    return fit(document, catalog, limit=options.limit, documents=options.documents, wildcards=options.wildcards)


def _prove(document: Document, found: Fitted, catalog: Catalog, kind: DocumentKind) -> None:
    before = Policies.of([document])
    after = Policies.of([parse_document(text, kind) for text in found.texts])
    is_exact = found.wildcards is Wildcards.EXACT
    keeps_all = compare(before, after, catalog).answer is Answer.YES
    wins_nothing = not is_exact or compare(after, before, catalog).answer is Answer.YES
    if not (keeps_all and wins_nothing):
        raise LeastwiseError(_NOT_PROVED, hint="`leastwise policy check` says what could not be decided")
