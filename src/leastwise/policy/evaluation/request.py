"""One request, as IAM sees it when it decides: who, what, on which resource, in which context."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final

from msgspec import Struct

from leastwise.policy.arn import Arn

__all__ = ["Caller", "CallerKind", "Context", "Request", "context_of"]

Context = Mapping[str, tuple[str, ...]]
"""Condition keys of a request, in lower case, each with its values; a key that is missing is not in the request."""


_WEB_IDENTITY: Final = frozenset({"cognito-identity.amazonaws.com"})
"""Identity providers whose names look like those of services (IAM User Guide, "Principal": web identity sessions)."""
_SERVICE_ENDINGS: Final = (".amazonaws.com", ".amazonaws.com.cn")


class CallerKind(StrEnum):
    """What makes a request."""

    USER = "user"
    """An IAM user."""
    ROLE_SESSION = "role-session"
    """A session of a role, as STS hands it out."""
    FEDERATED_USER = "federated-user"
    """A session of GetFederationToken."""
    ROOT = "root"
    """The root user of an account."""
    FEDERATED = "federated"
    """Someone signed in with an identity provider, who may assume a role."""
    SERVICE = "service"
    """A service of AWS on its own behalf."""
    ANONYMOUS = "anonymous"
    """Nobody in particular: an unsigned request."""


class Caller(Struct, frozen=True):
    """Who makes a request."""

    kind: CallerKind
    """What it is."""
    name: str
    """Its ARN; for a service its principal, e.g. `ec2.amazonaws.com`; for a federated caller its provider."""
    account: str
    """The account that it belongs to; empty for services, federated and anonymous callers."""
    role: str = ""
    """The ARN of the role, path included, of a role session; empty for all others."""
    federated_by: str = ""
    """The ARN of the IAM user who called GetFederationToken; empty for all but federated users, and if not known."""

    @classmethod
    def of(cls, name: str, *, role: str = "", federated_by: str = "") -> "Caller":
        """The caller of this name: an ARN, a service's principal, an identity provider, or `anonymous`.

        A session's ARN does not tell the path of its role; where the role has one, pass `role`. Raises ValueError for
        the ARN of something that makes no requests; a role is such, only its sessions make some (IAM User Guide,
        "Policy evaluation logic").

        >>> Caller.of("arn:aws:sts::111122223333:assumed-role/deploy/ann").role
        'arn:aws:iam::111122223333:role/deploy'
        """
        if name == CallerKind.ANONYMOUS.value:
            return cls(CallerKind.ANONYMOUS, "", "")
        if not name.startswith("arn:"):
            is_service = name.endswith(_SERVICE_ENDINGS) and name not in _WEB_IDENTITY
            return cls(CallerKind.SERVICE if is_service else CallerKind.FEDERATED, name, "")
        return _caller_of(Arn(name), role, federated_by)


def _caller_of(arn: Arn, role: str, federated_by: str) -> Caller:
    kind = f"{arn.service}:{arn.kind}"
    if kind == "iam:user":
        return Caller(CallerKind.USER, arn, arn.account)
    if kind == "iam:root":
        return Caller(CallerKind.ROOT, arn, arn.account)
    if kind == "sts:federated-user":
        return Caller(CallerKind.FEDERATED_USER, arn, arn.account, federated_by=federated_by)
    if kind in ("iam:saml-provider", "iam:oidc-provider"):
        return Caller(CallerKind.FEDERATED, arn, "")
    role_name, slash, _ = arn.resource.removeprefix("assumed-role/").partition("/")
    if kind == "sts:assumed-role" and slash:
        plain = f"arn:{arn.aws_partition}:iam::{arn.account}:role/{role_name}"
        return Caller(CallerKind.ROLE_SESSION, arn, arn.account, role=role or plain)
    raise ValueError(f"makes no requests: {arn!r}")


class Request(Struct, frozen=True):
    """One request."""

    action: str
    """The action, e.g. `s3:GetObject`; case does not count."""
    resource: str = "*"
    """The resource's ARN, whose case counts; `*` where the action takes none."""
    context: Context = {}
    """Its condition keys."""
    caller: Caller | None = None
    """Who makes it; None where only what the documents say of anyone is asked."""
    resource_account: str = ""
    """The account that owns the resource; empty for the caller's own."""


def context_of(keys: Mapping[str, str | Iterable[str]]) -> dict[str, tuple[str, ...]]:
    """The context with these keys, in any case, each with one value or several.

    >>> context_of({"aws:UserName": "ann", "aws:TagKeys": ["a", "b"]})
    {'aws:username': ('ann',), 'aws:tagkeys': ('a', 'b')}
    """
    return {key.lower(): (value,) if isinstance(value, str) else tuple(value) for key, value in keys.items()}
