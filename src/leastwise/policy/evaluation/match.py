"""Whether a statement is about a request: its action, resource, principal and condition parts together."""

from collections.abc import Iterable

from leastwise.catalog import matches
from leastwise.policy.document.grammar import VERSIONS
from leastwise.policy.document.model import ActionClause, Condition, Document, ResourceClause, Statement
from leastwise.policy.document.variables import quoted, resolved
from leastwise.policy.evaluation.condition import holds
from leastwise.policy.evaluation.globs import globs, globs_in_any_case
from leastwise.policy.evaluation.principal import matches_principal
from leastwise.policy.evaluation.request import Context, Request
from leastwise.policy.evaluation.request_keys import completed

__all__ = ["matches_action", "matches_conditions", "matches_resource", "matching_statements", "statement_matches"]


def statement_matches(statement: Statement, request: Request, *, variables: bool, has_boundary: bool = False) -> bool:
    """Whether the statement is about the request, so that its effect comes to bear.

    `variables` if its document has version 2012-10-17; `has_boundary` if the caller has a permissions boundary. A
    statement without Principal is about everyone, one without Resource about every resource. The effect itself plays
    no role but for NotPrincipal (`matches_principal`).

    >>> from leastwise.policy import parse_document
    >>> text = '{"Statement": {"Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::b/*"}}'
    >>> statement = parse_document(text).statements[0]
    >>> statement_matches(statement, Request("s3:GetObject", "arn:aws:s3:::b/key"), variables=True)
    True
    """
    return (
        matches_action(statement.actions, request.action)
        and _matches_principals(statement, request, has_boundary)
        and matches_resource(statement.resources, request.resource, context=request.context, variables=variables)
        and matches_conditions(statement.conditions, request.context, variables=variables)
    )


def matching_statements(document: Document, request: Request) -> tuple[Statement, ...]:
    """The statements of a document that are about the request, Allow and Deny, in order.

    The request's own keys count, and those that follow from its caller and resource (`completed`).

    >>> from leastwise.policy import parse_document
    >>> text = '{"Statement": {"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}}'
    >>> [one.index for one in matching_statements(parse_document(text), Request("s3:GetObject"))]
    [0]
    """
    variables, whole = document.version == VERSIONS[0], completed(request)
    return tuple(one for one in document.statements if statement_matches(one, whole, variables=variables))


def matches_action(clause: ActionClause, action: str) -> bool:
    """Whether the clause is about the action, in any case; `*:*` is every action, as `*` is.

    >>> matches_action(ActionClause(("s3:get*",), negated=False), "S3:GetObject")
    True
    """
    return globs_in_any_case(clause.patterns).match(action.lower()) != clause.negated


def matches_resource(clause: ResourceClause | None, resource: str, *, context: Context, variables: bool) -> bool:
    """Whether the clause is about the resource; case counts, and `*` may stand for colons and slashes.

    No clause is about every resource. A pattern with a variable that has no value matches nothing, and makes a
    NotResource match nothing too: "any attempt to match it fails and causes the statement to be invalid" (IAM User
    Guide, "Policy elements: Variables and tags"). For wildcards see there, "Resource".

    >>> own = ResourceClause(("arn:aws:s3:::b/${aws:username}/*",), negated=False)
    >>> matches_resource(own, "arn:aws:s3:::b/ann/key", context={"aws:username": ("ann",)}, variables=True)
    True
    """
    if clause is None:
        return True
    text = quoted(resource)
    if not variables or not any("${" in pattern for pattern in clause.patterns):
        return globs(clause.patterns).match(text) != clause.negated
    found = [resolved(pattern, context) for pattern in clause.patterns]
    if clause.negated and None in found:
        return False
    return any(pattern is not None and matches(pattern, text) for pattern in found) != clause.negated


def matches_conditions(conditions: Iterable[Condition], context: Context, *, variables: bool) -> bool:
    """Whether all of the conditions hold; so none at all do."""
    return all(holds(condition, context, variables=variables) for condition in conditions)


def _matches_principals(statement: Statement, request: Request, has_boundary: bool) -> bool:  # noqa: FBT001 - one call, above
    if statement.principals is None:
        return True
    return matches_principal(statement.principals, request.caller, effect=statement.effect, has_boundary=has_boundary)
