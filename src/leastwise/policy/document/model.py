"""A parsed policy document: what it says, where it says it, and its raw text."""

from enum import StrEnum

from msgspec import Struct

__all__ = [
    "ActionClause",
    "Condition",
    "Document",
    "DuplicateKey",
    "Effect",
    "Position",
    "PrincipalClause",
    "ResourceClause",
    "Statement",
]


class Effect(StrEnum):
    """What a statement does."""

    ALLOW = "Allow"
    DENY = "Deny"


class Position(Struct, frozen=True):
    """Where a piece stands in the raw text of its document."""

    start: int
    """Offset of its first character."""
    end: int
    """Offset behind its last character."""
    line: int
    """Line of its first character, from 1."""
    column: int
    """Column of its first character, from 1, in characters."""


class ActionClause(Struct, frozen=True):
    """The Action or NotAction element."""

    patterns: tuple[str, ...]
    """The patterns as written, in order; one for a lone string."""
    negated: bool
    """True for NotAction."""


class ResourceClause(Struct, frozen=True):
    """The Resource or NotResource element."""

    patterns: tuple[str, ...]
    """The patterns as written, in order."""
    negated: bool
    """True for NotResource."""

    @property
    def is_everything(self) -> bool:
        """Whether it is `Resource` with a pattern of stars alone."""
        return not self.negated and any(pattern.strip("*") == "" and pattern for pattern in self.patterns)


class PrincipalClause(Struct, frozen=True):
    """The Principal or NotPrincipal element of a resource or trust policy."""

    entries: tuple[tuple[str, tuple[str, ...]], ...]
    """(type, values) as written, e.g. ("AWS", ("*",)); a lone `"*"` is ("*", ("*",))."""
    negated: bool
    """True for NotPrincipal."""


class Condition(Struct, frozen=True):
    """One operator and key of the Condition element."""

    operator: str
    """As written, e.g. `StringEquals` or `ForAllValues:StringLike`."""
    key: str
    """As written, e.g. `aws:SourceIp`."""
    values: tuple[str, ...]
    """The values as text: `true` and `false` for booleans, numbers as written."""


class Statement(Struct, frozen=True):
    """One statement of a document."""

    index: int
    """Its place in the document, from 0."""
    sid: str | None
    """Its Sid; None if it has none."""
    effect: Effect
    """Allow or Deny."""
    actions: ActionClause
    """What it is about."""
    resources: ResourceClause | None
    """On what; None in a trust policy, which has no Resource."""
    conditions: tuple[Condition, ...]
    """When; empty if always."""
    principals: PrincipalClause | None
    """For whom; None in an identity policy."""
    position: Position
    """Where it stands in the document's text."""

    @property
    def is_unconditional(self) -> bool:
        """Whether it holds for every request for its actions: no condition, and every resource."""
        return not self.conditions and (self.resources is None or self.resources.is_everything)


class DuplicateKey(Struct, frozen=True):
    """A key that an object of the document has twice; IAM reads the last, people often read the first."""

    path: str
    """Where, e.g. `Statement[0].Condition`."""
    key: str
    """The key."""


class Document(Struct, frozen=True):
    """A policy document that IAM would accept."""

    text: str
    """The raw text, to the character."""
    version: str | None
    """`2012-10-17`, `2008-10-17`, or None if it says none (which IAM reads as 2008-10-17)."""
    id: str | None
    """The document's Id; None if it has none."""
    statements: tuple[Statement, ...]
    """The statements in order."""
    duplicates: tuple[DuplicateKey, ...]
    """Keys written twice."""

    def quote(self, statement: Statement) -> str:
        """The statement's own text, to the character."""
        return self.text[statement.position.start : statement.position.end]
