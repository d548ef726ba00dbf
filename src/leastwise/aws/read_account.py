"""Answers about the account itself, and the small answers, into records."""

from base64 import b64decode
from binascii import Error as NotBase64Error

from leastwise.aws.answer_xml import (
    MalformedAnswerError,
    Members,
    boolean,
    choice,
    entries,
    number,
    optional_text,
    parse_result,
    records,
    text,
    time,
)
from leastwise.aws.records import (
    AccountSummary,
    CallerIdentity,
    CredentialReport,
    CredentialReportState,
    SummaryEntry,
)
from leastwise.aws.reports import GrantingPolicy, GrantingPolicyKind, PoliciesGrantingPage, ServiceGrants

__all__ = [
    "read_account_aliases",
    "read_account_summary",
    "read_caller_identity",
    "read_credential_report",
    "read_credential_report_state",
    "read_job_id",
    "read_policies_granting_page",
]


def read_caller_identity(body: bytes) -> CallerIdentity:
    """Who AWS takes the caller for.

    Raises:
        MalformedAnswerError: the answer is not as AWS documents it.
    """
    members = parse_result(body, "GetCallerIdentity")
    return CallerIdentity(account=text(members, "Account"), arn=text(members, "Arn"), user_id=text(members, "UserId"))


def read_job_id(body: bytes) -> str:
    """The id of the job that AWS has begun.

    Raises:
        MalformedAnswerError: the answer is not as AWS documents it.
    """
    return text(parse_result(body, "GenerateServiceLastAccessedDetails"), "JobId")


def read_credential_report_state(body: bytes) -> CredentialReportState:
    """How far AWS is with the credential report.

    Raises:
        MalformedAnswerError: the answer is not as AWS documents it.
    """
    return choice(parse_result(body, "GenerateCredentialReport"), "State", CredentialReportState)


def read_credential_report(body: bytes) -> CredentialReport:
    """The credential report.

    Raises:
        MalformedAnswerError: the answer is not as AWS documents it.
    """
    members = parse_result(body, "GetCredentialReport")
    try:
        content = b64decode(text(members, "Content"))
    except (NotBase64Error, ValueError) as error:
        raise MalformedAnswerError("the credential report is not in base 64") from error
    return CredentialReport(content=content, generated_at=time(members, "GeneratedTime"))


def read_account_summary(body: bytes) -> AccountSummary:
    """The account's counts and quotas, sorted by name.

    Raises:
        MalformedAnswerError: the answer is not as AWS documents it.
    """
    summary = records(parse_result(body, "GetAccountSummary"), "SummaryMap", _read_summary_entry)
    return AccountSummary(entries=tuple(sorted(summary, key=lambda entry: entry.name)))


def read_account_aliases(body: bytes) -> tuple[str, ...]:
    """The account's aliases; AWS allows one.

    Raises:
        MalformedAnswerError: the answer is not as AWS documents it.
    """
    return entries(parse_result(body, "ListAccountAliases"), "AccountAliases")


def read_policies_granting_page(body: bytes) -> PoliciesGrantingPage:
    """One page of what grants each service.

    Raises:
        MalformedAnswerError: the answer is not as AWS documents it.
    """
    members = parse_result(body, "ListPoliciesGrantingServiceAccess")
    return PoliciesGrantingPage(
        services=records(members, "PoliciesGrantingServiceAccess", _read_service_grants),
        is_truncated=boolean(members, "IsTruncated", default=False),
        marker=optional_text(members, "Marker"),
    )


def _read_summary_entry(members: Members) -> SummaryEntry:
    return SummaryEntry(name=text(members, "key"), value=number(members, "value", default=0))


def _read_service_grants(members: Members) -> ServiceGrants:
    return ServiceGrants(
        namespace=text(members, "ServiceNamespace"), policies=records(members, "Policies", _read_granting_policy)
    )


def _read_granting_policy(members: Members) -> GrantingPolicy:
    return GrantingPolicy(
        name=text(members, "PolicyName"),
        kind=choice(members, "PolicyType", GrantingPolicyKind),
        arn=optional_text(members, "PolicyArn"),
        entity_kind=optional_text(members, "EntityType"),
        entity_name=optional_text(members, "EntityName"),
    )
