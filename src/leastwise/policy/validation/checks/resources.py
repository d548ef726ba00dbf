"""Resources that no action of their statement takes, and actions that take none of their statement's resources."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from leastwise.catalog import Action
from leastwise.policy.document.model import Statement
from leastwise.policy.document.variables import pieces
from leastwise.policy.validation.checks.arn_forms import may_match
from leastwise.policy.validation.checks.subject import Check, Fault, Subject, shown
from leastwise.policy.validation.notices import Severity

__all__ = ["CHECKS"]

_MOST: Final = 20_000
"""Pairs of a resource and an ARN format that are compared in one document; nothing is said of what is beyond."""


class _Survey(NamedTuple):
    statement: Statement
    formats: dict[Action, frozenset[str]]
    """The ARN formats that each action takes."""
    dead: list[int]
    """The places of the resources that match no ARN of any of them."""
    alive: frozenset[str]
    """The formats of which some resource matches an ARN."""


def _surveys(subject: Subject) -> Iterator[_Survey]:
    budget = _MOST
    for statement in subject.statements:
        formats = _formats(subject, statement)
        if formats is None or statement.resources is None:
            continue
        distinct = frozenset().union(*formats.values())
        budget -= len(distinct) * len(statement.resources.patterns)
        if budget < 0:
            return
        yield _survey(subject, statement, formats, distinct)


def _formats(subject: Subject, statement: Statement) -> dict[Action, frozenset[str]] | None:
    """The ARN formats of each action; None if something is not known, or the resources are everything or all but."""
    resources = statement.resources
    if resources is None or resources.negated or resources.is_everything:
        return None
    found: dict[Action, frozenset[str]] = {}
    for action in subject.known(statement) or ():
        types = subject.catalog.resource_types(action)
        if types is None:
            return None
        found[action] = frozenset(one.arn_format for one in types)
    return found or None


def _survey(
    subject: Subject, statement: Statement, formats: dict[Action, frozenset[str]], distinct: frozenset[str]
) -> _Survey:
    alive: set[str] = set()
    dead: list[int] = []
    for place, text in enumerate(statement.resources.patterns if statement.resources else ()):
        pattern = _pattern(subject, text)
        matched = {one for one in distinct if may_match(pattern, one)}
        alive |= matched
        dead += [] if matched else [place]
    return _Survey(statement, formats, dead, frozenset(alive))


def _pattern(subject: Subject, text: str) -> str:
    if not subject.has_variables:
        return text
    return "".join(piece if isinstance(piece, str) else "*" for piece in pieces(text))


def _mismatches(subject: Subject) -> Iterator[Fault]:
    for survey in _surveys(subject):
        resources = survey.statement.resources
        takes_any = any(survey.formats.values())
        for place in survey.dead if resources else ():
            path = subject.path(survey.statement, "Resource", place)
            if not takes_any:
                yield Fault(path, "the statement's actions take no resource but *, so that it never applies")
            elif resources is not None:
                yield Fault(
                    path, f"no action of the statement takes a resource like {shown(resources.patterns[place])}"
                )


def _idle_actions(subject: Subject) -> Iterator[Fault]:
    for survey in _surveys(subject):
        if not survey.alive:
            # Each of its resources is said to be wrong already.
            continue
        for place, pattern in enumerate(survey.statement.actions.patterns):
            actions = subject.catalog.actions(subject.catalog.expand(pattern).mask)
            if not any(survey.formats[action] & survey.alive for action in actions):
                takes_any = any(survey.formats[action] for action in actions)
                takes = "takes none of the statement's resources" if takes_any else "takes no resource but *"
                message = f"{shown(pattern)} {takes}, so that it is never {_done(survey.statement)} here"
                yield Fault(subject.path(survey.statement, "Action", place), message)


def _done(statement: Statement) -> str:
    return "allowed" if statement.effect == "Allow" else "denied"


CHECKS: Final = (
    Check("resource-mismatch", Severity.WARNING, "Invalid ARN resource", _mismatches),
    Check("action-without-resource", Severity.WARNING, "", _idle_actions),
)
"""The checks of this module."""
