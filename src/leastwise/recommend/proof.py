"""The proof of a reduction, from the text that would be sent and not from what made it."""

from collections.abc import Iterator

from msgspec import Struct

from leastwise.catalog import Catalog
from leastwise.errors import LeastwiseError
from leastwise.policy import (
    ActionSet,
    Answer,
    Document,
    DocumentKind,
    Effect,
    Statement,
    compare,
    parse_document,
    statement_actions,
)
from leastwise.recommend.reduction import Reduction

__all__ = ["Proof", "ProofError", "prove"]


class ProofError(LeastwiseError):
    """A change that is not what it should be: an error of leastwise, which must not reach a plan."""


class Proof(Struct, frozen=True):
    """What was shown of a change: it grants nothing new, and takes away nothing that was not to go."""

    kept: int
    """How many known actions the document still grants, each shown to be granted where it was before."""
    removed: int
    """How many known actions it grants no more, or not in every statement that granted them."""


def prove(
    before: Document, reduction: Reduction, removal: ActionSet, *, kind: DocumentKind = DocumentKind.IDENTITY
) -> Proof:
    """The proof that the reduction grants no more than the document, and all that it granted but the removal.

    The first half is decided on the languages of the patterns, so that it holds for actions that AWS has not invented
    yet. The second is shown statement by statement for every known action: each statement that is left has its effect,
    resources, conditions and principals as before, and every Deny its actions too; and one that went granted nothing
    that was to stay. What is read is the reduction's text; of what made it only which statements went.

    Raises:
        ProofError: one half could not be shown.

    >>> from leastwise.catalog import load_catalog
    >>> from leastwise.recommend import reduce_document
    >>> text = '{"Statement": {"Effect": "Allow", "Action": "sqs:S*", "Resource": "*"}}'
    >>> document, removal = parse_document(text), ActionSet.of(["sqs:SendMessage"], load_catalog())
    >>> prove(document, reduce_document(document, removal), removal)
    Proof(kept=2, removed=1)
    """
    catalog = removal.catalog
    after = () if reduction.text is None else _shown_subset(before, reduction.text, catalog, kind)
    kept = removed = 0
    for statement, successor in _pairs(before, after, reduction):
        had = statement_actions(statement, catalog).known
        has = 0 if successor is None else statement_actions(successor, catalog).known
        if statement.effect is Effect.DENY:
            _check(successor is not None and successor.actions == statement.actions, statement, "its Deny is another")
            continue
        lost = catalog.actions(had & ~has & ~removal.known)
        _check(not lost, statement, f"it lost {', '.join(one.text for one in lost[:3])}, which was not to go")
        kept, removed = kept | has, removed | had & ~has
    return Proof(kept.bit_count(), removed.bit_count())


def _shown_subset(before: Document, text: str, catalog: Catalog, kind: DocumentKind) -> tuple[Statement, ...]:
    after = parse_document(text, kind)
    if compare(after, before, catalog).answer is not Answer.YES:
        raise ProofError("the reduced policy was not shown to grant no more than before")
    return after.statements


def _pairs(
    before: Document, after: tuple[Statement, ...], reduction: Reduction
) -> Iterator[tuple[Statement, Statement | None]]:
    """Each statement with what is left of it; None for one that went."""
    left = iter(after)
    for statement in before.statements:
        if reduction.changes.get(statement.index, statement.actions) is None:
            yield statement, None
            continue
        successor = next(left, None)
        _check(successor is not None and _frame(successor) == _frame(statement), statement, "it is not there any more")
        yield statement, successor
    if next(left, None) is not None:
        raise ProofError("the reduced policy has a statement more than it should")


def _frame(statement: Statement) -> tuple[object, ...]:
    """All of a statement but its actions and its place."""
    return statement.sid, statement.effect, statement.resources, statement.conditions, statement.principals


def _check(is_so: bool, statement: Statement, fault: str) -> None:  # noqa: FBT001 - the one thing it is about
    if not is_so:
        raise ProofError(f"Statement[{statement.index}] of the reduced policy: {fault}")
