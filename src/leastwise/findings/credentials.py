"""Which of a user's credentials nobody used within the stale-after days."""

from collections.abc import Iterator

from leastwise.evidence import CredentialUse, Evidence, KeyUse, PasswordUse, covers
from leastwise.findings.model import Parameters
from leastwise.findings.sight import is_within
from leastwise.policy import Arn

__all__ = ["credentials_of", "is_unused_password", "unused_keys"]


def credentials_of(user: Arn, evidence: Evidence, parameters: Parameters) -> CredentialUse | None:
    """The newest credential report on a user; None if there is none, or none that covers the days."""
    newest = max(evidence.credentials.get(user, ()), key=lambda use: use.window, default=None)
    if newest is None or not covers(newest.window, now=parameters.now, days=parameters.stale_after_days):
        return None
    return newest


def unused_keys(credential: CredentialUse | None, parameters: Parameters) -> Iterator[KeyUse]:
    """The active keys that were made or rotated longer ago than the days, and not used since."""
    for key in credential.keys if credential else ():
        is_old = key.created_at is not None and not is_within(key.created_at, parameters)
        if key.active and is_old and not is_within(key.last_used_at, parameters):
            yield key


def is_unused_password(password: PasswordUse, parameters: Parameters) -> bool:
    """Whether there is a password that was set longer ago than the days, and nobody signed in with it since."""
    is_old = password.created_at is not None and not is_within(password.created_at, parameters)
    return password.enabled and is_old and not is_within(password.last_used_at, parameters)
