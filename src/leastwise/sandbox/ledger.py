"""Who used what and when: the sandbox's one record of usage.

Every report of the sandbox (last-accessed details, RoleLastUsed, the credential report, GetAccessKeyLastUsed) reads it.
A denied call counts like any other, as in AWS (UG "last accessed information": attempts, not successes).
"""

from collections.abc import Mapping
from datetime import datetime
from threading import Lock

import msgspec

__all__ = ["LastUse", "UsageLedger"]


class LastUse(msgspec.Struct, frozen=True):
    """The latest use of something."""

    at: datetime
    """When, aware and in UTC, to the second."""
    region: str
    """The region that the call was signed for."""
    service: str = ""
    """The IAM namespace that was called; empty where it was not recorded."""


def _later(one: LastUse | None, other: LastUse) -> LastUse:
    return other if one is None or other.at >= one.at else one


class UsageLedger:
    """Keeps the latest use of each service, action, principal and access key; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._services: dict[str, dict[str, LastUse]] = {}
        self._actions: dict[str, dict[tuple[str, str], LastUse]] = {}
        self._principals: dict[str, LastUse] = {}
        self._keys: dict[str, LastUse] = {}

    def record(
        self, principal_arn: str, *, service: str, action: str | None, at: datetime, region: str = "us-east-1"
    ) -> None:
        """Note that a user or role called a service, and which action if that is known."""
        use = LastUse(at.replace(microsecond=0), region, service)
        with self._lock:
            services = self._services.setdefault(principal_arn, {})
            services[service] = _later(services.get(service), use)
            self._principals[principal_arn] = _later(self._principals.get(principal_arn), use)
            if action is not None:
                actions = self._actions.setdefault(principal_arn, {})
                key = service, action.lower()
                actions[key] = _later(actions.get(key), use)

    def record_presence(self, principal_arn: str, *, at: datetime, region: str = "us-east-1") -> None:
        """Note that a principal was used, without saying for what."""
        use = LastUse(at.replace(microsecond=0), region)
        with self._lock:
            self._principals[principal_arn] = _later(self._principals.get(principal_arn), use)

    def record_key(self, access_key_id: str, *, service: str, at: datetime, region: str = "us-east-1") -> None:
        """Note that a long-term access key signed a call."""
        use = LastUse(at.replace(microsecond=0), region, service)
        with self._lock:
            self._keys[access_key_id] = _later(self._keys.get(access_key_id), use)

    def services(self, principal_arn: str) -> Mapping[str, LastUse]:
        """The latest use of each service by this principal, by namespace."""
        with self._lock:
            return dict(self._services.get(principal_arn, {}))

    def actions(self, principal_arn: str) -> Mapping[tuple[str, str], LastUse]:
        """The latest use of each action by this principal, by namespace and lower-case action name."""
        with self._lock:
            return dict(self._actions.get(principal_arn, {}))

    def principal(self, principal_arn: str) -> LastUse | None:
        """The latest use of this principal for anything, or None if it was never used."""
        with self._lock:
            return self._principals.get(principal_arn)

    def key(self, access_key_id: str) -> LastUse | None:
        """The latest call signed by this key, or None if it never signed one."""
        with self._lock:
            return self._keys.get(access_key_id)
