"""Services that a user or a role is granted and never used.

What: a service-level verdict of unused: a report lists the service, looked at it over the stale-after days and longer,
saw no use, and the principal and the grant are older than that.
Why: whoever gets hold of the principal can do what it never needed.
What to do: take the service out of the statements that are named. `iam:PassRole` stays, since no report shows its use.
"""

from collections.abc import Iterator

from leastwise.findings.context import Context, Draft, Subject
from leastwise.findings.model import Finding, PrincipalJudgement, Rule, ServiceVerdict, Verdict
from leastwise.findings.wording import counted, granting, listed, looked_at, who
from leastwise.inventory import Group

__all__ = ["check"]


def check(subject: Subject, context: Context) -> Iterator[Finding]:
    """One finding a user or role, for all its unused services."""
    if not isinstance(subject, PrincipalJudgement) or isinstance(subject.principal, Group):
        return
    granted = [service for service in subject.services if service.granted_by]
    unused = [service for service in granted if service.verdict is Verdict.UNUSED]
    if not unused:
        return
    yield context.file(
        subject,
        Draft(
            rule=Rule.UNUSED_SERVICE,
            title=f"{who(subject)} never used {len(unused)} of the {counted(len(granted), 'service')} it is granted",
            detail=_detail(subject, unused),
            services=tuple(service.namespace for service in unused),
            evidence=subject.evidence,
        ),
    )


def _detail(subject: PrincipalJudgement, unused: list[ServiceVerdict]) -> str:
    names = listed([service.namespace for service in unused])
    stays = any(service.namespace == "iam" and service.untracked_actions for service in unused)
    exception = " iam:PassRole, where it is granted, stays: no report shows its use." if stays else ""
    return (
        f"Not used {looked_at(subject.evidence)}: {names}. {granting(unused)} "
        f"Take {'it' if len(unused) == 1 else 'them'} out of these statements.{exception}"
    )
