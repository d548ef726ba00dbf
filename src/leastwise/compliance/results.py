"""What AWS Config is told of a resource, and what it was told before."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final

from msgspec import Struct

from leastwise.compliance.annotation import LONGEST_ANNOTATION, length_of

__all__ = ["LARGEST_CHUNK", "Compliance", "EarlierResult", "Evaluation", "chunks"]

LARGEST_CHUNK: Final = 100
"""How many evaluations one PutEvaluations takes (AWS Config API Reference)."""


class Compliance(StrEnum):
    """What AWS Config calls the state of a resource."""

    COMPLIANT = "COMPLIANT"
    NON_COMPLIANT = "NON_COMPLIANT"
    NOT_APPLICABLE = "NOT_APPLICABLE"
    INSUFFICIENT_DATA = "INSUFFICIENT_DATA"
    """Only Config itself may say so; it refuses it from a rule (AWS Config API Reference, Evaluation)."""

    @property
    def is_shown(self) -> bool:
        """Whether the resource counts in the rule's results, so that it must be taken out again when it goes."""
        return self in (Compliance.COMPLIANT, Compliance.NON_COMPLIANT)


class EarlierResult(Struct, frozen=True):
    """What the rule said of a resource the last time."""

    resource_type: str
    """`AWS::IAM::Role`."""
    resource_id: str
    """The unique id, AROA..."""
    compliance: Compliance
    """What it said."""
    annotation: str
    """And why; empty if it did not say."""
    ordered_at: datetime
    """The ordering timestamp it gave, or when Config recorded it; aware, UTC."""


class Evaluation(
    Struct,
    frozen=True,
    rename={
        "resource_type": "ComplianceResourceType",
        "resource_id": "ComplianceResourceId",
        "compliance": "ComplianceType",
        "annotation": "Annotation",
        "ordered_at": "OrderingTimestamp",
    },
):
    """What the rule says of one resource; as JSON it is what PutEvaluations takes (AWS Config API Reference)."""

    resource_type: str
    """`AWS::IAM::Role`."""
    resource_id: str
    """The unique id, AROA..."""
    compliance: Compliance
    """What it says; never INSUFFICIENT_DATA."""
    annotation: str
    """And why; 1 to 256 characters."""
    ordered_at: datetime
    """Of two evaluations of one resource the later counts; aware, UTC."""

    def __post_init__(self) -> None:
        """Raises ValueError for what AWS Config would refuse."""
        if self.compliance is Compliance.INSUFFICIENT_DATA or self.ordered_at.tzinfo is None:
            raise ValueError(f"not an evaluation that AWS Config takes: {self.compliance}, {self.ordered_at}")
        if not 1 <= length_of(self.annotation) <= LONGEST_ANNOTATION:
            raise ValueError(f"an annotation must have 1 to {LONGEST_ANNOTATION} characters: {self.annotation!r}")


def chunks(evaluations: Sequence[Evaluation]) -> Iterator[tuple[Evaluation, ...]]:
    """The evaluations in their order, as many together as one PutEvaluations takes; nothing for none."""
    for start in range(0, len(evaluations), LARGEST_CHUNK):
        yield tuple(evaluations[start : start + LARGEST_CHUNK])
