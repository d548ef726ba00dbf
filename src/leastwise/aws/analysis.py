"""What IAM Access Analyzer says of a policy: records, and its JSON read into them."""

from enum import Enum

from msgspec import Struct

from leastwise.aws.answer_json import read_json

__all__ = [
    "AccessReason",
    "FindingType",
    "NewAccess",
    "PolicyFinding",
    "PolicyFindingsPage",
    "read_new_access",
    "read_policy_findings",
]


class FindingType(Enum):
    """How bad Access Analyzer says it is (Access Analyzer API Reference, ValidatePolicyFinding)."""

    ERROR = "ERROR"
    """A part of the policy is not functional."""
    SECURITY_WARNING = "SECURITY_WARNING"
    """The policy allows access that AWS considers overly permissive."""
    WARNING = "WARNING"
    """The policy does not follow best practice; security is not concerned."""
    SUGGESTION = "SUGGESTION"
    """It could be written better, and would allow the same."""


class AccessReason(Struct, frozen=True, rename="camel"):
    """A statement that allows new access, or may."""

    description: str = ""
    """AWS's sentence."""
    statement_index: int | None = None
    """Its place in the new document, from 0; None where AWS names only its Sid."""
    statement_id: str | None = None
    """Its Sid; None if it has none."""


class NewAccess(Struct, frozen=True):
    """Whether a document allows what another does not."""

    is_possible: bool
    """False: AWS has proved that it allows nothing new. True: it does, or AWS cannot say."""
    message: str
    """AWS's sentence."""
    reasons: tuple[AccessReason, ...]
    """The statements that allow it; empty where there are none."""


class PolicyFinding(Struct, frozen=True):
    """One thing that ValidatePolicy finds in a document."""

    type: FindingType
    """How bad it is."""
    code: str
    """AWS's name of the check, e.g. `INVALID_ACTION`."""
    details: str
    """AWS's sentence."""
    paths: tuple[str, ...]
    """Where, e.g. `Statement[0].Action[3]`; empty for the document itself."""


class PolicyFindingsPage(Struct, frozen=True):
    """One answer of ValidatePolicy."""

    findings: tuple[PolicyFinding, ...]
    """Its findings, in AWS's order."""
    marker: str | None
    """Where the next page begins; None on the last."""

    @property
    def is_truncated(self) -> bool:
        """Whether more follow."""
        return self.marker is not None


class _Result(Enum):
    PASS = "PASS"  # noqa: S105 - a word of AWS's
    FAIL = "FAIL"


class _NewAccess(Struct, frozen=True):
    result: _Result
    message: str = ""
    reasons: tuple[AccessReason, ...] = ()


class _PathElement(Struct, frozen=True):
    index: int | None = None
    key: str | None = None
    value: str | None = None


class _Location(Struct, frozen=True):
    path: tuple[_PathElement, ...]


class _Finding(Struct, frozen=True, rename="camel"):
    finding_type: FindingType
    issue_code: str
    finding_details: str
    locations: tuple[_Location, ...]


class _Findings(Struct, frozen=True, rename="camel"):
    findings: tuple[_Finding, ...]
    next_token: str | None = None


def read_new_access(body: bytes) -> NewAccess:
    """What CheckNoNewAccess answered.

    Raises:
        MalformedAnswerError: the answer is not as AWS documents it.
    """
    answer = read_json(body, _NewAccess)
    return NewAccess(answer.result is _Result.FAIL, answer.message, answer.reasons)


def read_policy_findings(body: bytes) -> PolicyFindingsPage:
    """A page of what ValidatePolicy answered.

    Raises:
        MalformedAnswerError: the answer is not as AWS documents it.
    """
    answer = read_json(body, _Findings)
    return PolicyFindingsPage(tuple(map(_finding, answer.findings)), answer.next_token or None)


def _finding(finding: _Finding) -> PolicyFinding:
    paths = tuple(filter(None, (_path(location.path) for location in finding.locations)))
    return PolicyFinding(finding.finding_type, finding.issue_code, finding.finding_details, paths)


def _path(elements: tuple[_PathElement, ...]) -> str:
    """The path as text; that a part of a value is meant is not said."""
    return "".join(map(_step, elements)).removeprefix(".")


def _step(element: _PathElement) -> str:
    if element.index is not None:
        return f"[{element.index}]"
    name = element.key if element.value is None else element.value
    return "" if name is None else f".{name}"
