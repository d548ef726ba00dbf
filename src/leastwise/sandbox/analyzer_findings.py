"""What `leastwise.policy.validate` says of a policy, as Access Analyzer's ValidatePolicy would put it.

Notices of which AWS has no check are left out, and so is `resource-mismatch`: it asks whether an action of the
statement takes the resource, and AWS's INVALID_ARN_RESOURCE whether its service has such resources at all. AWS's types
are not our severities: that an action does not exist is an ERROR there, since nothing works by it, though IAM takes it.
"""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Final, Literal

from msgspec import Struct

from leastwise.catalog import Catalog
from leastwise.policy import DocumentKind, Notice, validate

__all__ = ["ISSUES", "Finding", "Issue", "findings_of"]

_PAGE: Final = "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html"
_SLUGS: Final = {"WARNING": "general-warning"}
"""What AWS's page calls a type in its anchors, where that is another word."""


class Issue(Struct, frozen=True):
    """A check of AWS's own."""

    type: Literal["ERROR", "SECURITY_WARNING", "WARNING", "SUGGESTION"]
    """How bad AWS says it is."""
    code: str
    """Its issue code, e.g. `INVALID_ACTION`."""


ISSUES: Final = {
    "malformed-policy": Issue("ERROR", "INVALID_POLICY_ELEMENT"),
    "policy-too-large": Issue("WARNING", "POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA"),
    "unknown-service": Issue("ERROR", "INVALID_SERVICE_IN_ACTION"),
    "unknown-action": Issue("ERROR", "INVALID_ACTION"),
    "pattern-without-match": Issue("ERROR", "INVALID_ACTION"),
    "allow-with-not-principal": Issue("SECURITY_WARNING", "ALLOW_WITH_NOT_PRINCIPAL"),
    "pass-role-with-star-in-resource": Issue("SECURITY_WARNING", "PASS_ROLE_WITH_STAR_IN_RESOURCE"),
    "missing-version": Issue("WARNING", "MISSING_VERSION"),
    "invalid-condition-key-format": Issue("ERROR", "INVALID_CONDITION_KEY_FORMAT"),
    "unknown-condition-key": Issue("ERROR", "INVALID_SERVICE_CONDITION_KEY"),
    "type-mismatch": Issue("WARNING", "TYPE_MISMATCH"),
    "forallvalues-with-single-valued-key": Issue("SECURITY_WARNING", "FORALLVALUES_WITH_SINGLE_VALUED_KEY"),
    "missing-qualifier": Issue("ERROR", "MISSING_QUALIFIER"),
    "type-mismatch-number": Issue("WARNING", "TYPE_MISMATCH_NUMBER"),
    "type-mismatch-date": Issue("WARNING", "TYPE_MISMATCH_DATE"),
    "type-mismatch-boolean": Issue("WARNING", "TYPE_MISMATCH_BOOLEAN"),
    "type-mismatch-null": Issue("WARNING", "TYPE_MISMATCH_BOOLEAN"),
    "type-mismatch-ip-range": Issue("WARNING", "TYPE_MISMATCH_IP_RANGE"),
    "type-mismatch-arn": Issue("ERROR", "INVALID_ARN_PREFIX"),
    "wildcard-without-like-operator": Issue("WARNING", "WILDCARD_WITHOUT_LIKE_OPERATOR"),
    "null-with-if-exists": Issue("ERROR", "NULL_WITH_IF_EXISTS"),
    "duplicate-keys-with-different-case": Issue("ERROR", "DUPLICATE_KEYS_WITH_DIFFERENT_CASE"),
    "empty-array-condition": Issue("SUGGESTION", "EMPTY_ARRAY_CONDITION"),
    "empty-object-condition": Issue("SUGGESTION", "EMPTY_OBJECT_CONDITION"),
    "redundant-action": Issue("SUGGESTION", "REDUNDANT_ACTION"),
    "redundant-resource": Issue("SUGGESTION", "REDUNDANT_RESOURCE"),
    "redundant-statement": Issue("SUGGESTION", "REDUNDANT_STATEMENT"),
    "variable-unsupported-in-version": Issue("ERROR", "VARIABLE_UNSUPPORTED_IN_VERSION"),
    "malformed-variable": Issue("ERROR", "MISSING_BRACE_IN_VARIABLE"),
}
"""By our code the check of AWS's that says the same (IAM User Guide, "IAM policy validation check reference"); of
several that share one of our codes, the first."""


