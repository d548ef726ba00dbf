"""Policy variables that are not what they look like."""

import re
from collections.abc import Iterator
from typing import Final

from leastwise.policy.document.json_text import Path
from leastwise.policy.document.model import Statement
from leastwise.policy.document.operators import Family
from leastwise.policy.document.variables import Variable, pieces
from leastwise.policy.validation.checks.known_keys import KnownKeys
from leastwise.policy.validation.checks.subject import Check, Fault, Subject, shown
from leastwise.policy.validation.notices import Severity

__all__ = ["CHECKS"]

_OF_FORM: Final = "Missing brace in variable; Missing quote in variable; Unsupported space in variable; Empty variable"
_OPENING: Final = re.compile(r"\$\{([^{}]*)(\}?)")
_SPECIAL: Final = ("*", "?", "$")
_DEFAULT: Final = re.compile(r"[^',]*(?:,\s*'[^']*'\s*)?")


def _texts(subject: Subject) -> Iterator[tuple[Statement, Path, str]]:
    """The texts that may hold variables: resources, and values that are compared as texts or ARNs."""
    if "${" not in subject.document.text and "\\u" not in subject.document.text:
        return
    for statement in subject.statements:
        if statement.resources is not None:
            name = "NotResource" if statement.resources.negated else "Resource"
            for place, pattern in enumerate(statement.resources.patterns):
                yield statement, subject.path(statement, name, place), pattern
        for _, one, operator in subject.conditions_of(statement):
            if operator.family in (Family.STRING, Family.ARN):
                for place, value in enumerate(one.values):
                    yield statement, subject.path(statement, "Condition", one.operator, one.key, place), value


def _in_old_version(subject: Subject) -> Iterator[Fault]:
    if subject.has_variables:
        return
    for _, path, text in _texts(subject):
        found = next((piece for piece in pieces(text) if isinstance(piece, Variable) and ":" in piece.key), None)
        if found is not None:
            message = f"${{{found.key}}} is plain text: only Version 2012-10-17 has variables"
            yield Fault(path, message)


def _malformed(subject: Subject) -> Iterator[Fault]:
    if not subject.has_variables:
        return
    for _, path, text in _texts(subject):
        problem = next((found for found in map(_problem, _OPENING.finditer(text)) if found), "")
        if problem:
            yield Fault(path, f"{problem} in {shown(text)}")


def _problem(opening: re.Match[str]) -> str:
    name, closing = opening[1], opening[2]
    if not closing:
        return "a variable without its closing brace"
    if not name.strip():
        return "a variable without a name"
    if name in _SPECIAL:
        return ""
    if not _DEFAULT.fullmatch(name):
        return "a variable whose default value is not in single quotes"
    key = name.partition(",")[0]
    return "a variable with a space in its name" if key != key.strip() else ""


def _unknown(subject: Subject) -> Iterator[Fault]:
    known = KnownKeys(subject)
    for statement, path, text in _texts(subject) if subject.has_variables else ():
        for piece in pieces(text):
            problem = _key_problem(known, statement, piece.key) if isinstance(piece, Variable) else ""
            if problem:
                yield Fault(path, problem)
                break


def _key_problem(known: KnownKeys, statement: Statement, name: str) -> str:
    key = known.find(statement, name)
    if key is not None:
        several = "has several values and cannot be a variable (IAM User Guide, Variables and tags)"
        return f"{shown(name)} {several}" if key.is_multivalued else ""
    if ":" not in name:
        return f"no variable: {shown(name)} is no condition key"
    return f"no variable: unknown condition key {shown(name)}" if known.are_known(name.partition(":")[0]) else ""


CHECKS: Final = (
    Check("variable-unsupported-in-version", Severity.WARNING, "Variable unsupported in version", _in_old_version),
    Check("malformed-variable", Severity.WARNING, _OF_FORM, _malformed),
    Check("unknown-variable", Severity.WARNING, "", _unknown),
)
"""The checks of this module."""
