"""The IAM policy language, and what can be said of it with certainty; pure, and of use without the rest of leastwise.

What IAM refuses is refused with the path to the fault, and all else is kept, to the byte. Sets of actions and resources
are languages of patterns, so that an answer holds for what AWS has not invented yet. Where a question has no certain
answer, the answer is UNDECIDED, and never a guess: whoever asks decides which side is safe.
"""

from leastwise.policy.arn import AccountId, Arn, identifier_from_json, identifier_to_json
from leastwise.policy.comparison.compare import Comparison, Difference, Gap, compare, difference, equivalent, is_subset
from leastwise.policy.comparison.literal import literal_text
from leastwise.policy.document.grammar import DocumentKind
from leastwise.policy.document.model import (
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
from leastwise.policy.document.parse import parse_document
from leastwise.policy.document.render import render_compact, render_document, same_content, size_in_characters
from leastwise.policy.document.rewrite import rewrite
from leastwise.policy.evaluation.decision import Decision, Layer, Outcome, Reason, Stance, StatementRef
from leastwise.policy.evaluation.match import matching_statements
from leastwise.policy.evaluation.policies import Level, NamedPolicy, Policies
from leastwise.policy.evaluation.request import Caller, CallerKind, Context, Request, context_of
from leastwise.policy.evaluation.request_keys import completed, keys_of
from leastwise.policy.evaluation.simulate import simulate
from leastwise.policy.minimization.minimize import MinimalPatterns, Wildcards, minimal_clause, minimal_patterns
from leastwise.policy.minimization.quota import (
    ATTACHED_POLICIES,
    ATTACHED_POLICIES_AT_MOST,
    GROUP_INLINE_CHARACTERS,
    MANAGED_CHARACTERS,
    MANAGED_VERSIONS,
    ROLE_INLINE_CHARACTERS,
    USER_INLINE_CHARACTERS,
    Fitted,
    Misfit,
    fit,
)
from leastwise.policy.minimization.readable import readable_patterns
from leastwise.policy.minimization.service_patterns import PATTERN_OVERHEAD
from leastwise.policy.minimization.shortened import shortened
from leastwise.policy.sets.action_set import ActionSet
from leastwise.policy.sets.grants import (
    DocumentGrants,
    StatementGrant,
    UnknownPattern,
    document_grants,
    statement_actions,
    unknown_patterns,
)
from leastwise.policy.sets.language import Answer
from leastwise.policy.sets.names import EVERY_NAME, NO_NAME, NameSet
from leastwise.policy.sets.pattern_set import PatternSet
from leastwise.policy.validation.notices import Notice, Severity
from leastwise.policy.validation.validate import NOTICE_CODES, validate

__all__ = [
    "ATTACHED_POLICIES",
    "ATTACHED_POLICIES_AT_MOST",
    "EVERY_NAME",
    "GROUP_INLINE_CHARACTERS",
    "MANAGED_CHARACTERS",
    "MANAGED_VERSIONS",
    "NOTICE_CODES",
    "NO_NAME",
    "PATTERN_OVERHEAD",
    "ROLE_INLINE_CHARACTERS",
    "USER_INLINE_CHARACTERS",
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
    "Fitted",
    "Gap",
    "Layer",
    "Level",
    "MinimalPatterns",
    "Misfit",
    "NameSet",
    "NamedPolicy",
    "Notice",
    "Outcome",
    "PatternSet",
    "Policies",
    "Position",
    "PrincipalClause",
    "Reason",
    "Request",
    "ResourceClause",
    "Severity",
    "Stance",
    "Statement",
    "StatementGrant",
    "StatementRef",
    "UnknownPattern",
    "Wildcards",
    "compare",
    "completed",
    "context_of",
    "difference",
    "document_grants",
    "equivalent",
    "fit",
    "identifier_from_json",
    "identifier_to_json",
    "is_subset",
    "keys_of",
    "literal_text",
    "matching_statements",
    "minimal_clause",
    "minimal_patterns",
    "parse_document",
    "readable_patterns",
    "render_compact",
    "render_document",
    "rewrite",
    "same_content",
    "shortened",
    "simulate",
    "size_in_characters",
    "statement_actions",
    "unknown_patterns",
    "validate",
]
