"""The pen that writes an account: users, roles, groups, policies and their past, with any dates.

It writes into moto's IAM backend directly, since no AWS operation takes a creation date. A sample company, or a test,
describes its account with it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from leastwise.sandbox.account import put_boundary
from leastwise.sandbox.identifiers import AccessKeyPair, Identifiers
from leastwise.sandbox.ledger import UsageLedger

if TYPE_CHECKING:
    from moto.iam.models import IAMBackend

__all__ = ["Estate", "PrincipalKind"]

PrincipalKind = Literal["user", "role", "group"]


def naive(moment: datetime) -> datetime:
    """The moment as moto keeps it: UTC without a zone, to the second."""
    return moment.replace(tzinfo=None, microsecond=0)


class Estate:
    """Writes one account's identities and past usage; names and dates are the caller's, ids come from the seed."""

    def __init__(self, backend: "IAMBackend", ledger: UsageLedger, *, identifiers: Identifiers, now: datetime) -> None:
        self._backend = backend
        self._ledger = ledger
        self._identifiers = identifiers
        self.now = now
        """The moment that the account's past is told from, aware and in UTC."""

    @property
    def account_id(self) -> str:
        """The account's twelve digits."""
        return str(self._backend.account_id)

    def create_user(
        self,
        name: str,
        *,
        created_at: datetime,
        path: str = "/",
        tags: Mapping[str, str] | None = None,
        console_password: bool = False,
        password_last_used_at: datetime | None = None,
        mfa: bool = False,
        boundary: str | None = None,
    ) -> str:
        """The new user's ARN. A date of last sign-in implies a password; `boundary` is a policy's ARN."""
        user: Any = self._backend.create_user("us-east-1", name, path, _tag_list(tags))
        user.id = self._identifiers.entity("AIDA", name)
        user.create_date = naive(created_at)
        put_boundary(user, boundary)
        if console_password or password_last_used_at:
            user.password = "a password that nobody needs to know"  # noqa: S105 - the sandbox has no sign-in page
            user.password_last_used = password_last_used_at and naive(password_last_used_at)
        if mfa:
            user.enable_mfa_device(f"arn:aws:iam::{self.account_id}:mfa/{name}", "123456", "654321")
        return str(user.arn)

    def create_access_key(
        self,
        user: str,
        *,
        created_at: datetime,
        last_used_at: datetime | None = None,
        last_used_service: str = "s3",
        active: bool = True,
    ) -> AccessKeyPair:
        """A new long-term key of this user. Its last use goes to the key alone; `record_use` says what was called."""
        pair = self._identifiers.access_key(user)
        key = self._backend.create_access_key(user, status="Active" if active else "Inactive")
        rename_key(self._backend, key, pair)
        key.create_date = naive(created_at)
        if last_used_at is not None:
            self._ledger.record_key(pair.access_key_id, service=last_used_service, at=last_used_at)
        return pair

    def create_role(  # noqa: PLR0913 - a role has these parts
        self,
        name: str,
        *,
        trust_document: str,
        created_at: datetime,
        path: str = "/",
        last_used_at: datetime | None = None,
        last_used_region: str = "us-east-1",
        tags: Mapping[str, str] | None = None,
        description: str = "",
        boundary: str | None = None,
    ) -> str:
        """The new role's ARN. RoleLastUsed is the latest of `last_used_at` and what `record_use` tells of it."""
        role = self._backend.create_role(
            name, trust_document, path, boundary, description, _tag_list(tags), max_session_duration="3600"
        )
        del self._backend.roles[role.id]
        role.id = self._identifiers.entity("AROA", name)
        role.create_date = naive(created_at)
        self._backend.roles[role.id] = role
        if last_used_at:
            self._ledger.record_presence(role.arn, at=last_used_at, region=last_used_region)
        return str(role.arn)

    def create_group(self, name: str, *, created_at: datetime, path: str = "/") -> str:
        """The new group's ARN."""
        group = self._backend.create_group(name, path)
        group.id = self._identifiers.entity("AGPA", name)
        group.create_date = naive(created_at)
        return str(group.arn)

    def add_member(self, group: str, user: str) -> None:
        """Put a user into a group."""
        self._backend.add_user_to_group(group, user)

    def put_inline(self, kind: PrincipalKind, name: str, policy_name: str, document: str) -> None:
        """Put an inline policy, JSON text as written, into a user, role or group."""
        self._principal(kind, name).put_policy(policy_name, document)

    def create_policy(
        self,
        name: str,
        *,
        document: str,
        created_at: datetime,
        path: str = "/",
        description: str = "",
        earlier_versions: Sequence[tuple[str, datetime]] = (),
        tags: Mapping[str, str] | None = None,
    ) -> str:
        """The new customer policy's ARN.

        `document` is its default version, made at `created_at`; `earlier_versions` are (document, created_at), oldest
        first, and the policy is then as old as the first of them.
        """
        history = [*earlier_versions, (document, created_at)]
        policy = self._backend.create_policy(description, path, history[0][0], name, _tag_list(tags))
        policy.id = self._identifiers.entity("ANPA", name)
        policy.versions[0].create_date = policy.create_date = naive(history[0][1])
        for text, moment in history[1:]:
            version = self._backend.create_policy_version(policy.arn, text, set_as_default=True)
            version.create_date = naive(moment)
        policy.update_date = naive(created_at)
        return str(policy.arn)

    def attach(self, kind: PrincipalKind, name: str, policy_arn: str) -> None:
        """Attach a customer or AWS-managed policy, by ARN, to a user, role or group."""
        self._backend.get_policy(policy_arn).attach_to(self._principal(kind, name))

    def set_boundary(self, kind: Literal["user", "role"], name: str, policy_arn: str) -> None:
        """Make a policy the permissions boundary of a user or role."""
        put_boundary(self._principal(kind, name), policy_arn)

    def set_alias(self, alias: str) -> None:
        """Give the account its alias."""
        self._backend.create_account_alias(alias)

    def record_use(
        self, principal_arn: str, service: str, action: str | None = None, *, at: datetime, region: str = "us-east-1"
    ) -> None:
        """Note past usage: a user or role called this service (namespace) and, if said, this action (no prefix)."""
        self._ledger.record(principal_arn, service=service, action=action, at=at, region=region)

    def _principal(self, kind: PrincipalKind, name: str) -> Any:  # noqa: ANN401 - moto's three kinds share no type
        finders = {"user": self._backend.get_user, "role": self._backend.get_role, "group": self._backend.get_group}
        return finders[kind](name)


def rename_key(backend: "IAMBackend", key: Any, pair: AccessKeyPair) -> None:  # noqa: ANN401 - moto's AccessKey
    """Give a key of moto the id and secret that the seed says."""
    del backend.access_keys[key.access_key_id]
    key.access_key_id, key.secret_access_key = pair.access_key_id, pair.secret_access_key
    backend.access_keys[pair.access_key_id] = key


def _tag_list(tags: Mapping[str, str] | None) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in (tags or {}).items()]
