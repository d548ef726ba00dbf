import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from inline_snapshot import snapshot

from leastwise.compliance import (
    ConfigEvent,
    ConfigItem,
    Continuation,
    EventError,
    ItemStatus,
    MessageType,
    continued,
    parse_event,
)
from leastwise.policy import AccountId, Arn

EVENTS = Path(__file__).parent / "events"
NAMES = sorted(path.name for path in EVENTS.glob("*.json"))
Data = dict[str, Any]


def event_of(name: str) -> Data:
    return msgspec.json.decode((EVENTS / name).read_bytes(), type=dict[str, Any])


def with_invoking(event: Data, **changes: object) -> Data:
    """The event with other values in its inner JSON; None takes a field out."""
    inner = {**json.loads(event["invokingEvent"]), **changes}
    return {**event, "invokingEvent": json.dumps({key: value for key, value in inner.items() if value is not None})}


def with_item(event: Data, **changes: object) -> Data:
    inner = json.loads(event["invokingEvent"])
    item = {key: value for key, value in {**inner["configurationItem"], **changes}.items() if value != "absent"}
    return with_invoking(event, configurationItem=item)


@pytest.mark.parametrize("name", NAMES)
def test_an_event_is_the_same_as_text_and_as_lambda_hands_it_over(name: str) -> None:
    assert parse_event((EVENTS / name).read_bytes()) == parse_event(event_of(name))


def test_there_is_an_event_of_every_message_type_and_of_every_status() -> None:
    events = [parse_event(event_of(name)) for name in NAMES]
    assert {event.message_type for event in events} == set(MessageType)
    assert {event.item.status for event in events if event.item} == set(ItemStatus)


def test_a_scheduled_event_is_read() -> None:
    assert parse_event(event_of("scheduled.json")) == ConfigEvent(
        MessageType.SCHEDULED,
        AccountId("111122223333"),
        "leastwise-unused-services",
        '{"rule":"unused-services"}',
        "eyJlbmNyeXB0ZWREYXRhIjpbNjUsMTldfQ",
        datetime(2026, 11, 24, 11, 50, 0, 373000, UTC),
        Arn("arn:aws:iam::111122223333:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"),
    )


def test_a_changed_item_is_read() -> None:
    assert parse_event(event_of("role-changed.json")).item == ConfigItem(
        "AWS::IAM::Role",
        "AROACI",
        ItemStatus.OK,
        datetime(2026, 11, 24, 11, 36, 34, 43000, UTC),
        "ci",
        Arn("arn:aws:iam::111122223333:role/ci"),
        datetime(2024, 2, 28, 12, tzinfo=UTC),
    )


@pytest.mark.parametrize("name", [name for name in NAMES if parse_event(event_of(name)).item])
def test_the_ordering_timestamp_of_a_change_is_when_it_was_seen(name: str) -> None:
    event = parse_event(event_of(name))
    assert event.item is not None
    assert event.ordered_at == event.item.captured_at
    assert not event.message_type.is_periodic


def test_a_moment_of_another_zone_is_told_in_utc() -> None:
    event = with_invoking(event_of("scheduled.json"), notificationCreationTime="2026-11-24T13:50:00+02:00")
    found = parse_event(event).ordered_at
    assert (found.isoformat(), found.tzinfo) == ("2026-11-24T11:50:00+00:00", UTC)


def test_only_the_token_of_a_test_is_a_test() -> None:
    scheduled = event_of("scheduled.json")
    assert not parse_event(scheduled).is_test
    assert parse_event({**scheduled, "resultToken": "TESTMODE"}).is_test


@given(st.sampled_from(NAMES), st.text(min_size=1), st.integers(1, 10**6))
def test_an_event_that_is_continued_is_otherwise_the_same(name: str, cursor: str, part: int) -> None:
    event = event_of(name)
    going_on = parse_event(continued(event, cursor=cursor, part=part))
    assert going_on.continuation == Continuation(cursor, part)
    assert msgspec.structs.replace(going_on, continuation=None) == parse_event(event)
    assert continued(continued(event, cursor="x", part=2), cursor=cursor, part=part) == continued(
        event, cursor=cursor, part=part
    )


def test_what_aws_adds_and_what_it_may_leave_out_does_not_matter() -> None:
    scheduled = event_of("scheduled.json")
    optional = {"ruleParameters", "eventLeftScope", "executionRoleArn", "configRuleName", "configRuleArn", "version"}
    bare = parse_event({key: value for key, value in scheduled.items() if key not in optional} | {"evaluationMode": 1})
    assert (bare.rule_parameters, bare.execution_role, bare.rule_name, bare.has_left_scope) == (None, None, "", False)
    changed = event_of("role-changed.json")
    spare = with_item(changed, ARN=None, resourceName=None, resourceCreationTime=None, awsAccountId="absent")
    item = parse_event(spare).item
    assert item is not None
    assert (item.arn, item.name, item.created_at) == (None, None, None)


