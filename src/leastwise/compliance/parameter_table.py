"""The parameters that a rule takes: what reads them, and what templates and pages are made from."""

from typing import Final

from msgspec import Struct

from leastwise.settings import EXEMPTION_TAG

__all__ = ["PARAMETERS", "Parameter"]

_ACCOUNT: Final = "[0-9]{12}"
_TYPE: Final = "(?:user|role|group|policy)"
_UP_TO_400: Final = "[1-9]|[1-9][0-9]|[1-3][0-9][0-9]|400"
_BETWEEN: Final = " *, *"


class Parameter(Struct, frozen=True):
    """One rule parameter. Every value is a string, as AWS Config keeps it."""

    name: str
    """As it is written."""
    meaning: str
    """What it does, in a sentence."""
    allowed: str
    """What it may be, to stand after `must be`."""
    pattern: str
    """What the whole value matches, without white space around it; the same to Python and to CloudFormation."""
    default: str = ""
    """What holds where it is not given, or is empty; empty for nothing."""
    is_required: bool = False
    """Whether it must be given."""
    choices: tuple[str, ...] = ()
    """The values there are, where they can be counted."""


def _chosen(name: str, meaning: str, *choices: str, default: str = "", is_required: bool = False) -> Parameter:
    """A parameter of a few values."""
    allowed = f"{', '.join(choices[:-1])} or {choices[-1]}"
    return Parameter(name, meaning, allowed, "|".join(choices), default, is_required, choices)


PARAMETERS: Final = (
    _chosen(
        "rule",
        "What makes a resource NON_COMPLIANT.",
        "unused-services",
        "stale-services",
        "unused-actions",
        "unused-principals",
        is_required=True,
    ),
    Parameter(
        "staleAfterDays",
        "A use longer ago than this many days is stale; what was never used must have been watched for as long.",
        "a whole number from 1 to 400",
        _UP_TO_400,
        "90",
    ),
    Parameter(
        "graceDays",
        "A resource younger than this many days is NOT_APPLICABLE.",
        "a whole number from 0 to 400",
        f"0|{_UP_TO_400}",
        "30",
    ),
    Parameter(
        "principalTypes",
        "The kinds of resource to look at.",
        "a list of user, role, group and policy, with commas between",
        f"{_TYPE}(?:{_BETWEEN}{_TYPE})*",
        "user,role,group",
    ),
    Parameter(
        "exclude",
        "Resources to leave out, by patterns with * and ? over ARN, name, type/name or type/path/name; "
        "a comma within a name is written as ?.",
        "a list of patterns, with commas between",
        "[^, ][^,]*(?:, *[^, ][^,]*)*",
    ),
    Parameter(
        "exemptionTag",
        "Key of the tag that exempts the user or role that carries it; its value is the reason.",
        "a tag key of at most 128 characters",
        ".{1,128}",
        EXEMPTION_TAG,
    ),
    _chosen(
        "granularity",
        "How fine IAM is asked to look.",
        "service",
        "action",
        default="action",
    ),
    Parameter(
        "minUnused",
        "From how many unused services (of unused-actions: actions) on a resource is NON_COMPLIANT.",
        "a whole number from 1 to 9999",
        "[1-9][0-9]{0,3}",
        "1",
    ),
    Parameter(
        "readOnlyPolicyArns",
        "Managed policies that nobody need use: what only these grant does not count.",
        "a list of ARNs of managed policies, with commas between; a policy's name alone is not enough",
        "{0}(?:{1}{0})*".format(f"arn:aws[a-z-]*:iam::(?:aws|{_ACCOUNT}):policy/[^, ]+", _BETWEEN),
    ),
    Parameter(
        "accounts",
        "The accounts that are looked at; of others nothing is said.",
        "a list of account ids of 12 digits, with commas between",
        f"{_ACCOUNT}(?:{_BETWEEN}{_ACCOUNT})*",
    ),
    Parameter(
        "roleName",
        "Name of the role to assume in the account of the event, where that is not the function's own.",
        "the name of a role, at most 64 characters, without its path",
        "[A-Za-z0-9_+=,.@-]{1,64}",
    ),
    Parameter(
        "storeUri",
        "Where a scan made elsewhere with `leastwise scan --save` is kept; {account} stands for the account's id.",
        "s3://BUCKET/PREFIX, in which {account} is the only thing in braces",
        r"s3://(?:[a-z0-9.-]|\{account\})+(?:/(?:[^ {}]|\{account\})*)?",
    ),
    _chosen(
        "securityHub",
        "Whether findings are sent to Security Hub too.",
        "true",
        "false",
        default="false",
    ),
    Parameter(
        "callsPerSecond",
        "At most so many calls a second are made to IAM.",
        "a whole number from 1 to 250",
        "[1-9]|[1-9][0-9]|1[0-9][0-9]|2[0-4][0-9]|250",
        "20",
    ),
)
"""Every parameter, in the order in which a person thinks of them."""
