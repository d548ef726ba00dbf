"""Access keys that nobody used within the stale-after days.

What: the credential report shows an active key that was made or rotated longer ago than the days, and not used since.
Why: a key is a long-lived secret, copied to places that nobody remembers.
What to do: deactivate the key, wait, then delete it. It matters as much as what its user is granted.
"""

from collections.abc import Iterator

from leastwise.evidence import KeyUse, Source
from leastwise.findings.context import Context, Draft, Subject
from leastwise.findings.credentials import unused_keys
from leastwise.findings.model import Finding, PrincipalJudgement, Rule
from leastwise.findings.wording import counted, day
from leastwise.inventory import User

__all__ = ["check"]


def check(subject: Subject, context: Context) -> Iterator[Finding]:
    """One finding an unused key."""
    if not isinstance(subject, PrincipalJudgement) or not isinstance(subject.principal, User):
        return
    credential = context.credentials(subject.principal.arn)
    for key in unused_keys(credential, context.parameters):
        days = counted(context.parameters.stale_after_days, "day")
        yield context.file(
            subject,
            Draft(
                rule=Rule.UNUSED_ACCESS_KEY,
                title=f"Access key {key.number} of user {subject.principal.name} was not used for more than {days}",
                detail=f"{_history(key)}. Deactivate it, and delete it when nothing breaks.",
                evidence=tuple(note for note in subject.evidence if note.source is Source.CREDENTIAL_REPORT),
                matter=f"key {key.number}",
                severity=context.power_of(subject),
            ),
        )


def _history(key: KeyUse) -> str:
    made = f"Made or last rotated on {day(key.created_at)}" if key.created_at else "It exists"
    if key.last_used_at is None:
        return f"{made}, and never used"
    return f"{made}, last used on {day(key.last_used_at)}{f' with {key.service}' if key.service else ''}"
