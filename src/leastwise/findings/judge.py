"""The judgement of one account: verdicts on everything granted, and the findings that the rules make of them."""

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from itertools import chain
from typing import Final

from leastwise.catalog import Catalog
from leastwise.evidence import Evidence
from leastwise.findings.context import Context, Subject
from leastwise.findings.exemptions import exempted, exemption_notes
from leastwise.findings.gain import NOTHING, Removal, gain_of
from leastwise.findings.holders import PrincipalBench
from leastwise.findings.model import (
    Finding,
    Gain,
    Judgement,
    Parameters,
    PolicyJudgement,
    PrincipalJudgement,
    Rule,
)
from leastwise.findings.notes import document_notes, evidence_notes
from leastwise.findings.policies import PolicyBench
from leastwise.findings.rules import CHECKS
from leastwise.findings.scope import EVERYTHING, Scope
from leastwise.findings.verdicts import VerdictBench
from leastwise.inventory import GrantIndex, Relations, Snapshot
from leastwise.policy import Arn
from leastwise.settings import Settings

__all__ = ["judge"]

_RANK: Final = {rule: rank for rank, rule in enumerate(Rule)}
_NO_SETTINGS: Final = Settings()


def judge(
    snapshot: Snapshot,
    evidence: Evidence,
    *,
    grants: GrantIndex,
    parameters: Parameters,
    catalog: Catalog,
    settings: Settings = _NO_SETTINGS,
    scope: Scope = EVERYTHING,
    only: AbstractSet[Arn] | None = None,
) -> Judgement:
    """The account, judged: the same input gives the same judgement, findings, ids and order included.

    `grants` must be of the same snapshot and catalog. Of the settings only the exemptions are read. All is judged, and
    what `scope` takes is given back; with `only` no more is judged than these principals and policies, and whom the
    policies reach, and the same is said of them as of the whole. Costs about 10 microseconds a principal and service;
    equal lists of actions are one object.
    """
    bench, relations = VerdictBench(parameters, catalog), Relations(snapshot)
    needed = None if only is None else _needed(only, snapshot, relations)
    principals = PrincipalBench(snapshot, evidence, grants, parameters, bench).judgements(needed)
    policies = PolicyBench(snapshot, evidence, grants, relations, parameters, bench, catalog).judgements(
        principals, only
    )
    if only is not None:
        principals = tuple(judged for judged in principals if judged.principal.arn in only)
    principals = scope.principals(principals)
    policies = scope.policies(policies, principals, relations)
    context = Context(snapshot.account, parameters, catalog, grants, relations, evidence)
    known = {judged.principal.arn: judged.principal for judged in principals}
    found = exempted(_findings(principals, policies, context), known, settings=settings, now=parameters.now)
    exemptions = exemption_notes(found, known.values(), settings=settings, now=parameters.now)
    notes = chain(exemptions, document_notes(snapshot, catalog), evidence_notes(evidence, parameters))
    return Judgement(
        parameters=parameters,
        principals=principals,
        policies=policies,
        findings=found,
        gains=_gains(principals, found, context),
        notes=tuple(notes),
    )


def _needed(only: AbstractSet[Arn], snapshot: Snapshot, relations: Relations) -> AbstractSet[Arn]:
    """These, and the principals that the policies among them reach: a policy's verdict needs every holder's."""
    policies = (policy.arn for policy in snapshot.policies if policy.arn in only)
    return only | {arn for policy in policies for arn in relations.reached_principals(policy)}


def _findings(
    principals: Iterable[PrincipalJudgement], policies: Iterable[PolicyJudgement], context: Context
) -> list[Finding]:
    """What the rules find, in order; nothing of a principal that nobody but AWS can change."""
    subjects: Iterator[Subject] = chain((judged for judged in principals if judged.is_editable), policies)
    found = (finding for subject in subjects for check in CHECKS.values() for finding in check(subject, context))
    return sorted(found, key=lambda finding: (_RANK[finding.rule], finding.resource, finding.id))


def _gains(
    principals: Iterable[PrincipalJudgement], findings: Iterable[Finding], context: Context
) -> Mapping[Arn, Gain]:
    """By principal with a finding that is not exempt: all that would go, each action counted once."""
    known = {one.principal.arn for one in principals}
    removals: dict[Arn, Removal] = {}
    for finding in findings:
        if finding.resource in known and finding.exempt is None:
            removals[finding.resource] = removals.get(finding.resource, NOTHING) | context.removals[finding.id]
    return {arn: gain_of(removals[arn], context.catalog) for arn in sorted(removals)}
