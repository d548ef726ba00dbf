"""Who is asked, and everything that exists in the account, in one pass."""

import asyncio
from collections.abc import AsyncIterator
from typing import Protocol

from leastwise.aws import AuthorizationFilter, AuthorizationPage, CallerIdentity
from leastwise.clock import Clock
from leastwise.collect.answers import details_of
from leastwise.collect.cli_read import snapshot_of
from leastwise.collect.progress import Progress
from leastwise.collect.saved import SavedWriter
from leastwise.errors import AccessDeniedError, ResponseError
from leastwise.inventory import Account, Snapshot
from leastwise.policy import AccountId, Arn

__all__ = ["AccountDoor", "collect_snapshot"]


class AccountDoor(Protocol):
    """What of the door to AWS this needs."""

    async def caller_identity(self) -> CallerIdentity:
        """Who the caller is, and in which account."""
        ...

    async def account_aliases(self) -> tuple[str, ...]:
        """The account's aliases: one at most."""
        ...

    def authorization_details(self, filters: tuple[AuthorizationFilter, ...] = ()) -> AsyncIterator[AuthorizationPage]:
        """Every page of the account's principals and policies."""
        ...


async def collect_snapshot(
    door: AccountDoor, *, clock: Clock, progress: Progress, writer: SavedWriter | None, with_alias: bool = True
) -> Snapshot:
    """The account as it is now; without its alias, one call less and one right.

    Raises:
        AwsError: the account cannot be read; without its principals nothing can be said of it.
    """
    progress.begin("reading the account", total=None)
    taken_at = clock.now().replace(microsecond=0)
    identity = await door.caller_identity()
    alias, pages = await asyncio.gather(_alias(door) if with_alias else _no_alias(), _pages(door, progress))
    account = _account(identity, alias)
    details = details_of(pages)
    if writer is not None:
        writer.details(details)
    try:
        return snapshot_of(details, account=account, taken_at=taken_at)
    except ValueError as error:
        raise ResponseError(str(error), operation="iam:GetAccountAuthorizationDetails", account=account.id) from error


def _account(identity: CallerIdentity, alias: str | None) -> Account:
    """The caller's account; raises ResponseError for a caller who is none."""
    try:
        return Account(AccountId(identity.account), Arn(identity.arn).aws_partition, alias)
    except ValueError as error:
        raise ResponseError(str(error), operation="sts:GetCallerIdentity") from error


async def _alias(door: AccountDoor) -> str | None:
    """The account's alias; one that may not be read is none, which takes nothing from the scan."""
    try:
        aliases = await door.account_aliases()
    except AccessDeniedError:
        return None
    return aliases[0] if aliases else None


async def _no_alias() -> None:
    """None."""


async def _pages(door: AccountDoor, progress: Progress) -> list[AuthorizationPage]:
    pages = []
    async for page in door.authorization_details():
        pages.append(page)
        progress.advance()
    return pages
