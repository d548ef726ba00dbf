"""The IAM policy language: documents parsed as IAM accepts them, and what they grant.

Promise: the raw text and each statement's position are kept; what IAM refuses is refused with the path to the fault.
"""

from leastwise.policy.action_set import ActionSet
from leastwise.policy.arn import AccountId, Arn
from leastwise.policy.grammar import DocumentKind
from leastwise.policy.grants import (
    DocumentGrants,
    StatementGrant,
    UnknownPattern,
    document_grants,
    statement_actions,
    unknown_patterns,
)
from leastwise.policy.model import (
    ActionClause,
    Condition,
    Document,
    DuplicateKey,
    Effect,
    Position,
    PrincipalClause,
    ResourceClause,
    Statement,
)
from leastwise.policy.names import EVERY_NAME, NO_NAME, NameSet
from leastwise.policy.parse import parse_document

__all__ = [
    "EVERY_NAME",
    "NO_NAME",
    "AccountId",
    "ActionClause",
    "ActionSet",
    "Arn",
    "Condition",
    "Document",
    "DocumentGrants",
    "DocumentKind",
    "DuplicateKey",
    "Effect",
    "NameSet",
    "Position",
    "PrincipalClause",
    "ResourceClause",
    "Statement",
    "StatementGrant",
    "UnknownPattern",
    "document_grants",
    "parse_document",
    "statement_actions",
    "unknown_patterns",
]
