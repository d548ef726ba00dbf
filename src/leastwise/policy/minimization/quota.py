"""Making a document fit the quotas of IAM, without changing what it grants.

The quotas are those of the IAM User Guide, "IAM and AWS STS quotas": its "IAM and STS character limits" for sizes, its
"IAM object quotas" for numbers. White space is not counted (the same page).
"""

from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from leastwise.catalog import Catalog
from leastwise.policy.document.model import (
    ActionClause,
    Condition,
    Document,
    Effect,
    PrincipalClause,
    ResourceClause,
    Statement,
)
from leastwise.policy.document.render import render_compact, size_in_characters
from leastwise.policy.minimization.minimize import Wildcards
from leastwise.policy.minimization.packing import Unpacked, packed
from leastwise.policy.minimization.shortened import shortened_actions
from leastwise.policy.sets.action_set import ActionSet

__all__ = [
    "ATTACHED_POLICIES",
    "ATTACHED_POLICIES_AT_MOST",
    "GROUP_INLINE_CHARACTERS",
    "MANAGED_CHARACTERS",
    "MANAGED_VERSIONS",
    "ROLE_INLINE_CHARACTERS",
    "USER_INLINE_CHARACTERS",
    "Fitted",
    "Misfit",
    "fit",
]

MANAGED_CHARACTERS: Final = 6_144
"""Characters of a managed policy's document."""
ROLE_INLINE_CHARACTERS: Final = 10_240
"""Characters of all inline policies of a role together."""
GROUP_INLINE_CHARACTERS: Final = 5_120
"""Characters of all inline policies of a group together."""
USER_INLINE_CHARACTERS: Final = 2_048
"""Characters of all inline policies of a user together."""
ATTACHED_POLICIES: Final = 10
"""Managed policies attached to a user, role or group, where the account's quota was not raised; the account's own
stands in GetAccountSummary, `AttachedPoliciesPerRoleQuota` and its kin."""
ATTACHED_POLICIES_AT_MOST: Final = 25
"""What that can be raised to for a role; 20 for a user."""
MANAGED_VERSIONS: Final = 5
"""Versions of a managed policy; CreatePolicyVersion refuses a sixth with LimitExceeded."""

_MOST_DOCUMENTS: Final = 100
"""Where counting how many documents it would take ends."""


class Fitted(Struct, frozen=True):
    """A document that fits, perhaps as several."""

    texts: tuple[str, ...]
    """The documents; the text as it was if that fits, else without white space between its pieces."""
    wildcards: Wildcards | None
    """How actions were shortened; None if they stand as they were written."""


class Misfit(Struct, frozen=True):
    """Why a document cannot be made to fit."""

    reason: str
    """In words: what is too long, by how much, and how many documents it would take."""
    statement: int | None
    """The statement that fits no document; None if it is the number of documents that does not suffice."""
    documents: int | None
    """How many documents would do; None if no number does."""


def fit(
    document: Document,
    catalog: Catalog,
    *,
    limit: int,
    documents: int = 1,
    wildcards: Wildcards = Wildcards.EXACT,
    within: ActionSet | None = None,
) -> Fitted | Misfit:
    """The document in at most this many documents of at most `limit` characters each, or why that cannot be.

    As few documents as can be found, and of those the least changed: as it is written; with equal statements merged
    and their actions shortened by EXACT; by OPEN, if `wildcards` says so, which may reach unknown actions in `within`
    and is never done to a Deny or a NotAction. Together the documents grant and deny the same for every effect,
    resource and condition. They must be attached to the same principal: a Deny may stand in any of them.

    Statements are split along Action lists only. Costs one `minimal_patterns` a statement, and a rendering of each.

    Raises:
        ValueError: `within` lacks a known action that the document allows; or the document cannot be written, as
            `render_compact` says.

    >>> from leastwise.catalog import load_catalog
    >>> from leastwise.policy import parse_document
    >>> text = '{"Statement": {"Effect": "Allow", "Action": ["s3:Get*", "s3:GetObject"], "Resource": "*"}}'
    >>> fit(parse_document(text), load_catalog(), limit=70).texts
    ('{"Statement":[{"Effect":"Allow","Action":"s3:Get*","Resource":"*"}]}',)
    """
    if size_in_characters(document.text) <= limit:
        return Fitted((document.text,), None)
    levels = list(_levels(document, catalog, is_open=wildcards is Wildcards.OPEN, within=within))
    for count in range(_least(levels, limit), documents + 1):
        found = _fitted(levels, limit=limit, count=count)
        if found is not None:
            return found
    return _misfit(levels, limit=limit, documents=documents)


