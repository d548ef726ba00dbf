"""AWS Config's answers, read (botocore's model of config 2014-11-12)."""

from datetime import UTC, datetime

import msgspec
from msgspec import Struct

from leastwise.aws.answer_json import read_json

__all__ = [
    "FailedEvaluation",
    "NewResult",
    "RecordedItem",
    "RecordedResult",
    "RecordedResultsPage",
    "read_failed_evaluations",
    "read_item_history",
    "read_results",
]


class FailedEvaluation(Struct, frozen=True, rename="pascal"):
    """An evaluation that Config did not take; it does not say why."""

    compliance_resource_type: str
    """`AWS::IAM::Role`."""
    compliance_resource_id: str
    """The unique id, AROA..."""


class NewResult(Struct, frozen=True):
    """What a rule says of a resource now, as PutEvaluations takes it."""

    resource_type: str = msgspec.field(name="ComplianceResourceType")
    """`AWS::IAM::Role`."""
    resource_id: str = msgspec.field(name="ComplianceResourceId")
    """The unique id, AROA..."""
    compliance: str = msgspec.field(name="ComplianceType")
    """COMPLIANT, NON_COMPLIANT or NOT_APPLICABLE."""
    annotation: str = msgspec.field(name="Annotation")
    """And why; 1 to 256 characters."""
    ordered_at: float = msgspec.field(name="OrderingTimestamp")
    """The ordering timestamp, in seconds since 1970, as the protocol has moments."""


class RecordedResult(Struct, frozen=True):
    """What a rule said of a resource the last time."""

    resource_type: str
    """`AWS::IAM::Role`."""
    resource_id: str
    """The unique id, AROA..."""
    compliance: str
    """COMPLIANT, NON_COMPLIANT, NOT_APPLICABLE."""
    annotation: str
    """And why; empty if it did not say."""
    ordered_at: datetime
    """The ordering timestamp that it gave; aware, UTC."""


class RecordedResultsPage(Struct, frozen=True):
    """One answer of GetComplianceDetailsByConfigRule."""

    items: tuple[RecordedResult, ...]
    """Its results."""
    marker: str | None
    """Where the next page begins; None on the last."""

    @property
    def is_truncated(self) -> bool:
        """Whether more follow."""
        return self.marker is not None


class RecordedItem(Struct, frozen=True, rename="camel"):
    """The newest configuration item of a resource, as far as it is needed."""

    resource_type: str
    """`AWS::IAM::Role`."""
    resource_id: str
    """The unique id, AROA..."""
    configuration_item_status: str
    """`OK`, `ResourceDeleted`, ..."""
    configuration_item_capture_time: float
    """When, in seconds since 1970."""
    resource_name: str = ""
    """Its name."""
    arn: str = ""
    """Its ARN."""
    resource_creation_time: float | None = None
    """When it was made, in seconds since 1970; None if Config does not know."""


class _Failed(Struct, rename="pascal"):
    failed_evaluations: tuple[FailedEvaluation, ...] = ()


class _Qualifier(Struct, rename="pascal"):
    resource_type: str
    resource_id: str


class _Identifier(Struct, rename="pascal"):
    evaluation_result_qualifier: _Qualifier
    ordering_timestamp: float


class _Result(Struct, rename="pascal"):
    evaluation_result_identifier: _Identifier
    compliance_type: str
    annotation: str = ""


class _Results(Struct, rename="pascal"):
    evaluation_results: tuple[_Result, ...] = ()
    next_token: str | None = None


class _History(Struct, rename="camel"):
    configuration_items: tuple[RecordedItem, ...] = ()


def read_failed_evaluations(body: bytes) -> tuple[FailedEvaluation, ...]:
    """What PutEvaluations did not take.

    Raises:
        MalformedAnswerError: the answer is not as AWS documents it.
    """
    return read_json(body, _Failed).failed_evaluations


def read_results(body: bytes) -> RecordedResultsPage:
    """A page of a rule's results.

    Raises:
        MalformedAnswerError: the answer is not as AWS documents it.
    """
    answer = read_json(body, _Results)
    return RecordedResultsPage(tuple(map(_result, answer.evaluation_results)), answer.next_token or None)


def read_item_history(body: bytes) -> RecordedItem | None:
    """The first item of a history; None if Config has none.

    Raises:
        MalformedAnswerError: the answer is not as AWS documents it.
    """
    items = read_json(body, _History).configuration_items
    return items[0] if items else None


def _result(result: _Result) -> RecordedResult:
    identifier = result.evaluation_result_identifier
    qualifier = identifier.evaluation_result_qualifier
    ordered_at = datetime.fromtimestamp(identifier.ordering_timestamp, UTC)
    return RecordedResult(
        qualifier.resource_type, qualifier.resource_id, result.compliance_type, result.annotation, ordered_at
    )
