"""Customer-managed policies that nobody holds.

What: a policy that is attached to no user, role or group, is nobody's permissions boundary, and has not been changed
within the stale-after days.
Why: it grants nothing today, but one attachment makes it grant what nobody has reviewed for long.
What to do: delete the policy. It always counts as low.
"""

from collections.abc import Iterator

from leastwise.findings.context import Context, Draft, Subject
from leastwise.findings.model import Finding, PolicyJudgement, Rule, Severity
from leastwise.findings.wording import counted, day

__all__ = ["check"]


def check(subject: Subject, context: Context) -> Iterator[Finding]:
    """One finding a policy that nobody holds."""
    if not isinstance(subject, PolicyJudgement) or not _is_free(subject) or not context.is_old(subject.policy):
        return
    policy = subject.policy
    yield context.file(
        subject,
        Draft(
            rule=Rule.UNATTACHED_POLICY,
            title=f"Policy {policy.name} is attached to nobody",
            detail=f"It is nobody's permissions boundary either, and was last changed on {day(policy.updated_at)}. "
            f"Attached, it would grant {counted(len(subject.services), 'service')}. If nobody needs it, delete it.",
            severity=Severity.LOW,
        ),
    )


def _is_free(subject: PolicyJudgement) -> bool:
    """Whether nobody holds the policy, by what was read and by AWS's own counts."""
    policy = subject.policy
    is_held = bool(subject.attached_to or policy.attachment_count)
    is_boundary = bool(subject.boundary_of or policy.boundary_usage_count)
    return not (policy.is_aws_managed or is_held or is_boundary)