_Level = tuple[Wildcards | None, Document]


def _least(levels: Sequence[_Level], limit: int) -> int:
    """A number of documents that it takes at least: to split a document only adds characters."""
    return max(-(-min(len(render_compact(one)) for _, one in levels) // max(limit, 1)), 1)


def _fitted(levels: Sequence[_Level], *, limit: int, count: int) -> Fitted | None:
    for level, shortened in levels:
        found = packed(shortened, limit=limit, count=count)
        if not isinstance(found, Unpacked):
            return Fitted(tuple(map(render_compact, found)), level)
    return None


def _levels(document: Document, catalog: Catalog, *, is_open: bool, within: ActionSet | None) -> Iterator[_Level]:
    yield None, document
    exact = _shortened(_merged(document), catalog, Wildcards.EXACT, None)
    yield Wildcards.EXACT, exact
    if is_open:
        yield Wildcards.OPEN, _shortened(exact, catalog, Wildcards.OPEN, within)


_Key = tuple[Effect, ResourceClause | None, frozenset[Condition], PrincipalClause | None]


def _merged(document: Document) -> Document:
    """The document with statements that differ in their actions alone made one, which keeps the first one's Sid."""
    found: dict[_Key | int, Statement] = {}
    for statement in document.statements:
        # Two NotActions together grant what is in neither, which is no matter of adding up.
        key = statement.index if statement.actions.negated else _key(statement)
        first = found.get(key)
        patterns = statement.actions.patterns if first is None else first.actions.patterns + statement.actions.patterns
        found[key] = replace(first or statement, actions=ActionClause(patterns, statement.actions.negated))
    return replace(document, statements=tuple(found.values()))


def _key(statement: Statement) -> _Key:
    resources = statement.resources
    if resources is not None:
        resources = ResourceClause(tuple(sorted(set(resources.patterns))), resources.negated)
    return statement.effect, resources, frozenset(statement.conditions), statement.principals


def _shortened(document: Document, catalog: Catalog, wildcards: Wildcards, within: ActionSet | None) -> Document:
    found = [shortened_actions(one, catalog, wildcards=wildcards, within=within) for one in document.statements]
    pairs = zip(document.statements, found, strict=True)
    return replace(
        document, statements=tuple(one if clause is None else replace(one, actions=clause) for one, clause in pairs)
    )


def _misfit(levels: Sequence[_Level], *, limit: int, documents: int) -> Misfit:
    shortest = levels[-1][1]
    size = len(render_compact(shortest))
    whole = f"the document takes {size:,} characters, {size - limit:,} more than {limit:,}"
    first = min(max(documents + 1, _least(levels, limit)), _MOST_DOCUMENTS)
    for count in range(first, _MOST_DOCUMENTS + 1):
        fitted = _fitted(levels, limit=limit, count=count)
        if fitted is not None:
            number = len(fitted.texts)
            return Misfit(f"{whole}: it would take {number} documents, not {documents}", None, number)
        found = packed(shortest, limit=limit, count=count)
        if isinstance(found, Unpacked) and found.statement is not None:
            return Misfit(_too_long(found.statement, found.excess, limit), found.statement.index, None)
    return Misfit(f"{whole}: more than {_MOST_DOCUMENTS} documents would not hold it", None, None)


def _too_long(statement: Statement, excess: int, limit: int) -> str:
    name = f"Statement[{statement.index}]" + (f" ({statement.sid})" if statement.sid else "")
    if statement.actions.negated:
        return f"{name} is {excess:,} characters too long for a document of {limit:,}, and a NotAction cannot be split"
    if len(statement.actions.patterns) == 1:
        return f"{name} is {excess:,} characters too long for a document of {limit:,}, with one action pattern"
    return f"{name} is {excess:,} characters too long for a document of {limit:,}, even with one of its actions"
