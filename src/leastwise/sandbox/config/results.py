"""The results of a rule of AWS Config: the latest evaluation of each resource."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal

from msgspec import Meta, Struct

__all__ = ["ComplianceType", "Evaluation", "Result", "Results"]

ComplianceType = Literal["COMPLIANT", "NON_COMPLIANT", "NOT_APPLICABLE", "INSUFFICIENT_DATA"]
_MOST_COUNTED: Final = 25
"""Resources that DescribeComplianceByConfigRule counts (AWS Config API Reference, ComplianceContributorCount)."""


class Evaluation(Struct, frozen=True, rename="pascal", omit_defaults=True):
    """What a function says of one resource."""

    compliance_resource_type: Annotated[str, Meta(min_length=1, max_length=256)]
    """As `AWS::IAM::Role`."""
    compliance_resource_id: Annotated[str, Meta(min_length=1, max_length=768)]
    """Its unique id."""
    compliance_type: ComplianceType
    """What it found."""
    ordering_timestamp: Annotated[float, Meta(ge=0)]
    """When the event was that it was asked by, in seconds since 1970."""
    annotation: Annotated[str, Meta(min_length=1, max_length=256)] | None = None
    """Why."""


class Result(Struct, frozen=True, kw_only=True):
    """An evaluation that is kept."""

    rule_name: str
    """Whose result it is."""
    evaluation: Evaluation
    """What the function said."""
    recorded_at: datetime
    """When it said so."""
    invoked_at: datetime
    """When it was asked."""

    @property
    def ordered_at(self) -> datetime:
        """When the event was that it was asked by."""
        return datetime.fromtimestamp(self.evaluation.ordering_timestamp, UTC)


class Results:
    """The results of one rule; not safe to use from several threads at once."""

    def __init__(self) -> None:
        self._of: dict[tuple[str, str], Result] = {}

    def put(self, result: Result) -> None:
        """Keep a result, unless a later event's is there for the same resource."""
        evaluation = result.evaluation
        key = evaluation.compliance_resource_type, evaluation.compliance_resource_id
        kept = self._of.get(key)
        if kept is None or kept.evaluation.ordering_timestamp <= evaluation.ordering_timestamp:
            self._of[key] = result

    def all(self, types: Collection[str] = ()) -> list[Result]:
        """The results by type and id of their resources, of these compliance types if any is given."""
        every = [self._of[key] for key in sorted(self._of)]
        return [one for one in every if not types or one.evaluation.compliance_type in types]

    def of(self, resource_type: str, resource_id: str) -> Result | None:
        """The result of one resource, or None."""
        return self._of.get((resource_type, resource_id))

    def compliance(self) -> dict[str, Any]:
        """What the results say of the rule, as AWS writes it."""
        bad = len(self.all(("NON_COMPLIANT",)))
        if bad:
            count = {"CappedCount": min(bad, _MOST_COUNTED), "CapExceeded": bad > _MOST_COUNTED}
            return {"ComplianceType": "NON_COMPLIANT", "ComplianceContributorCount": count}
        return {"ComplianceType": "COMPLIANT" if self.all(("COMPLIANT",)) else "INSUFFICIENT_DATA"}
