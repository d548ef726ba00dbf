"""The events that AWS Config sends to the function of a rule.

Their forms are those of the AWS Config Developer Guide, "Example Events for AWS Config Rules".
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, Literal

import msgspec

from leastwise.sandbox.config.items import Item, stamp
from leastwise.sandbox.config.rules import Rule

__all__ = ["ChangeType", "change", "event", "oversized_change", "schedule"]

ChangeType = Literal["CREATE", "UPDATE", "DELETE"]
_VERSION: Final = "1.3"
_RECORDER: Final = "aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"
_STATUSES: Final[Mapping[ChangeType, str]] = {
    "CREATE": "ResourceDiscovered",
    "DELETE": "ResourceDeleted",
    "UPDATE": "OK",
}


def event(rule: Rule, invoking: Mapping[str, Any], *, account_id: str, token: str, left_scope: bool) -> bytes:
    """The JSON that the rule's function is given."""
    told = {
        "version": "1.0",
        "invokingEvent": msgspec.json.encode(invoking).decode(),
        "resultToken": token,
        "eventLeftScope": left_scope,
        "executionRoleArn": f"arn:aws:iam::{account_id}:role/{_RECORDER}",
        "configRuleArn": rule.config_rule_arn,
        "configRuleName": rule.config_rule_name,
        "configRuleId": rule.config_rule_id,
        "accountId": account_id,
    }
    parameters = {"ruleParameters": rule.input_parameters} if rule.input_parameters else {}
    return msgspec.json.encode({**told, **parameters})


def schedule(*, account_id: str, now: datetime) -> Mapping[str, Any]:
    """What triggers a periodic rule."""
    return {
        "awsAccountId": account_id,
        "notificationCreationTime": stamp(now),
        "messageType": "ScheduledNotification",
        "recordVersion": "1.0",
    }


def change(item: Item, kind: ChangeType, *, account_id: str, now: datetime) -> Mapping[str, Any]:
    """What triggers a rule when a resource changes; a deleted one has no configuration any more."""
    deleted = kind == "DELETE"
    told = {
        **_head(item, kind, account_id=account_id, now=now),
        "configurationItemVersion": _VERSION,
        "tags": {} if deleted else item.tags,
        "relatedEvents": [],
        "relationships": [],
        "configuration": None if deleted else item.configuration,
        "supplementaryConfiguration": {},
    }
    return {
        "configurationItemDiff": {"changedProperties": {}, "changeType": kind},
        "configurationItem": told,
        "notificationCreationTime": stamp(now),
        "messageType": "ConfigurationItemChangeNotification",
        "recordVersion": _VERSION,
    }


def oversized_change(item: Item, kind: ChangeType, *, account_id: str, now: datetime) -> Mapping[str, Any]:
    """What triggers a rule when a resource changes that is too large for an event."""
    summary = {
        "changeType": kind,
        **_head(item, kind, account_id=account_id, now=now),
        "configurationItemVersion": _VERSION,
    }
    return {
        "configurationItemSummary": summary,
        "notificationCreationTime": stamp(now),
        "messageType": "OversizedConfigurationItemChangeNotification",
        "recordVersion": "1.0",
    }


def _head(item: Item, kind: ChangeType, *, account_id: str, now: datetime) -> Mapping[str, Any]:
    return {
        "configurationItemCaptureTime": stamp(now),
        "configurationStateId": int(now.timestamp() * 1000),
        "awsAccountId": account_id,
        "configurationItemStatus": _STATUSES[kind],
        "resourceType": item.resource_type,
        "resourceId": item.resource_id,
        "resourceName": item.resource_name,
        "ARN": item.arn,
        "awsRegion": "global",
        "availabilityZone": "Not Applicable",
        "configurationStateMd5Hash": item.state_hash,
        "resourceCreationTime": None if kind == "DELETE" else item.created_at,
    }
