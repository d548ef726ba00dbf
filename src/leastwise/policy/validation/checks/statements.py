"""Statements that change nothing, since others of the document decide before or beside them."""

from collections.abc import Iterator
from typing import Final

from leastwise.policy.document.model import Effect, PrincipalClause, ResourceClause, Statement
from leastwise.policy.sets.action_set import ActionSet
from leastwise.policy.validation.checks.subject import MOST_PAIRS, Check, Fault, Subject
from leastwise.policy.validation.checks.within import surely_covers
from leastwise.policy.validation.notices import Severity

__all__ = ["CHECKS"]


def _redundant(subject: Subject) -> Iterator[Fault]:
    compare_all = len(subject.statements) ** 2 <= MOST_PAIRS
    firsts: dict[object, Statement] = {}
    for statement in subject.statements:
        cover: Statement | None = firsts.setdefault(_words(statement), statement)
        if cover is statement:
            cover = next(_wider(subject, statement), None) if compare_all else None
        if cover is not None:
            verb = "allows" if statement.effect is Effect.ALLOW else "denies"
            message = f"{verb} nothing that Statement[{cover.index}] does not"
            yield Fault(subject.path(statement), message)


def _words(statement: Statement) -> object:
    return statement.effect, statement.actions, statement.resources, statement.conditions, statement.principals


def _wider(subject: Subject, statement: Statement) -> Iterator[Statement]:
    for one in subject.statements:
        if one is statement or one.effect is not statement.effect or not _covers(subject, one, statement):
            continue
        # Of two that say the same in other words, the first stays.
        if one.index < statement.index or not _covers(subject, statement, one):
            yield one


def _unreachable(subject: Subject) -> Iterator[Fault]:
    denials = [one for one in subject.statements if one.effect is Effect.DENY]
    if not denials:
        return
    everywhere = [one for one in denials if one.is_unconditional and _is_everyone(one.principals)]
    denied = ActionSet.union_of((subject.actions(one) for one in everywhere), subject.catalog)
    compare_all = len(denials) * len(subject.statements) <= MOST_PAIRS
    for statement in subject.statements:
        if statement.effect is not Effect.ALLOW:
            continue
        if everywhere and subject.actions(statement) <= denied:
            yield Fault(subject.path(statement), "allows nothing: all its actions are denied everywhere")
        elif compare_all and (cover := next((one for one in denials if _covers(subject, one, statement)), None)):
            yield Fault(subject.path(statement), f"allows nothing: Statement[{cover.index}] denies all of it")


def _covers(subject: Subject, wide: Statement, narrow: Statement) -> bool:
    return (
        set(wide.conditions) <= set(narrow.conditions)
        and _principals_cover(wide.principals, narrow.principals)
        and _resources_cover(wide.resources, narrow.resources)
        and subject.actions(narrow) <= subject.actions(wide)
    )


def _is_everyone(principals: PrincipalClause | None) -> bool:
    return principals is None or (not principals.negated and principals.entries == (("*", ("*",)),))


def _principals_cover(wide: PrincipalClause | None, narrow: PrincipalClause | None) -> bool:
    return wide == narrow or _is_everyone(wide)


def _resources_cover(wide: ResourceClause | None, narrow: ResourceClause | None) -> bool:
    if wide == narrow or (wide is not None and wide.is_everything):
        return True
    if wide is None or narrow is None or wide.negated or narrow.negated:
        return False
    if len(wide.patterns) * len(narrow.patterns) > MOST_PAIRS:
        return set(narrow.patterns) <= set(wide.patterns)
    return all(any(surely_covers(one, other) for one in wide.patterns) for other in narrow.patterns)


CHECKS: Final = (
    Check("unreachable-statement", Severity.WARNING, "", _unreachable),
    Check("redundant-statement", Severity.SUGGESTION, "Redundant statement", _redundant),
)
"""The checks of this module."""