SCHEDULED = event_of("scheduled.json")
CHANGED = event_of("role-changed.json")


@pytest.mark.parametrize(
    ("event", "says"),
    [
        ({}, "event: Object missing required field `invokingEvent`"),
        ({**SCHEDULED, "invokingEvent": {}}, "event: Expected `str`, got `object` - at `$.invokingEvent`"),
        ({**SCHEDULED, "invokingEvent": "{"}, "event: invokingEvent: not JSON: Input data was truncated"),
        ({**SCHEDULED, "invokingEvent": "[" * 99999}, "event: invokingEvent: "),
        ({**SCHEDULED, "resultToken": None}, "event: Expected `str`, got `null` - at `$.resultToken`"),
        ({**SCHEDULED, "resultToken": ""}, "event: Expected `str` of length >= 1 - at `$.resultToken`"),
        ({**SCHEDULED, "accountId": "1"}, "event: not a 12-digit account id: '1' - at `$.accountId`"),
        ({**SCHEDULED, "accountId": 111122223333}, "event: an account id must be a string - at `$.accountId`"),
        ({**SCHEDULED, "ruleParameters": {}}, "event: Expected `str | null`, got `object` - at `$.ruleParameters`"),
        ({**SCHEDULED, "eventLeftScope": "no"}, "event: Expected `bool`, got `str` - at `$.eventLeftScope`"),
        ({**SCHEDULED, "leastwise": {"cursor": "A"}}, "event: Object missing required field `part` - at `$.leastwise`"),
        (
            {**SCHEDULED, "leastwise": {"cursor": "A", "part": 0}},
            "event: Expected `int` >= 1 - at `$.leastwise.part`",
        ),
        (
            {**SCHEDULED, "leastwise": {"cursor": "A", "part": 2, "more": 1}},
            "event: Object contains unknown field `more` - at `$.leastwise`",
        ),
        (
            with_invoking(SCHEDULED, messageType="ConfigurationHistoryDeliveryCompleted"),
            "event: invokingEvent: Invalid enum value 'ConfigurationHistoryDeliveryCompleted' - at `$.messageType`",
        ),
        (
            with_invoking(SCHEDULED, messageType=None),
            "event: invokingEvent: Object missing required field `messageType`",
        ),
        (
            with_invoking(SCHEDULED, notificationCreationTime=None),
            "event: invokingEvent: Object missing required field `notificationCreationTime`",
        ),
        (
            with_invoking(SCHEDULED, notificationCreationTime="2026-11-24T11:50:00"),
            "event: invokingEvent: Expected `datetime` with a timezone component - at `$.notificationCreationTime`",
        ),
        (
            with_invoking(SCHEDULED, awsAccountId="444455556666"),
            "event: invokingEvent: awsAccountId 444455556666 is another account than the event's 111122223333",
        ),
        (
            with_invoking(CHANGED, configurationItem=None),
            "event: invokingEvent: Object missing required field `configurationItem`",
        ),
        (
            with_item(CHANGED, resourceId="absent"),
            "event: invokingEvent: Object missing required field `resourceId` - at `$.configurationItem`",
        ),
        (
            with_item(CHANGED, configurationItemStatus="Gone"),
            "event: invokingEvent: Invalid enum value 'Gone' - at `$.configurationItem.configurationItemStatus`",
        ),
        (
            with_item(CHANGED, ARN="ci"),
            "event: invokingEvent: not an ARN: 'ci' - at `$.configurationItem.ARN`",
        ),
        (
            with_invoking(CHANGED, messageType="OversizedConfigurationItemChangeNotification"),
            "event: invokingEvent: Object missing required field `configurationItemSummary`",
        ),
    ],
)
def test_an_event_that_is_none_is_refused_by_the_field(event: Data, says: str) -> None:
    with pytest.raises(EventError) as caught:
        parse_event(event)
    assert caught.value.message.startswith(says), caught.value.message


def test_a_text_that_is_no_event_is_refused() -> None:
    with pytest.raises(EventError) as caught:
        parse_event(b"{")
    assert (caught.value.message, caught.value.hint) == snapshot(
        (
            "event: not JSON: Input data was truncated",
            "AWS Config Developer Guide, Example Events for AWS Config Rules, shows what is expected.",
        )
    )
