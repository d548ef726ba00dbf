"""Evaluations as a data file tells them, and what an event is answered with."""

from pathlib import Path

from msgspec import Struct

from compliance.asking import judgement_of, result
from findings.estate import CATALOG, NOW, Estate
from leastwise.compliance import (
    Compliance,
    ConfigEvent,
    EarlierResult,
    Evaluation,
    evaluate,
    evaluate_item,
    gone,
    parse_parameters,
)
from leastwise.inventory import GrantIndex

HERE = Path(__file__).parent


class Told(Struct, frozen=True, forbid_unknown_fields=True):
    """One evaluation."""

    says: Compliance
    why: str


class Before(Struct, frozen=True, forbid_unknown_fields=True):
    """One earlier result."""

    compliance: Compliance
    annotation: str = ""


class Known(Struct, frozen=True, forbid_unknown_fields=True):
    """An account, and what was said of it."""

    account: Estate
    earlier: dict[str, Before] = {}


def results_of(earlier: dict[str, Before]) -> dict[str, EarlierResult]:
    """The earlier results, all of them told at NOW."""
    return {identity: result(identity, one.compliance, one.annotation) for identity, one in earlier.items()}


def told_of(evaluations: tuple[Evaluation, ...]) -> dict[str, Told]:
    return {one.resource_id: Told(one.compliance, one.annotation) for one in evaluations}


def answer(event: ConfigEvent, known: Known) -> tuple[Evaluation, ...]:
    """What AWS Config is told, as the handler will tell it."""
    parameters, snapshot = parse_parameters(event.rule_parameters), known.account.snapshot()
    judgement = judgement_of(snapshot, known.account.evidence(), parameters)
    grants, earlier = GrantIndex(CATALOG, snapshot), results_of(known.earlier)
    if event.item is not None:
        return (
            evaluate_item(
                event,
                parameters,
                judgement=judgement,
                grants=grants,
                snapshot=snapshot,
                earlier=earlier,
                now=NOW,
            ),
        )
    found = evaluate(
        judgement,
        parameters,
        grants=grants,
        snapshot=snapshot,
        earlier=earlier,
        now=NOW,
        ordered_at=event.ordered_at,
    )
    return (*found, *gone(earlier, snapshot, ordered_at=event.ordered_at))
