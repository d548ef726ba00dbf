"""Our records made from what botocore's parser says, member by member, for comparison with what our parsers say."""

from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from leastwise.aws import (
    AccountSummary,
    AttachedPolicyRecord,
    AuthorizationPage,
    CallerIdentity,
    CredentialReport,
    CredentialReportState,
    EntitiesPage,
    EntityUse,
    GrantingPolicy,
    GrantingPolicyKind,
    Granularity,
    GroupRecord,
    InlinePolicyRecord,
    JobError,
    JobStatus,
    LastAccessedPage,
    LastAccessedRow,
    ManagedPolicyRecord,
    PoliciesGrantingPage,
    PolicyVersionRecord,
    RoleLastUsedRecord,
    RoleRecord,
    ServiceGrants,
    SummaryEntry,
    TagRecord,
    TrackedActions,
    TrackedUse,
    UserRecord,
)

__all__ = ["EXPECTED"]

Parsed = dict[str, Any]


def _authorization_page(parsed: Parsed) -> AuthorizationPage:
    return AuthorizationPage(
        users=tuple(map(_user, parsed.get("UserDetailList", ()))),
        roles=tuple(map(_role, parsed.get("RoleDetailList", ()))),
        groups=tuple(map(_group, parsed.get("GroupDetailList", ()))),
        policies=tuple(map(_managed_policy, parsed.get("Policies", ()))),
        is_truncated=parsed.get("IsTruncated", False),
        marker=parsed.get("Marker"),
    )


def _user(user: Parsed) -> UserRecord:
    return UserRecord(
        arn=user["Arn"],
        name=user["UserName"],
        id=user["UserId"],
        path=user["Path"],
        created_at=user["CreateDate"],
        group_names=tuple(user.get("GroupList", ())),
        inline_policies=_inline(user.get("UserPolicyList", ())),
        attached_policies=_attached(user),
        boundary_arn=user.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn"),
        tags=_tags(user),
    )


def _role(role: Parsed) -> RoleRecord:
    last_used = role.get("RoleLastUsed")
    return RoleRecord(
        arn=role["Arn"],
        name=role["RoleName"],
        id=role["RoleId"],
        path=role["Path"],
        created_at=role["CreateDate"],
        trust_document=unquote(role["AssumeRolePolicyDocument"]),
        instance_profile_arns=tuple(profile["Arn"] for profile in role.get("InstanceProfileList", ())),
        inline_policies=_inline(role.get("RolePolicyList", ())),
        attached_policies=_attached(role),
        boundary_arn=role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn"),
        tags=_tags(role),
        last_used=None
        if last_used is None
        else RoleLastUsedRecord(last_used.get("LastUsedDate"), last_used.get("Region")),
    )


def _group(group: Parsed) -> GroupRecord:
    return GroupRecord(
        arn=group["Arn"],
        name=group["GroupName"],
        id=group["GroupId"],
        path=group["Path"],
        created_at=group["CreateDate"],
        inline_policies=_inline(group.get("GroupPolicyList", ())),
        attached_policies=_attached(group),
    )


def _managed_policy(policy: Parsed) -> ManagedPolicyRecord:
    return ManagedPolicyRecord(
        arn=policy["Arn"],
        name=policy["PolicyName"] or policy["Arn"].rpartition("/")[2],
        id=policy.get("PolicyId", ""),
        path=policy["Path"],
        created_at=policy["CreateDate"],
        updated_at=policy["UpdateDate"],
        default_version_id=policy["DefaultVersionId"],
        attachment_count=policy.get("AttachmentCount", 0),
        boundary_usage_count=policy.get("PermissionsBoundaryUsageCount", 0),
        is_attachable=policy.get("IsAttachable", True),
        versions=tuple(
            PolicyVersionRecord(
                id=version["VersionId"],
                document=unquote(version["Document"]),
                is_default=version.get("IsDefaultVersion", False),
                created_at=version["CreateDate"],
            )
            for version in policy.get("PolicyVersionList", ())
        ),
    )


def _inline(policies: Any) -> tuple[InlinePolicyRecord, ...]:  # noqa: ANN401 - a list or nothing
    return tuple(InlinePolicyRecord(policy["PolicyName"], unquote(policy["PolicyDocument"])) for policy in policies)


def _attached(principal: Parsed) -> tuple[AttachedPolicyRecord, ...]:
    attached = principal.get("AttachedManagedPolicies", ())
    return tuple(AttachedPolicyRecord(policy["PolicyName"], policy["PolicyArn"]) for policy in attached)


