"""Rules asked about accounts in a few lines."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime

import msgspec

from findings.estate import CATALOG, NOW, Estate, judged
from leastwise.compliance import Compliance, EarlierResult, Evaluation, RuleParameters, evaluate, parse_parameters
from leastwise.evidence import Evidence
from leastwise.findings import Judgement
from leastwise.inventory import GrantIndex, Snapshot
from leastwise.settings import Settings

PREFIXES = {
    "AIDA": "AWS::IAM::User",
    "AROA": "AWS::IAM::Role",
    "AGPA": "AWS::IAM::Group",
    "ANPA": "AWS::IAM::Policy",
}


def parameters_of(values: Mapping[str, str]) -> RuleParameters:
    return parse_parameters(msgspec.json.encode(values).decode())


def result(identity: str, compliance: Compliance, annotation: str = "") -> EarlierResult:
    return EarlierResult(PREFIXES.get(identity[:4], "AWS::IAM::Role"), identity, compliance, annotation, NOW)


def asked(
    estate: Estate,
    parameters: RuleParameters,
    *,
    earlier: Mapping[str, EarlierResult] | None = None,
    only: AbstractSet[str] | None = None,
    evidence: Evidence | None = None,
    settings: Settings | None = None,
) -> tuple[Evaluation, ...]:
    """What the rule says of the account, whose days are the rule's."""
    snapshot = estate.snapshot()
    judgement = judgement_of(snapshot, evidence or estate.evidence(), parameters, settings)
    return asked_of(snapshot, judgement, parameters, earlier=earlier, only=only)


def judgement_of(
    snapshot: Snapshot, evidence: Evidence, parameters: RuleParameters, settings: Settings | None = None
) -> Judgement:
    return judged(snapshot, evidence, days=parameters.stale_after_days, settings=settings)


def asked_of(
    snapshot: Snapshot,
    judgement: Judgement,
    parameters: RuleParameters,
    *,
    earlier: Mapping[str, EarlierResult] | None = None,
    only: AbstractSet[str] | None = None,
    now: datetime = NOW,
) -> tuple[Evaluation, ...]:
    return evaluate(
        judgement,
        parameters,
        grants=GrantIndex(CATALOG, snapshot),
        snapshot=snapshot,
        earlier=earlier or {},
        now=now,
        ordered_at=NOW,
        only=only,
    )
