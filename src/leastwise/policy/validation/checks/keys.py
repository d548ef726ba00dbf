"""Keys of JSON objects that stand twice, and objects and lists that say nothing."""

import re
from collections.abc import Iterator
from typing import Final

from leastwise.policy.document.json_text import JsonText, Member
from leastwise.policy.document.model import Statement
from leastwise.policy.validation.checks.subject import Check, Fault, Subject
from leastwise.policy.validation.notices import Severity

__all__ = ["CHECKS"]

_EMPTY: Final = re.compile(r"\{\s*\}")


def _twice(subject: Subject) -> Iterator[Fault]:
    if subject.document.duplicates:
        for path in subject.places.repeated():
            yield Fault(path, f"the key {path[-1]!r} stands twice, and only this one counts", at_key=True)


def _twice_in_other_case(subject: Subject) -> Iterator[Fault]:
    for statement in subject.statements:
        operators: dict[str, str] = {}
        keys: dict[tuple[str, str], str] = {}
        for one in statement.conditions:
            path = subject.path(statement, "Condition", one.operator)
            first = operators.setdefault(one.operator.lower(), one.operator)
            if first != one.operator and keys.get((one.operator, "")) is None:
                keys[one.operator, ""] = one.operator
                yield Fault(path, f"the operator stands as {first!r} too", at_key=True)
            first = keys.setdefault((one.operator, one.key.lower()), one.key)
            if first != one.key:
                yield Fault((*path, one.key), f"the key stands as {first!r} too", at_key=True)


def _empty_objects(subject: Subject) -> Iterator[Fault]:
    text = subject.document.text
    for statement in subject.statements:
        if _EMPTY.search(text, statement.position.start, statement.position.end):
            yield from _empty_in(subject, statement)


def _empty_in(subject: Subject, statement: Statement) -> Iterator[Fault]:
    reader = JsonText(subject.document.text)
    for name, member in _members(reader, statement.position.start):
        if name != "Condition":
            continue
        operators = _members(reader, member.start)
        if not operators:
            yield Fault(subject.path(statement, name), "an empty Condition tests nothing")
        for operator, tests in operators:
            if not _members(reader, tests.start):
                yield Fault(subject.path(statement, name, operator), "an operator without keys tests nothing")


def _members(reader: JsonText, start: int) -> list[tuple[str, Member]]:
    # Of a key that stands twice, the last counts.
    return list({member.key: member for member in reader.members(start)[0]}.items())


def _empty_lists(subject: Subject) -> Iterator[Fault]:
    for statement in subject.statements:
        for one in statement.conditions:
            if not one.values:
                path = subject.path(statement, "Condition", one.operator, one.key)
                yield Fault(path, "a list without values: no value of a request is in it")


CHECKS: Final = (
    Check("duplicate-key", Severity.WARNING, "", _twice),
    Check(
        "duplicate-keys-with-different-case",
        Severity.WARNING,
        "Duplicate keys with different case",
        _twice_in_other_case,
    ),
    Check("empty-array-condition", Severity.WARNING, "Empty array condition", _empty_lists),
    Check("empty-object-condition", Severity.SUGGESTION, "Empty object condition", _empty_objects),
)
"""The checks of this module."""
