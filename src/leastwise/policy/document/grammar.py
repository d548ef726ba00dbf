"""What IAM accepts in the strings of a policy, and what it says of those that it refuses.

Sources: "UG" is the IAM User Guide, "Grammar of the IAM JSON policy language" and the pages of the elements; "record"
is the list of documents with the answers of the live CreatePolicy that moto's tests keep (getmoto/moto,
tests/test_iam/test_iam_policies.py); quoted messages are IAM's own.

Element names count with their case: UG spells them as literals and no source tells of IAM taking `"effect"` for
`"Effect"`. So do the values of Effect: `"allow"` "failed legacy parsing" (record; hashicorp/terraform#10057), as UG
says. Service prefix and action name do not (UG, Action). Condition operators are taken in any case, which is more than
UG promises: whoever reads an existing policy must not lose it for that.

What IAM refuses and this does not, since it cannot hide a grant: a region in the ARN of a resource that has none, IAM
resource paths of unknown kinds, dates that are none, a Version older than 2012-10-17 in a new policy.
"""

import re
from enum import StrEnum
from typing import Final

__all__ = [
    "PRINCIPAL_TYPES",
    "STATEMENT_ELEMENTS",
    "TOP_ELEMENTS",
    "VERSIONS",
    "DocumentKind",
    "action_problem",
    "character_problem",
    "resource_problem",
    "sid_problem",
]


class DocumentKind(StrEnum):
    """What a document is attached to, which decides its elements."""

    IDENTITY = "identity"
    """To a user, role or group: no Principal, Resource required."""
    TRUST = "trust"
    """To a role, as its trust policy: Principal required, no Resource."""
    RESOURCE = "resource"
    """To a resource, such as a bucket: Principal required, Resource optional."""


TOP_ELEMENTS: Final = frozenset({"Version", "Id", "Statement"})
"""Elements of a document (UG). Id "must not be included in identity-based policies", but is accepted (record)."""

STATEMENT_ELEMENTS: Final = frozenset(
    {"Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"}
)
"""Elements of a statement (UG)."""

VERSIONS: Final = ("2012-10-17", "2008-10-17")
"""Versions of the language (UG, Version)."""

PRINCIPAL_TYPES: Final = frozenset({"AWS", "Federated", "Service", "CanonicalUser"})
"""Keys of a Principal (UG)."""

_ACTION: Final = re.compile(r"\*|\*:\*|[A-Za-z0-9.-]+:[^:]+", re.DOTALL)
_VENDOR: Final = re.compile(r"[A-Za-z0-9.-]+")
_RESOURCE: Final = re.compile(r"\*|arn:(?:\*|aws[a-z0-9*?-]*):[^:]+(?::.*)?", re.DOTALL)
_ARN_COLONS: Final = 5
_SID: Final = re.compile(r"[0-9A-Za-z]*")

_IDENTITY_CHARACTER: Final = re.compile(r"[^\t\n\r\x20-\xff]")
_RESOURCE_CHARACTER: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")


def character_problem(text: str, kind: DocumentKind) -> tuple[str, int] | None:
    """The first character that no document of this kind may hold, as (problem, offset); None if there is none.

    IAM takes tab, line ends and U+0020 to U+00FF (IAM API, policyDocumentType); resource policies may hold more.
    """
    pattern = _RESOURCE_CHARACTER if kind is DocumentKind.RESOURCE else _IDENTITY_CHARACTER
    found = pattern.search(text)
    return None if found is None else (f"a policy may not hold the character U+{ord(found[0]):04X}", found.start())


def action_problem(pattern: str) -> str:
    """Why IAM refuses this action pattern; empty if it takes it.

    `*:*` is taken (moto, which follows IAM), a wildcard in any other service prefix is not
    (boogy/iam-policy-validator#172). The name may be anything without a colon, spaces included (record).

    >>> action_problem("s3:Get*"), action_problem("GetObject")
    ('', 'an action needs a service prefix, e.g. s3:GetObject')
    """
    if _ACTION.fullmatch(pattern):
        return ""
    if not pattern:
        return "an action may not be empty"
    if ":" not in pattern:
        # IAM says "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
        return "an action needs a service prefix, e.g. s3:GetObject"
    return _prefixed_action_problem(*pattern.split(":", 1))


def _prefixed_action_problem(vendor: str, name: str) -> str:
    if "*" in vendor or "?" in vendor:
        # IAM says "Action vendors (e.g., aws, ec2, etc.) must not contain wildcards."
        return "a service prefix may not hold a wildcard"
    if not vendor:
        return "an action needs a service prefix, e.g. s3:GetObject"
    if not _VENDOR.fullmatch(vendor):
        return "a service prefix may hold only letters, digits, - and ."
    # IAM says "Actions/Condition can contain only one colon."
    return "an action may hold only one colon" if name else "an action needs a name behind its service prefix"


def resource_problem(pattern: str) -> str:
    """Why IAM refuses this resource pattern; empty if it takes it.

    >>> resource_problem("arn:aws:s3:::bucket/*"), resource_problem("bucket")
    ('', 'a resource is * or an ARN, e.g. arn:aws:s3:::bucket/*')
    """
    if not _RESOURCE.fullmatch(pattern):
        # IAM says 'Resource ... must be in ARN format or "*".'
        return "a resource is * or an ARN, e.g. arn:aws:s3:::bucket/*"
    if "::" in pattern and pattern.count(":") < _ARN_COLONS:
        # "The policy failed legacy parsing" (record): arn:aws:s3::bucket has a part too few.
        return "an ARN has six parts"
    return ""


def sid_problem(sid: str, kind: DocumentKind) -> str:
    """Why IAM refuses this Sid; empty if it takes it. An empty one is taken (record).

    >>> sid_problem("AllowRead", DocumentKind.IDENTITY)
    ''
    """
    # "Statement IDs (SID) must be alpha-numeric." Resource policies of some services take more (UG, sid_string).
    if kind is DocumentKind.RESOURCE or _SID.fullmatch(sid):
        return ""
    return "a Sid may hold only letters and digits"
