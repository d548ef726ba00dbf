"""What holds of every account and rule: above all, nothing is called well that is not known to be."""

from collections.abc import Iterator
from datetime import timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.asking import asked, asked_of, judgement_of, parameters_of, result
from findings.estate import CATALOG, NOW, Estate, Key, Policy, Principal, Report, Service, Version
from leastwise.compliance import (
    Compliance,
    EarlierResult,
    Evaluation,
    ResourceType,
    RuleName,
    RuleParameters,
    evaluate,
    gone,
    resources_of,
)
from leastwise.evidence import Evidence, Usage, evidence_of, merge
from leastwise.findings import Judgement, PrincipalJudgement, ServiceVerdict, Verdict
from leastwise.inventory import GrantIndex, Group, ManagedPolicy, PolicyText, Role, Snapshot, User
from leastwise.policy import Arn
from recommend.planning import estates

LAW = settings(max_examples=60, deadline=None)
READ_ONLY = (Arn("arn:aws:iam::111122223333:policy/q"), Arn("arn:aws:iam::aws:policy/p"))
UNUSED = (RuleName.UNUSED_SERVICES, RuleName.UNUSED_ACTIONS, RuleName.UNUSED_PRINCIPALS)

_days = st.sampled_from([1.0, 89.0, 200.0])
_rows = st.builds(
    Service,
    st.none() | _days,
    st.sampled_from([None, (), ("DeleteBucket",), ("DeleteBucket", "PutBucketPolicy")]),
    st.dictionaries(st.just("CreateBucket"), _days),
)
_reports = st.builds(
    Report, st.fixed_dictionaries({"s3": _rows}, optional={"sqs": st.builds(Service, st.none() | _days)})
)
_grants = {
    "age": st.sampled_from([100, 1000]),
    "allow": st.sampled_from(
        [(), ("s3:CreateBucket",), ("s3:CreateBucket", "s3:DeleteBucket"), ("s3:*Bucket", "sqs:*")]
    ),
    "attached": st.sampled_from([(), ("p",)]),
}
_roles = st.builds(Principal, **_grants, last_used=st.none() | _days, report=_reports)
_users = st.builds(
    Principal,
    **_grants,
    report=st.none() | _reports,
    keys=st.builds(Key, st.just(1), st.just(1000), st.none() | _days).map(lambda key: (key,)),
    in_credential_report=st.booleans(),
)
_young = (Version(500, ("s3:CreateBucket",)), Version(10, ("s3:CreateBucket", "s3:DeleteBucket")))
plain = st.builds(
    Estate,
    roles=st.fixed_dictionaries({"ci": _roles, "web": _roles}),
    users=st.fixed_dictionaries({"ana": _users}),
    groups=st.just({}),
    policies=st.fixed_dictionaries({"p": st.builds(Policy, versions=st.sampled_from([(), _young]))}),
)
"""Accounts of which much is known, so that much is compliant."""
accounts = plain | estates
_types = st.lists(st.sampled_from(ResourceType), min_size=1, unique=True).map(tuple)
rules = st.builds(
    RuleParameters,
    st.sampled_from(RuleName),
    stale_after_days=st.sampled_from([1, 90, 400]),
    grace_days=st.sampled_from([0, 5, 30]),
    principal_types=_types,
    exclude=st.sampled_from([(), (), ("role/w*",), ("*:user/*",)]),
    minimum_unused=st.sampled_from([1, 1, 2, 3, 20]),
    read_only_policies=st.sampled_from([(), (), READ_ONLY]),
)
wide = st.builds(
    RuleParameters,
    st.sampled_from(RuleName),
    grace_days=st.just(0),
    principal_types=st.just(tuple(ResourceType)),
    minimum_unused=st.sampled_from([1, 2, 3]),
)
"""Rules that set next to nothing aside."""
results = st.dictionaries(
    st.sampled_from(["AROACI", "AROAWEB", "AIDAANA", "AGPADEV", "ANPAP", "ANPAQ", "AROAGONE", "AIDAGONE"]),
    st.sampled_from(Compliance),
).map(lambda drawn: {identity: result(identity, compliance, "Before") for identity, compliance in drawn.items()})


def by_id(evaluations: tuple[Evaluation, ...]) -> dict[str, Evaluation]:
    return {one.resource_id: one for one in evaluations}


def that_count(judged: PrincipalJudgement, rule: RuleParameters) -> Iterator[ServiceVerdict]:
    for service in judged.services:
        if {grant.policy for grant in service.granted_by} - set(rule.read_only_policies):
            yield service


