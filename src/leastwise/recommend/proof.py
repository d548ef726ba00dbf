"""The proof of a smaller document, from the text that would be sent and not from what made it."""

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
)
from leastwise.recommend.reduction import Reduction
from leastwise.recommend.removal import Removal
from leastwise.recommend.splitting import clause_actions

__all__ = ["ProofError", "Shown", "prove"]


class ProofError(LeastwiseError):
    """A change that is not what it should be: an error of leastwise, which must not reach a plan."""


class Shown(Struct, frozen=True):
    """What was shown of a document: it grants nothing new, and takes away nothing that was not to go."""

    kept: int
    """The known actions that it still grants, as bits of the catalog, each where it was granted before."""
    removed: int
    """The known actions that it grants no more, or not in every statement that granted them, as bits."""
    after: Document | None
    """What would be sent, read; None where nothing is left."""
    pairs: tuple[tuple[Statement, Statement | None], ...]
    """Each statement with what is left of it; None for one that goes."""


def prove(
    before: Document, reduction: Reduction, removal: Removal, *, kind: DocumentKind = DocumentKind.IDENTITY
) -> Shown:
    """The proof that the reduction grants no more than the document, and all that it granted but the removal.

    Both halves are shown statement by statement, from the reduction's text; of what made it only which statements went
    is taken over. Every statement that is left has its effect, resources, conditions and principals as before. Every
    Deny is as before. The first half: the actions of an Allow lie within what they were, decided on the languages of
    the patterns, so that it holds for actions that AWS has not invented yet. The second: what an Allow lost of the
    known actions lies in the removal, and of what the removal names as needed it lost nothing.

    Raises:
        ProofError: one half could not be shown.

    >>> from leastwise.catalog import load_catalog
    >>> from leastwise.recommend import reduce_document
    >>> text = '{"Statement": {"Effect": "Allow", "Action": "sqs:S*", "Resource": "*"}}'
    >>> document, removal = parse_document(text), Removal(ActionSet.of(["sqs:SendMessage"], load_catalog()))
    >>> shown = prove(document, reduce_document(document, removal), removal)
    >>> shown.kept.bit_count(), shown.removed.bit_count()
    (2, 1)
    """
    catalog = removal.actions.catalog
    after = None if reduction.text is None else parse_document(reduction.text, kind)
    pairs = tuple(_pairs(before, after, reduction))
    needed = [ActionSet.of([text], catalog) for text in sorted(removal.needed)]
    kept = removed = 0
    is_within = True
    for statement, successor in pairs:
        if statement.effect is Effect.DENY:
            _check(successor is not None and successor.actions == statement.actions, statement, "its Deny is another")
            continue
        had, has = clause_actions(statement.actions, catalog), _left(successor, catalog)
        is_within = is_within and (statement.actions == _clause(successor) or has <= had)
        lost = catalog.actions(had.known & ~has.known & ~removal.actions.known)
        _check(not lost, statement, f"it lost {', '.join(one.text for one in lost[:3])}, which was not to go")
        missing = [text for text in needed if text <= had and not text <= has]
        _check(not missing, statement, f"it lost {missing}, which is used and not in the catalog")
        kept, removed = kept | has.known, removed | had.known & ~has.known
    if not is_within and (after is None or compare(after, before, catalog).answer is not Answer.YES):
        raise ProofError("the reduced policy was not shown to grant no more than before")
    return Shown(kept, removed, after, pairs)


def _clause(statement: Statement | None) -> object:
    return None if statement is None else statement.actions


def _left(successor: Statement | None, catalog: Catalog) -> ActionSet:
    if successor is None:
        return ActionSet.nothing(catalog)
    return clause_actions(successor.actions, catalog)


def _pairs(
    before: Document, after: Document | None, reduction: Reduction
) -> Iterator[tuple[Statement, Statement | None]]:
    """Each statement with what is left of it; None for one that went."""
    left = iter(() if after is None else after.statements)
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
