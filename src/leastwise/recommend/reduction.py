"""Taking actions out of a document, statement by statement, and leaving everything else as it is, to the byte."""

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct

from leastwise.policy import (
    PATTERN_OVERHEAD,
    ActionClause,
    ActionSet,
    Document,
    Effect,
    Statement,
    Wildcards,
    minimal_patterns,
    rewrite,
)
from leastwise.recommend.removal import Removal
from leastwise.recommend.splitting import clause_actions, loses, pattern_set, split_patterns, written
from leastwise.settings import KEPT_SIDS

__all__ = ["Reduction", "Strategy", "reduce_document"]


class Strategy(StrEnum):
    """How the actions that stay are written."""

    PRESERVE = "preserve"
    """Patterns of which nothing goes stay as they are written; the others become such as a person would write."""
    MINIMAL = "minimal"
    """All that stays of a statement from which something goes is written in as few characters as can be."""


class Reduction(Struct, frozen=True):
    """What becomes of a document."""

    changes: Mapping[int, ActionClause | None]
    """By statement, what stands in place of its actions; None where the statement goes. Others stay as they are."""
    text: str | None
    """The document's new text; None where no statement is left, so that it is to be detached or deleted."""

    @property
    def is_nothing(self) -> bool:
        """Whether the document stays as it is."""
        return not self.changes


class _Style(Struct, frozen=True):
    """How what stays is written."""

    is_minimal: bool
    """Whether all of a statement from which something goes is written with as few characters as can be."""
    short: frozenset[str] | None
    """The services of which what is split is; None where the document need not be short at all."""

    @property
    def may_list(self) -> bool:
        """Whether a NotAction may become a list."""
        return self.is_minimal or self.short is not None

    @property
    def services(self) -> frozenset[str]:
        """The services that are written short."""
        return self.short or frozenset()


def reduce_document(
    document: Document,
    removal: Removal,
    *,
    strategy: Strategy = Strategy.PRESERVE,
    kept_sids: str = KEPT_SIDS,
    short: frozenset[str] | None = None,
) -> Reduction:
    """The document without the actions of the removal, as far as its Allow statements grant them.

    A Deny stays, and so does a statement whose Sid begins with `kept_sids` (empty for none). A pattern of which no
    action is in the removal is kept as it is written, so that what AWS adds to it stays granted. A pattern of which
    some are is split into others that lie inside of it and match nothing of the removal: all its other known actions
    stay, those that the removal says are needed, and of those that are not yet known as many as the new patterns
    match. A `*` becomes the services that stay, or a NotAction of what goes where that is shorter. To a NotAction the
    removed actions are added, so that nothing else is lost. Where a document must be short (`short` is given, or
    MINIMAL) a NotAction becomes the list of what stays if that is shorter, and what is split of the services in `short`
    is written with as few characters as can be.

    Costs about 0.1 ms a service of each pattern that is split, and some times that where it is to be minimal.

    >>> from leastwise.catalog import load_catalog
    >>> from leastwise.policy import parse_document
    >>> text = '{"Statement": {"Effect": "Allow", "Action": ["s3:*", "ec2:*", "sqs:*"], "Resource": "*"}}'
    >>> reduce_document(parse_document(text), Removal(ActionSet.of(["sqs:*"], load_catalog()))).text
    '{"Statement": {"Effect": "Allow", "Action": ["s3:*", "ec2:*"], "Resource": "*"}}'
    """
    style = _Style(strategy is Strategy.MINIMAL, short)
    changes = {
        statement.index: _clause(statement, removal, style)
        for statement in document.statements
        if _may_lose(statement, kept_sids)
        and loses(clause_actions(statement.actions, removal.actions.catalog), removal.actions)
    }
    changed = {index: clause for index, clause in changes.items() if clause != document.statements[index].actions}
    is_left = any(changed.get(one.index, one.actions) is not None for one in document.statements)
    return Reduction(changed, rewrite(document, changed) if is_left else None)


def _may_lose(statement: Statement, kept_sids: str) -> bool:
    is_kept = bool(kept_sids) and (statement.sid or "").startswith(kept_sids)
    return statement.effect is Effect.ALLOW and not is_kept


def _clause(statement: Statement, removal: Removal, style: _Style) -> ActionClause | None:
    clause, had = statement.actions, clause_actions(statement.actions, removal.actions.catalog)
    if not had.rest:
        patterns = _kept(clause, had, removal, style)
        return ActionClause(patterns, negated=False) if patterns else None
    # Of nearly all there is, either what goes is named, which keeps what nobody knows of, or what stays.
    excepted = _excepted(clause.patterns if clause.negated else (), removal.actions, style)
    if clause.negated and not style.may_list and not removal.actions.rest:
        return excepted
    patterns = _kept(clause, had, removal, style)
    return min(excepted, ActionClause(patterns, negated=False), key=_size) if patterns else None


def _size(clause: ActionClause) -> tuple[int, bool]:
    return sum(len(pattern) + PATTERN_OVERHEAD for pattern in clause.patterns), clause.negated


def _excepted(named: tuple[str, ...], removal: ActionSet, style: _Style) -> ActionClause:
    """The NotAction with what it did not except of the removal."""
    already = ActionSet.of(named, removal.catalog)
    gone, room = removal - already, removal | already
    added = _minimal(gone, room) if style.is_minimal else written(gone, within=room, short=style.services)
    return ActionClause((*named, *added), negated=True)


def _kept(clause: ActionClause, had: ActionSet, removal: Removal, style: _Style) -> tuple[str, ...]:
    """Patterns of what stays of an Action or NotAction, and of what the catalog would not know to keep."""
    if style.is_minimal:
        left = had - removal.actions
        kept = _minimal(left, left, clause.patterns)
    elif clause.negated:
        left = had - removal.actions
        kept = written(left, within=left, short=style.services)
    else:
        kept = split_patterns(clause.patterns, removal.actions, short=style.services)
    if not removal.needed:
        return kept
    catalog = removal.actions.catalog
    has, wanted = ActionSet.of(kept, catalog), {text: pattern_set(text, catalog) for text in sorted(removal.needed)}
    return (*kept, *(text for text, actions in wanted.items() if actions <= had and not actions <= has))


def _minimal(actions: ActionSet, within: ActionSet, case: tuple[str, ...] = ()) -> tuple[str, ...]:
    return minimal_patterns(actions, wildcards=Wildcards.OPEN, within=within, written=case).patterns
