"""IAM Access Analyzer's CheckNoNewAccess and ValidatePolicy, answered by leastwise's own algebra and not by AWS's.

So a plan that is verified against the sandbox is checked by the code that made it: this shows that the calls are right,
and proves nothing besides. New access is what `leastwise.policy.compare` does not prove to be none; findings are what
`leastwise.policy.validate` says, under the names and types of AWS's own checks.

The requests, answers and errors are those of botocore's model of accessanalyzer 2019-11-01, protocol REST-JSON.
"""

from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from threading import Lock
from typing import Final, Literal, TypeVar

import msgspec
from msgspec import UNSET, Struct, UnsetType

from leastwise.catalog import Catalog, load_catalog
from leastwise.errors import PolicyError
from leastwise.policy import Answer, Document, DocumentKind, Effect, Statement, compare, parse_document
from leastwise.sandbox.analyzer_findings import Finding, findings_of
from leastwise.sandbox.paging import Pager
from leastwise.sandbox.refusals import Refusal

__all__ = ["AccessAnalyzer"]

_Request = TypeVar("_Request")

_ANSWERED_BY: Final = "(Answered by the leastwise sandbox with its own policy algebra, not by AWS.)"
_NEW_ACCESS: Final = f"The modified permissions grant new access compared to your existing policy. {_ANSWERED_BY}"
"""AWS's sentence (AWS CLI Command Reference, check-no-new-access), and who says so here."""
_NO_NEW_ACCESS: Final = (
    f"The modified permissions do not grant new access compared to your existing policy. {_ANSWERED_BY}"
)
_MOST_FINDINGS: Final = 100
"""Findings in one answer where the caller names no number; AWS does not say what its own number is."""
_KINDS: Final = {"IDENTITY_POLICY": DocumentKind.IDENTITY, "RESOURCE_POLICY": DocumentKind.RESOURCE}
_TRUST: Final = "AWS::IAM::AssumeRolePolicyDocument"


class _CheckNoNewAccess(Struct, frozen=True, rename="camel"):
    new_policy_document: str
    existing_policy_document: str
    policy_type: Literal["IDENTITY_POLICY", "RESOURCE_POLICY"]


class _ValidatePolicy(Struct, frozen=True, rename="camel"):
    policy_document: str
    policy_type: Literal["IDENTITY_POLICY", "RESOURCE_POLICY", "SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"]
    locale: Literal["DE", "EN", "ES", "FR", "IT", "JA", "KO", "PT_BR", "ZH_CN", "ZH_TW"] = "EN"
    validate_policy_resource_type: str = ""


class _Reason(Struct, frozen=True, rename="camel"):
    description: str
    statement_index: int
    statement_id: str | UnsetType = UNSET


class _NewAccess(Struct, frozen=True):
    result: Literal["PASS", "FAIL"]
    message: str
    reasons: list[_Reason]


class _Findings(Struct, frozen=True, rename="camel"):
    findings: list[Finding]
    next_token: str | UnsetType = UNSET


class AccessAnalyzer:
    """Answers the two checks, one at a time."""

    def __init__(self, pager: Pager) -> None:
        self._pager = pager
        self._lock = Lock()
        self._operations: Mapping[str | None, Callable[[bytes, Mapping[str, str]], Struct]] = {
            "CheckNoNewAccess": self._check_no_new_access,
            "ValidatePolicy": self._validate_policy,
        }

    def answer(self, operation: str | None, body: bytes, query: Mapping[str, str]) -> bytes:
        """The JSON that answers an operation.

        Raises:
            Refusal: the request is not as in the model, a document is no policy, or the operation is not to be had.
        """
        answer = self._operations.get(operation)
        if answer is None:
            missing = f"The sandbox does not have this operation: access-analyzer:{operation or 'unknown'}"
            raise Refusal(501, "NotImplemented", missing)
        with self._lock:
            return msgspec.json.encode(answer(body, query))

    def _check_no_new_access(self, body: bytes, query: Mapping[str, str]) -> _NewAccess:
        del query
        request = _read(body, _CheckNoNewAccess)
        kind = _KINDS[request.policy_type]
        new = _document(request.new_policy_document, kind, member="newPolicyDocument")
        existing = _document(request.existing_policy_document, kind, member="existingPolicyDocument")
        reasons = list(_reasons(new, existing, load_catalog()))
        return _NewAccess("FAIL", _NEW_ACCESS, reasons) if reasons else _NewAccess("PASS", _NO_NEW_ACCESS, [])

    def _validate_policy(self, body: bytes, query: Mapping[str, str]) -> _Findings:
        request = _read(body, _ValidatePolicy)
        kind = _KINDS.get(request.policy_type)
        if kind is None:
            raise _invalid("notSupported", f"The sandbox does not validate policies of type {request.policy_type}.")
        if request.validate_policy_resource_type == _TRUST:
            kind = DocumentKind.TRUST
        findings = findings_of(request.policy_document, load_catalog(), kind=kind)
        owner = sha256(body).hexdigest()
        page = self._pager.page(findings, of=owner, marker=query.get("nextToken"), limit=_limit(query))
        return _Findings(list(page.items), page.marker or UNSET)


def _reasons(new: Document, existing: Document, catalog: Catalog) -> Iterator[_Reason]:
    """Each statement that is not proved to allow nothing new, all Deny statements taken into account.

    What cannot be decided counts as new access: AWS's FAIL, too, means that the policy *might* allow some.
    """
    denies = tuple(one for one in new.statements if one.effect is Effect.DENY)
    for statement in new.statements:
        if statement.effect is Effect.ALLOW:
            alone = msgspec.structs.replace(new, statements=(statement, *denies))
            answer = compare(alone, existing, catalog).answer
            if answer is not Answer.YES:
                yield _reason(statement, answer)


def _reason(statement: Statement, answer: Answer) -> _Reason:
    where = f"sid: {statement.sid}" if statement.sid else f"index: {statement.index}"
    undecided = " It could not be decided whether there is any." if answer is Answer.UNDECIDED else ""
    description = f"New access in the statement with {where}.{undecided}"
    return _Reason(description, statement.index, statement.sid or UNSET)


def _read(body: bytes, kind: type[_Request]) -> _Request:
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as error:
        raise _invalid("fieldValidationFailed", str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _invalid("cannotParse", f"The request body is no JSON: {error}") from error


def _document(text: str, kind: DocumentKind, *, member: str) -> Document:
    try:
        return parse_document(text, kind)
    except PolicyError as error:
        raise Refusal(400, "InvalidParameterException", f"The {member} is no policy: {error}") from error


def _limit(query: Mapping[str, str]) -> int:
    text = query.get("maxResults", str(_MOST_FINDINGS))
    if not text.isdecimal() or not int(text):
        raise _invalid("fieldValidationFailed", f"maxResults is {text!r}, which is no number from 1.")
    return int(text)


def _invalid(reason: str, message: str) -> Refusal:
    return Refusal(400, "ValidationException", message, members={"reason": reason})
