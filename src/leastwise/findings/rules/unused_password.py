"""Console passwords that nobody signed in with within the stale-after days.

What: the credential report shows a password that was set longer ago than the days, and no sign-in since.
Why: a password that its owner has forgotten can still be guessed, or found in a leak.
What to do: delete the user's login profile. It matters as much as what its user is granted.
"""

from collections.abc import Iterator

from leastwise.evidence import PasswordUse, Source
from leastwise.findings.context import Context, Draft, Subject
from leastwise.findings.credentials import is_unused_password
from leastwise.findings.model import Finding, PrincipalJudgement, Rule
from leastwise.findings.wording import counted, day
from leastwise.inventory import User

__all__ = ["check"]


def check(subject: Subject, context: Context) -> Iterator[Finding]:
    """One finding an unused password."""
    if not isinstance(subject, PrincipalJudgement) or not isinstance(subject.principal, User):
        return
    credential = context.credentials(subject.principal.arn)
    if credential is None or not is_unused_password(credential.password, context.parameters):
        return
    days = counted(context.parameters.stale_after_days, "day")
    yield context.file(
        subject,
        Draft(
            rule=Rule.UNUSED_PASSWORD,
            title=f"The password of user {subject.principal.name} was not used for more than {days}",
            detail=f"{_history(credential.password)}. Delete the user's login profile.",
            evidence=tuple(note for note in subject.evidence if note.source is Source.CREDENTIAL_REPORT),
            severity=context.power_of(subject),
        ),
    )


def _history(password: PasswordUse) -> str:
    made = f"Set on {day(password.created_at)}" if password.created_at else "It exists"
    if password.last_used_at is not None:
        return f"{made}, last used on {day(password.last_used_at)}"
    # `no_information` is no sign-in since AWS began to record them (IAM User Guide, credential report).
    return f"{made}, and never used{'' if password.used_known else ', as far as AWS knows, which is since 2014-10-20'}"
