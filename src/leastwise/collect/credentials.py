"""The credential report: asked for once, waited for once, and a reason where it does not come."""

from collections.abc import Iterable
from typing import Final, Protocol

from leastwise.aws import CredentialReport, CredentialReportState
from leastwise.clock import Clock
from leastwise.collect.gaps import gap_of
from leastwise.errors import AwsError
from leastwise.evidence import CredentialUse, Gap, Source, parse_credential_report
from leastwise.inventory import User

__all__ = ["CredentialDoor", "collect_credentials"]

_SHORTEST_WAIT_SECONDS: Final = 2.0
_SECONDS_A_USER: Final = 0.01
_LONGEST_WAIT_SECONDS: Final = 15.0
"""AWS says of no duration; large accounts are seen to take some seconds."""


class CredentialDoor(Protocol):
    """What of the door to AWS this needs."""

    async def generate_credential_report(self) -> CredentialReportState:
        """How far AWS is with a report, which it begins if there is none of the last four hours."""
        ...

    async def credential_report(self) -> CredentialReport:
        """The finished report."""
        ...


async def collect_credentials(
    users: Iterable[User], *, door: CredentialDoor, clock: Clock
) -> tuple[CredentialReport | None, tuple[CredentialUse, ...], tuple[Gap, ...]]:
    """The report and what it says of the users that it lists; or a Gap for each of these users if it could not be had.

    AWS is asked to make it, waited for at most once, and asked for it; what goes wrong is a reason, never an error.
    """
    users = tuple(users)
    if not users:
        return None, (), ()
    try:
        if await door.generate_credential_report() is not CredentialReportState.COMPLETE:
            await clock.sleep(_wait(len(users)))
        report = await door.credential_report()
        uses = parse_credential_report(report.content, generated_at=report.generated_at)
    except AwsError as error:
        return None, (), tuple(gap_of(error, subject=user.arn, source=Source.CREDENTIAL_REPORT) for user in users)
    return report, uses, ()


def _wait(users: int) -> float:
    """Seconds to give AWS for a report on so many users."""
    return min(_LONGEST_WAIT_SECONDS, _SHORTEST_WAIT_SECONDS + users * _SECONDS_A_USER)
