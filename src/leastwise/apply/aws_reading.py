"""Single objects of a live account, read over AWS."""

from collections.abc import Iterable
from datetime import datetime

from leastwise.apply.account import About, LiveKey, LivePassword, LivePolicy, LiveText, LiveVersion, Tag
from leastwise.aws import HolderRecord, IamDoor, PolicyUsage, PrincipalKind, VersionRecord
from leastwise.errors import NoSuchEntityError, ResponseError
from leastwise.policy import Arn

__all__ = ["READS", "AwsReading", "kind_of"]

READS = (
    "iam:GetAccessKeyLastUsed",
    "iam:GetGroup",
    "iam:GetGroupPolicy",
    "iam:GetLoginProfile",
    "iam:GetPolicy",
    "iam:GetPolicyVersion",
    "iam:GetRole",
    "iam:GetRolePolicy",
    "iam:GetUser",
    "iam:GetUserPolicy",
    "iam:ListAccessKeys",
    "iam:ListAttachedGroupPolicies",
    "iam:ListAttachedRolePolicies",
    "iam:ListAttachedUserPolicies",
    "iam:ListEntitiesForPolicy",
    "iam:ListGroupPolicies",
    "iam:ListPolicyVersions",
    "iam:ListRolePolicies",
    "iam:ListUserPolicies",
)
"""The actions that reading a live account can need."""

_KINDS = {kind.value.lower(): kind for kind in PrincipalKind}


def kind_of(principal: Arn) -> PrincipalKind:
    """User, role or group.

    Raises:
        ValueError: the ARN is of none of them.
    """
    kind = _KINDS.get(principal.kind)
    if kind is None or principal.service != "iam":
        raise ValueError(f"not the ARN of a user, role or group: {principal!r}")
    return kind


class AwsReading:
    """The `Reading` half of a live account.

    IAM names the holders of a policy without their paths. Those in `known` are recognised by kind and name, which are
    unique in an account; for any other the ARN is asked for, one call each and once.
    """

    def __init__(self, door: IamDoor, *, known: Iterable[Arn] = ()) -> None:
        self._door = door
        self._known = {(kind_of(arn), arn.name): arn for arn in known}
        self._found: dict[str, Arn] = {}

    async def inline(self, principal: Arn, name: str) -> str | None:
        """The text of an inline policy, to the character."""
        try:
            return await self._door.inline_document(kind_of(principal), principal.name, name, arn=principal)
        except NoSuchEntityError:
            return None

    async def inline_names(self, principal: Arn) -> tuple[str, ...]:
        """The names of a principal's inline policies, sorted."""
        try:
            names = await self._door.inline_names(kind_of(principal), principal.name, arn=principal)
        except NoSuchEntityError:
            return ()
        return tuple(sorted(names))

    async def attached(self, principal: Arn) -> tuple[Arn, ...]:
        """The managed policies attached to a principal, sorted."""
        try:
            arns = await self._door.attached_arns(kind_of(principal), principal.name, arn=principal)
        except NoSuchEntityError:
            return ()
        return _sorted(arns)

    async def policy(self, policy: Arn) -> LivePolicy | None:
        """A managed policy with its versions and the text of the default one; two calls."""
        try:
            versions = await self._door.versions(policy)
            default = _default(policy, versions)
            text = (await self._door.version(policy, default)).text
        except NoSuchEntityError:
            return None
        lived = (LiveVersion(version.id, version.created_at) for version in versions)
        return LivePolicy(policy, default, text, tuple(sorted(lived, key=_number)))

    async def about(self, policy: Arn) -> About | None:
        """A managed policy's description and tags."""
        try:
            found = await self._door.policy(policy)
        except NoSuchEntityError:
            return None
        return About(found.description, tuple(sorted(Tag(key, value) for key, value in found.tags)))

    async def version(self, policy: Arn, version: str) -> LiveText | None:
        """One version, its text to the character."""
        try:
            found = await self._door.version(policy, version)
        except NoSuchEntityError:
            return None
        return LiveText(found.text, found.version.is_default, found.version.created_at)

    async def holders(self, policy: Arn) -> tuple[Arn, ...]:
        """The principals that a policy is attached to, sorted."""
        return await self._used_by(policy, PolicyUsage.PERMISSIONS)

    async def bounded(self, policy: Arn) -> tuple[Arn, ...]:
        """The users and roles whose permissions boundary the policy is, sorted."""
        return await self._used_by(policy, PolicyUsage.BOUNDARY)

    async def used_by(self, policy: Arn) -> tuple[Arn, ...]:
        """The principals that a policy is attached to or bounds, in one call, sorted."""
        return await self._used_by(policy, None)

    async def _used_by(self, policy: Arn, usage: PolicyUsage | None) -> tuple[Arn, ...]:
        try:
            holders = await self._door.holders(policy, usage)
        except NoSuchEntityError:
            return ()
        found = [await self._arn_of(holder) for holder in dict.fromkeys(holders)]
        return _sorted(arn for arn in found if arn is not None)

    async def _arn_of(self, holder: HolderRecord) -> Arn | None:
        """The ARN of a holder; None where it is gone by now, and so holds nothing."""
        arn = self._known.get((holder.kind, holder.name)) or self._found.get(holder.id)
        if arn is not None:
            return arn
        try:
            arn = Arn(await self._door.principal_arn(holder.kind, holder.name))
        except NoSuchEntityError:
            return None
        self._found[holder.id] = arn
        return arn

    async def members(self, group: Arn) -> tuple[Arn, ...]:
        """The users in a group, sorted."""
        try:
            return _sorted(await self._door.member_arns(group.name, arn=group))
        except NoSuchEntityError:
            return ()

    async def keys(self, user: Arn) -> tuple[LiveKey, ...]:
        """A user's access keys, by id."""
        try:
            keys = await self._door.access_keys(user.name, arn=user)
        except NoSuchEntityError:
            return ()
        return tuple(LiveKey(key.id, key.created_at, key.is_active) for key in sorted(keys, key=lambda key: key.id))

    async def key_last_used(self, key: str) -> datetime | None:
        """When a key was last used; None for never."""
        return await self._door.key_last_used(key)

    async def password(self, user: Arn) -> LivePassword | None:
        """A user's password."""
        try:
            return LivePassword(await self._door.password_created_at(user.name, arn=user))
        except NoSuchEntityError:
            return None

    async def password_last_used(self, user: Arn) -> datetime | None:
        """When a user last signed in; None for never, and for no such user."""
        try:
            return await self._door.password_last_used(user.name, arn=user)
        except NoSuchEntityError:
            return None


def _default(policy: Arn, versions: Iterable[VersionRecord]) -> str:
    for version in versions:
        if version.is_default:
            return version.id
    raise ResponseError("no version is the default one", operation="iam:ListPolicyVersions", arn=policy)


def _sorted(arns: Iterable[str]) -> tuple[Arn, ...]:
    return tuple(sorted(map(Arn, arns)))


def _number(version: LiveVersion) -> int:
    """The number in `v12`: versions are numbered in the order in which they are made."""
    return int(version.id.removeprefix("v"))
