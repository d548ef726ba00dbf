"""What principals and policies are called in a plan, and how many of something there are."""

from collections.abc import Sequence

from leastwise.findings import Gain
from leastwise.inventory import PolicyKind
from leastwise.plan import PlanAccount, PolicyRef
from leastwise.policy import Arn
from leastwise.report.layout import clean
from leastwise.report.phrases import count

__all__ = [
    "account_name",
    "any_of",
    "each_of",
    "few",
    "gain_words",
    "managed_name",
    "people",
    "policy_name",
    "principal_name",
]


def principal_name(principal: Arn) -> str:
    """`role/ci/deploy`."""
    return clean(principal.resource)


def managed_name(policy: str) -> str:
    """`policy/teams/base`, or `AWS-managed policy AdministratorAccess`."""
    arn = Arn(policy)
    return f"AWS-managed policy {clean(arn.name)}" if arn.account == "aws" else clean(arn.resource)


def policy_name(ref: PolicyRef) -> str:
    """The same, or `inline policy web-app of role/web`."""
    if ref.kind is not PolicyKind.INLINE:
        return managed_name(ref.policy)
    owner = "" if ref.owner is None else f" of {principal_name(ref.owner)}"
    return f"inline policy {clean(ref.policy)}{owner}"


def account_name(account: PlanAccount) -> str:
    """`account 111122223333 (acme-prod)`."""
    alias = f" ({clean(account.alias)})" if account.alias else ""
    return f"account {clean(account.id)}{alias}"


def people(principals: Sequence[Arn]) -> str:
    """`role/web` if it is one, else `5 users and roles`; `nobody` for none."""
    if len(principals) == 1:
        return principal_name(principals[0])
    return f"{len(principals):,} users and roles" if principals else "nobody"


def any_of(principals: Sequence[Arn]) -> str:
    """`role/web`, or `any of 5 users and roles`: for a sentence that says never; `anybody` for none."""
    return f"any of {people(principals)}" if len(principals) > 1 else people(principals) if principals else "anybody"


def each_of(principals: Sequence[Arn]) -> str:
    """`role/web`, or `each of 5 users and roles`."""
    return f"each of {people(principals)}" if len(principals) > 1 else people(principals)


def few(names: Sequence[str], most: int | None, *, between: str = ", ") -> str:
    """The names, or the first `most` of them and how many more there are; one more is named rather than counted."""
    if most is None or len(names) <= most + 1:
        return between.join(names)
    return f"{between.join(names[:most])} and {len(names) - most:,} more"


def gain_words(gain: Gain) -> str:
    """`2 services, 421 actions, of which 260 write and 3 manage permissions`; `no permission` for none."""
    if not gain.services and not gain.actions:
        return "no permission"
    services = f"{count(gain.services, 'service')}, " if gain.services else ""
    return (
        f"{services}{count(gain.actions, 'action')}, "
        f"of which {gain.writing:,} write and {gain.permissions:,} manage permissions"
    )
