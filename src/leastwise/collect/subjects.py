"""Whose last-accessed report is worth a job."""

from collections.abc import Iterable, Iterator

from leastwise.evidence import Evidence, Gap, GapReason, Source, evidence_of, merge
from leastwise.inventory import GrantIndex, Principal, Role, Selection, Snapshot, User
from leastwise.policy import Arn

__all__ = ["mark_missing", "report_subjects"]


def report_subjects(snapshot: Snapshot, grants: GrantIndex, *, selection: Selection, policies: bool) -> tuple[Arn, ...]:
    """The principals, and with `policies` the managed policies, whose report tells something that is not known yet.

    None for a role that RoleLastUsed shows idle, whose report could only repeat it, and none for a principal that is
    granted nothing, whose report is empty (IAM User Guide, last accessed information).
    """
    principals = (principal for principal in snapshot.principals() if selection.takes(principal))
    chosen = [principal.arn for principal in principals if _needs_report(principal, grants)]
    if policies:
        chosen += [policy.arn for policy in snapshot.policies]
    return tuple(sorted(chosen))


def _needs_report(principal: Principal, grants: GrantIndex) -> bool:
    if isinstance(principal, Role) and principal.last_used is None and principal.last_used_known:
        return False
    of_principal = grants.of(principal)
    return bool(of_principal.namespaces or of_principal.unreadable)


def mark_missing(evidence: Evidence, *, subjects: Iterable[Arn], users: Iterable[User], reason: GapReason) -> Evidence:
    """The evidence, with a Gap for each subject and user that nothing was heard of: silence gets its reason."""
    missing = tuple(_missing(evidence, subjects, users, reason))
    return merge(evidence, evidence_of(gaps=missing)) if missing else evidence


def _missing(evidence: Evidence, subjects: Iterable[Arn], users: Iterable[User], reason: GapReason) -> Iterator[Gap]:
    for subject in subjects:
        if subject not in evidence.usages and not _has_gap(evidence, subject, Source.LAST_ACCESSED):
            yield Gap(subject, Source.LAST_ACCESSED, reason, "no last-accessed report was read")
    for user in users:
        is_known = user.arn in evidence.credentials or _has_gap(evidence, user.arn, Source.CREDENTIAL_REPORT)
        if not is_known and not _is_newer_than_reports(user, evidence):
            yield Gap(user.arn, Source.CREDENTIAL_REPORT, reason, _why_not(evidence))


def _why_not(evidence: Evidence) -> str:
    """Why nothing is known of a user's credentials; a report of some hours ago lists a renamed user by the old name."""
    return "the credential report does not list the user" if evidence.credentials else "no credential report was read"


def _is_newer_than_reports(user: User, evidence: Evidence) -> bool:
    """Whether the user was made after the credential report, which may be four hours old; too new to judge anyway."""
    made_at = [use.window.end for uses in evidence.credentials.values() for use in uses]
    return bool(made_at) and user.created_at > max(made_at)


def _has_gap(evidence: Evidence, subject: Arn, source: Source) -> bool:
    return any(gap.source is source for gap in evidence.gaps.get(subject, ()))
