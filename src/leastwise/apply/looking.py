"""The live account read once: what was read is kept until someone forgets it."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeVar, cast

from leastwise.apply.account import About, LiveKey, LivePassword, LivePolicy, LiveText, Reading
from leastwise.policy import Arn

__all__ = ["Look"]

_Answer = TypeVar("_Answer")


class Look:
    """Reads each thing once between two calls of `forget`, so that a check and what follows it see the same."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._kept: dict[tuple[object, ...], object] = {}

    def forget(self) -> None:
        """Read everything anew from now on."""
        self._kept.clear()

    def adopt(self, other: "Look") -> None:
        """Keep what another has read, too."""
        self._kept.update(other._kept)  # noqa: SLF001 - of its own kind

    @property
    def arns(self) -> frozenset[Arn]:
        """The ARNs that something was asked of and is kept."""
        return frozenset(one for key in self._kept for one in key if isinstance(one, Arn))

    async def _once(self, ask: Callable[..., Awaitable[_Answer]], *of: str) -> _Answer:
        key = (ask.__name__, *of)
        if key not in self._kept:
            self._kept[key] = await ask(*of)
        return cast("_Answer", self._kept[key])

    async def inline(self, principal: Arn, name: str) -> str | None:
        """The text of an inline policy."""
        return await self._once(self._reading.inline, principal, name)

    async def inline_names(self, principal: Arn) -> tuple[str, ...]:
        """The names of a principal's inline policies."""
        return await self._once(self._reading.inline_names, principal)

    async def attached(self, principal: Arn) -> tuple[Arn, ...]:
        """The managed policies attached to a principal."""
        return await self._once(self._reading.attached, principal)

    async def policy(self, policy: Arn) -> LivePolicy | None:
        """A managed policy."""
        return await self._once(self._reading.policy, policy)

    async def about(self, policy: Arn) -> About | None:
        """A managed policy's description and tags."""
        return await self._once(self._reading.about, policy)

    async def version(self, policy: Arn, version: str) -> LiveText | None:
        """One version."""
        return await self._once(self._reading.version, policy, version)

    async def holders(self, policy: Arn) -> tuple[Arn, ...]:
        """The principals that a policy is attached to."""
        return await self._once(self._reading.holders, policy)

    async def bounded(self, policy: Arn) -> tuple[Arn, ...]:
        """The users and roles whose permissions boundary the policy is."""
        return await self._once(self._reading.bounded, policy)

    async def used_by(self, policy: Arn) -> tuple[Arn, ...]:
        """The principals that a policy is attached to or bounds."""
        return await self._once(self._reading.used_by, policy)

    async def members(self, group: Arn) -> tuple[Arn, ...]:
        """The users in a group."""
        return await self._once(self._reading.members, group)

    async def keys(self, user: Arn) -> tuple[LiveKey, ...]:
        """A user's access keys."""
        return await self._once(self._reading.keys, user)

    async def key_last_used(self, key: str) -> datetime | None:
        """When a key was last used."""
        return await self._once(self._reading.key_last_used, key)

    async def password(self, user: Arn) -> LivePassword | None:
        """A user's password."""
        return await self._once(self._reading.password, user)

    async def password_last_used(self, user: Arn) -> datetime | None:
        """When a user last signed in."""
        return await self._once(self._reading.password_last_used, user)
