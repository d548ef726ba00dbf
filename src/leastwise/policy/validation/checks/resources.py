"""Resources that no action of their statement takes, and actions that take none of their statement's resources.

Of an action without resource types the Service Authorization Reference says: "you must specify all resources (*)". Some
services check such an action against an ARN nonetheless, that of a whole collection (states:ListStateMachines against
`stateMachine:*`, scribd/terraform-aws-datadog#18; logs:DescribeLogGroups against `log-group::log-stream:`,
FormidableLabs/terraform-aws-serverless#49), which AWS's managed policies count on. So a pattern with a wildcard may be
meant, and one without is not.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from leastwise.catalog import Action
from leastwise.policy.document.model import Statement
from leastwise.policy.document.variables import pieces
from leastwise.policy.validation.checks.arn_forms import may_match
from leastwise.policy.validation.checks.subject import SEVERAL_PAGES, Check, Fault, Subject, shown
from leastwise.policy.validation.checks.unlisted import unlisted_formats
from leastwise.policy.validation.notices import Severity

__all__ = ["CHECKS"]

_MOST: Final = 20_000
"""Pairs of a resource and an ARN format that are compared in one document; nothing is said of what is beyond."""


class _Survey(NamedTuple):
    statement: Statement
    patterns: tuple[str, ...]
    """The statement's resources, with `*` in place of variables."""
    formats: dict[Action, frozenset[str]]
    """The ARN formats that each action takes."""
    dead: list[int]
    """The places of the resources that match no ARN of any of them."""
    alive: frozenset[str]
    """The formats of which some resource matches an ARN."""

    @property
    def may_be_collections(self) -> bool:
        """Whether some action has no resource types, and some resource a wildcard that may match a collection."""
        return not all(self.formats.values()) and any(map(_has_wildcard, self.patterns))


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
        yield _survey(statement, _patterns(subject, statement.resources.patterns), formats, distinct)


def _formats(subject: Subject, statement: Statement) -> dict[Action, frozenset[str]] | None:
    """The ARN formats of each action; None if something is not known, or the resources are everything or all but."""
    resources = statement.resources
    if resources is None or resources.negated or resources.is_everything:
        return None
    found: dict[Action, frozenset[str]] = {}
    for action in subject.known(statement) or ():
        types = subject.catalog.resource_types(action)
        if types is None or action.namespace in SEVERAL_PAGES:
            return None
        listed = frozenset(one.arn_format for one in types)
        found[action] = listed | unlisted_formats(action, listed)
    return found or None


def _survey(
    statement: Statement, patterns: tuple[str, ...], formats: dict[Action, frozenset[str]], distinct: frozenset[str]
) -> _Survey:
    alive: set[str] = set()
    dead: list[int] = []
    for place, pattern in enumerate(patterns):
        matched = {one for one in distinct if may_match(pattern, one)}
        alive |= matched
        dead += [] if matched else [place]
    return _Survey(statement, patterns, formats, dead, frozenset(alive))


def _patterns(subject: Subject, texts: tuple[str, ...]) -> tuple[str, ...]:
    if not subject.has_variables:
        return texts
    return tuple("".join(piece if isinstance(piece, str) else "*" for piece in pieces(text)) for text in texts)


def _has_wildcard(pattern: str) -> bool:
    return "*" in pattern or "?" in pattern


def _mismatches(subject: Subject) -> Iterator[Fault]:
    for survey in _surveys(subject):
        if not any(survey.formats.values()):
            # It is the actions that are at fault, each of them.
            continue
        for place in survey.dead:
            if survey.may_be_collections and _has_wildcard(survey.patterns[place]):
                continue
            path = subject.path(survey.statement, "Resource", place)
            text = survey.statement.resources.patterns[place] if survey.statement.resources else ""
            yield Fault(path, f"no action of the statement takes a resource like {shown(text)}")


class _Idle(NamedTuple):
    survey: _Survey
    place: int
    pattern: str
    formats: list[frozenset[str]]
    """What each of its actions takes; none of it is among the statement's resources."""

    @property
    def is_sure(self) -> bool:
        """Whether none of its actions can be one that is checked against a collection."""
        return all(self.formats) or not any(map(_has_wildcard, self.survey.patterns))


def _idle(subject: Subject) -> Iterator[_Idle]:
    """The action patterns that take none of their statement's resources."""
    for survey in _surveys(subject):
        for place, pattern in enumerate(survey.statement.actions.patterns):
            actions = subject.catalog.actions(subject.catalog.expand(pattern).mask)
            formats = [survey.formats[action] for action in actions]
            if not any(one & survey.alive for one in formats):
                yield _Idle(survey, place, pattern, formats)


def _idle_actions(subject: Subject) -> Iterator[Fault]:
    for survey, place, pattern, formats in (one for one in _idle(subject) if one.is_sure):
        if any(formats) and not survey.alive and not survey.may_be_collections:
            # Each of its resources is said to be wrong already.
            continue
        takes = "takes none of the statement's resources" if any(formats) else "takes no resource but *"
        message = f"{shown(pattern)} {takes}, so that it is never {_done(survey.statement)} here"
        yield Fault(subject.path(survey.statement, "Action", place), message)


def _actions_for_everything(subject: Subject) -> Iterator[Fault]:
    for survey, place, pattern, _ in (one for one in _idle(subject) if not one.is_sure):
        path = subject.path(survey.statement, "Action", place)
        yield Fault(path, f"{shown(pattern)} has no resource types, so that AWS asks for Resource * with it")


def _done(statement: Statement) -> str:
    return "allowed" if statement.effect == "Allow" else "denied"


CHECKS: Final = (
    Check("resource-mismatch", Severity.WARNING, "Invalid ARN resource", _mismatches),
    Check("action-without-resource", Severity.WARNING, "", _idle_actions),
    Check("action-needs-all-resources", Severity.SUGGESTION, "", _actions_for_everything),
)
"""The checks of this module."""
