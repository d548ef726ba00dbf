"""Plans of drawn accounts: nobody loses what is used or unknown, nobody wins, in whatever part they are carried out."""

from random import Random

import msgspec
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from findings.estate import CATALOG, Estate, Service
from leastwise.findings import Verdict
from leastwise.inventory import GrantIndex
from leastwise.plan import ChangeKind, applied, read_plan, render_plan
from leastwise.policy import ActionSet
from leastwise.recommend import RecommendOptions, recommend
from recommend.planning import (
    carried_out,
    choices,
    estates,
    granted,
    is_holder,
    must_stay,
    plan_for,
    plan_of,
    steps_of,
)

LAW = settings(max_examples=15, deadline=None)


@given(estates, choices, st.randoms())
@LAW
def test_nobody_loses_what_is_used_or_unknown_and_nobody_wins_whatever_part_is_carried_out(
    estate: Estate, options: RecommendOptions, random: Random
) -> None:
    snapshot, judgement = estate.snapshot(), estate.judged()
    changes = list(plan_of(estate, options).changes)
    part = [change for change in changes if random.random() < 0.7]
    before = granted(snapshot)
    for chosen in (changes, part):
        after = granted(carried_out(snapshot, chosen))
        for one in judgement.principals:
            had, has = before[one.principal.arn], after[one.principal.arn]
            assert has <= had
            if is_holder(one):
                assert not must_stay(one, had, options.removal) & ~has.known


@given(estates, choices)
@LAW
def test_what_a_report_lists_as_used_stays_although_the_catalog_does_not_know_it(
    estate: Estate, options: RecommendOptions
) -> None:
    snapshot, judgement = estate.snapshot(), estate.judged()
    before, after = granted(snapshot), granted(carried_out(snapshot, plan_of(estate, options).changes))
    for one in filter(is_holder, judgement.principals):
        for service in one.services:
            names = [action.name for action in service.actions if action.verdict is Verdict.USED]
            for text in (f"{service.namespace}:{name}" for name in names):
                assert text not in before[one.principal.arn] or text in after[one.principal.arn]


@given(estates, choices)
@LAW
def test_planning_what_was_carried_out_gives_the_empty_plan(estate: Estate, options: RecommendOptions) -> None:
    snapshot, evidence = estate.snapshot(), estate.evidence()
    days = estate.stale_after_days
    # A copy keeps what is granted too lately to judge; here it counts as old, and would be judged. A real one is young.
    assume(all(version.age >= days for policy in estate.policies.values() for version in policy.versions))
    changes = plan_for(snapshot, evidence, options, days=days).changes
    lasting = (ChangeKind.DEACTIVATE_KEY, ChangeKind.DELETE_PASSWORD, ChangeKind.DELETE_POLICY)
    again = plan_for(carried_out(snapshot, changes), evidence, options, days=days)
    # A policy that was detached from all is deleted by the next plan; what became of keys is not in a snapshot.
    assert [change.title for change in again.changes if change.kind not in lasting] == []


@given(estates, choices)
@LAW
def test_the_order_of_principals_policies_and_members_does_not_matter(
    estate: Estate, options: RecommendOptions
) -> None:
    snapshot = estate.snapshot()
    turned = msgspec.structs.replace(
        snapshot,
        users=snapshot.users[::-1],
        roles=snapshot.roles[::-1],
        groups=snapshot.groups[::-1],
        policies=snapshot.policies[::-1],
    )
    days, evidence = estate.stale_after_days, estate.evidence()
    assert render_plan(plan_for(turned, evidence, options, days=days)) == render_plan(plan_of(estate, options))


@given(estates, choices, st.sampled_from(["s3", "sqs", "iam"]), st.sampled_from(["ci", "web"]))
@LAW
def test_more_evidence_of_use_never_removes_more(
    estate: Estate, options: RecommendOptions, namespace: str, name: str
) -> None:
    role = estate.roles[name]
    if role.report is None:
        return
    rows = {**role.report.services, namespace: Service(1)}
    busier = msgspec.structs.replace(role, report=msgspec.structs.replace(role.report, services=rows), last_used=1)
    used = msgspec.structs.replace(estate, roles={**estate.roles, name: busier})
    less, more = (granted(carried_out(one.snapshot(), plan_of(one, options).changes)) for one in (estate, used))
    if namespace in role.report.services:
        for arn, left in less.items():
            service = ActionSet.of([f"{namespace}:*"], CATALOG)
            assert not (left & service).known & ~more[arn].known


@given(estates, choices)
@LAW
def test_each_change_is_undone_by_its_inverse(estate: Estate, options: RecommendOptions) -> None:
    snapshot = estate.snapshot()
    for change in plan_of(estate, options).changes:
        if not change.inverse:
            assert not change.risk.is_reversible
            continue
        there = applied(snapshot, change.steps, at=snapshot.taken_at)
        back = applied(there, change.inverse, at=snapshot.taken_at)
        assert granted(back) == granted(snapshot)
        assert [set(one.attached) for one in back.principals()] == [set(one.attached) for one in snapshot.principals()]
        assert [one.inline for one in back.principals()] == [one.inline for one in snapshot.principals()]


@given(estates, choices)
@LAW
def test_a_plan_is_read_back_as_it_was_and_names_each_change_once(estate: Estate, options: RecommendOptions) -> None:
    plan = plan_of(estate, options)
    assert read_plan(render_plan(plan), source="plan.json") == plan
    assert len({change.id for change in plan.changes}) == len(plan.changes)
    assert len(steps_of(plan.changes)) == len(set(map(repr, steps_of(plan.changes))))


@given(estates)
@LAW
def test_every_change_has_a_proof_for_all_whom_it_reaches_and_evidence(estate: Estate) -> None:
    plan = plan_of(estate)
    for change in plan.changes:
        assert change.proof.principals == change.principals
        assert bool(change.evidence) == bool(change.principals)
        assert change.preconditions
        assert change.risk.shared_by == len(change.principals)


@given(estates)
@LAW
def test_an_incomplete_judgement_of_some_holders_never_takes_more(estate: Estate) -> None:
    """Who was not judged keeps all: the plan without the judgement of one role changes nothing that reaches it."""
    snapshot, judgement = estate.snapshot(), estate.judged()
    arn = estate.arn("role/ci")
    principals = tuple(one for one in judgement.principals if one.principal.arn != arn)
    plan = recommend(
        snapshot,
        msgspec.structs.replace(judgement, principals=principals),
        estate.evidence(),
        grants=GrantIndex(CATALOG, snapshot),
        catalog=CATALOG,
        options=RecommendOptions(),
        version="0.0.0",
    )
    assert all(arn not in change.principals for change in plan.changes)
    assert granted(carried_out(snapshot, plan.changes))[arn] == granted(snapshot)[arn]
