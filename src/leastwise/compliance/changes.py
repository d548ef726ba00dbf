"""What AWS Config is to be told of one resource that it saw change."""

from collections.abc import Mapping
from datetime import datetime

from leastwise.compliance.aside import aside_by_age, aside_by_arn, aside_by_type
from leastwise.compliance.evaluating import evaluate, evaluation_of
from leastwise.compliance.event_model import ConfigEvent, ConfigItem, ItemStatus
from leastwise.compliance.outcome import Outcome, not_applicable, unknown_whole
from leastwise.compliance.parameters import RuleParameters
from leastwise.compliance.results import EarlierResult, Evaluation
from leastwise.findings import Judgement, Reason
from leastwise.inventory import GrantIndex, Snapshot

__all__ = ["evaluate_item", "evaluate_unseen"]


def evaluate_unseen(event: ConfigEvent, parameters: RuleParameters, *, now: datetime) -> Evaluation | None:
    """What the event alone settles; None if the account has to be looked at.

    NOT_APPLICABLE where the resource is deleted, out of scope, not recorded, of a kind that is not asked for, reserved,
    excluded, or within its days of grace. Raises ValueError for a periodic event.
    """
    item = _item_of(event)
    outcome = _without_scan(event, item, parameters, now)
    return None if outcome is None else _evaluation(event, outcome, before=None)


def evaluate_item(
    event: ConfigEvent,
    parameters: RuleParameters,
    *,
    judgement: Judgement,
    grants: GrantIndex,
    snapshot: Snapshot,
    earlier: Mapping[str, EarlierResult],
    now: datetime,
) -> Evaluation:
    """What is to be said of the resource that changed: what the event settles, else what is known of its use.

    A resource that the account's details do not show is unknown: they may be older than it. Raises ValueError for a
    periodic event, and where the judgement is by other days than the rule's.
    """
    settled = evaluate_unseen(event, parameters, now=now)
    if settled is not None:
        return settled
    item = _item_of(event)
    found = evaluate(
        judgement,
        parameters,
        grants=grants,
        snapshot=snapshot,
        earlier=earlier,
        now=now,
        ordered_at=event.ordered_at,
        only={item.id},
    )
    missing = unknown_whole(Reason.NOT_COLLECTED, why="the account's details do not show it")
    return found[0] if found else _evaluation(event, missing, before=earlier.get(item.id))


def _item_of(event: ConfigEvent) -> ConfigItem:
    if event.item is None:
        raise ValueError(f"an event of type {event.message_type} is about no single resource")
    return event.item


def _without_scan(event: ConfigEvent, item: ConfigItem, parameters: RuleParameters, now: datetime) -> Outcome | None:
    if item.status.is_deleted:
        return not_applicable("Gone: it was deleted")
    if item.status is ItemStatus.NOT_RECORDED:
        return not_applicable("AWS Config does not record it")
    if event.has_left_scope:
        return not_applicable("Out of the rule's scope")
    return (
        aside_by_type(item.type, parameters)
        or (None if item.arn is None else aside_by_arn(item.arn, parameters))
        or (None if item.created_at is None else aside_by_age(item.created_at, parameters, now=now))
    )


def _evaluation(event: ConfigEvent, outcome: Outcome, *, before: EarlierResult | None) -> Evaluation:
    item = _item_of(event)
    return evaluation_of(item.type, item.id, outcome, before=before, ordered_at=event.ordered_at)
