"""Actions that were never used, of services that are.

What: an action-level verdict of unused inside a service that is used or stale. Only actions that AWS tracks can be
found; what it does not track, such as reading an object from S3, is counted as untracked and left alone.
Why: a role that lists buckets seldom needs to delete them.
What to do: replace the wildcard, or take the actions out of the list, in the statements that are named.
"""

from collections.abc import Iterator
from typing import Final

from leastwise.findings.context import Context, Draft, Subject
from leastwise.findings.model import Finding, PrincipalJudgement, Rule, ServiceVerdict, Verdict
from leastwise.findings.wording import counted, granting, listed, looked_at, who

__all__ = ["check"]

_SHOWN: Final = 5
"""How many services the detail names actions of."""
_IN_USE: Final = frozenset({Verdict.USED, Verdict.STALE})


def check(subject: Subject, context: Context) -> Iterator[Finding]:
    """One finding a principal, for all its unused actions."""
    if not isinstance(subject, PrincipalJudgement):
        return
    unused = [(service, names) for service in _in_use(subject) if (names := _unused_actions(service))]
    if not unused:
        return
    total = sum(len(names) for _, names in unused)
    yield context.file(
        subject,
        Draft(
            rule=Rule.UNUSED_ACTION,
            title=f"{who(subject)} never used {counted(total, 'action')} of {counted(len(unused), 'service')} it uses",
            detail=_detail(subject, unused),
            services=tuple(service.namespace for service, _ in unused),
            actions=tuple(f"{service.namespace}:{name}" for service, names in unused for name in names),
            evidence=subject.evidence,
        ),
    )


def _in_use(subject: PrincipalJudgement) -> Iterator[ServiceVerdict]:
    return (service for service in subject.services if service.verdict in _IN_USE and service.granted_by)


def _unused_actions(service: ServiceVerdict) -> list[str]:
    return [action.name for action in service.actions if action.verdict is Verdict.UNUSED]


def _detail(subject: PrincipalJudgement, unused: list[tuple[ServiceVerdict, list[str]]]) -> str:
    parts = [f"{service.namespace}: {listed(names, most=4)}" for service, names in unused[:_SHOWN]]
    rest = len(unused) - _SHOWN
    more = f"; and actions of {counted(rest, 'other service')}" if rest > 0 else ""
    return (
        f"Not used {looked_at(subject.evidence)}: {'; '.join(parts)}{more}. "
        f"{granting(service for service, _ in unused)} "
        "Name only the actions that are needed in these statements."
    )
