"""Services that a principal used once, but not within the stale-after days.

What: a service-level verdict of stale: a report saw a use, and the last one is longer ago than the days.
Why: what was needed for a migration or an incident is often kept for ever.
What to do: ask its owner; if it is not needed again, take the service out of the statements that are named.
"""

from collections.abc import Iterator

from leastwise.findings.context import Context, Draft, Subject
from leastwise.findings.model import Finding, PrincipalJudgement, Rule, ServiceVerdict, Verdict
from leastwise.findings.wording import counted, day, granting, listed, who

__all__ = ["check"]


def check(subject: Subject, context: Context) -> Iterator[Finding]:
    """One finding a principal, for all its stale services."""
    if not isinstance(subject, PrincipalJudgement):
        return
    stale = [service for service in subject.services if service.verdict is Verdict.STALE and service.granted_by]
    if not stale:
        return
    days = counted(context.parameters.stale_after_days, "day")
    yield context.file(
        subject,
        Draft(
            rule=Rule.STALE_SERVICE,
            title=f"{who(subject)} has not used {counted(len(stale), 'service')} for more than {days}",
            detail=f"Last used: {listed([_last_use(service) for service in stale])}. {granting(stale)} "
            "If nobody needs this again, take it out of these statements.",
            services=tuple(service.namespace for service in stale),
            evidence=subject.evidence,
        ),
    )


def _last_use(service: ServiceVerdict) -> str:
    return f"{service.namespace} on {day(service.last_used_at)}" if service.last_used_at else service.namespace
