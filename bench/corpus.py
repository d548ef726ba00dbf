"""The AWS-managed policies that moto carries, as texts, and pairs of those that a size quota barely lets through."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from moto.iam.aws_managed_policies import aws_managed_policies_data

BATCH = "BatchServiceRolePolicy"
"""5.4 KB: 80 literal actions in 19 statements, 13 of them on some resources only, 8 under a condition."""
GUARD = "AmazonGuardDutyServiceRolePolicy"
"""5.7 KB: 63 literal actions in 22 statements, 17 on some resources only, 14 under a condition."""
SUPPORT = "SupportUser"
"""5.3 KB: 209 actions in one statement, 96 with a wildcard, on every resource."""
SYSTEM = "SystemAdministrator"
"""5.6 KB: 225 actions in 5 statements, 63 with a wildcard, one statement on every resource."""
FIREWALL = "AWSWAFConsoleReadOnlyAccess"
"""6.1 KB: 58 actions in 33 statements, 15 on some resources only."""


@dataclass(frozen=True)
class Pair:
    """Two documents to compare."""

    title: str
    """What about them is of interest."""
    new: str
    """The text of the one that may grant more."""
    old: str
    """The text of the one that it is held against."""


@cache
def managed() -> dict[str, str]:
    """Every managed policy's text by its name, indented as AWS writes it."""
    policies = json.loads(aws_managed_policies_data)
    return {name: json.dumps(policy["Document"], indent=4) for name, policy in policies.items()}


def statements(text: str) -> list[dict[str, Any]]:
    """The statements of a document."""
    found = json.loads(text)["Statement"]
    return found if isinstance(found, list) else [found]


def patterns(text: str) -> Iterator[str]:
    """Its action patterns as they stand there, those of NotAction too."""
    for statement in statements(text):
        found = statement.get("Action", statement.get("NotAction"))
        yield from [found] if isinstance(found, str) else found


def pairs() -> Iterator[Pair]:
    """Pairs of documents of 5 to 6 KB, white space not counted, which is near the quota of a managed policy."""
    for name in (BATCH, GUARD, SUPPORT):
        text = managed()[name]
        yield Pair(f"{name}, itself", text, text)
        yield Pair(f"{name}, an action more", _with_action(text), text)
        yield Pair(f"{name}, half of each list", _half(text), text)
        yield Pair(f"{name}, the lists split", _split(text), text)
    for one, other in ((SUPPORT, SYSTEM), (GUARD, BATCH), (FIREWALL, SUPPORT)):
        yield Pair(f"{one}, {other}", managed()[one], managed()[other])
    wildcards = _wildcards(managed()["ReadOnlyAccess"])
    yield Pair("6 KB of wildcards, themselves", wildcards, wildcards)
    yield Pair("6 KB of wildcards, an action more", _with_action(wildcards), wildcards)


def _with_action(text: str) -> str:
    # The last statement is the last place where a comparison that goes through them in order looks.
    *before, last = statements(text)
    return _document([*before, last | {"Action": [*_actions(last), "account:CloseAccount"]}])


def _half(text: str) -> str:
    return _document([one | {"Action": _actions(one)[::2]} for one in statements(text)])


def _split(text: str) -> str:
    return _document([part for one in statements(text) for part in _parts(one)])


def _wildcards(text: str) -> str:
    # The most that a peer can be made to expand within a quota.
    taken = [pattern for pattern in patterns(text) if "*" in pattern][:250]
    return _document([{"Effect": "Allow", "Action": taken, "Resource": "*"}])


def _parts(statement: dict[str, Any]) -> Iterator[dict[str, Any]]:
    unnamed = {name: value for name, value in statement.items() if name != "Sid"}
    lists = (_actions(statement)[0::2], _actions(statement)[1::2])
    yield from (unnamed | {"Action": found} for found in lists if found)


def _actions(statement: dict[str, Any]) -> list[str]:
    found = statement["Action"]
    return [found] if isinstance(found, str) else found


def _document(found: list[dict[str, Any]]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": found}, indent=4)
