"""AWS Config's events, read: JSON with JSON inside.

AWS Config Developer Guide, "Example Events for AWS Config Rules".
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Final, TypeVar

import msgspec
from msgspec import Meta, Struct

from leastwise.compliance.event_model import ConfigEvent, ConfigItem, Continuation, ItemStatus, MessageType
from leastwise.errors import UsageError
from leastwise.policy import AccountId, Arn, identifier_from_json

__all__ = ["CONTINUATION_KEY", "EventError", "continued", "parse_event"]

CONTINUATION_KEY: Final = "leastwise"
"""Where an event says how far an earlier invocation came."""

_Moment = Annotated[datetime, Meta(tz=True)]
_Text = Annotated[str, Meta(min_length=1)]
_Wanted = TypeVar("_Wanted")
_HINT: Final = "AWS Config Developer Guide, Example Events for AWS Config Rules, shows what is expected."


class EventError(UsageError):
    """What was handed to the rule is no event of AWS Config's as AWS documents it; the message names the field."""


class _Event(Struct, rename="camel"):
    invoking_event: str
    result_token: _Text
    account_id: AccountId
    rule_parameters: str | None = None
    event_left_scope: bool = False
    execution_role_arn: Arn | None = None
    config_rule_name: str = ""
    leastwise: Continuation | None = None


class _Head(Struct, rename="camel"):
    message_type: MessageType


class _Periodic(Struct, rename="camel"):
    notification_creation_time: _Moment
    aws_account_id: AccountId | None = None


class _Item(Struct, rename="camel"):
    resource_type: _Text
    resource_id: _Text
    configuration_item_status: ItemStatus
    configuration_item_capture_time: _Moment
    aws_account_id: AccountId | None = None
    resource_name: str | None = None
    arn: Arn | None = msgspec.field(default=None, name="ARN")
    resource_creation_time: _Moment | None = None


class _Changed(Struct, rename="camel"):
    configuration_item: _Item


class _OversizedChanged(Struct, rename="camel"):
    configuration_item_summary: _Item


def parse_event(event: Mapping[str, object] | bytes) -> ConfigEvent:
    """The event, as Lambda hands it over or as the JSON of a file.

    What AWS adds to its events in times to come does not matter; what it documents must be there.

    Raises:
        EventError: a field is missing or of another shape; says which, and in which of the two JSON texts.
    """
    outer = _outer(event)
    message_type = _inner(outer, _Head).message_type
    if message_type.is_periodic:
        notice = _inner(outer, _Periodic)
        _check_account(outer, notice.aws_account_id)
        return _config_event(outer, message_type, _utc(notice.notification_creation_time), item=None)
    found = _item(outer, message_type)
    _check_account(outer, found.aws_account_id)
    item = ConfigItem(
        type=found.resource_type,
        id=found.resource_id,
        status=found.configuration_item_status,
        captured_at=_utc(found.configuration_item_capture_time),
        name=found.resource_name,
        arn=found.arn,
        created_at=None if found.resource_creation_time is None else _utc(found.resource_creation_time),
    )
    return _config_event(outer, message_type, item.captured_at, item=item)


def continued(event: Mapping[str, object], *, cursor: str, part: int) -> Mapping[str, object]:
    """The event for a further invocation that begins after the id `cursor`; everything else stays as AWS wrote it."""
    return {**event, CONTINUATION_KEY: {"cursor": cursor, "part": part}}


def _outer(event: Mapping[str, object] | bytes) -> _Event:
    if isinstance(event, bytes):
        return _decoded(event, _Event, where="event")
    try:
        return msgspec.convert(event, _Event, dec_hook=identifier_from_json)
    except msgspec.ValidationError as error:
        raise EventError(f"event: {error}", hint=_HINT) from error


def _item(outer: _Event, message_type: MessageType) -> _Item:
    if message_type is MessageType.OVERSIZED_ITEM_CHANGED:
        return _inner(outer, _OversizedChanged).configuration_item_summary
    return _inner(outer, _Changed).configuration_item


def _inner(outer: _Event, wanted: type[_Wanted]) -> _Wanted:
    return _decoded(outer.invoking_event.encode(), wanted, where="event: invokingEvent")


def _decoded(text: bytes, wanted: type[_Wanted], *, where: str) -> _Wanted:
    try:
        return msgspec.json.decode(text, type=wanted, dec_hook=identifier_from_json)
    except msgspec.ValidationError as error:
        raise EventError(f"{where}: {error}", hint=_HINT) from error
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise EventError(f"{where}: not JSON: {error}", hint=_HINT) from error


def _check_account(outer: _Event, named: AccountId | None) -> None:
    if named is not None and named != outer.account_id:
        raise EventError(
            f"event: invokingEvent: awsAccountId {named} is another account than the event's {outer.account_id}",
            hint=_HINT,
        )


def _config_event(
    outer: _Event, message_type: MessageType, ordered_at: datetime, *, item: ConfigItem | None
) -> ConfigEvent:
    return ConfigEvent(
        message_type=message_type,
        account=outer.account_id,
        rule_name=outer.config_rule_name,
        rule_parameters=outer.rule_parameters,
        result_token=outer.result_token,
        ordered_at=ordered_at,
        execution_role=outer.execution_role_arn,
        has_left_scope=outer.event_left_scope,
        item=item,
        continuation=outer.leastwise,
    )


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)
