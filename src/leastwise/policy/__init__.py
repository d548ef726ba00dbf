"""The IAM policy language: documents parsed as IAM accepts them, and what they grant.

Promise: the raw text and each statement's position are kept; what IAM refuses is refused with the path to the fault.
"""

from leastwise.policy.arn import AccountId, Arn
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

__all__ = [
    "AccountId",
    "ActionClause",
    "Arn",
    "Condition",
    "Document",
    "DuplicateKey",
    "Effect",
    "Position",
    "PrincipalClause",
    "ResourceClause",
    "Statement",
]
