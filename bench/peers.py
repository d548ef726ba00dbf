"""The libraries that also expand and minimise IAM action patterns, each behind the same few functions.

policy_sentry 0.15, parliament 1.6 and policyuniverse 1.5 (requirements-peers.txt). Only their public functions are
timed. What each of them caches is kept between calls, as they keep it.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from importlib.metadata import version

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # parliament imports pkg_resources, which says that it will go
    import parliament
    import policyuniverse
    from policy_sentry.analysis.expand import expand as sentry_expand
    from policy_sentry.querying.all import get_all_actions
    from policyuniverse.expander_minimizer import get_actions_from_statement, minimize_statement_actions


@dataclass(frozen=True)
class Peer:
    """One library."""

    name: str
    """What it is called on PyPI."""
    expand: Callable[[str], Iterable[object]]
    """Its own function from an action pattern to what that matches, in its own form."""
    names: Callable[[Iterable[object]], Iterator[str]]
    """What `expand` returned, as action names."""
    known: frozenset[str]
    """Every action of its catalog, in lower case."""

    @property
    def title(self) -> str:
        """Name and version."""
        return f"{self.name} {version(self.name)}"

    def found(self, pattern: str) -> frozenset[str]:
        """The known actions that it finds for a pattern, in lower case; some echo what they do not know."""
        return frozenset(name.lower() for name in self.names(self.expand(pattern))) & self.known


def peers() -> tuple[Peer, ...]:
    """All three."""
    return (_policy_sentry(), _parliament(), _policyuniverse())


def minimized(actions: list[str]) -> list[str]:
    """The patterns that policyuniverse writes for these actions, all of which it knows."""
    with redirect_stdout(io.StringIO()):  # it prints a line for every action that begins another one
        return minimize_statement_actions({"Effect": "Allow", "Action": actions, "Resource": "*"})


def _policy_sentry() -> Peer:
    return Peer("policy_sentry", sentry_expand, _texts, frozenset(get_all_actions(lowercase=True)))


def _parliament() -> Peer:
    def expand(pattern: str) -> list[dict[str, str]]:
        return parliament.expand_action(pattern, raise_exceptions=False)

    def names(found: Iterable[object]) -> Iterator[str]:
        return (f"{one['service']}:{one['action']}" for one in found)

    return Peer("parliament", expand, names, frozenset(name.lower() for name in names(expand("*"))))


def _policyuniverse() -> Peer:
    def expand(pattern: str) -> set[str]:
        return get_actions_from_statement({"Action": pattern})

    return Peer("policyuniverse", expand, _texts, frozenset(policyuniverse.all_permissions))


def _texts(found: Iterable[object]) -> Iterator[str]:
    return (str(one) for one in found)
