"""A role's RoleLastUsed as evidence: the only source that speaks for everything a role holds."""

from datetime import datetime

from leastwise.evidence.model import PrincipalUse, Source
from leastwise.evidence.window import report_window
from leastwise.inventory import Role, Snapshot

__all__ = ["role_use", "role_uses"]


def role_use(role: Role, *, taken_at: datetime) -> PrincipalUse:
    """What a role's RoleLastUsed says, read at this moment.

    It covers 400 days; where it is absent the role was not used in them (IAM User Guide, RoleLastUsed).
    """
    last_used = role.last_used
    return PrincipalUse(
        subject=role.arn,
        source=Source.ROLE_LAST_USED,
        window=report_window(taken_at),
        last_used_at=last_used.at if last_used else None,
        region=last_used.region if last_used else None,
    )


def role_uses(snapshot: Snapshot) -> tuple[PrincipalUse, ...]:
    """What the snapshot says of the use of its roles, in their order.

    Of a role whose last use the answer does not speak of, nothing: ListRoles leaves RoleLastUsed out (IAM API).
    """
    known = (role for role in snapshot.roles if role.last_used_known)
    return tuple(role_use(role, taken_at=snapshot.taken_at) for role in known)
