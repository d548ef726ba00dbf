"""What IAM refuses to store: documents too large, prefixes with wildcards, versions too many, roles that are AWS's."""

from collections.abc import Mapping
from typing import Any

import msgspec

from leastwise.errors import PolicyError
from leastwise.policy import parse_document
from leastwise.sandbox.granting import statements_of
from leastwise.sandbox.refusals import Refusal, unmodifiable

__all__ = ["check_editable", "check_grammar", "check_inline", "check_managed", "check_prefixes"]

MANAGED_LIMIT = 6144
"""Characters of a managed policy (IAM and STS quotas; white space is not counted)."""

INLINE_LIMITS: Mapping[str, int] = {"role": 10240, "group": 5120, "user": 2048}
"""Characters of all inline policies of one principal together (the same)."""


def counted_size(document: str) -> int:
    """The size of a document as the quota counts it: characters without white space."""
    return len("".join(document.split()))


def check_prefixes(document: str) -> None:
    """Refuse a wildcard in a service prefix; `*` and `*:*` are legal. What is no policy at all is not looked at.

    Raises:
        Refusal: an action reads like `s*:Get*`.
    """
    try:
        statements = statements_of(document)
    except msgspec.MsgspecError:
        return
    for pattern in (pattern for statement in statements for pattern in statement.actions):
        prefix, colon, name = pattern.partition(":")
        if colon and ("*" in prefix or "?" in prefix) and (prefix, name) != ("*", "*"):
            raise Refusal(
                400,
                "MalformedPolicyDocument",
                "Action vendors (e.g., aws, ec2, etc.) must not contain wildcards.",
            )


def check_grammar(document: str) -> None:
    """Refuse what leastwise itself takes for no identity policy.

    Raises:
        Refusal: as said.
    """
    try:
        parse_document(document)
    except PolicyError as error:
        raise Refusal(400, "MalformedPolicyDocument", f"Syntax errors in policy. ({error})") from error


def check_managed(document: str) -> None:
    """Refuse a managed policy's document that is larger than the quota.

    Raises:
        Refusal: as said.
    """
    if counted_size(document) > MANAGED_LIMIT:
        raise Refusal(409, "LimitExceeded", f"Cannot exceed quota for PolicySize: {MANAGED_LIMIT}")


def check_inline(document: str, *, kind: str, name: str, others: Mapping[str, str], policy_name: str) -> None:
    """Refuse an inline document with which the principal's policies exceed the quota together.

    Raises:
        Refusal: as said.
    """
    kept = sum(counted_size(text) for other, text in others.items() if other != policy_name)
    limit = INLINE_LIMITS[kind]
    if kept + counted_size(document) > limit:
        message = f"Maximum policy size of {limit} bytes exceeded for {kind} {name}"
        raise Refusal(409, "LimitExceeded", message)


def check_editable(role: Any) -> None:  # noqa: ANN401 - moto's Role
    """Refuse to change a service-linked role, or one of Identity Center.

    Raises:
        Refusal: only AWS may change it.
    """
    if role.path.startswith(("/aws-service-role/", "/aws-reserved/")):
        raise unmodifiable(role.name)
