"""A document with each statement's actions in fewer characters, and everything else as it was."""

from msgspec.structs import replace

from leastwise.catalog import Catalog
from leastwise.policy.document.model import ActionClause, Document, Effect, Statement
from leastwise.policy.document.rewrite import rewrite
from leastwise.policy.minimization.minimize import Wildcards, minimal_patterns
from leastwise.policy.minimization.service_patterns import PATTERN_OVERHEAD
from leastwise.policy.sets.action_set import ActionSet

__all__ = ["shortened", "shortened_actions"]


def shortened(document: Document, catalog: Catalog, *, wildcards: Wildcards = Wildcards.EXACT) -> str:
    """The document's text with the actions of its statements in fewer characters, where there are fewer.

    EXACT grants and denies the same. OPEN lets Allow statements reach actions that the catalog does not know besides,
    and is never done to a Deny or a NotAction. Statements stay where they are, and all else keeps its bytes.

    >>> from leastwise.catalog import load_catalog
    >>> from leastwise.policy import parse_document
    >>> text = '{"Statement": {"Effect": "Allow", "Action": ["s3:Get*", "s3:GetObject"], "Resource": "*"}}'
    >>> shortened(parse_document(text), load_catalog())
    '{"Statement": {"Effect": "Allow", "Action": ["s3:Get*"], "Resource": "*"}}'
    """
    found = {one.index: shortened_actions(one, catalog, wildcards=wildcards) for one in document.statements}
    return rewrite(document, {index: clause for index, clause in found.items() if clause is not None})


def shortened_actions(
    statement: Statement, catalog: Catalog, *, wildcards: Wildcards, within: ActionSet | None = None
) -> ActionClause | None:
    """The statement's Action or NotAction in fewer characters; None if it stays as it is.

    Raises:
        ValueError: `within` lacks a known action of the statement.
    """
    patterns = statement.actions.patterns
    is_open = wildcards is Wildcards.OPEN and statement.effect is Effect.ALLOW and not statement.actions.negated
    mode, room = (Wildcards.OPEN, within) if is_open else (Wildcards.EXACT, None)
    found = minimal_patterns(ActionSet.of(patterns, catalog), wildcards=mode, within=room, written=patterns)
    if found.lost or _characters(found.patterns) >= _characters(patterns):
        return None
    return replace(statement.actions, patterns=found.patterns)


def _characters(patterns: tuple[str, ...]) -> int:
    return sum(len(pattern) + PATTERN_OVERHEAD for pattern in patterns)
