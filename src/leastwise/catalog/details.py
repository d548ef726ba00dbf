"""What the catalog knows beyond names: the resources that actions take, and the condition keys of services."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Final, NamedTuple

from msgspec import Struct

from leastwise.catalog.pattern import canonical

__all__ = [
    "ActionDetails",
    "ConditionKey",
    "KeyType",
    "ResourceType",
    "ServiceDetails",
    "arn_example",
    "arn_pattern",
    "key_pattern",
]

_PLACEHOLDER: Final = re.compile(r"\$\{([^{}]*)\}")
_KEY_PLACEHOLDER: Final = re.compile(r"\$\{[^{}]*\}|<[^<>]*>")
_EXAMPLES: Final = {
    "partition": "aws",
    "region": "us-east-1",
    "account": "111122223333",
    "accountid": "111122223333",
    "bucketname": "examplebucket",
    "objectname": "examplekey",
}
"""Plain values for an ARN's parts; 111122223333 is the account of AWS's own examples, which belongs to nobody."""


class KeyType(StrEnum):
    """Whose operators fit a condition key (AWS Service Authorization Reference, "Condition keys table", "Type")."""

    STRING = "String"
    """StringEquals, StringLike, ..."""
    ARN = "ARN"
    """ArnEquals, ArnLike, ..., and those of strings."""
    BOOL = "Bool"
    """Bool."""
    NUMERIC = "Numeric"
    """NumericEquals, ..."""
    DATE = "Date"
    """DateEquals, ..."""
    IP_ADDRESS = "IPAddress"
    """IpAddress and NotIpAddress."""
    BINARY = "Binary"
    """BinaryEquals."""
    UNKNOWN = "Unknown"
    """The data gives a type of which we have not heard yet."""


class ResourceType(Struct, frozen=True):
    """A kind of resource that an action takes."""

    name: str
    """What AWS calls it, e.g. `object`."""
    arn_format: str
    """Its ARN with placeholders, e.g. `arn:${Partition}:s3:::${BucketName}/${ObjectName}`."""
    required: bool
    """Whether every use of the action names one."""


class ConditionKey(Struct, frozen=True):
    """A condition key of a service, or of all services."""

    name: str
    """As AWS writes it, e.g. `s3:prefix` or `aws:RequestTag/${TagKey}`; case does not count."""
    type: KeyType
    """The type of its values."""
    is_multivalued: bool
    """Whether a request may hold several values of it, so that it needs ForAllValues or ForAnyValue."""


class ActionDetails(NamedTuple):
    """What an action takes."""

    resource_types: tuple[ResourceType, ...]
    """The resources that it takes; empty where it takes only `*`."""
    condition_keys: frozenset[str]
    """The condition keys that its requests may hold, as AWS writes them; without the global ones."""


class ServiceDetails(NamedTuple):
    """What the data says of one service."""

    resource_types: Mapping[str, ResourceType]
    """Its resource types, by name in lower case; `required` is False in all of them."""
    condition_keys: Mapping[str, ConditionKey]
    """The condition keys that its requests may hold, by name in lower case."""
    actions: Mapping[str, ActionDetails]
    """What its actions take, by name in lower case, without the service."""


def arn_pattern(arn_format: str) -> str:
    """The pattern of all ARNs of a format: `*` in place of each placeholder.

    >>> arn_pattern("arn:${Partition}:s3:::${BucketName}/${ObjectName}")
    'arn:*:s3:::*/*'
    """
    return canonical(_PLACEHOLDER.sub("*", arn_format))


def arn_example(arn_format: str) -> str:
    """One ARN of a format, with plain values in place of its placeholders.

    >>> arn_example("arn:${Partition}:s3:::${BucketName}/${ObjectName}")
    'arn:aws:s3:::examplebucket/examplekey'
    >>> arn_example("arn:${Partition}:sqs:${Region}:${Account}:${QueueName}")
    'arn:aws:sqs:us-east-1:111122223333:examplequeuename'
    """
    return _PLACEHOLDER.sub(_example, arn_format)


def _example(placeholder: re.Match[str]) -> str:
    name = placeholder[1].lower()
    return _EXAMPLES.get(name, f"example{name}")


def key_pattern(name: str) -> str:
    """The pattern of a condition key, in lower case: `*` in place of each placeholder, which AWS writes in two ways.

    >>> key_pattern("aws:RequestTag/${TagKey}"), key_pattern("s3:ExistingObjectTag/<key>")
    ('aws:requesttag/*', 's3:existingobjecttag/*')
    """
    return canonical(_KEY_PLACEHOLDER.sub("*", name).lower())
