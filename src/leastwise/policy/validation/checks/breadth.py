"""Statements that are wider than most are meant to be."""

from collections.abc import Iterator
from typing import Final

from leastwise.policy.document.grammar import DocumentKind
from leastwise.policy.document.model import Effect, Statement
from leastwise.policy.validation.checks.subject import Check, Fault, Subject
from leastwise.policy.validation.notices import Severity

__all__ = ["CHECKS"]

_ALL_ACTIONS: Final = ("*", "*:*")
_PASSED_TO: Final = "iam:passedtoservice"
_ROLES: Final = ("*", "arn:aws:iam::*:role/*", "arn:*:iam::*:role/*")


def _allows(subject: Subject) -> Iterator[Statement]:
    return (one for one in subject.statements if one.effect is Effect.ALLOW)


def _is_everything(statement: Statement) -> bool:
    return (
        not statement.actions.negated
        and any(pattern in _ALL_ACTIONS for pattern in statement.actions.patterns)
        and statement.is_unconditional
    )


def _everything(subject: Subject) -> Iterator[Fault]:
    for statement in _allows(subject):
        if _is_everything(statement) and subject.kind is DocumentKind.IDENTITY:
            yield Fault(subject.path(statement), "allows every action on every resource")


def _not_action(subject: Subject) -> Iterator[Fault]:
    for statement in _allows(subject):
        if statement.actions.negated:
            message = "Allow with NotAction allows all other actions, those that AWS has yet to invent included"
            yield Fault(subject.path(statement, "NotAction"), message, at_key=True)


def _not_resource(subject: Subject) -> Iterator[Fault]:
    for statement in _allows(subject):
        if statement.resources is not None and statement.resources.negated:
            message = "Allow with NotResource allows all other resources"
            yield Fault(subject.path(statement, "NotResource"), message, at_key=True)


def _not_principal(subject: Subject) -> Iterator[Fault]:
    for statement in _allows(subject):
        if statement.principals is not None and statement.principals.negated:
            message = "Allow with NotPrincipal allows everyone else, anonymous callers included"
            yield Fault(subject.path(statement, "NotPrincipal"), message, at_key=True)


def _anyone(subject: Subject) -> Iterator[Fault]:
    for statement in _allows(subject):
        clause = statement.principals
        if clause is None or clause.negated or statement.conditions:
            continue
        if any("*" in values and kind in ("*", "AWS") for kind, values in clause.entries):
            message = "allows anyone in any account, and no condition narrows it"
            yield Fault(subject.path(statement, "Principal"), message)


def _pass_role(subject: Subject) -> Iterator[Fault]:
    for statement in _allows(subject):
        if statement.resources is None or statement.resources.negated or _is_everything(statement):
            continue
        place = next((place for place, one in enumerate(statement.resources.patterns) if one in _ROLES), None)
        narrowed = any(one.key.lower() == _PASSED_TO for one in statement.conditions)
        if place is not None and not narrowed and "iam:PassRole" in subject.actions(statement):
            message = "iam:PassRole on every role: name the roles, or add a condition on iam:PassedToService"
            yield Fault(subject.path(statement, "Resource", place), message)


def _no_version(subject: Subject) -> Iterator[Fault]:
    if subject.document.version is None:
        yield Fault((), "no Version: IAM reads it as 2008-10-17, which has no policy variables")


CHECKS: Final = (
    Check("allow-everything", Severity.SUGGESTION, "", _everything),
    Check("allow-with-not-action", Severity.SUGGESTION, "", _not_action),
    Check("allow-with-not-resource", Severity.SUGGESTION, "", _not_resource),
    Check("allow-with-not-principal", Severity.SUGGESTION, "Allow with NotPrincipal", _not_principal),
    Check("wildcard-principal", Severity.SUGGESTION, "", _anyone),
    Check("pass-role-with-star-in-resource", Severity.SUGGESTION, "Pass role with star in resource", _pass_role),
    Check("missing-version", Severity.SUGGESTION, "Missing version", _no_version),
)
"""The checks of this module."""
