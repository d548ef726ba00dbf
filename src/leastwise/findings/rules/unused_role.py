"""Roles that nobody used within the stale-after days.

What: RoleLastUsed, which AWS keeps for 400 days, is empty or longer ago than the days, no report saw a use since, and
the role is older than that.
Why: an unused role with a trust policy is a door that nobody watches.
What to do: delete the role, or at least detach its policies. Roles that AWS owns are never found.
"""

from collections.abc import Iterator

from leastwise.findings.context import Context, Draft, Subject
from leastwise.findings.model import Finding, PrincipalJudgement, Rule
from leastwise.findings.wording import counted, day, granting, looked_at, who
from leastwise.inventory import Role

__all__ = ["check"]


def check(subject: Subject, context: Context) -> Iterator[Finding]:
    """One finding an idle role."""
    if not isinstance(subject, PrincipalJudgement) or not isinstance(subject.principal, Role) or not subject.is_idle:
        return
    granted = [service for service in subject.services if service.granted_by]
    days = counted(context.parameters.stale_after_days, "day")
    last = f"Last used on {day(subject.last_used_at)}" if subject.last_used_at else "Not used"
    yield context.file(
        subject,
        Draft(
            rule=Rule.UNUSED_ROLE,
            title=f"{who(subject)} was not used for more than {days}",
            detail=f"{last}, as seen {looked_at(subject.evidence)}; made on {day(subject.principal.created_at)}. "
            f"It is granted {counted(len(granted), 'service')}. {granting(granted)} "
            "If nobody needs it, delete it.",
            services=tuple(service.namespace for service in granted),
            evidence=subject.evidence,
        ),
    )
