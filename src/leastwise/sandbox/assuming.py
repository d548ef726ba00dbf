"""Whether a role lets itself be assumed; moto does not look."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from leastwise.sandbox.account import Account
from leastwise.sandbox.house import Caller
from leastwise.sandbox.refusals import Refusal

__all__ = ["check_assume_role"]


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


def _trusts(document: str, caller: Caller, account_id: str) -> bool:
    accepted = {"*", account_id, f"arn:aws:iam::{account_id}:root", caller.principal_arn, caller.shown_arn}
    return any(name in accepted for name in _trusted(document))


def _trusted(document: str) -> Iterator[str]:
    content: Any = msgspec.json.decode(document)
    statements: Any = content.get("Statement", [])
    for statement in statements if isinstance(statements, list) else [statements]:
        principal = statement.get("Principal")
        if statement.get("Effect") != "Allow" or principal is None:
            continue
        named = principal.get("AWS", []) if isinstance(principal, Mapping) else principal
        yield from [named] if isinstance(named, str) else named
