"""Patterns that another one of their list makes superfluous."""

from collections.abc import Iterator
from typing import Final

from leastwise.policy.validation.checks.subject import Check, Fault, Subject, shown
from leastwise.policy.validation.checks.within import patterns_within
from leastwise.policy.validation.notices import Severity

__all__ = ["CHECKS"]


def _actions(subject: Subject) -> Iterator[Fault]:
    for statement in subject.statements:
        name = "NotAction" if statement.actions.negated else "Action"
        folded = [pattern.lower() for pattern in statement.actions.patterns]
        for place, cover in patterns_within(folded):
            yield Fault(subject.path(statement, name, place), _said(statement.actions.patterns, place, cover))


def _resources(subject: Subject) -> Iterator[Fault]:
    for statement in subject.statements:
        if statement.resources is not None:
            name = "NotResource" if statement.resources.negated else "Resource"
            for place, cover in patterns_within(statement.resources.patterns):
                yield Fault(subject.path(statement, name, place), _said(statement.resources.patterns, place, cover))


def _said(patterns: tuple[str, ...], place: int, cover: int) -> str:
    return f"{shown(patterns[place])} adds nothing to {shown(patterns[cover])} in the same list"


CHECKS: Final = (
    Check("redundant-action", Severity.SUGGESTION, "Redundant action", _actions),
    Check("redundant-resource", Severity.SUGGESTION, "Redundant resource", _resources),
)
"""The checks of this module."""