def is_unknown(service: ServiceVerdict, rule: RuleParameters) -> bool:
    """Told anew: whether anything that counts is unknown; at action level only where no policy is read-only."""
    if service.verdict is Verdict.UNKNOWN:
        return True
    if rule.rule is not RuleName.UNUSED_ACTIONS or rule.read_only_policies or service.verdict is Verdict.UNUSED:
        return False
    return any(action.verdict is Verdict.UNKNOWN for action in service.actions)


def was_used(judged: PrincipalJudgement, rule: RuleParameters) -> bool:
    last = judged.last_used_at
    return last is not None and NOW - last <= timedelta(days=rule.stale_after_days)


@given(accounts, wide | rules)
@settings(LAW, max_examples=150)
def test_nothing_is_compliant_that_has_an_unknown_that_counts(estate: Estate, rule: RuleParameters) -> None:
    snapshot = estate.snapshot()
    judgement = judgement_of(snapshot, estate.evidence(), rule)
    said = by_id(asked_of(snapshot, judgement, rule))
    for judged in judgement.principals:
        found = said.get(judged.principal.id)
        if found is None or found.compliance is not Compliance.COMPLIANT:
            continue
        if rule.rule is RuleName.UNUSED_PRINCIPALS:
            assert isinstance(judged.principal, Group) or was_used(judged, rule)
        else:
            assert not any(is_unknown(service, rule) for service in that_count(judged, rule))


@given(accounts, rules)
@LAW
def test_what_is_unused_is_not_compliant_and_what_is_not_compliant_is_unused(
    estate: Estate, rule: RuleParameters
) -> None:
    snapshot = estate.snapshot()
    judgement = judgement_of(snapshot, estate.evidence(), rule)
    wanted = Verdict.STALE if rule.rule is RuleName.STALE_SERVICES else Verdict.UNUSED
    said = by_id(asked_of(snapshot, judgement, rule))
    for judged in judgement.principals:
        found = said.get(judged.principal.id)
        if found is None or rule.rule in (RuleName.UNUSED_PRINCIPALS, RuleName.UNUSED_ACTIONS):
            continue
        count = sum(service.verdict is wanted for service in that_count(judged, rule))
        assert found.compliance is not Compliance.NON_COMPLIANT or count >= rule.minimum_unused
        assert found.compliance is not Compliance.COMPLIANT or count < rule.minimum_unused


@given(accounts, rules, results)
@LAW
def test_every_resource_that_is_asked_for_has_one_evaluation_and_no_other_has(
    estate: Estate, rule: RuleParameters, earlier: dict[str, EarlierResult]
) -> None:
    snapshot = estate.snapshot()
    evaluations = asked(estate, rule, earlier=earlier)
    ids = [one.resource_id for one in evaluations]
    assert ids == sorted(set(ids))
    expected = {
        one.id
        for one in resources_of(snapshot)
        if one.type in rule.principal_types or (one.id in earlier and earlier[one.id].compliance.is_shown)
    }
    assert set(ids) == expected
    assert not expected & {one.resource_id for one in gone(earlier, snapshot, ordered_at=NOW)}
    for one in evaluations:
        assert one.resource_type in rule.principal_types or one.compliance is Compliance.NOT_APPLICABLE


@given(accounts, rules, results, st.integers(1, 4))
@LAW
def test_the_parts_of_an_account_say_what_the_whole_says(
    estate: Estate, rule: RuleParameters, earlier: dict[str, EarlierResult], size: int
) -> None:
    ids = [one.id for one in resources_of(estate.snapshot())]
    parts = [set(ids[start : start + size]) for start in range(0, len(ids), size)]
    found = [one for part in parts for one in asked(estate, rule, earlier=earlier, only=part)]
    assert tuple(found) == asked(estate, rule, earlier=earlier)


def uses_only(evidence: Evidence) -> Evidence:
    """What was seen used, and nothing of what was looked at besides."""
    usages = [_used(usage) for group in evidence.usages.values() for usage in group]
    principals = [use for group in evidence.principals.values() for use in group if use.last_used_at is not None]
    return evidence_of(usages, principals)


def _used(usage: Usage) -> Usage:
    services = {
        namespace: msgspec.structs.replace(row, tracked=tuple(use.name for use in row.used) or None)
        for namespace, row in usage.services.items()
        if row.last_used_at is not None or row.used
    }
    return msgspec.structs.replace(usage, services=services)


@given(plain, plain, wide.filter(lambda rule: rule.rule in UNUSED))
@settings(LAW, max_examples=150)
def test_a_use_that_is_learnt_of_makes_nothing_unused(estate: Estate, other: Estate, rule: RuleParameters) -> None:
    before = by_id(asked(estate, rule))
    after = by_id(asked(estate, rule, evidence=merge(estate.evidence(), uses_only(other.evidence()))))
    for identity, was in before.items():
        if was.compliance is Compliance.COMPLIANT:
            assert after[identity].compliance is not Compliance.NON_COMPLIANT, (was, after[identity])


