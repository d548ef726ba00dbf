"""Conditions in normal form: one positive test each, and whether it holds, so that opposites can be seen."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Final, NamedTuple

from leastwise.policy.document.model import Condition, PrincipalClause, Statement
from leastwise.policy.document.operators import OPERATOR_NAMES, Family, Quantifier, operator_named
from leastwise.policy.document.variables import quoted, unquoted
from leastwise.policy.evaluation.principal import account_of_root
from leastwise.policy.sets.language import canonical

__all__ = ["ANYONE", "PATTERNS", "Literal", "Literals", "Predicate", "literal_text", "literals_of", "negated"]

_CACHED: Final = 4096
"""Conditions whose normal form is kept."""
_LONGEST: Final = 2000
"""Characters of the values of tests that are worth keeping anything about."""

PATTERNS: Final = frozenset({"stringequals", "stringlike", "arnlike", "bool", "binaryequals"})
"""The operators whose values are kept as patterns, so that sets of them can be reckoned with."""


ANYONE: Final = "AWS:*"
"""The value of a principal's test that says yes to every caller, of whatever kind."""


class Predicate(NamedTuple):
    """A test that says yes where the request's value is one of some values."""

    operator: str
    """In lower case, and positive: `stringequals` for StringNotEquals too. `as-written:...` where it is kept whole."""
    quantifier: Quantifier
    """How many values must pass."""
    key: str
    """In lower case; empty for the Principal element."""
    values: frozenset[str]
    """The values; for `PATTERNS` as canonical patterns."""
    if_exists: bool
    """Whether it also says yes where the key is missing (never set for ALL, which always does)."""


class Literal(NamedTuple):
    """A test and what it must say."""

    test: Predicate
    """The test."""
    holds: bool
    """Whether it must say yes."""


Literals = frozenset[Literal]
"""All of which must be so."""

_FOLDED: Final = frozenset({"bool", "stringequalsignorecase"})
_WILD: Final = frozenset({"stringlike", "arnlike"})


def negated(literal: Literal) -> Literal:
    """The literal that is so exactly where this one is not."""
    return Literal(literal.test, not literal.holds)


def literal_text(literal: Literal) -> str:
    """The literal in words, e.g. `aws:sourceip: IpAddress 10.0.0.0/8`, or `not (...)` where the test must say no.

    >>> from leastwise.policy.document.model import Condition
    >>> literal_text(_literal(Condition("StringNotLike", "s3:prefix", ("a*", "b")), False))
    'not (s3:prefix: StringLike a* or b)'
    """
    test = literal.test
    if test.operator == "null":
        return f"{test.key} is {'missing' if literal.holds else 'there'}"
    name = OPERATOR_NAMES.get(test.operator, test.operator)
    prefix = {Quantifier.ONE: "", Quantifier.ANY: "ForAnyValue:", Quantifier.ALL: "ForAllValues:"}[test.quantifier]
    values = " or ".join(sorted(map(unquoted, test.values))) or "no value"
    text = f"{test.key or 'principal'}: {prefix}{name}{'IfExists' if test.if_exists else ''} {values}"
    return text if literal.holds else f"not ({text})"


def literals_of(statement: Statement, *, variables: bool) -> Literals:
    """What a statement demands of a request besides action and resource; `variables` if its document has variables."""
    found = [
        _kept_literal(condition, variables) if are_short(condition.values) else _literal(condition, variables)
        for condition in statement.conditions
    ]
    if statement.principals is not None:
        found.append(_principal(statement.principals))
    return frozenset(found)


def are_short(*values: Iterable[str]) -> bool:
    """Whether values of tests are so short that what was found out about them may be kept."""
    return sum(len(value) for some in values for value in some) <= _LONGEST


@lru_cache(_CACHED)
def _kept_literal(condition: Condition, variables: bool) -> Literal:  # noqa: FBT001 - lru_cache keeps positional calls apart
    return _literal(condition, variables)


def _literal(condition: Condition, variables: bool) -> Literal:  # noqa: FBT001 - as `_kept_literal`
    operator = operator_named(condition.operator)
    key = condition.key.lower()
    if operator is None:
        return _as_written(condition, variables)
    quantifier, if_exists = operator.quantifier, operator.if_exists
    if operator.family is Family.NULL:
        return _null(condition, quantifier, key) or _as_written(condition, variables)
    if operator.is_negated:
        # "No value is any of these" is the opposite of "some value is one of these", and the other way round.
        opposite = {Quantifier.ALL: Quantifier.ANY, Quantifier.ANY: Quantifier.ALL, Quantifier.ONE: Quantifier.ONE}
        if quantifier is Quantifier.ANY and if_exists:
            return _as_written(condition, variables)
        quantifier, if_exists = opposite[quantifier], False
    if variables and _has_variable(condition):
        return _as_written(condition, variables)
    values = (value.lower() if operator.positive in _FOLDED else value for value in condition.values)
    if operator.positive in PATTERNS:
        values = (canonical(value) if operator.positive in _WILD else quoted(value) for value in values)
    if_exists = if_exists and quantifier is not Quantifier.ALL
    return Literal(Predicate(operator.positive, quantifier, key, frozenset(values), if_exists), not operator.is_negated)


def _null(condition: Condition, quantifier: Quantifier, key: str) -> Literal | None:
    values = {value.lower() for value in condition.values}
    if quantifier is not Quantifier.ONE or len(values) != 1 or not values <= {"true", "false"}:
        return None
    return Literal(Predicate("null", Quantifier.ONE, key, frozenset(), False), values == {"true"})


def _as_written(condition: Condition, variables: bool) -> Literal:  # noqa: FBT001 - as `_kept_literal`
    """A test of which no more is said than that it is the same where it is written the same."""
    operator = f"as-written:{condition.operator.lower()}"
    if variables and _has_variable(condition):
        operator += ":with-variables"
    return Literal(Predicate(operator, Quantifier.ONE, condition.key.lower(), frozenset(condition.values), False), True)


def _has_variable(condition: Condition) -> bool:
    return any("${" in value for value in condition.values)


def _principal(clause: PrincipalClause) -> Literal:
    # NotPrincipal is not quite the opposite of Principal, so nothing is said of the two together.
    entries = frozenset(_entry(kind, value) for kind, values in clause.entries for value in values)
    operator = "as-written:notprincipal" if clause.negated else "principal"
    return Literal(Predicate(operator, Quantifier.ONE, "", entries, False), True)


def _entry(kind: str, value: str) -> str:
    """One spelling for those that mean the same: an account and its root, `"*"` and `{"AWS": "*"}`."""
    return f"{'AWS' if kind == '*' else kind}:{account_of_root(value) or value}"
