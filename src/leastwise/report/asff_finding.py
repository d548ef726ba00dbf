"""A finding as Security Hub knows it: the part of the AWS Security Finding Format, 2018-10-08, that we write and read.

Source of shapes and limits: Security Hub User Guide, "AWS Security Finding Format (ASFF)", and botocore's model of
securityhub 2018-10-26.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

__all__ = [
    "GENERATOR",
    "SCHEMA_VERSION",
    "AsffCompliance",
    "AsffFinding",
    "AsffProviderFields",
    "AsffRecommendation",
    "AsffRemediation",
    "AsffResource",
    "AsffSeverity",
    "ComplianceStatus",
    "RecordState",
    "SeverityLabel",
    "product_arn",
    "read_asff",
]

SCHEMA_VERSION: Final = "2018-10-08"
"""The one version there is."""
GENERATOR: Final = "leastwise/"
"""What the GeneratorId of every finding of ours begins with; the rule follows."""

Time = Annotated[datetime, Meta(tz=True)]


class RecordState(StrEnum):
    """Whether a finding is current."""

    ACTIVE = "ACTIVE"
    """It is to be acted on."""
    ARCHIVED = "ARCHIVED"
    """It is not: resolved, or exempt. Security Hub deletes it 30 days after its last update."""


class SeverityLabel(StrEnum):
    """How much a finding matters, in the words of Security Hub."""

    INFORMATIONAL = "INFORMATIONAL"
    LOW = "LOW"
    MEDIUM = "MEDIUM"
    HIGH = "HIGH"
    CRITICAL = "CRITICAL"


class ComplianceStatus(StrEnum):
    """What the check came to."""

    PASSED = "PASSED"
    WARNING = "WARNING"
    FAILED = "FAILED"
    NOT_AVAILABLE = "NOT_AVAILABLE"


class AsffSeverity(Struct, frozen=True, rename="pascal"):
    """How much it matters."""

    label: SeverityLabel
    """In Security Hub's words."""
    original: str | UnsetType = UNSET
    """In ours."""


class AsffProviderFields(Struct, frozen=True, rename="pascal"):
    """What the maker of the finding says where its reader may say something else."""

    severity: AsffSeverity
    """How much it matters."""
    types: tuple[str, ...]
    """What kind of finding it is, `namespace/category`."""


class AsffRecommendation(Struct, frozen=True, rename="pascal"):
    """What to do."""

    text: str
    """At most 512 characters."""


class AsffRemediation(Struct, frozen=True, rename="pascal"):
    """What to do."""

    recommendation: AsffRecommendation


class AsffResource(Struct, frozen=True, rename="pascal"):
    """What the finding is about."""

    type: str
    """`AwsIamRole`, ..."""
    id: str
    """Its ARN."""
    partition: str | UnsetType = UNSET
    """`aws`, `aws-cn` or `aws-us-gov`."""
    region: str | UnsetType = UNSET
    """Where it is."""


class AsffCompliance(Struct, frozen=True, rename="pascal"):
    """What the check came to."""

    status: ComplianceStatus


class AsffFinding(Struct, frozen=True, kw_only=True, rename="pascal"):
    """One finding. What Security Hub fills in itself, and what belongs to its users, is left out."""

    schema_version: str
    """`2018-10-08`."""
    id: str
    """The same from scan to scan; unique among the product's findings."""
    product_arn: str
    """The account's own, default product in the region that the finding is sent to."""
    product_name: str | UnsetType = UNSET
    """What a reader filters by."""
    company_name: str | UnsetType = UNSET
    """The same."""
    generator_id: str
    """`leastwise/RULE`."""
    aws_account_id: str
    """The account that was looked at."""
    types: tuple[str, ...] = ()
    """What kind of finding it is, `namespace/category`."""
    first_observed_at: Time | UnsetType = UNSET
    """When it was first seen."""
    last_observed_at: Time | UnsetType = UNSET
    """When it was last seen."""
    created_at: Time
    """When it was first sent."""
    updated_at: Time
    """The moment of the scan; Security Hub ignores what is not newer than what it has."""
    severity: AsffSeverity | UnsetType = UNSET
    """How much it matters."""
    title: str
    """At most 256 characters."""
    description: str
    """At most 1,024 characters."""
    remediation: AsffRemediation | UnsetType = UNSET
    """What to do."""
    product_fields: Mapping[str, str] = {}
    """What else we say: at most 50 keys of 128 characters, with values of 2,048."""
    resources: tuple[AsffResource, ...]
    """The one resource that it is about."""
    compliance: AsffCompliance | UnsetType = UNSET
    """What the check came to."""
    record_state: RecordState = RecordState.ACTIVE
    """Whether it is current."""
    finding_provider_fields: AsffProviderFields | UnsetType = UNSET
    """Severity and types as we see them, whatever a user of Security Hub makes of them."""


def product_arn(partition: str, region: str, account: str) -> str:
    """The ARN of the product that every account has for findings of its own (Security Hub User Guide, custom products).

    >>> product_arn("aws", "eu-central-1", "111122223333")
    'arn:aws:securityhub:eu-central-1:111122223333:product/111122223333/default'
    """
    return f"arn:{partition}:securityhub:{region}:{account}:product/{account}/default"


def read_asff(text: bytes) -> AsffFinding | None:
    """A finding as Security Hub gives it back, without the fields that are not ours; None if we cannot have made it."""
    try:
        return msgspec.json.decode(text, type=AsffFinding)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