@given(accounts, rules, results)
@LAW
def test_an_earlier_result_changes_only_what_a_failure_hides(
    estate: Estate, rule: RuleParameters, earlier: dict[str, EarlierResult]
) -> None:
    without = by_id(asked(estate, rule))
    for identity, now in by_id(asked(estate, rule, earlier=earlier)).items():
        if identity not in without or now == without[identity]:
            continue
        assert earlier[identity].compliance is now.compliance is Compliance.NON_COMPLIANT
        assert without[identity].annotation.startswith("Unknown: ")
        assert now.annotation.startswith("Unknown now (")
        assert now.annotation.endswith("); earlier: Before")


@given(accounts, rules)
@LAW
def test_a_document_that_nobody_can_read_makes_nothing_compliant(estate: Estate, rule: RuleParameters) -> None:
    rule = msgspec.structs.replace(rule, read_only_policies=())
    snapshot = _without_documents(estate.snapshot())
    judgement = judgement_of(snapshot, estate.evidence(), rule)
    for one in asked_of(snapshot, judgement, rule):
        holder = next(each for each in resources_of(snapshot) if each.id == one.resource_id).thing
        if rule.rule is not RuleName.UNUSED_PRINCIPALS and (isinstance(holder, ManagedPolicy) or holder.inline):
            assert one.compliance is not Compliance.COMPLIANT


def _without_documents(snapshot: Snapshot) -> Snapshot:
    unreadable = PolicyText("{", None, "not JSON")

    def bare(holder: Role | User | Group) -> Role | User | Group:
        inline = tuple(msgspec.structs.replace(one, policy=unreadable) for one in holder.inline)
        return msgspec.structs.replace(holder, inline=inline)

    policies = tuple(
        msgspec.structs.replace(
            policy,
            versions=tuple(msgspec.structs.replace(version, policy=unreadable) for version in policy.versions),
        )
        for policy in snapshot.policies
    )
    return msgspec.structs.replace(
        snapshot,
        users=tuple(map(bare, snapshot.users)),
        roles=tuple(map(bare, snapshot.roles)),
        groups=tuple(map(bare, snapshot.groups)),
        policies=policies,
    )


@given(accounts, rules)
@LAW
def test_what_was_not_judged_is_unknown(estate: Estate, rule: RuleParameters) -> None:
    snapshot = estate.snapshot()
    judgement = judgement_of(snapshot, estate.evidence(), rule)
    blind = msgspec.structs.replace(judgement, principals=(), policies=(), findings=())
    assert {one.compliance for one in asked_of(snapshot, blind, rule)} <= {Compliance.NOT_APPLICABLE}
    lacking = msgspec.structs.replace(
        judgement, principals=tuple(msgspec.structs.replace(one, services=()) for one in judgement.principals)
    )
    grants = GrantIndex(CATALOG, snapshot)
    granted = {one.id: grants.of(one) for one in snapshot.principals()}
    rule = msgspec.structs.replace(rule, read_only_policies=())
    for one in asked_of(snapshot, lacking, rule):
        if one.resource_id in granted and granted[one.resource_id].namespaces:
            assert rule.rule is RuleName.UNUSED_PRINCIPALS or one.compliance is Compliance.NOT_APPLICABLE


@given(accounts, rules)
@LAW
def test_a_report_of_services_alone_makes_no_used_service_compliant_by_its_actions(
    estate: Estate, rule: RuleParameters
) -> None:
    rule = msgspec.structs.replace(rule, rule=RuleName.UNUSED_ACTIONS, read_only_policies=())
    snapshot = estate.snapshot()
    judgement = _coarse(judgement_of(snapshot, estate.evidence(), rule))
    used = {
        judged.principal.id
        for judged in judgement.principals
        if any(each.granted_by and each.verdict in (Verdict.USED, Verdict.STALE) for each in judged.services)
    }
    for one in asked_of(snapshot, judgement, rule):
        assert one.compliance is not Compliance.COMPLIANT or one.resource_id not in used


def _coarse(judgement: Judgement) -> Judgement:
    return msgspec.structs.replace(
        judgement, principals=tuple(msgspec.structs.replace(one, evidence=()) for one in judgement.principals)
    )


def test_a_judgement_by_other_days_is_refused() -> None:
    snapshot = Estate().snapshot()
    judgement = judgement_of(snapshot, Estate().evidence(), parameters_of({"rule": "unused-services"}))
    rule = parameters_of({"rule": "unused-services", "staleAfterDays": "91"})
    with pytest.raises(ValueError, match="other days"):
        evaluate(
            judgement,
            rule,
            grants=GrantIndex(CATALOG, snapshot),
            snapshot=snapshot,
            earlier={},
            now=NOW,
            ordered_at=NOW,
        )