def _tags(principal: Parsed) -> tuple[TagRecord, ...]:
    return tuple(TagRecord(tag["Key"], tag["Value"]) for tag in principal.get("Tags", ()))


def _last_accessed_page(parsed: Parsed) -> LastAccessedPage:
    kind = parsed.get("JobType")
    return LastAccessedPage(
        status=JobStatus(parsed["JobStatus"]),
        granularity=None if kind is None else Granularity(kind),
        created_at=parsed["JobCreationDate"],
        completed_at=parsed.get("JobCompletionDate"),
        services=tuple(map(_row, parsed.get("ServicesLastAccessed", ()))),
        is_truncated=parsed.get("IsTruncated", False),
        marker=parsed.get("Marker"),
        error=_job_error(parsed),
    )


def _row(row: Parsed) -> LastAccessedRow:
    actions = row.get("TrackedActionsLastAccessed")
    return LastAccessedRow(
        namespace=row["ServiceNamespace"],
        name=row["ServiceName"],
        last_authenticated=row.get("LastAuthenticated"),
        entity=row.get("LastAuthenticatedEntity"),
        region=row.get("LastAuthenticatedRegion"),
        authenticated_entities=row.get("TotalAuthenticatedEntities", 0),
        tracked=None if actions is None else _tracked(actions),
    )


def _tracked(actions: list[Parsed]) -> TrackedActions:
    return TrackedActions(
        names=tuple(action["ActionName"] for action in actions),
        used=tuple(
            TrackedUse(
                action["ActionName"],
                action["LastAccessedTime"],
                action.get("LastAccessedEntity"),
                action.get("LastAccessedRegion"),
            )
            for action in actions
            if "LastAccessedTime" in action
        ),
    )


def _entities_page(parsed: Parsed) -> EntitiesPage:
    return EntitiesPage(
        status=JobStatus(parsed["JobStatus"]),
        created_at=parsed["JobCreationDate"],
        completed_at=parsed.get("JobCompletionDate"),
        entities=tuple(map(_entity, parsed.get("EntityDetailsList", ()))),
        is_truncated=parsed.get("IsTruncated", False),
        marker=parsed.get("Marker"),
        error=_job_error(parsed),
    )


def _entity(entity: Parsed) -> EntityUse:
    info = entity["EntityInfo"]
    return EntityUse(
        arn=info["Arn"],
        name=info["Name"],
        kind=info["Type"],
        id=info["Id"],
        path=info.get("Path"),
        last_authenticated=entity.get("LastAuthenticated"),
    )


def _job_error(parsed: Parsed) -> JobError | None:
    error = parsed.get("Error")
    return None if error is None else JobError(error["Code"], error["Message"])


def _granting_page(parsed: Parsed) -> PoliciesGrantingPage:
    return PoliciesGrantingPage(
        services=tuple(
            ServiceGrants(service["ServiceNamespace"], tuple(map(_granting_policy, service.get("Policies", ()))))
            for service in parsed["PoliciesGrantingServiceAccess"]
        ),
        is_truncated=parsed.get("IsTruncated", False),
        marker=parsed.get("Marker"),
    )


def _granting_policy(policy: Parsed) -> GrantingPolicy:
    return GrantingPolicy(
        name=policy["PolicyName"],
        kind=GrantingPolicyKind(policy["PolicyType"]),
        arn=policy.get("PolicyArn"),
        entity_kind=policy.get("EntityType"),
        entity_name=policy.get("EntityName"),
    )


def _summary(parsed: Parsed) -> AccountSummary:
    entries = parsed.get("SummaryMap", {}).items()
    return AccountSummary(tuple(sorted((SummaryEntry(*entry) for entry in entries), key=lambda entry: entry.name)))


EXPECTED: dict[str, Callable[[Parsed], object]] = {
    "GetAccountAuthorizationDetails": _authorization_page,
    "GetServiceLastAccessedDetails": _last_accessed_page,
    "GetServiceLastAccessedDetailsWithEntities": _entities_page,
    "ListPoliciesGrantingServiceAccess": _granting_page,
    "GenerateServiceLastAccessedDetails": lambda parsed: parsed["JobId"],
    "GenerateCredentialReport": lambda parsed: CredentialReportState(parsed["State"]),
    "GetCredentialReport": lambda parsed: CredentialReport(parsed["Content"], parsed["GeneratedTime"]),
    "GetAccountSummary": _summary,
    "ListAccountAliases": lambda parsed: tuple(parsed["AccountAliases"]),
    "GetCallerIdentity": lambda parsed: CallerIdentity(parsed["Account"], parsed["Arn"], parsed["UserId"]),
}
"""By operation, our record of what botocore's parser says."""