class _Position(Struct, frozen=True):
    line: int
    column: int
    offset: int


class _Span(Struct, frozen=True):
    start: _Position
    end: _Position


class _Index(Struct, frozen=True):
    index: int


class _Value(Struct, frozen=True):
    value: str


class _Location(Struct, frozen=True):
    path: list[_Index | _Value]
    span: _Span


class Finding(Struct, frozen=True, rename="camel"):
    """One finding of ValidatePolicy."""

    finding_type: str
    """`ERROR`, `SECURITY_WARNING`, `WARNING` or `SUGGESTION`."""
    issue_code: str
    """AWS's name of the check."""
    finding_details: str
    """What is wrong, in our words."""
    learn_more_link: str
    """AWS's page on the check."""
    locations: list[_Location]
    """Where."""


def findings_of(text: str, catalog: Catalog, *, kind: DocumentKind) -> list[Finding]:
    """The findings on a text, in its order; a text that is no policy has one ERROR, as with AWS."""
    value = _json_value(text)
    notices = validate(text, catalog, kind=kind)
    return [_finding(notice, text, value) for notice in notices if notice.code in ISSUES]


def _json_value(text: str) -> object:
    """The text's JSON; None where it has none."""
    try:
        value: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value


def _finding(notice: Notice, text: str, value: object) -> Finding:
    issue = _issue(notice, value)
    anchor = f"{_PAGE.rpartition('/')[2].removesuffix('.html')}-{_SLUGS.get(issue.type, issue.type)}-{issue.code}"
    span = _Span(_Position(notice.line, notice.column - 1, notice.start), _position(text, notice.end))
    return Finding(
        finding_type=issue.type,
        issue_code=issue.code,
        finding_details=notice.message,
        learn_more_link=f"{_PAGE}#{anchor.lower().replace('_', '-')}",
        locations=[_Location(list(_steps(notice.path, value)), span)],
    )


def _issue(notice: Notice, value: object) -> Issue:
    if notice.code == "malformed-policy" and value is None:
        return Issue("ERROR", "JSON_SYNTAX_ERROR")
    if notice.code == "unknown-condition-key" and _last_step_of(notice.path).startswith("aws:"):
        return Issue("ERROR", "INVALID_GLOBAL_CONDITION_KEY")
    return ISSUES[notice.code]


def _last_step_of(path: str) -> str:
    return path.rpartition(".")[2].lower()


def _position(text: str, offset: int) -> _Position:
    """AWS counts lines from 1, columns and offsets from 0 (Access Analyzer API Reference, Position)."""
    before = text[:offset]
    return _Position(before.count("\n") + 1, offset - (before.rfind("\n") + 1), offset)


def _steps(path: str, value: object) -> Iterator[_Index | _Value]:
    """The path's steps, found along the document, since a condition key may hold dots; to where it is lost sight of."""
    while path:
        if isinstance(value, list) and (place := re.match(r"\[(\d+)\]\.?", path)) and int(place[1]) < len(value):
            value, path = value[int(place[1])], path[place.end() :]
            yield _Index(int(place[1]))
        elif isinstance(value, dict) and (name := _first_of(path, value)):
            value, path = value[name], path.removeprefix(name).removeprefix(".")
            yield _Value(name)
        else:
            return


def _first_of(path: str, names: Iterable[str]) -> str | None:
    """The longest of the names that the path begins with; None if it is none of them."""
    beginnings = (name for name in names if path == name or path.startswith((f"{name}.", f"{name}[")))
    return max(beginnings, key=len, default=None)
