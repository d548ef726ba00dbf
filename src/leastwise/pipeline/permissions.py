"""The IAM rights that each command needs, as the policy that grants just them."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import msgspec

from leastwise.apply.aws_account import CHECKED_BESIDES, IRREVERSIBLE, READS, WRITES
from leastwise.apply.places import BucketPlace, TablePlace
from leastwise.deploy import rights

__all__ = ["COMMANDS", "Rights", "copy_rights", "lock_rights", "permissions_policy"]

_SCAN: Final = (
    "iam:GenerateCredentialReport",
    "iam:GenerateServiceLastAccessedDetails",
    "iam:GetAccountAuthorizationDetails",
    "iam:GetCredentialReport",
    "iam:GetServiceLastAccessedDetails",
    "iam:ListAccountAliases",
    "sts:GetCallerIdentity",
)
_VERIFY: Final = "iam:ListPoliciesGrantingServiceAccess"
_ANALYZER: Final = ("access-analyzer:CheckNoNewAccess", "access-analyzer:ValidatePolicy")

_CHANGING: Final = tuple(
    action
    for action in ("sts:GetCallerIdentity", *READS, *WRITES, *CHECKED_BESIDES)
    # Only of a group does a plan ask what else it holds.
    if action not in ("iam:ListRolePolicies", "iam:ListUserPolicies")
)

COMMANDS: Final[Mapping[str, tuple[str, ...]]] = {
    "apply": _CHANGING,
    "config-rule": rights.FUNCTION,
    "explain": _SCAN,
    "plan": _SCAN,
    "rollback": tuple(action for action in _CHANGING if action not in IRREVERSIBLE),
    "scan": _SCAN,
    "watch": ("cloudtrail:LookupEvents", "sts:GetCallerIdentity"),
}
"""The actions a command calls; commands that are not here call AWS for nothing."""


Rights = tuple[tuple[str, tuple[str, ...]], ...]
"""Resources, each with the actions that are done to it."""


def lock_rights(place: TablePlace | BucketPlace) -> Rights:
    """What a lock takes that all machines share.

    Who may not list a bucket is denied what is not there (S3 API Reference, GetObject).
    """
    if isinstance(place, TablePlace):
        actions = ("dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem")
        return ((f"arn:*:dynamodb:*:*:table/{place.table}", actions),)
    actions = ("s3:DeleteObject", "s3:GetObject", "s3:PutObject")
    return (
        (f"arn:*:s3:::{place.bucket}", ("s3:ListBucket",)),
        (f"arn:*:s3:::{place.bucket}/{place.key('*.lock')}", actions),
    )


def copy_rights(place: BucketPlace) -> Rights:
    """What copying a journal takes."""
    return ((f"arn:*:s3:::{place.bucket}/{place.key('*.jsonl')}", ("s3:PutObject",)),)


def permissions_policy(
    command: str,
    *,
    verify: bool = False,
    with_analyzer: bool = False,
    with_security_hub: bool = False,
    besides: Rights = (),
) -> str:
    """The policy document that lets a principal run the command.

    `verify` adds the cross-check of attribution, `with_analyzer` what `plan --verify-with aws` asks Access Analyzer,
    `with_security_hub` what `scan --send securityhub` calls, and `besides` more resources, with what is done to them.
    """
    extras = (*([_VERIFY] if verify else []), *(_ANALYZER if with_analyzer else ()))
    actions = sorted({*COMMANDS[command], *extras, *(rights.SECURITY_HUB if with_security_hub else ())})
    resources = rights.RESOURCES if command == "config-rule" else {}
    sid = "Leastwise" + command.title().replace("-", "")
    statements = [
        {"Sid": f"{sid}{number or ''}", "Effect": "Allow", "Action": list(group), "Resource": resource}
        for number, (resource, group) in enumerate((*_by_resource(actions, resources), *besides))
    ]
    return msgspec.json.format(msgspec.json.encode({"Version": "2012-10-17", "Statement": statements})).decode()


def _by_resource(actions: Iterable[str], resources: Mapping[str, str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The actions by what they are done to, `*` first: every principal and policy of the account is read."""
    # AWS names no resource that most of them could be narrowed to, or they are done to all there are.
    found: dict[str, list[str]] = {"*": []}
    for action in actions:
        found.setdefault(resources.get(action, "*"), []).append(action)
    return ((resource, tuple(group)) for resource, group in found.items() if group)
