"""Groups that nobody is in.

What: a group without members.
Why: it grants nothing today, but whoever is put into it gets what nobody has reviewed for long.
What to do: delete the group. It always counts as low.
"""

from collections.abc import Iterator

from leastwise.findings.context import Context, Draft, Subject
from leastwise.findings.model import Finding, PrincipalJudgement, Rule, Severity
from leastwise.findings.wording import counted, day, granting, who
from leastwise.inventory import Group

__all__ = ["check"]


def check(subject: Subject, context: Context) -> Iterator[Finding]:
    """One finding an empty group."""
    if not isinstance(subject, PrincipalJudgement) or not isinstance(subject.principal, Group):
        return
    if context.relations.members(subject.principal):
        return
    granted = [service for service in subject.services if service.granted_by]
    yield context.file(
        subject,
        Draft(
            rule=Rule.EMPTY_GROUP,
            title=f"{who(subject)} has no members",
            detail=f"Made on {day(subject.principal.created_at)}; a member would be granted "
            f"{counted(len(granted), 'service')}. {granting(granted)} If nobody needs it, delete it.",
            severity=Severity.LOW,
        ),
    )
