"""Operators that do not fit the type of their key, or the number of its values."""

from collections.abc import Iterator
from typing import Final

from leastwise.catalog import ConditionKey, KeyType
from leastwise.policy.document.model import Condition, Effect, Statement
from leastwise.policy.document.operators import Family, Operator, Quantifier
from leastwise.policy.validation.checks.known_keys import KnownKeys
from leastwise.policy.validation.checks.subject import Check, Fault, Subject, shown
from leastwise.policy.validation.notices import Severity

__all__ = ["CHECKS"]

_FITTING: Final = {
    KeyType.STRING: {Family.STRING, Family.ARN},
    KeyType.ARN: {Family.STRING, Family.ARN},
    KeyType.BOOL: {Family.BOOL, Family.STRING},
    KeyType.NUMERIC: {Family.NUMERIC},
    KeyType.DATE: {Family.DATE},
    KeyType.IP_ADDRESS: {Family.IP_ADDRESS},
    KeyType.BINARY: {Family.BINARY},
    KeyType.UNKNOWN: set(Family),
}
"""The operators that fit a key of each type (IAM User Guide, "Condition operators"); beside those of its name, ARN
operators compare a text that happens to be an ARN, and string operators `true` and `false`."""
_EPOCH: Final = "aws:epochtime"
"""Works with numbers as well as with dates (IAM User Guide, "AWS global condition context keys")."""

_SINGLE_TOO: Final = ("events:source", "events:detail-type")
"""Listed as lists, as PutRule has them, and compared without a qualifier nonetheless (Amazon EventBridge User Guide,
"Using IAM policy conditions", its examples)."""

_Found = tuple[Statement, Condition, Operator, ConditionKey]


def _known(subject: Subject) -> Iterator[_Found]:
    known = KnownKeys(subject)
    for statement, one, operator in subject.conditions():
        key = known.find(statement, one.key)
        if key is not None and operator.family is not Family.NULL:
            yield statement, one, operator, key


def _unfitting(subject: Subject) -> Iterator[Fault]:
    for statement, one, operator, key in _known(subject):
        if operator.family in _FITTING[key.type] or (one.key.lower() == _EPOCH and operator.family is Family.NUMERIC):
            continue
        path = subject.path(statement, "Condition", one.operator, one.key)
        message = f"{shown(one.key)} has values of type {key.type}, which {one.operator} does not compare"
        yield Fault(path, message, at_key=True)


def _for_all_with_single(subject: Subject) -> Iterator[Fault]:
    for statement, one, operator, key in _known(subject):
        if operator.quantifier is Quantifier.ALL and not key.is_multivalued:
            path = subject.path(statement, "Condition", one.operator, one.key)
            message = f"{shown(one.key)} has one value, and ForAllValues holds also where the request has none"
            yield Fault(path, message, at_key=True)


def _for_any_with_single(subject: Subject) -> Iterator[Fault]:
    for statement, one, operator, key in _known(subject):
        if operator.quantifier is Quantifier.ANY and not key.is_multivalued:
            path = subject.path(statement, "Condition", one.operator, one.key)
            yield Fault(path, f"{shown(one.key)} has one value, for which ForAnyValue is not meant", at_key=True)


def _without_qualifier(subject: Subject) -> Iterator[Fault]:
    for statement, one, operator, key in _known(subject):
        if key.is_multivalued and operator.quantifier is Quantifier.ONE and one.key.lower() not in _SINGLE_TOO:
            path = subject.path(statement, "Condition", one.operator, one.key)
            message = f"{shown(one.key)} may have several values, which need ForAnyValue or ForAllValues"
            yield Fault(path, message, at_key=True)


def _without_null_check(subject: Subject) -> Iterator[Fault]:
    single = {id(one) for _, one, _, key in _known(subject) if not key.is_multivalued}
    for statement, one, operator in subject.conditions():
        if (
            statement.effect is not Effect.ALLOW
            or operator.quantifier is not Quantifier.ALL
            or operator.family is Family.NULL
        ):
            continue
        if id(one) not in single and one.key.lower() not in _present_keys(subject, statement):
            path = subject.path(statement, "Condition", one.operator, one.key)
            message = f"allows requests without {shown(one.key)} too, since no Null check of it stands beside"
            yield Fault(path, message, at_key=True)


def _present_keys(subject: Subject, statement: Statement) -> set[str]:
    """The keys, in lower case, that a request must hold for the statement to hold, as far as it can be seen."""
    return {one.key.lower() for _, one, operator in subject.conditions_of(statement) if _needs_key(one, operator)}


def _needs_key(condition: Condition, operator: Operator) -> bool:
    if operator.family is Family.NULL:
        return [value.lower() for value in condition.values] == ["false"]
    if operator.quantifier is Quantifier.ANY:
        return not operator.if_exists
    return operator.quantifier is Quantifier.ONE and not operator.if_exists and not operator.is_negated


CHECKS: Final = (
    Check("type-mismatch", Severity.WARNING, "Type mismatch", _unfitting),
    Check(
        "forallvalues-with-single-valued-key",
        Severity.WARNING,
        "ForAllValues with single valued key",
        _for_all_with_single,
    ),
    Check("foranyvalue-with-single-valued-key", Severity.SUGGESTION, "", _for_any_with_single),
    Check("missing-qualifier", Severity.WARNING, "Missing qualifier", _without_qualifier),
    Check("forallvalues-without-null-check", Severity.SUGGESTION, "", _without_null_check),
)
"""The checks of this module."""
