"""Who signed a call: a user by one of its keys, or a session of a role."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from leastwise.sandbox.account import Account
from leastwise.sandbox.house import Caller
from leastwise.sandbox.refusals import Refusal

if TYPE_CHECKING:
    from moto.sts.models import STSBackend

__all__ = ["Callers"]


class Callers:
    """Finds the caller behind an access key."""

    def __init__(self, account: Account, sts: "STSBackend") -> None:
        self._account = account
        self._sts = sts

    def of(self, access_key_id: str) -> Caller:
        """The caller.

        Raises:
            Refusal: nobody has this key, it is inactive, its user is gone, or its session has ended.
        """
        key = self._account.backend.access_keys.get(access_key_id)
        if key is None or key.status != "Active":
            raise unknown_key()
        return self._user(key) if key.user_name else self._session(key)

    def _user(self, key: Any) -> Caller:  # noqa: ANN401 - moto's AccessKey
        user = self._account.backend.users.get(key.user_name)
        if user is None or key not in user.access_keys:
            raise unknown_key()
        return Caller(
            principal_arn=user.arn,
            session=user.arn,
            shown_arn=user.arn,
            access_key_id=key.access_key_id,
            secret_access_key=key.secret_access_key,
            long_term=True,
        )

    def _session(self, key: Any) -> Caller:  # noqa: ANN401 - moto's AccessKey
        session = self._sts.get_assumed_role_from_access_key(key.access_key_id)
        if session is None:
            raise unknown_key()
        if session.expiration.replace(tzinfo=UTC) < datetime.now(UTC):
            raise Refusal(403, "ExpiredToken", "The security token included in the request is expired")
        return Caller(
            principal_arn=session.role_arn,
            session=key.access_key_id,
            shown_arn=session.arn,
            access_key_id=key.access_key_id,
            secret_access_key=key.secret_access_key,
            long_term=False,
        )


def unknown_key() -> Refusal:
    """A key that is nobody's."""
    return Refusal(403, "InvalidClientTokenId", "The security token included in the request is invalid.")
