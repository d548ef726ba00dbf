"""What the statements of one document grant."""

from collections.abc import Iterator

from msgspec import Struct

from leastwise.catalog import Action, Catalog
from leastwise.policy.document.model import Document, Effect, Statement
from leastwise.policy.sets import names as name_sets
from leastwise.policy.sets.action_set import ActionSet
from leastwise.policy.sets.language import Answer

__all__ = [
    "DocumentGrants",
    "StatementGrant",
    "UnknownPattern",
    "document_grants",
    "statement_actions",
    "unknown_patterns",
]


class StatementGrant(Struct, frozen=True):
    """The actions of one Allow statement, on whatever resource and under whatever condition."""

    index: int
    """The statement's place in its document, from 0."""
    actions: ActionSet
    """What it is about."""


class DocumentGrants(Struct, frozen=True):
    """What a document grants on some resource under some condition, and what it always denies."""

    allows: tuple[StatementGrant, ...]
    """Its Allow statements, before any Deny, in order."""
    allowed: ActionSet
    """Their actions together."""
    denied: ActionSet
    """The actions of its unconditional Deny statements (no condition, every resource)."""

    @property
    def actions(self) -> ActionSet:
        """What it grants if it stands alone: allowed and not always denied."""
        return self.allowed - self.denied if self.denied else self.allowed

    def statements_for(self, action: Action | str) -> tuple[int, ...]:
        """The Allow statements that match the action, ascending; no Deny is looked at.

        >>> from leastwise.catalog import load_catalog
        >>> from leastwise.policy import parse_document
        >>> text = '{"Statement": {"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}}'
        >>> document_grants(parse_document(text), load_catalog()).statements_for("S3:GetObject")
        (0,)
        """
        return tuple(grant.index for grant in self.allows if action in grant.actions)

    def statements_in(self, namespace: str, within: ActionSet) -> tuple[int, ...]:
        """The Allow statements that have an action of the service in common with `within`, ascending.

        A statement counts where it could not be decided. Pass `actions` for what the document itself leaves.

        >>> from leastwise.catalog import load_catalog
        >>> from leastwise.policy import parse_document
        >>> text = '{"Statement": {"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}}'
        >>> grants = document_grants(parse_document(text), load_catalog())
        >>> grants.statements_in("sqs", grants.actions), grants.statements_in("s3", grants.actions)
        ((0,), ())
        """
        return tuple(grant.index for grant in self.allows if _share(grant.actions, within, namespace.lower()))


def _share(one: ActionSet, other: ActionSet, namespace: str) -> bool:
    if one.known_in(namespace) & other.known:
        return True
    common = name_sets.intersection(one.names(namespace), other.names(namespace))
    return name_sets.is_empty(common) is not Answer.YES


class UnknownPattern(Struct, frozen=True):
    """An action pattern that matches nothing that the catalog knows."""

    statement: int
    """The statement's place in its document, from 0."""
    pattern: str
    """As it is written."""
    problem: str
    """What is not known: `unknown service 'foo'`, or `no known action matches 's3:GetObjekt'`."""


def statement_actions(statement: Statement, catalog: Catalog) -> ActionSet:
    """The actions that a statement is about, whatever its effect, resources and conditions.

    >>> from leastwise.catalog import load_catalog
    >>> from leastwise.policy import parse_document
    >>> text = '{"Statement": {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}}'
    >>> actions = statement_actions(parse_document(text).statements[0], load_catalog())
    >>> "iam:PassRole" in actions, "newservice:DoThis" in actions
    (False, True)
    """
    named = ActionSet.of(statement.actions.patterns, catalog)
    return ~named if statement.actions.negated else named


def document_grants(document: Document, catalog: Catalog) -> DocumentGrants:
    """What a document grants and always denies. Costs about a microsecond a pattern, and one each for a new wildcard.

    Resources and conditions of an Allow are not looked at, and a Deny counts only if it has neither, as in the reports
    of IAM (IAM User Guide, "Refining permissions using last accessed information", policy types).

    >>> from leastwise.catalog import load_catalog
    >>> from leastwise.policy import parse_document
    >>> text = '{"Statement": {"Effect": "Allow", "Action": ["sqs:*", "foo:Bar"], "Resource": "*"}}'
    >>> document_grants(parse_document(text), load_catalog()).actions.namespaces()
    ('foo', 'sqs')
    """
    allows = tuple(
        StatementGrant(statement.index, statement_actions(statement, catalog))
        for statement in document.statements
        if statement.effect is Effect.ALLOW
    )
    denied = (statement_actions(statement, catalog) for statement in _always_denying(document))
    allowed = ActionSet.union_of((grant.actions for grant in allows), catalog)
    return DocumentGrants(allows, allowed, ActionSet.union_of(denied, catalog))


def _always_denying(document: Document) -> Iterator[Statement]:
    return (one for one in document.statements if one.effect is Effect.DENY and one.is_unconditional)


def unknown_patterns(document: Document, catalog: Catalog) -> tuple[UnknownPattern, ...]:
    """The action patterns of a document that match nothing known, in order, with what is unknown about each.

    >>> from leastwise.catalog import load_catalog
    >>> from leastwise.policy import parse_document
    >>> text = '{"Statement": {"Effect": "Allow", "Action": ["sqs:*", "foo:Bar"], "Resource": "*"}}'
    >>> [unknown.problem for unknown in unknown_patterns(parse_document(text), load_catalog())]
    ["unknown service 'foo'"]
    """
    return tuple(_unknown(document, catalog))


def _unknown(document: Document, catalog: Catalog) -> Iterator[UnknownPattern]:
    for statement in document.statements:
        for pattern in statement.actions.patterns:
            expansion = catalog.expand(pattern)
            if not expansion.is_known:
                yield UnknownPattern(statement.index, pattern, expansion.problem)
