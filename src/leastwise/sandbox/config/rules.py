"""A rule of AWS Config as it is put: what it says, and what AWS refuses in it."""

from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from leastwise.sandbox.refusals import Refusal

__all__ = ["Change", "MessageType", "Rule", "RuleName", "check_rule", "is_changed_by", "is_in_scope", "is_periodic"]

RuleName = Annotated[str, Meta(min_length=1, max_length=128, pattern=r"\S")]
Frequency = Literal["One_Hour", "Three_Hours", "Six_Hours", "Twelve_Hours", "TwentyFour_Hours"]
MessageType = Literal[
    "ConfigurationItemChangeNotification",
    "ConfigurationSnapshotDeliveryCompleted",
    "OversizedConfigurationItemChangeNotification",
    "ScheduledNotification",
]
_Text256 = Annotated[str, Meta(min_length=1, max_length=256)]
_Text128 = Annotated[str, Meta(min_length=1, max_length=128)]
_SCHEDULED: Final = "ScheduledNotification"


class Change(Struct, frozen=True):
    """A resource that Config tells a rule of."""

    type: str
    """As `AWS::IAM::Role`."""
    id: str
    """Its unique id."""


class SourceDetail(Struct, frozen=True, rename="pascal"):
    """One thing that triggers a rule."""

    event_source: Literal["aws.config"]
    """Where it comes from."""
    message_type: MessageType
    """What it is."""
    maximum_execution_frequency: Frequency | UnsetType = UNSET
    """How often a periodic one comes."""


class Source(Struct, frozen=True, rename="pascal"):
    """What evaluates a rule."""

    owner: Literal["CUSTOM_LAMBDA", "AWS", "CUSTOM_POLICY"]
    """Whose code it is."""
    source_identifier: _Text256 | UnsetType = UNSET
    """The function's ARN."""
    source_details: Annotated[tuple[SourceDetail, ...], Meta(max_length=25)] = ()
    """What triggers it."""


class Scope(Struct, frozen=True, rename="pascal"):
    """Which resources a rule is told of."""

    compliance_resource_types: Annotated[tuple[_Text256, ...], Meta(max_length=100)] | UnsetType = UNSET
    """Their types; all if it is not given."""
    tag_key: _Text128 | UnsetType = UNSET
    """A tag that they have."""
    tag_value: _Text256 | UnsetType = UNSET
    """The value of that tag."""
    compliance_resource_id: Annotated[str, Meta(min_length=1, max_length=768)] | UnsetType = UNSET
    """The one resource."""


class Mode(Struct, frozen=True, rename="pascal"):
    """When a rule is evaluated."""

    mode: Literal["DETECTIVE", "PROACTIVE"]
    """After a resource is there, or before."""


class Rule(Struct, frozen=True, rename="pascal"):
    """A rule of AWS Config."""

    source: Source
    """What evaluates it."""
    config_rule_name: RuleName | UnsetType = UNSET
    """Its name."""
    config_rule_arn: _Text256 | UnsetType = UNSET
    """Its ARN, which AWS gives it."""
    config_rule_id: Annotated[str, Meta(min_length=1, max_length=64)] | UnsetType = UNSET
    """Its id, which AWS gives it."""
    description: Annotated[str, Meta(max_length=256)] | UnsetType = UNSET
    """What it is for."""
    scope: Scope | UnsetType = UNSET
    """Which resources it is told of."""
    input_parameters: Annotated[str, Meta(min_length=1, max_length=1024)] | UnsetType = UNSET
    """JSON with what its function is told."""
    maximum_execution_frequency: Frequency | UnsetType = UNSET
    """How often it is evaluated, where a snapshot triggers it."""
    config_rule_state: Literal["ACTIVE", "DELETING", "DELETING_RESULTS", "EVALUATING"] | UnsetType = UNSET
    """How it is; AWS says so, nobody else."""
    evaluation_modes: tuple[Mode, ...] = (Mode("DETECTIVE"),)
    """When it is evaluated."""


def check_rule(rule: Rule) -> None:
    """Refuse a rule that AWS does not take, or that the sandbox does not have.

    Raises:
        Refusal: as said.
    """
    if rule.source.owner != "CUSTOM_LAMBDA" or rule.evaluation_modes != (Mode("DETECTIVE"),):
        raise Refusal(501, "NotImplemented", "The sandbox has detective rules of owner CUSTOM_LAMBDA only")
    if not rule.source.source_identifier or not rule.source.source_details:
        raise _invalid("SourceIdentifier and SourceDetails must be given for a custom rule.")
    for detail in rule.source.source_details:
        if detail.maximum_execution_frequency and detail.message_type != _SCHEDULED:
            raise _invalid(f"MaximumExecutionFrequency is only for {_SCHEDULED}, not for {detail.message_type}.")
    _check_scope(rule.scope or Scope())
    _check_parameters(rule.input_parameters or "{}")


def _check_scope(scope: Scope) -> None:
    types = scope.compliance_resource_types or ()
    if scope.compliance_resource_id and len(types) != 1:
        raise _invalid("A ComplianceResourceId needs exactly one of ComplianceResourceTypes.")
    if scope.tag_value and not scope.tag_key:
        raise _invalid("A TagValue needs a TagKey.")
    if scope.tag_key and types:
        raise _invalid("A scope has either ComplianceResourceTypes or a TagKey.")


def _check_parameters(text: str) -> None:
    try:
        parameters: Any = msgspec.json.decode(text)
    except msgspec.DecodeError as error:
        raise _invalid(f"The InputParameters are not valid JSON: {error}") from error
    if not isinstance(parameters, dict) or not all(isinstance(value, str) for value in parameters.values()):
        raise _invalid("The InputParameters must be a JSON object of strings.")


def is_periodic(rule: Rule) -> bool:
    """Whether the rule is triggered by the clock."""
    return any(detail.message_type == _SCHEDULED for detail in rule.source.source_details)


def is_changed_by(rule: Rule, message: MessageType) -> bool:
    """Whether a message of this type triggers the rule."""
    return any(detail.message_type == message for detail in rule.source.source_details)


def is_in_scope(rule: Rule, change: Change, *, tags: dict[str, str]) -> bool:
    """Whether the rule is told of this resource."""
    scope = rule.scope or Scope()
    if scope.tag_key:
        return scope.tag_key in tags and (not scope.tag_value or tags[scope.tag_key] == scope.tag_value)
    types = scope.compliance_resource_types or (change.type,)
    return change.type in types and (scope.compliance_resource_id or change.id) == change.id


def _invalid(message: str) -> Refusal:
    return Refusal(400, "InvalidParameterValueException", message)
