"""The IAM policy language: documents parsed as IAM accepts them, and what they grant.

Promise: the raw text and each statement's position are kept; what IAM refuses is refused with the path to the fault.
"""

from leastwise.policy.action_set import ActionSet
from leastwise.policy.algebra import Comparison, Difference, Gap, compare, difference, equivalent, is_subset
from leastwise.policy.arn import AccountId, Arn
from leastwise.policy.decision import Decision, Layer, Outcome, Reason, Stance, StatementRef
from leastwise.policy.grammar import DocumentKind
from leastwise.policy.grants import (
    DocumentGrants,
    StatementGrant,
    UnknownPattern,
    document_grants,
    statement_actions,
    unknown_patterns,
)
from leastwise.policy.language import Answer
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
from leastwise.policy.pattern_set import PatternSet
from leastwise.policy.policies import Level, NamedPolicy, Policies
from leastwise.policy.request import Caller, CallerKind, Context, Request, context_of
from leastwise.policy.simulate import simulate

__all__ = [
    "EVERY_NAME",
    "NO_NAME",
    "AccountId",
    "ActionClause",
    "ActionSet",
    "Answer",
    "Arn",
    "Caller",
    "CallerKind",
    "Comparison",
    "Condition",
    "Context",
    "Decision",
    "Difference",
    "Document",
    "DocumentGrants",
    "DocumentKind",
    "DuplicateKey",
    "Effect",
    "Gap",
    "Layer",
    "Level",
    "NameSet",
    "NamedPolicy",
    "Outcome",
    "PatternSet",
    "Policies",
    "Position",
    "PrincipalClause",
    "Reason",
    "Request",
    "ResourceClause",
    "Stance",
    "Statement",
    "StatementGrant",
    "StatementRef",
    "UnknownPattern",
    "compare",
    "context_of",
    "difference",
    "document_grants",
    "equivalent",
    "is_subset",
    "parse_document",
    "simulate",
    "statement_actions",
    "unknown_patterns",
]
