"""IAM object by object: single things as they are now, and the one way to change any of them."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial
from random import Random
from typing import Final, TypeVar

from leastwise.aws.answer_xml import Members, optional_time, parse_result, time
from leastwise.aws.caller import Caller
from leastwise.aws.iam_records import (
    AccessKeyRecord,
    HolderRecord,
    ListPage,
    PolicyRecord,
    PolicyUsage,
    PrincipalKind,
    VersionRecord,
    VersionText,
)
from leastwise.aws.options import ConnectionOptions
from leastwise.aws.paging import check_marker, follow_pages
from leastwise.aws.read_account import read_caller_identity
from leastwise.aws.read_iam import (
    member_of,
    read_access_key,
    read_attached_arn,
    read_holders,
    read_key_last_used,
    read_list,
    read_list_of_texts,
    read_member_arn,
    read_policy,
    read_result,
    read_stored_document,
    read_version,
    read_version_text,
)
from leastwise.aws.records import CallerIdentity
from leastwise.aws.wire import Call
from leastwise.clock import Clock

__all__ = ["IamDoor", "connect_iam"]

Item = TypeVar("Item")
Record = TypeVar("Record")

_MAXIMUM_ITEMS: Final = "1000"
"""Most rows that IAM puts in one answer (botocore's model of iam 2010-05-08)."""


class IamDoor:
    """One account's IAM, as far as the caller's credentials reach; `connect_iam` opens it.

    Every method is one signed call with its retries, but for those that list, which are one call a page. All pass one
    limiter. Each raises the narrow `AwsError` for what went wrong, `NoSuchEntityError` for what is not there.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def caller_identity(self) -> CallerIdentity:
        """Who AWS takes the caller for; from then on errors name the account."""
        identity = await self._caller.call(Call(service="sts", operation="GetCallerIdentity"), read_caller_identity)
        self._caller.account = identity.account
        return identity

    async def change(
        self, operation: str, parameters: Mapping[str, str], *, arn: str, read: Callable[[Members], Record]
    ) -> Record:
        """Call an operation that changes something, and what `read` makes of its result.

        It is sent again only where AWS has certainly not carried it out: where AWS throttled it, refused its signature,
        or was not reached. After a 5xx, a lost connection or a missed deadline nobody knows whether it took effect, and
        that is raised at once, as `ServiceFaultError`, `ConnectionFailedError` or `DeadlineExceededError`: read back.
        """
        call = Call(
            service="iam", operation=operation, parameters=tuple(parameters.items()), arn=arn, is_repeatable=False
        )
        return await self._caller.call(call, lambda body: read(read_result(body, operation)))

    async def inline_document(self, kind: PrincipalKind, name: str, policy: str, *, arn: str = "") -> str:
        """The text of an inline policy, to the character."""
        operation = f"Get{kind.value}Policy"
        call = _call(operation, {f"{kind.value}Name": name, "PolicyName": policy}, arn)
        return await self._caller.call(
            call, lambda body: read_stored_document(parse_result(body, operation), "PolicyDocument")
        )

    async def inline_names(self, kind: PrincipalKind, name: str, *, arn: str = "") -> tuple[str, ...]:
        """The names of a principal's inline policies."""
        operation = f"List{kind.value}Policies"
        call = _call(operation, {f"{kind.value}Name": name}, arn)
        return await self._every(call, lambda body: read_list_of_texts(body, operation, "PolicyNames"))

    async def attached_arns(self, kind: PrincipalKind, name: str, *, arn: str = "") -> tuple[str, ...]:
        """The ARNs of the managed policies attached to a principal."""
        operation = f"ListAttached{kind.value}Policies"
        call = _call(operation, {f"{kind.value}Name": name}, arn)
        return await self._every(call, lambda body: read_list(body, operation, "AttachedPolicies", read_attached_arn))

    async def versions(self, policy: str) -> tuple[VersionRecord, ...]:
        """The versions of a managed policy, without their texts."""
        call = _call("ListPolicyVersions", {"PolicyArn": policy}, policy)
        return await self._every(call, lambda body: read_list(body, call.operation, "Versions", read_version))

    async def version(self, policy: str, version: str) -> VersionText:
        """One version of a managed policy, its text to the character."""
        call = _call("GetPolicyVersion", {"PolicyArn": policy, "VersionId": version}, policy)
        return await self._caller.call(call, read_version_text)

    async def policy(self, policy: str) -> PolicyRecord:
        """A managed policy's description and tags."""
        call = _call("GetPolicy", {"PolicyArn": policy}, policy)
        return await self._caller.call(call, read_policy)

    async def holders(self, policy: str, usage: PolicyUsage | None) -> tuple[HolderRecord, ...]:
        """The principals that a policy is attached to, or those that it bounds; with None both, some of them twice."""
        wanted = {} if usage is None else {"PolicyUsageFilter": usage.value}
        return await self._every(_call("ListEntitiesForPolicy", {"PolicyArn": policy, **wanted}, policy), read_holders)

    async def principal_arn(self, kind: PrincipalKind, name: str) -> str:
        """The ARN, with its path, of the principal of this name."""
        if kind is PrincipalKind.GROUP:
            # The answer to GetGroup has the members too; one is enough.
            parameters = {"GroupName": name, "MaxItems": "1"}
        else:
            parameters = {f"{kind.value}Name": name}
        call = _call(f"Get{kind.value}", parameters, "")
        return await self._caller.call(
            call, lambda body: read_member_arn(member_of(parse_result(body, call.operation), kind.value))
        )

    async def member_arns(self, group: str, *, arn: str = "") -> tuple[str, ...]:
        """The ARNs of the users in a group."""
        call = _call("GetGroup", {"GroupName": group}, arn)
        return await self._every(call, lambda body: read_list(body, call.operation, "Users", read_member_arn))

    async def access_keys(self, user: str, *, arn: str = "") -> tuple[AccessKeyRecord, ...]:
        """A user's access keys."""
        call = _call("ListAccessKeys", {"UserName": user}, arn)
        return await self._every(
            call, lambda body: read_list(body, call.operation, "AccessKeyMetadata", read_access_key)
        )

    async def key_last_used(self, key: str) -> datetime | None:
        """When an access key was last used; None for never. A key that is not the account's is denied, not missing."""
        return await self._caller.call(_call("GetAccessKeyLastUsed", {"AccessKeyId": key}, ""), read_key_last_used)

    async def password_created_at(self, user: str, *, arn: str = "") -> datetime:
        """When a user's login profile was made."""
        call = _call("GetLoginProfile", {"UserName": user}, arn)
        return await self._caller.call(
            call, lambda body: time(member_of(parse_result(body, call.operation), "LoginProfile"), "CreateDate")
        )

    async def password_last_used(self, user: str, *, arn: str = "") -> datetime | None:
        """When a user last signed in with a password; None for never (IAM API Reference, User, PasswordLastUsed)."""
        call = _call("GetUser", {"UserName": user}, arn)
        return await self._caller.call(
            call, lambda body: optional_time(member_of(parse_result(body, call.operation), "User"), "PasswordLastUsed")
        )

    async def _every(self, call: Call, read: Callable[[bytes], ListPage[Item]]) -> tuple[Item, ...]:
        async def fetch(marker: str | None) -> ListPage[Item]:
            place = () if marker is None else (("Marker", marker),)
            asked = Call(
                service=call.service,
                operation=call.operation,
                parameters=(*call.parameters, ("MaxItems", _MAXIMUM_ITEMS), *place),
                arn=call.arn,
            )
            return await self._caller.call(asked, lambda body: check_marker(read(body)))

        pages = follow_pages(fetch, refuse=partial(self._caller.response_error, call))
        return tuple([item async for page in pages for item in page.items])


def _call(operation: str, parameters: Mapping[str, str], arn: str) -> Call:
    return Call(service="iam", operation=operation, parameters=tuple(parameters.items()), arn=arn)


@asynccontextmanager
async def connect_iam(
    options: ConnectionOptions, *, clock: Clock, random: Random | None = None
) -> AsyncIterator[IamDoor]:
    """The account's IAM, for as long as the context lasts; makes no call to AWS by itself.

    `random` draws the waits before retries; the system's randomness where it is not given.

    Raises:
        LeastwiseError: as `connect` says.
    """
    # botocore and aiohttp cost half a second of CPU together, which only a real connection should pay.
    from leastwise.aws.opening import open_caller  # noqa: PLC0415 - see above

    async with open_caller(options, clock=clock, random=random or Random()) as caller:  # noqa: S311 - spreads waits
        yield IamDoor(caller)
