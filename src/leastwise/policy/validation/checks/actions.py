"""Action patterns that match nothing that the catalog knows."""

from collections.abc import Iterator
from functools import partial
from typing import Final

from leastwise.policy.document.model import Statement
from leastwise.policy.validation.checks.guess import Guesses
from leastwise.policy.validation.checks.subject import Check, Fault, Subject, shown
from leastwise.policy.validation.notices import Severity

__all__ = ["CHECKS"]


def _unknown_services(subject: Subject) -> Iterator[Fault]:
    guesses = Guesses()
    for statement, place, pattern in subject.unknown:
        namespace = pattern.partition(":")[0]
        if subject.catalog.service(namespace) is None:
            guess = guesses.of(namespace, "services", lambda: [one.namespace for one in subject.catalog.services])
            yield _fault(subject, statement, place, f"unknown service {shown(namespace)}{guess}")


def _unknown_actions(subject: Subject) -> Iterator[Fault]:
    guesses = Guesses()
    for statement, place, pattern in subject.unknown:
        service = subject.catalog.service(pattern.partition(":")[0])
        if service is not None and not _has_wildcard(pattern):
            guess = guesses.of(pattern, service.namespace, partial(_names, subject, service.mask))
            yield _fault(subject, statement, place, f"unknown action {shown(pattern)}{guess}")


def _patterns_without_match(subject: Subject) -> Iterator[Fault]:
    for statement, place, pattern in subject.unknown:
        if subject.catalog.service(pattern.partition(":")[0]) is not None and _has_wildcard(pattern):
            yield _fault(subject, statement, place, f"no known action matches {shown(pattern)}")


def _names(subject: Subject, mask: int) -> list[str]:
    return [action.text for action in subject.catalog.actions(mask)]


def _fault(subject: Subject, statement: Statement, place: int, message: str) -> Fault:
    name = "NotAction" if statement.actions.negated else "Action"
    return Fault(subject.path(statement, name, place), message)


def _has_wildcard(pattern: str) -> bool:
    return "*" in pattern or "?" in pattern


CHECKS: Final = (
    Check("unknown-service", Severity.WARNING, "Invalid service in action", _unknown_services),
    Check("unknown-action", Severity.WARNING, "Invalid action", _unknown_actions),
    Check("pattern-without-match", Severity.WARNING, "Invalid action", _patterns_without_match),
)
"""The checks of this module."""
