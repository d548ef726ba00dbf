"""The live account as it would be had the steps of a change not been done: for what is checked in its midst."""

from collections.abc import Iterable
from datetime import datetime

from msgspec.structs import replace

from leastwise.apply.account import About, LiveKey, LivePassword, LivePolicy, LiveText, LiveVersion, Reading
from leastwise.apply.states import (
    AttachmentState,
    InlineState,
    KeyState,
    MembershipState,
    PasswordState,
    PolicyState,
    State,
)
from leastwise.policy import Arn

__all__ = ["AsBefore"]


class AsBefore:
    """Answers as the live account does, but for objects of which it is given what they were; of two, the first."""

    def __init__(self, reading: Reading, states: Iterable[State]) -> None:
        self._reading = reading
        self._states: dict[str, State] = {}
        for state in states:
            self._states.setdefault(state.name, state)

    def _inline(self, principal: Arn) -> dict[str, str | None]:
        return {
            one.policy: one.document
            for one in self._states.values()
            if isinstance(one, InlineState) and one.principal == principal
        }

    def _policy(self, policy: Arn) -> PolicyState | None:
        found = (one for one in self._states.values() if isinstance(one, PolicyState) and one.policy == policy)
        return next(found, None)

    async def inline(self, principal: Arn, name: str) -> str | None:
        """The text of an inline policy."""
        known = self._inline(principal)
        return known[name] if name in known else await self._reading.inline(principal, name)

    async def inline_names(self, principal: Arn) -> tuple[str, ...]:
        """The names of a principal's inline policies."""
        known = self._inline(principal)
        names = {name for name in await self._reading.inline_names(principal) if name not in known}
        return tuple(sorted(names | {name for name, text in known.items() if text is not None}))

    async def attached(self, principal: Arn) -> tuple[Arn, ...]:
        """The managed policies attached to a principal."""
        found = set(await self._reading.attached(principal))
        for one in self._states.values():
            if isinstance(one, AttachmentState) and one.principal == principal:
                (found.add if one.is_attached else found.discard)(one.policy)
        return tuple(sorted(found))

    async def policy(self, policy: Arn) -> LivePolicy | None:
        """A managed policy."""
        known = self._policy(policy)
        if known is None:
            return await self._reading.policy(policy)
        if known.default is None:
            return None
        # Whoever was read has dates.
        versions = tuple(
            LiveVersion(one.version, one.created_at) for one in known.versions if one.created_at is not None
        )
        return LivePolicy(policy, known.default.version, known.default.document, versions)

    async def about(self, policy: Arn) -> About | None:
        """A managed policy's description and tags, where they were read or are there."""
        known = self._policy(policy)
        return await self._reading.about(policy) if known is None else known.about

    async def version(self, policy: Arn, version: str) -> LiveText | None:
        """One version."""
        known = self._policy(policy)
        if known is None:
            return await self._reading.version(policy, version)
        found = next((one for one in known.versions if one.version == version), None)
        if found is None or found.created_at is None:
            return None
        return LiveText(found.document, found.is_default, found.created_at)

    async def holders(self, policy: Arn) -> tuple[Arn, ...]:
        """The principals that a policy is attached to."""
        found = set(await self._reading.holders(policy))
        for one in self._states.values():
            if isinstance(one, AttachmentState) and one.policy == policy:
                (found.add if one.is_attached else found.discard)(one.principal)
        return tuple(sorted(found))

    async def bounded(self, policy: Arn) -> tuple[Arn, ...]:
        """The users and roles whose permissions boundary the policy is."""
        return await self._reading.bounded(policy)

    async def used_by(self, policy: Arn) -> tuple[Arn, ...]:
        """The principals that a policy is attached to or bounds: asked apart, since attachments alone are changed."""
        return tuple(sorted({*await self.holders(policy), *await self.bounded(policy)}))

    async def members(self, group: Arn) -> tuple[Arn, ...]:
        """The users in a group."""
        found = set(await self._reading.members(group))
        for one in self._states.values():
            if isinstance(one, MembershipState) and one.group == group:
                (found.add if one.is_member else found.discard)(one.user)
        return tuple(sorted(found))

    async def keys(self, user: Arn) -> tuple[LiveKey, ...]:
        """A user's access keys."""
        known = {one.id: one.is_active for one in self._states.values() if isinstance(one, KeyState)}
        return tuple(replace(key, active=known.get(key.id, key.active)) for key in await self._reading.keys(user))

    async def key_last_used(self, key: str) -> datetime | None:
        """When a key was last used."""
        return await self._reading.key_last_used(key)

    async def password(self, user: Arn) -> LivePassword | None:
        """A user's password."""
        known = self._states.get(PasswordState(user, None).name)
        if not isinstance(known, PasswordState):
            return await self._reading.password(user)
        return None if known.created_at is None else LivePassword(known.created_at)

    async def password_last_used(self, user: Arn) -> datetime | None:
        """When a user last signed in."""
        return await self._reading.password_last_used(user)
