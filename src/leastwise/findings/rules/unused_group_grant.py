"""Services that a group grants and that none of its members used through it.

What: a service-level verdict of unused in the group's own report, which counts its members' use by the group's
policies. A group without members is an empty-group instead.
Why: each member carries what nobody in the group ever needed.
What to do: take the service out of the statements that are named.
"""

from collections.abc import Iterator

from leastwise.findings.context import Context, Draft, Subject
from leastwise.findings.model import Finding, PrincipalJudgement, Rule, Verdict
from leastwise.findings.wording import counted, granting, listed, looked_at
from leastwise.inventory import Group

__all__ = ["check"]


def check(subject: Subject, context: Context) -> Iterator[Finding]:
    """One finding a group, for all services that nobody used through it."""
    if not isinstance(subject, PrincipalJudgement) or not isinstance(subject.principal, Group):
        return
    members = context.relations.members(subject.principal)
    granted = [service for service in subject.services if service.granted_by]
    unused = [service for service in granted if service.verdict is Verdict.UNUSED]
    if not unused or not members:
        return
    total = counted(len(granted), "service")
    yield context.file(
        subject,
        Draft(
            rule=Rule.UNUSED_GROUP_GRANT,
            title=f"Nobody used {len(unused)} of the {total} that group {subject.principal.name} grants",
            detail=f"Not used {looked_at(subject.evidence)} by any of its {counted(len(members), 'member')}: "
            f"{listed([service.namespace for service in unused])}. {granting(unused)} "
            "Take this out of these statements.",
            services=tuple(service.namespace for service in unused),
            evidence=subject.evidence,
        ),
    )
