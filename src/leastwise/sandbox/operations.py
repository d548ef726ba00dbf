"""Which IAM action a call is: from the service it was signed for and the operation's name.

Most are the same word; `operations.json` holds the ones that are not (Service Authorization Reference).
"""

from functools import cache
from importlib.resources import files

import msgspec

from leastwise.sandbox.actions import services

__all__ = ["Checked", "checked_action", "is_change", "is_reading"]

_READING = ("Get", "List")
_HARMLESS = (*_READING, "Generate", "Simulate")


class Checked(msgspec.Struct, frozen=True):
    """What IAM checks for a call."""

    namespace: str
    """The service as policies name it."""
    action: str | None
    """The action without prefix, or None where the call is no action that we know."""


class _Table(msgspec.Struct, frozen=True):
    namespaces: dict[str, str]
    actions: dict[str, str]


@cache
def _table() -> _Table:
    return msgspec.json.decode(files(__package__).joinpath("operations.json").read_bytes(), type=_Table)


def checked_action(signing_service: str, operation: str | None, *, method: str = "POST") -> Checked:
    """The namespace and action that IAM checks for an operation of the service named in a signature's scope."""
    signed = signing_service.lower()
    namespace = _table().namespaces.get(signed, signed)
    if namespace == "apigateway":
        return Checked(namespace, method)  # its actions are the verbs of HTTP
    if operation is None or namespace not in services().namespaces:
        return Checked(namespace, None)
    name = _table().actions.get(f"{namespace}:{operation}", operation)
    return Checked(namespace, services().actions(namespace).get(name.lower()))


def is_reading(label: str) -> bool:
    """Whether a call, as `iam:GetUser`, is one of IAM that tells what is there."""
    namespace, _, operation = label.partition(":")
    return namespace == "iam" and operation.startswith(_READING)


def is_change(label: str) -> bool:
    """Whether a call, as `iam:CreateUser`, is one of IAM that changes something."""
    namespace, _, operation = label.partition(":")
    return namespace == "iam" and not operation.startswith(_HARMLESS)
