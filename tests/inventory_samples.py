"""Accounts in a few lines, and strategies that draw them."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from hypothesis import strategies as st

from leastwise.errors import PolicyError
from leastwise.inventory import (
    Account,
    Attachment,
    Group,
    InlinePolicy,
    ManagedPolicy,
    PolicyText,
    PolicyVersion,
    Role,
    Snapshot,
    User,
)
from leastwise.policy import AccountId, Arn, parse_document
from policy_strategies import documents

NOW: Final = datetime(2026, 11, 24, 12, tzinfo=UTC)
ID: Final = AccountId("111122223333")
Data = dict[str, Any]


def days_ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def arn(kind: str, name: str, *, owner: str = ID) -> Arn:
    return Arn(f"arn:aws:iam::{owner}:{kind}/{name}")


def allow(*actions: str) -> Data:
    return {"Effect": "Allow", "Action": list(actions), "Resource": "*"}


def deny(*actions: str) -> Data:
    return {"Effect": "Deny", "Action": list(actions), "Resource": "*"}


def says(*statements: Data) -> PolicyText:
    return text_of(json.dumps({"Statement": list(statements)}))


def text_of(text: str) -> PolicyText:
    try:
        return PolicyText(text, parse_document(text))
    except PolicyError as error:
        return PolicyText(text, None, str(error))


def version(number: int, text: PolicyText, *, age: float, is_default: bool = False) -> PolicyVersion:
    return PolicyVersion(f"v{number}", days_ago(age), is_default, text)


def managed(name: str, *versions: PolicyVersion | PolicyText, owner: str = ID) -> ManagedPolicy:
    """A policy of these versions; a lone text is its only version, a year old."""
    made = tuple(
        one if isinstance(one, PolicyVersion) else version(1, one, age=365, is_default=True) for one in versions
    )
    return ManagedPolicy(arn("policy", name, owner=owner), name, f"ANPA{name}", "/", days_ago(999), NOW, made)


def attached(*policies: ManagedPolicy) -> tuple[Attachment, ...]:
    return tuple(Attachment(policy.arn, policy.name) for policy in policies)


def inline(**policies: PolicyText) -> tuple[InlinePolicy, ...]:
    return tuple(InlinePolicy(name, text) for name, text in policies.items())


def user(name: str, **parts: Any) -> User:  # noqa: ANN401 - the fields of User
    return User(arn("user", name), name, f"AIDA{name}", "/", days_ago(999), **parts)


def group(name: str, **parts: Any) -> Group:  # noqa: ANN401 - the fields of Group
    return Group(arn("group", name), name, f"AGPA{name}", "/", days_ago(999), **parts)


def role(name: str, **parts: Any) -> Role:  # noqa: ANN401 - the fields of Role
    return Role(arn("role", name), name, f"AROA{name}", "/", days_ago(999), PolicyText("{}", None), **parts)


def account(
    *,
    users: Sequence[User] = (),
    roles: Sequence[Role] = (),
    groups: Sequence[Group] = (),
    policies: Sequence[ManagedPolicy] = (),
) -> Snapshot:
    return Snapshot(Account(ID, "aws"), NOW, tuple(users), tuple(roles), tuple(groups), tuple(policies))


@st.composite
def accounts(draw: st.DrawFn) -> Snapshot:
    """An account whose documents have every construct, shared policies, groups, and policies that are not there."""
    # Drawing a document is slow: a few are drawn, and held by many.
    pool = draw(st.lists(documents().map(json.dumps).map(text_of), min_size=2, max_size=3))
    document = st.sampled_from([*pool, text_of("{")])
    owners = st.sampled_from([ID, "aws"])
    policies = [managed(f"P{place}", draw(document), owner=draw(owners)) for place in range(draw(st.integers(0, 3)))]
    attachable = st.sampled_from([*attached(*policies), Attachment(arn("policy", "Gone"), "Gone")])
    held = st.lists(attachable, max_size=3, unique=True).map(tuple)
    own = st.lists(document, max_size=2).map(lambda drawn: inline(**{f"I{at}": text for at, text in enumerate(drawn)}))
    groups = [group(name, inline=draw(own), attached=draw(held)) for name in ("G", "H")]
    member = st.lists(st.sampled_from(["G", "H", "Gone"]), max_size=2, unique=True).map(tuple)
    users = [user(name, inline=draw(own), attached=draw(held), groups=draw(member)) for name in ("U", "V")]
    roles = [role("R", inline=draw(own), attached=draw(held))]
    return account(users=users, roles=roles, groups=groups, policies=policies)
