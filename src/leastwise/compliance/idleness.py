"""Whether a resource is used at all: a user or role by anyone, a group by members, a policy by holders."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from leastwise.compliance.outcome import Outcome, compliant, non_compliant, unknown_whole
from leastwise.evidence import Source
from leastwise.findings import Parameters, PolicyJudgement, PrincipalJudgement, Reason
from leastwise.inventory import Group, Relations, Role

__all__ = ["group_outcome", "policy_outcome", "principal_outcome"]

_NEEDED = {
    Source.ROLE_LAST_USED: "no RoleLastUsed",
    Source.CREDENTIAL_REPORT: "no credential report",
    Source.LAST_ACCESSED: "no last-accessed report",
}


def principal_outcome(judged: PrincipalJudgement, parameters: Parameters) -> Outcome:
    """A user or a role is wrong if a source proves that nobody used it, and well if some source saw a use."""
    last, days = judged.last_used_at, parameters.stale_after_days
    if judged.is_idle:
        seen = f"last used on {_day(last)}" if last else "never seen used"
        return non_compliant(f"Not used for more than {days} days: {seen}, made on {_day(judged.principal.created_at)}")
    if last is not None and not _is_past(last, parameters):
        return compliant(f"Last used on {_day(last)}")
    return _unknown(judged, parameters)


def group_outcome(group: Group, relations: Relations) -> Outcome:
    """A group is wrong if nobody is in it."""
    members = len(relations.members(group))
    if not members:
        return non_compliant(f"Has no members; made on {_day(group.created_at)}")
    return compliant(f"Has {members} member{'' if members == 1 else 's'}")


def policy_outcome(judged: PolicyJudgement, parameters: Parameters) -> Outcome:
    """A policy is wrong if nobody holds it, as permission or as boundary, and it was not changed for long."""
    policy = judged.policy
    if judged.attached_to or policy.attachment_count:
        return compliant(f"Attached to {max(len(judged.attached_to), policy.attachment_count)}")
    if judged.boundary_of or policy.boundary_usage_count:
        return compliant(f"Permissions boundary of {max(len(judged.boundary_of), policy.boundary_usage_count)}")
    changed_at = max(policy.created_at, policy.updated_at)
    if _is_past(changed_at, parameters):
        return non_compliant(f"Attached to nobody and nobody's boundary; last changed on {_day(changed_at)}")
    return unknown_whole(Reason.TOO_NEW, why=f"attached to nobody, but changed on {_day(changed_at)}")


def _unknown(judged: PrincipalJudgement, parameters: Parameters) -> Outcome:
    """Why neither a use nor that there was none is known."""
    if not _is_past(judged.principal.created_at, parameters):
        return unknown_whole(Reason.TOO_NEW, why=f"not seen used, but made on {_day(judged.principal.created_at)}")
    if failures := sorted(_failures(judged)):
        return unknown_whole(failures[0])
    if missing := ", ".join(_missing(judged)):
        return unknown_whole(Reason.NOT_COLLECTED, why=missing)
    return unknown_whole(Reason.WINDOW_TOO_SHORT)


def _failures(judged: PrincipalJudgement) -> Iterator[Reason]:
    return (one.reason for one in judged.services if one.reason is not None and one.reason.is_failure)


def _missing(judged: PrincipalJudgement) -> Iterator[str]:
    """The sources without which silence proves nothing."""
    had = {note.source for note in judged.evidence}
    is_role = isinstance(judged.principal, Role)
    needed = (Source.ROLE_LAST_USED,) if is_role else (Source.CREDENTIAL_REPORT, Source.LAST_ACCESSED)
    return (_NEEDED[source] for source in needed if source not in had)


def _is_past(moment: datetime, parameters: Parameters) -> bool:
    """Whether it lies longer ago than the days."""
    return parameters.now - moment > timedelta(days=parameters.stale_after_days)


def _day(moment: datetime) -> str:
    return moment.date().isoformat()
