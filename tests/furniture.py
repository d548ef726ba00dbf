"""An account in which every kind of change has something to do, and what it holds then."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from leastwise.sandbox import Estate

__all__ = ["FORGETFUL", "State", "furnish", "state_of"]

FORGETFUL: Final = "cal"
"""The user with a console password that was never used."""

_NOW: Final = datetime.now(UTC).replace(microsecond=0)
_LONG_AGO: Final = _NOW - timedelta(days=800)
_TRUST: Final = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
    }
)


class State(Struct, frozen=True):
    """All of an account that a change can touch, without dates and ids; the account's own id is written ACCOUNT."""

    principals: dict[str, dict[str, Any]]
    """Inline policies, attachments, boundary, members, keys and password of each user, role and group."""
    attachments: dict[str, int]
    """Of each managed policy, as the account counts them."""
    versions: dict[str, dict[str, tuple[str, bool]]]
    """Of each policy of the account's own: text, and whether it is in force, by number."""

    @property
    def without_numbers(self) -> tuple[object, ...]:
        """The same, but for the numbers of versions, which AWS gives by itself."""
        return (
            self.principals,
            self.attachments,
            {arn: sorted(versions.values()) for arn, versions in self.versions.items()},
        )

    @property
    def without_password(self) -> "State":
        """The same, but that the forgetful user has no password."""
        principals = {
            arn: {**one, "password": one["password"] and not arn.endswith(f":user/{FORGETFUL}")}
            for arn, one in self.principals.items()
        }
        return replace(self, principals=principals)


def furnish(estate: Estate) -> None:
    """An account in which each kind of change has something to do."""
    for name, service in (("worker", "s3"), ("reader", "sqs")):
        arn = estate.create_role(name, trust_document=_TRUST, created_at=_LONG_AGO)
        estate.record_use(arn, service, at=_NOW - timedelta(days=2))
    for name, service in (("ann", "sns"), ("ben", "sqs")):
        arn = estate.create_user(name, created_at=_LONG_AGO)
        estate.record_use(arn, service, at=_NOW - timedelta(days=2))
    estate.put_inline("role", "worker", "edited", _allow("s3:*", "sns:*"))
    estate.put_inline("role", "worker", "needless", _allow("dynamodb:*"))
    earlier = [(_allow(f"ec2:Describe{number}*"), _LONG_AGO + timedelta(days=number)) for number in range(4)]
    made = {
        "full": estate.create_policy(
            "full",
            document=_allow("s3:*", "kms:*"),
            created_at=_LONG_AGO + timedelta(days=9),
            path="/team/",
            earlier_versions=earlier,
        ),
        "young": estate.create_policy("young", document=_allow("s3:*", "sns:*"), created_at=_LONG_AGO),
        "shared": estate.create_policy("shared", document=_allow("s3:ListAllMyBuckets"), created_at=_LONG_AGO),
    }
    for policy in made.values():
        estate.attach("role", "worker", policy)
    estate.attach("role", "reader", made["shared"])
    estate.attach("role", "reader", "arn:aws:iam::aws:policy/AmazonSQSFullAccess")
    estate.create_group("team", created_at=_LONG_AGO)
    estate.put_inline("group", "team", "teamwork", _allow("sns:Publish"))
    for name in ("ann", "ben"):
        estate.add_member("team", name)
    estate.create_policy(
        "orphan", document=_allow("s3:*"), created_at=_LONG_AGO, path="/team/", earlier_versions=earlier[:2]
    )
    estate.create_access_key("ben", created_at=_LONG_AGO)
    estate.create_user(FORGETFUL, created_at=_LONG_AGO, console_password=True)


def _allow(*actions: str) -> str:
    """A document as a person indents it."""
    statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=1)


def state_of(estate: Estate) -> State:
    """What the sandbox's own objects say."""
    backend: Any = estate._backend
    principals = (*backend.users.values(), *backend.roles.values(), *backend.groups.values())
    policies = backend.managed_policies
    return State(
        {
            one.arn: {
                "inline": dict(one.policies),
                "attached": sorted(one.managed_policies),
                "boundary": str(getattr(one, "permissions_boundary", None)),
                "members": sorted(user.name for user in getattr(one, "users", ())),
                "password": bool(getattr(one, "password", None)),
                "keys": {key.access_key_id: key.status for key in getattr(one, "access_keys", ())},
            }
            for one in principals
        },
        {arn: policy.attachment_count for arn, policy in policies.items() if policy.attachment_count},
        {
            arn: {one.version_id: (one.document, one.is_default) for one in policy.versions}
            for arn, policy in policies.items()
            if ":iam::aws:" not in arn
        },
    )
