"""Users that nobody used within the stale-after days.

What: the credential report shows no sign-in and no use of a key within the days, the user's own report shows no use
either, and the user is older than that. The credential report alone is not enough: it forgets a key that was deleted.
Why: a forgotten user keeps its password, its keys and its grants.
What to do: delete the user, or take its credentials away.
"""

from collections.abc import Iterator

from leastwise.findings.context import Context, Draft, Subject
from leastwise.findings.model import Finding, PrincipalJudgement, Rule
from leastwise.findings.wording import counted, day, granting, looked_at, who
from leastwise.inventory import User

__all__ = ["check"]


def check(subject: Subject, context: Context) -> Iterator[Finding]:
    """One finding an idle user."""
    if not isinstance(subject, PrincipalJudgement) or not isinstance(subject.principal, User) or not subject.is_idle:
        return
    granted = [service for service in subject.services if service.granted_by]
    days = counted(context.parameters.stale_after_days, "day")
    last = f"Last seen on {day(subject.last_used_at)}" if subject.last_used_at else "Not seen"
    yield context.file(
        subject,
        Draft(
            rule=Rule.UNUSED_USER,
            title=f"{who(subject)} was not used for more than {days}",
            detail=f"{last}, neither signing in, nor by key, nor in a report, {looked_at(subject.evidence)}; made on "
            f"{day(subject.principal.created_at)}. It is granted {counted(len(granted), 'service')}. "
            f"{granting(granted)} If nobody needs it, delete it.",
            services=tuple(service.namespace for service in granted),
            evidence=subject.evidence,
        ),
    )
