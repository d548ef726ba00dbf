"""Every call that changes anything in AWS: this module, and no other, names an operation that does."""

from typing import Final

from leastwise.apply.account import About
from leastwise.apply.aws_reading import kind_of
from leastwise.aws import IamDoor
from leastwise.aws.answer_xml import Members, text
from leastwise.aws.read_iam import member_of
from leastwise.policy import Arn

__all__ = ["CHECKED_BESIDES", "IRREVERSIBLE", "WRITES", "AwsWriting"]

WRITES: Final = (
    "iam:AddUserToGroup",
    "iam:AttachGroupPolicy",
    "iam:AttachRolePolicy",
    "iam:AttachUserPolicy",
    "iam:CreatePolicy",
    "iam:CreatePolicyVersion",
    "iam:DeleteGroupPolicy",
    "iam:DeleteLoginProfile",
    "iam:DeletePolicy",
    "iam:DeletePolicyVersion",
    "iam:DeleteRolePolicy",
    "iam:DeleteUserPolicy",
    "iam:DetachGroupPolicy",
    "iam:DetachRolePolicy",
    "iam:DetachUserPolicy",
    "iam:PutGroupPolicy",
    "iam:PutRolePolicy",
    "iam:PutUserPolicy",
    "iam:RemoveUserFromGroup",
    "iam:SetDefaultPolicyVersion",
    "iam:UpdateAccessKey",
)
"""The actions that changing a live account can need."""

CHECKED_BESIDES: Final = ("iam:TagPolicy",)
"""The actions that no call is named for, and that AWS checks besides: of CreatePolicy where it is given tags (IAM User
Guide, Tagging customer managed policies)."""

IRREVERSIBLE: Final = ("iam:DeleteLoginProfile",)
"""Those of them whose effect nothing takes back, so that no rollback needs them: AWS gives no password back."""


class AwsWriting:
    """The `Writing` half of a live account.

    Each method is one call, and raises the `AwsError` that came of it. After a `ServiceFaultError`, a
    `ConnectionFailedError`, a `DeadlineExceededError` or a `ResponseError` it may have taken effect nevertheless; after
    any other error it has not.
    """

    def __init__(self, door: IamDoor) -> None:
        self._door = door

    async def put_inline(self, principal: Arn, name: str, text: str) -> None:
        """Write an inline policy."""
        await self._of_principal("Put{}Policy", principal, PolicyName=name, PolicyDocument=text)

    async def delete_inline(self, principal: Arn, name: str) -> None:
        """Delete an inline policy."""
        await self._of_principal("Delete{}Policy", principal, PolicyName=name)

    async def create_policy(self, policy: Arn, text: str, about: About) -> None:
        """Make a customer-managed policy with this ARN, whose version is v1; with tags it needs iam:TagPolicy, too."""
        said = {"Description": about.description} if about.description else {}
        for number, tag in enumerate(about.tags, start=1):
            said |= {f"Tags.member.{number}.Key": tag.key, f"Tags.member.{number}.Value": tag.value}
        place = {"PolicyName": policy.name, "Path": _path(policy), "PolicyDocument": text}
        await self._change("CreatePolicy", policy, place | said)

    async def delete_policy(self, policy: Arn) -> None:
        """Delete a policy that has one version and no attachment."""
        await self._change("DeletePolicy", policy, {"PolicyArn": policy})

    async def create_version(self, policy: Arn, text: str, *, is_default: bool) -> str:
        """Make a version of a policy; its id."""
        parameters = {"PolicyArn": policy, "PolicyDocument": text, "SetAsDefault": "true" if is_default else "false"}
        return await self._door.change("CreatePolicyVersion", parameters, arn=policy, read=_version_id)

    async def set_default(self, policy: Arn, version: str) -> None:
        """Put a version in force."""
        await self._change("SetDefaultPolicyVersion", policy, {"PolicyArn": policy, "VersionId": version})

    async def delete_version(self, policy: Arn, version: str) -> None:
        """Delete a version that is not in force."""
        await self._change("DeletePolicyVersion", policy, {"PolicyArn": policy, "VersionId": version})

    async def attach(self, policy: Arn, principal: Arn) -> None:
        """Attach a managed policy; nothing happens where it is attached."""
        await self._of_principal("Attach{}Policy", principal, PolicyArn=policy)

    async def detach(self, policy: Arn, principal: Arn) -> None:
        """Detach a managed policy."""
        await self._of_principal("Detach{}Policy", principal, PolicyArn=policy)

    async def add_to_group(self, user: Arn, group: Arn) -> None:
        """Put a user into a group; nothing happens where it is in it."""
        await self._change("AddUserToGroup", user, {"GroupName": group.name, "UserName": user.name})

    async def remove_from_group(self, user: Arn, group: Arn) -> None:
        """Take a user out of a group."""
        await self._change("RemoveUserFromGroup", user, {"GroupName": group.name, "UserName": user.name})

    async def set_key_status(self, user: Arn, key: str, *, active: bool) -> None:
        """Activate or deactivate an access key."""
        status = "Active" if active else "Inactive"
        await self._change("UpdateAccessKey", user, {"UserName": user.name, "AccessKeyId": key, "Status": status})

    async def delete_password(self, user: Arn) -> None:
        """Delete a user's login profile."""
        await self._change("DeleteLoginProfile", user, {"UserName": user.name})

    async def _of_principal(self, operation: str, principal: Arn, **parameters: str) -> None:
        kind = kind_of(principal).value
        await self._change(operation.format(kind), principal, {f"{kind}Name": principal.name, **parameters})

    async def _change(self, operation: str, arn: Arn, parameters: dict[str, str]) -> None:
        await self._door.change(operation, parameters, arn=arn, read=_nothing)


def _nothing(result: Members) -> None:
    del result


def _version_id(result: Members) -> str:
    return text(member_of(result, "PolicyVersion"), "VersionId")


def _path(policy: Arn) -> str:
    """The path of a policy's ARN, `/` or `/between/slashes/`."""
    return policy.resource.removeprefix(policy.kind).removesuffix(policy.name)
