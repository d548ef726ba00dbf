"""The options that the policy commands share. Only their declaration is here, so that help costs no more than click."""

from collections.abc import Callable
from typing import Any, Final, TypeVar

import click

__all__ = ["actions_option", "kind_option", "policy_argument"]

_Callable = TypeVar("_Callable", bound=Callable[..., Any])

_KINDS: Final = ("identity", "trust", "resource")


def policy_argument(command: _Callable) -> _Callable:
    """One policy; standard input where none is named."""
    return click.argument("policy_file", metavar="[POLICY.json]", type=click.Path(allow_dash=True), default="-")(
        command
    )


def kind_option(command: _Callable) -> _Callable:
    """What the policy is attached to."""
    return click.option(
        "--kind",
        metavar="KIND",
        type=click.Choice(_KINDS),
        default=_KINDS[0],
        show_default=True,
        help="Read it as what it is attached to: identity (also a boundary or an SCP), trust (a role's), or resource "
        "(also an RCP).",
    )(command)


def actions_option(command: _Callable) -> _Callable:
    """Patterns instead of a policy."""
    return click.option(
        "--action",
        "actions",
        metavar="PATTERN",
        multiple=True,
        help="Take these actions instead of a policy, e.g. 's3:Get*'. Repeatable.",
    )(command)
