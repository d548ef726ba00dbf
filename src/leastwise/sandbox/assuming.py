"""Whether a role lets itself be assumed, which moto does not look at, and the sessions that AWS itself opens."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from leastwise.sandbox.account import Account
from leastwise.sandbox.house import Caller
from leastwise.sandbox.refusals import Refusal

if TYPE_CHECKING:
    from moto.sts.models import STSBackend

__all__ = ["SessionKey", "check_assume_role", "open_session"]


class SessionKey(msgspec.Struct, frozen=True):
    """The credentials of a session of a role."""

    access_key_id: str
    """Its key."""
    secret_access_key: str
    """Its secret."""
    token: str
    """Its session token."""


def check_assume_role(account: Account, caller: Caller, role_arn: str) -> None:
    """Let AssumeRole pass where the role exists and its trust policy names the caller or its account.

    Conditions of the trust policy, MFA and external ids included, are not judged.

    Raises:
        Refusal: the role is not there, or does not trust the caller.
    """
    role = next((role for role in list(account.backend.roles.values()) if role.arn == role_arn), None)
    if role is None or not _trusts(role.assume_role_policy_document, caller, account.id):
        message = f"User: {caller.shown_arn} is not authorized to perform: sts:AssumeRole on resource: {role_arn}"
        raise Refusal(403, "AccessDenied", message)


def open_session(
    account: Account, sts: "STSBackend", *, role_arn: str, service: str, name: str, region: str
) -> SessionKey | None:
    """A session that a service of AWS opens, for an hour; None where the role is not there, or does not trust it."""
    role = next((role for role in list(account.backend.roles.values()) if role.arn == role_arn), None)
    if role is None or service not in _trusted(role.assume_role_policy_document, "Service"):
        return None
    session = sts.assume_role(
        region_name=region, role_session_name=name, role_arn=role_arn, policy="", duration=3600, external_id=""
    )
    return SessionKey(session.access_key_id, session.secret_access_key, session.session_token)


def _trusts(document: str, caller: Caller, account_id: str) -> bool:
    accepted = {"*", account_id, f"arn:aws:iam::{account_id}:root", caller.principal_arn, caller.shown_arn}
    return any(name in accepted for name in _trusted(document))


def _trusted(document: str, kind: str = "AWS") -> Iterator[str]:
    content: Any = msgspec.json.decode(document)
    statements: Any = content.get("Statement", [])
    for statement in statements if isinstance(statements, list) else [statements]:
        principal = statement.get("Principal")
        if statement.get("Effect") != "Allow" or principal is None:
            continue
        named = principal.get(kind, []) if isinstance(principal, Mapping) else principal
        yield from [named] if isinstance(named, str) else named
