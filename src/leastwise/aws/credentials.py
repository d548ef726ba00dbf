"""The keys of the moment: refreshed while a scan runs, and renewed once when AWS says they have expired."""

import asyncio
from collections.abc import Callable
from typing import Protocol

from leastwise.aws.wire import Keys
from leastwise.clock import Clock

__all__ = ["CredentialSource", "KeyRing"]

_REFRESH_PAUSE_SECONDS = 5.0
"""Pause after a refresh, or the failure of one, so that a scan does not wait for a failing refresh at every call."""


class KeyRing(Protocol):
    """A set of credentials that may refresh itself."""

    def is_refresh_due(self) -> bool:
        """Whether `read` would refresh, and so block."""
        ...

    def read(self) -> Keys:
        """The keys of the moment.

        Raises:
            CredentialsError: a refresh was needed and failed.
        """
        ...


class CredentialSource:
    """The keys that sign an account's calls."""

    def __init__(self, ring: KeyRing, keys: Keys, *, load: Callable[[], KeyRing], clock: Clock) -> None:
        self._ring = ring
        self._keys = keys
        self._load = load
        self._clock = clock
        self._lock = asyncio.Lock()
        self._refreshed_at = float("-inf")
        self._hopeless: Keys | None = None
        self._generation = 0

    @property
    def generation(self) -> int:
        """Counts the changes of keys; a job belongs to the session, and so to the generation, that made it."""
        return self._generation

    async def keys(self) -> Keys:
        """The keys of the moment, refreshed in a thread where that is due.

        Calls that come while a refresh is under way go on with the old keys: botocore refreshes minutes before they
        expire.

        Raises:
            CredentialsError: a refresh was needed and failed.
        """
        if not self._ring.is_refresh_due():
            self._take(self._ring.read())
        elif self._clock.monotonic() - self._refreshed_at >= _REFRESH_PAUSE_SECONDS:
            self._refreshed_at = self._clock.monotonic()
            async with self._lock:
                self._take(await asyncio.to_thread(self._ring.read))
        return self._keys

    async def renew(self, rejected: Keys) -> bool:
        """Whether there are other keys than those that AWS rejected, after loading the credentials anew.

        Raises:
            CredentialsError: nothing could be loaded.
        """
        async with self._lock:
            if self._keys == rejected != self._hopeless:
                self._ring = await asyncio.to_thread(self._load)
                self._take(await asyncio.to_thread(self._ring.read))
                self._refreshed_at = self._clock.monotonic()
            if self._keys == rejected:
                self._hopeless = rejected
        return self._keys != rejected

    def _take(self, keys: Keys) -> None:
        if keys != self._keys:
            self._keys = keys
            self._generation += 1
