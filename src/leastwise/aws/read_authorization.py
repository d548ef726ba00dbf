"""GetAccountAuthorizationDetails answers into records."""

from urllib.parse import unquote

from leastwise.aws.answer_xml import (
    Members,
    boolean,
    entries,
    members_of,
    number,
    optional_text,
    optional_time,
    parse_result,
    records,
    text,
    time,
)
from leastwise.aws.records import (
    AttachedPolicyRecord,
    AuthorizationPage,
    GroupRecord,
    InlinePolicyRecord,
    ManagedPolicyRecord,
    PolicyVersionRecord,
    RoleLastUsedRecord,
    RoleRecord,
    TagRecord,
    UserRecord,
)

__all__ = ["read_authorization_page"]

# The escapes that make up nearly all of an encoded policy. Replacing them one kind at a time is five times as fast as
# unquote alone; it decodes nothing twice, since no replacement is a hexadecimal digit or a percent sign.
_COMMON_ESCAPES = (
    ("%22", '"'),
    ("%20", " "),
    ("%0A", "\n"),
    ("%3A", ":"),
    ("%2C", ","),
    ("%7B", "{"),
    ("%7D", "}"),
    ("%5B", "["),
    ("%5D", "]"),
    ("%2A", "*"),
    ("%2F", "/"),
)


def read_authorization_page(body: bytes) -> AuthorizationPage:
    """One page of the account.

    Raises:
        MalformedAnswerError: the answer is not as AWS documents it.
    """
    members = parse_result(body, "GetAccountAuthorizationDetails")
    return AuthorizationPage(
        users=records(members, "UserDetailList", _read_user),
        roles=records(members, "RoleDetailList", _read_role),
        groups=records(members, "GroupDetailList", _read_group),
        policies=records(members, "Policies", _read_managed_policy),
        is_truncated=boolean(members, "IsTruncated", default=False),
        marker=optional_text(members, "Marker"),
    )


def decode_document(encoded: str) -> str:
    """The text of a policy document, decoded once from its URL encoding (RFC 3986, so that `+` is a plus sign)."""
    for escape, character in _COMMON_ESCAPES:
        encoded = encoded.replace(escape, character)
    return unquote(encoded)


def _read_user(members: Members) -> UserRecord:
    return UserRecord(
        arn=text(members, "Arn"),
        name=text(members, "UserName"),
        id=text(members, "UserId"),
        path=text(members, "Path"),
        created_at=time(members, "CreateDate"),
        group_names=entries(members, "GroupList"),
        inline_policies=records(members, "UserPolicyList", _read_inline_policy),
        attached_policies=records(members, "AttachedManagedPolicies", _read_attached_policy),
        boundary_arn=_read_boundary(members),
        tags=records(members, "Tags", _read_tag),
    )


def _read_role(members: Members) -> RoleRecord:
    return RoleRecord(
        arn=text(members, "Arn"),
        name=text(members, "RoleName"),
        id=text(members, "RoleId"),
        path=text(members, "Path"),
        created_at=time(members, "CreateDate"),
        trust_document=decode_document(text(members, "AssumeRolePolicyDocument")),
        instance_profile_arns=records(members, "InstanceProfileList", _read_arn),
        inline_policies=records(members, "RolePolicyList", _read_inline_policy),
        attached_policies=records(members, "AttachedManagedPolicies", _read_attached_policy),
        boundary_arn=_read_boundary(members),
        tags=records(members, "Tags", _read_tag),
        last_used=_read_last_used(members),
    )


def _read_group(members: Members) -> GroupRecord:
    return GroupRecord(
        arn=text(members, "Arn"),
        name=text(members, "GroupName"),
        id=text(members, "GroupId"),
        path=text(members, "Path"),
        created_at=time(members, "CreateDate"),
        inline_policies=records(members, "GroupPolicyList", _read_inline_policy),
        attached_policies=records(members, "AttachedManagedPolicies", _read_attached_policy),
    )


def _read_managed_policy(members: Members) -> ManagedPolicyRecord:
    arn = text(members, "Arn")
    return ManagedPolicyRecord(
        arn=arn,
        # moto leaves name and id out; the name is the end of the ARN in any case.
        name=optional_text(members, "PolicyName") or arn.rpartition("/")[2],
        id=optional_text(members, "PolicyId") or "",
        path=text(members, "Path"),
        created_at=time(members, "CreateDate"),
        updated_at=time(members, "UpdateDate"),
        default_version_id=text(members, "DefaultVersionId"),
        attachment_count=number(members, "AttachmentCount", default=0),
        boundary_usage_count=number(members, "PermissionsBoundaryUsageCount", default=0),
        is_attachable=boolean(members, "IsAttachable", default=True),
        versions=records(members, "PolicyVersionList", _read_policy_version),
    )


def _read_policy_version(members: Members) -> PolicyVersionRecord:
    return PolicyVersionRecord(
        id=text(members, "VersionId"),
        document=decode_document(text(members, "Document")),
        is_default=boolean(members, "IsDefaultVersion", default=False),
        created_at=time(members, "CreateDate"),
    )


def _read_inline_policy(members: Members) -> InlinePolicyRecord:
    return InlinePolicyRecord(
        name=text(members, "PolicyName"), document=decode_document(text(members, "PolicyDocument"))
    )


def _read_attached_policy(members: Members) -> AttachedPolicyRecord:
    return AttachedPolicyRecord(name=text(members, "PolicyName"), arn=text(members, "PolicyArn"))


def _read_tag(members: Members) -> TagRecord:
    return TagRecord(key=text(members, "Key"), value=text(members, "Value"))


def _read_arn(members: Members) -> str:
    return text(members, "Arn")


def _read_boundary(members: Members) -> str | None:
    element = members.get("PermissionsBoundary")
    return None if element is None else optional_text(members_of(element), "PermissionsBoundaryArn")


def _read_last_used(members: Members) -> RoleLastUsedRecord | None:
    element = members.get("RoleLastUsed")
    if element is None:
        return None
    last_used = members_of(element)
    return RoleLastUsedRecord(at=optional_time(last_used, "LastUsedDate"), region=optional_text(last_used, "Region"))
