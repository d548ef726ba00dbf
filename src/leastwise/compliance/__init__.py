"""What AWS Config is told: a rule's parameters, the events that start it, and its evaluations.

Promise: COMPLIANT is only what is known to be so; whatever is not known says so, with the reason.
"""

from leastwise.compliance.annotation import LONGEST_ANNOTATION
from leastwise.compliance.changes import evaluate_item, evaluate_unseen
from leastwise.compliance.evaluating import evaluate, gone, left_out
from leastwise.compliance.event_model import ConfigEvent, ConfigItem, Continuation, ItemStatus, MessageType
from leastwise.compliance.events import CONTINUATION_KEY, EventError, continued, parse_event
from leastwise.compliance.parameter_table import PARAMETERS, Parameter
from leastwise.compliance.parameters import (
    Mistake,
    RuleName,
    RuleParameters,
    RuleParametersError,
    parse_parameters,
)
from leastwise.compliance.resource_types import ResourceType
from leastwise.compliance.resources import Resource, resources_of
from leastwise.compliance.results import LARGEST_CHUNK, Compliance, EarlierResult, Evaluation, chunks

__all__ = [
    "CONTINUATION_KEY",
    "LARGEST_CHUNK",
    "LONGEST_ANNOTATION",
    "PARAMETERS",
    "Compliance",
    "ConfigEvent",
    "ConfigItem",
    "Continuation",
    "EarlierResult",
    "Evaluation",
    "EventError",
    "ItemStatus",
    "MessageType",
    "Mistake",
    "Parameter",
    "Resource",
    "ResourceType",
    "RuleName",
    "RuleParameters",
    "RuleParametersError",
    "chunks",
    "continued",
    "evaluate",
    "evaluate_item",
    "evaluate_unseen",
    "gone",
    "left_out",
    "parse_event",
    "parse_parameters",
    "resources_of",
]
