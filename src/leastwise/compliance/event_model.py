"""The events by which AWS Config starts a rule."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from leastwise.policy import AccountId, Arn

__all__ = ["ConfigEvent", "ConfigItem", "Continuation", "ItemStatus", "MessageType"]


class MessageType(StrEnum):
    """Why AWS Config starts a rule (AWS Config API Reference, SourceDetail)."""

    SCHEDULED = "ScheduledNotification"
    """It is time."""
    SNAPSHOT_DELIVERED = "ConfigurationSnapshotDeliveryCompleted"
    """It is time, since Config has delivered a snapshot of all it records; treated as SCHEDULED."""
    ITEM_CHANGED = "ConfigurationItemChangeNotification"
    """A resource was made, changed or deleted."""
    OVERSIZED_ITEM_CHANGED = "OversizedConfigurationItemChangeNotification"
    """The same, and the event only sums up the resource."""

    @property
    def is_periodic(self) -> bool:
        """Whether the whole account is to be judged."""
        return self in (MessageType.SCHEDULED, MessageType.SNAPSHOT_DELIVERED)


class ItemStatus(StrEnum):
    """What AWS Config says of a resource's being there (AWS Config API Reference, ConfigurationItem)."""

    OK = "OK"
    DISCOVERED = "ResourceDiscovered"
    """Found when recording began."""
    NOT_RECORDED = "ResourceNotRecorded"
    """Config does not record its kind any more."""
    DELETED = "ResourceDeleted"
    DELETED_NOT_RECORDED = "ResourceDeletedNotRecorded"

    @property
    def is_deleted(self) -> bool:
        """Whether the resource is gone."""
        return self in (ItemStatus.DELETED, ItemStatus.DELETED_NOT_RECORDED)


class ConfigItem(Struct, frozen=True):
    """The resource that changed."""

    type: str
    """`AWS::IAM::Role`; a rule of too wide a scope is told of other things."""
    id: str
    """The unique id, AROA..."""
    status: ItemStatus
    """Whether it is there."""
    captured_at: datetime
    """When Config saw it so; aware, UTC."""
    name: str | None = None
    """Its name; None if the event does not say."""
    arn: Arn | None = None
    """Its ARN; None if the event does not say."""
    created_at: datetime | None = None
    """When it was made; aware, UTC; None if the event does not say."""


class Continuation(Struct, frozen=True, forbid_unknown_fields=True):
    """How far an earlier invocation came."""

    cursor: Annotated[str, Meta(min_length=1)]
    """The last unique id that is done."""
    part: Annotated[int, Meta(ge=1)]
    """The number of this invocation; the first, which has no continuation, is 1."""


class ConfigEvent(Struct, frozen=True):
    """One start of a rule."""

    message_type: MessageType
    """Why."""
    account: AccountId
    """The account that owns the rule, and whose resources it judges."""
    rule_name: str
    """The rule's name; empty if the event does not say."""
    rule_parameters: str | None
    """The rule's parameters as JSON text; None if it has none."""
    result_token: str
    """What PutEvaluations must be given."""
    ordered_at: datetime
    """The ordering timestamp of what is said in answer; aware, UTC."""
    execution_role: Arn | None = None
    """The role that AWS Config itself has; None if the event does not say."""
    has_left_scope: bool = False
    """Whether the resource is out of the rule's scope now."""
    item: ConfigItem | None = None
    """The resource that changed; None for a periodic event."""
    continuation: Continuation | None = None
    """Set where this invocation goes on with another's work."""

    @property
    def is_test(self) -> bool:
        """Whether nothing is to be stored: PutEvaluations takes this token only with TestMode (AWS Config API)."""
        return self.result_token == "TESTMODE"  # noqa: S105 - a word of AWS's
