"""Who else may invoke a function: the statements of its resource-based policy, for services of AWS."""

from fnmatch import fnmatchcase
from threading import Lock
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from leastwise.sandbox.refusals import Refusal

__all__ = ["Permission", "Permissions"]


class Permission(Struct, frozen=True, rename="pascal"):
    """A request to let somebody do something with a function."""

    statement_id: Annotated[str, Meta(pattern=r"^[a-zA-Z0-9-_]{1,100}$")]
    """Its name."""
    action: Annotated[str, Meta(pattern=r"^(lambda:[*]|lambda:[a-zA-Z]+|[*])$")]
    """What may be done, as `lambda:InvokeFunction`."""
    principal: Annotated[str, Meta(pattern=r"^\S+$")]
    """Who may, as `config.amazonaws.com`."""
    source_arn: str | None = None
    """For which thing of AWS, with wildcards; None for any."""
    source_account: Annotated[str, Meta(pattern=r"^\d{12}$")] | None = None
    """For things of which account; None for any."""


class Permissions:
    """The permissions of every function; safe to use from several threads."""

    def __init__(self) -> None:
        self._of: dict[str, dict[str, Permission]] = {}
        self._lock = Lock()

    def add(self, arn: str, permission: Permission) -> str:
        """The new statement of a function's policy, as JSON.

        Raises:
            Refusal: it has one of this name.
        """
        with self._lock:
            known = self._of.setdefault(arn, {})
            if permission.statement_id in known:
                message = f"The statement id ({permission.statement_id}) provided already exists. Please provide a new "
                raise Refusal(
                    409, "ResourceConflictException", f"{message}statement id, or remove the existing statement."
                )
            known[permission.statement_id] = permission
        return _statement(arn, permission)

    def forget(self, arn: str) -> None:
        """Take away all permissions of a function."""
        with self._lock:
            self._of.pop(arn, None)

    def let(self, arn: str, service: str, *, account: str, source_arn: str) -> bool:
        """Whether a service of AWS may invoke a function for a thing of this account."""
        with self._lock:
            known = list(self._of.get(arn, {}).values())
        return any(_lets(one, service, account, source_arn) for one in known)


def _lets(one: Permission, service: str, account: str, source_arn: str) -> bool:
    return (
        one.principal == service
        and one.action in {"*", "lambda:*", "lambda:InvokeFunction"}
        and one.source_account in {None, account}
        and (one.source_arn is None or fnmatchcase(source_arn, one.source_arn.replace("[", "[[]")))
    )


def _statement(arn: str, permission: Permission) -> str:
    service = permission.principal.endswith(".amazonaws.com")
    conditions = {
        "StringEquals": {"AWS:SourceAccount": permission.source_account} if permission.source_account else None,
        "ArnLike": {"AWS:SourceArn": permission.source_arn} if permission.source_arn else None,
    }
    held = {name: value for name, value in conditions.items() if value}
    statement = {
        "Sid": permission.statement_id,
        "Effect": "Allow",
        "Principal": {"Service" if service else "AWS": permission.principal},
        "Action": permission.action,
        "Resource": arn,
        **({"Condition": held} if held else {}),
    }
    return msgspec.json.encode(statement).decode()
