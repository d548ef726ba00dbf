"""Values of conditions that their operator cannot compare."""

import re
from collections.abc import Callable, Iterator
from ipaddress import ip_network
from typing import Final

from leastwise.policy.document.operators import Family, Operator
from leastwise.policy.validation.checks.subject import Check, Fault, Subject, shown
from leastwise.policy.validation.notices import Severity

__all__ = ["CHECKS"]

_NUMBER: Final = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?")
_DATE: Final = re.compile(
    r"\d{4}(?:-\d\d(?:-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?)?)?|[+-]?\d+(?:\.\d+)?"
)
"""The forms of ISO 8601 that W3C's note on date and time lists, with a zone or without, or seconds since 1970 (IAM User
Guide, "Condition operators", Date)."""
_BASE64: Final = re.compile(r"[A-Za-z0-9+/_-]*={0,2}")
_ARN: Final = re.compile(r"(?:arn|[*?]|\$\{)", re.IGNORECASE)
_VARIABLE: Final = re.compile(r"\$\{[^{}]*\}")


def _is_network(value: str) -> bool:
    try:
        ip_network(value, strict=False)
    except ValueError:
        return False
    return True


def _is_boolean(value: str) -> bool:
    return value.lower() in ("true", "false")


_FITS: Final[dict[Family, tuple[Callable[[str], object], str]]] = {
    Family.NUMERIC: (_NUMBER.fullmatch, "a number"),
    Family.DATE: (_DATE.fullmatch, "a date such as 2026-01-31T00:00:00Z, nor seconds since 1970"),
    Family.BOOL: (_is_boolean, "true or false"),
    Family.NULL: (_is_boolean, "true or false"),
    Family.IP_ADDRESS: (_is_network, "an address or a range such as 203.0.113.0/24"),
    Family.BINARY: (_BASE64.fullmatch, "base64"),
    Family.ARN: (_ARN.match, "an ARN"),
}
"""By what an operator compares: whether a value is such a thing, and what it is called."""


def _mismatches(family: Family) -> Callable[[Subject], Iterator[Fault]]:
    fits, wanted = _FITS[family]

    def find(subject: Subject) -> Iterator[Fault]:
        for statement, one, operator in subject.conditions():
            if operator.family is not family:
                continue
            for place, value in enumerate(one.values):
                # Variables stand only for texts and ARNs, so that elsewhere they are no value either.
                if not fits(value):
                    path = subject.path(statement, "Condition", one.operator, one.key, place)
                    yield Fault(path, f"{one.operator} cannot compare {shown(value)}, which is not {wanted}")

    return find


def _wildcards(subject: Subject) -> Iterator[Fault]:
    for statement, one, operator in subject.conditions():
        if operator.family is not Family.STRING or operator.has_wildcards:
            continue
        for place, value in enumerate(one.values):
            plain = _VARIABLE.sub("", value) if subject.has_variables else value
            letter = next((found for found in plain if found in "*?"), "")
            if letter:
                path = subject.path(statement, "Condition", one.operator, one.key, place)
                yield Fault(path, f"{letter} is no wildcard for {one.operator}: {_like(operator)} has them")


def _like(operator: Operator) -> str:
    return "StringNotLike" if operator.is_negated else "StringLike"


def _null_if_exists(subject: Subject) -> Iterator[Fault]:
    for statement, one, operator in subject.conditions():
        if operator.family is Family.NULL and operator.if_exists:
            path = subject.path(statement, "Condition", one.operator)
            yield Fault(path, "Null asks whether a key exists, so that IfExists contradicts it", at_key=True)


CHECKS: Final = (
    Check("type-mismatch-number", Severity.WARNING, "Type mismatch number", _mismatches(Family.NUMERIC)),
    Check("type-mismatch-date", Severity.WARNING, "Type mismatch date", _mismatches(Family.DATE)),
    Check("type-mismatch-boolean", Severity.WARNING, "Type mismatch Boolean", _mismatches(Family.BOOL)),
    Check("type-mismatch-null", Severity.WARNING, "Type mismatch Boolean", _mismatches(Family.NULL)),
    Check("type-mismatch-ip-range", Severity.WARNING, "Type mismatch IP range", _mismatches(Family.IP_ADDRESS)),
    Check("type-mismatch-binary", Severity.WARNING, "", _mismatches(Family.BINARY)),
    Check("type-mismatch-arn", Severity.WARNING, "Invalid ARN prefix", _mismatches(Family.ARN)),
    Check("wildcard-without-like-operator", Severity.WARNING, "Wildcard without like operator", _wildcards),
    Check("null-with-if-exists", Severity.WARNING, "Null with if exists", _null_if_exists),
)
"""The checks of this module."""
