from collections.abc import Sequence
from datetime import timedelta
from random import Random
from typing import TypeVar

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from findings.estate import CATALOG, NOW, Estate, Key, Password, Policy, Principal, Report, Service, Version, judged
from leastwise.evidence import Evidence, Gap, GapReason, Source, Window, covers, evidence_of, merge
from leastwise.findings import (
    ActionVerdict,
    Judgement,
    Parameters,
    PolicyJudgement,
    PrincipalJudgement,
    Rule,
    ServiceVerdict,
    Verdict,
    judge,
)
from leastwise.inventory import GrantIndex, Group, Role, Snapshot, User
from leastwise.policy import Arn

ACTIONS = {"s3": ("CreateBucket", "DeleteBucket"), "iam": ("GetRole", "PassRole"), "sqs": ("CreateQueue",)}
LAW = settings(max_examples=50, deadline=None)
SUBJECTS = ("role/ci", "role/web", "user/ana", "group/dev", "policy/p", "policy/q")
PATTERNS = ("s3:*", "s3:CreateBucket", "s3:GetObject", "iam:PassRole", "iam:*", "sqs:*", "nowhere:Do")

days = st.sampled_from([0.0, 1.0, 89.0, 90.0, 91.0, 200.0, 399.0])
ages = st.sampled_from([5, 90, 91, 1000])
patterns = st.lists(st.sampled_from(PATTERNS), min_size=1, max_size=2, unique=True).map(tuple)


@st.composite
def rows(draw: st.DrawFn, namespace: str) -> Service:
    names = ACTIONS[namespace]
    did = draw(st.dictionaries(st.sampled_from(names), days, max_size=2))
    return Service(draw(st.none() | days), draw(st.none() | st.just(tuple(set(names) - set(did)))), did)


@st.composite
def reports(draw: st.DrawFn) -> Report:
    listed = draw(st.lists(st.sampled_from(sorted(ACTIONS)), unique=True))
    services = {namespace: draw(rows(namespace)) for namespace in listed}
    return Report(services, age=draw(st.sampled_from([0, 0, 3, 30])), complete=draw(st.booleans()))


@st.composite
def principals(draw: st.DrawFn) -> Principal:
    return Principal(
        age=draw(ages),
        allow=draw(st.just(()) | patterns),
        attached=draw(st.sampled_from([(), ("p",), ("p", "q")])),
        groups=draw(st.sampled_from([(), ("dev",)])),
        tags={},
        last_used=draw(st.none() | days),
        report=draw(st.none() | reports()),
        gap=draw(st.none() | st.sampled_from(GapReason)),
        password=draw(st.none() | st.builds(Password, ages, st.none() | days)),
        keys=draw(st.sampled_from([(), (Key(1),), (Key(1, 5, 1), Key(2))])),
    )


versions = st.lists(st.builds(Version, st.sampled_from([500, 10]), patterns), min_size=1, max_size=2).map(
    lambda made: tuple(sorted(made, key=lambda version: -version.age))
)
policies = st.builds(Policy, st.just(1000), patterns, versions, report=st.none() | reports())
estates = st.builds(
    Estate,
    roles=st.fixed_dictionaries({"ci": principals(), "web": principals()}),
    users=st.fixed_dictionaries({"ana": principals()}),
    groups=st.fixed_dictionaries({"dev": principals()}),
    policies=st.fixed_dictionaries({"p": policies, "q": policies}),
    stale_after_days=st.sampled_from([1, 90, 400, 401]),
)

_Place = tuple[Arn, str, str]
_Said = ServiceVerdict | ActionVerdict
_Item = TypeVar("_Item")


def verdicts(judgement: Judgement) -> dict[_Place, _Said]:
    """Every verdict, by subject, namespace and action; an empty action for the service."""
    subjects: list[tuple[Arn, PrincipalJudgement | PolicyJudgement]] = [
        *((one.principal.arn, one) for one in judgement.principals),
        *((one.policy.arn, one) for one in judgement.policies),
    ]
    found: dict[_Place, _Said] = {}
    for arn, judged_subject in subjects:
        for service in judged_subject.services:
            found[arn, service.namespace, ""] = service
            found.update({(arn, service.namespace, action.name): action for action in service.actions})
    return found


@given(estates)
@LAW
def test_the_same_account_gives_the_same_judgement(estate: Estate) -> None:
    assert estate.judged() == estate.judged()
    assert repr(estate.judged()) == repr(estate.judged())


@given(estates, st.randoms())
@LAW
def test_the_order_in_which_things_were_listed_does_not_matter(estate: Estate, random: Random) -> None:
    snapshot, evidence = estate.snapshot(), estate.evidence()
    shuffled = Snapshot(
        snapshot.account,
        snapshot.taken_at,
        users=_shuffled(snapshot.users, random),
        roles=_shuffled(snapshot.roles, random),
        groups=_shuffled(snapshot.groups, random),
        policies=_shuffled(snapshot.policies, random),
    )
    again = evidence_of(
        _shuffled([usage for group in evidence.usages.values() for usage in group], random),
        _shuffled([use for group in evidence.principals.values() for use in group], random),
        credentials=_shuffled([use for group in evidence.credentials.values() for use in group], random),
        gaps=_shuffled([gap for group in evidence.gaps.values() for gap in group], random),
    )
    first = judged(snapshot, evidence, days=estate.stale_after_days)
    second = judged(shuffled, again, days=estate.stale_after_days)
    assert second.principals == first.principals
    assert second.policies == first.policies
    assert second.findings == first.findings
    assert second.gains == first.gains


@given(estates, st.sets(st.sampled_from(SUBJECTS)))
@LAW
def test_of_a_part_the_same_is_said_as_of_the_whole(estate: Estate, names: set[str]) -> None:
    snapshot, only = estate.snapshot(), {estate.arn(name) for name in names}
    part = judge(
        snapshot,
        estate.evidence(),
        grants=GrantIndex(CATALOG, snapshot),
        parameters=Parameters(NOW, estate.stale_after_days),
        catalog=CATALOG,
        only=only,
    )
    whole = estate.judged()
    assert part.principals == tuple(one for one in whole.principals if one.principal.arn in only)
    assert part.policies == tuple(one for one in whole.policies if one.policy.arn in only)
    assert part.findings == tuple(one for one in whole.findings if one.resource in only)


def _shuffled(items: Sequence[_Item], random: Random) -> tuple[_Item, ...]:
    ordered = list(items)
    random.shuffle(ordered)
    return tuple(ordered)


@given(estates, estates)
@LAW
def test_more_evidence_never_takes_back_that_something_was_used(estate: Estate, other: Estate) -> None:
    snapshot, days_asked = estate.snapshot(), estate.stale_after_days
    before = verdicts(judged(snapshot, estate.evidence(), days=days_asked))
    after = verdicts(judged(snapshot, merge(estate.evidence(), other.evidence()), days=days_asked))
    for place, said in before.items():
        if said.verdict is Verdict.USED:
            assert after[place].verdict is Verdict.USED, place
        if said.last_used_at is not None:
            last = after[place].last_used_at
            assert last is not None
            assert last >= said.last_used_at


@given(estates, st.lists(st.tuples(st.sampled_from(SUBJECTS), st.sampled_from(Source), st.sampled_from(GapReason))))
@LAW
def test_a_gap_changes_no_verdict(estate: Estate, drawn: list[tuple[str, Source, GapReason]]) -> None:
    gaps = [Gap(estate.arn(subject), source, reason) for subject, source, reason in drawn]
    snapshot, days_asked = estate.snapshot(), estate.stale_after_days
    before = judged(snapshot, estate.evidence(), days=days_asked)
    after = judged(snapshot, merge(estate.evidence(), evidence_of(gaps=gaps)), days=days_asked)
    assert _without_reasons(after) == _without_reasons(before)
    assert after.findings == before.findings


def _without_reasons(judgement: Judgement) -> dict[_Place, tuple[object, ...]]:
    return {place: (said.verdict, said.last_used_at) for place, said in verdicts(judgement).items()}


@given(estates, estates)
@LAW
def test_unused_is_what_a_long_enough_look_did_not_see(estate: Estate, other: Estate) -> None:
    """Told anew from the evidence of several reports, by the words of contract.md."""
    evidence = merge(estate.evidence(), other.evidence())
    judgement = judged(estate.snapshot(), evidence, days=estate.stale_after_days)
    for one in judgement.principals:
        watched = _is_watched(one.principal, evidence, judgement.parameters)
        for service in one.services:
            if service.verdict is Verdict.UNUSED:
                assert _never_seen(one.principal.arn, evidence, service.namespace)
                assert watched or _looked_at(one.principal.arn, evidence, judgement.parameters, service.namespace)
            for action in service.actions:
                if action.verdict is Verdict.UNUSED:
                    assert _never_seen(one.principal.arn, evidence, service.namespace, action.name)
                    assert (
                        watched
                        or service.verdict is Verdict.UNUSED
                        or _looked_at(one.principal.arn, evidence, judgement.parameters, service.namespace, action.name)
                    )


def _covers(window: Window, parameters: Parameters) -> bool:
    return covers(window, now=parameters.now, days=parameters.stale_after_days)


def _is_watched(principal: Role | User | Group, evidence: Evidence, parameters: Parameters) -> bool:
    arn = principal.arn
    uses = evidence.principals.get(arn, ())
    if any(use.last_used_at is None and _covers(use.window, parameters) for use in uses):
        return True
    credentials = [use for use in evidence.credentials.get(arn, ()) if _covers(use.window, parameters)]
    quiet = all(
        use.password.last_used_at is None and all(key.last_used_at is None for key in use.keys) for use in credentials
    )
    return (
        bool(credentials) and quiet and any(_covers(usage.window, parameters) for usage in evidence.usages.get(arn, ()))
    )


def _never_seen(arn: Arn, evidence: Evidence, namespace: str, action: str | None = None) -> bool:
    rows = [usage.services[namespace] for usage in evidence.usages.get(arn, ()) if namespace in usage.services]
    used = [use for row in rows for use in row.used if action in (None, use.name)]
    return not used and (action is not None or all(row.last_used_at is None for row in rows))


def _looked_at(arn: Arn, evidence: Evidence, parameters: Parameters, namespace: str, action: str | None = None) -> bool:
    rows = [
        usage.services[namespace]
        for usage in evidence.usages.get(arn, ())
        if namespace in usage.services and _covers(usage.window, parameters)
    ]
    return any(action is None or action in (row.tracked or ()) for row in rows)


@given(estates)
@LAW
def test_nothing_of_a_young_principal_is_unused(estate: Estate) -> None:
    judgement = estate.judged()
    for one in judgement.principals:
        if judgement.parameters.now - one.principal.created_at <= timedelta(days=estate.stale_after_days):
            said: list[_Said] = [*one.services, *(action for service in one.services for action in service.actions)]
            assert all(each.verdict is not Verdict.UNUSED for each in said)
            assert not one.is_idle


@given(estates)
@LAW
def test_an_unknown_verdict_and_only_that_has_a_reason(estate: Estate) -> None:
    for said in verdicts(estate.judged()).values():
        assert (said.verdict is Verdict.UNKNOWN) is (said.reason is not None)


@given(estates)
@LAW
def test_actions_and_the_untracked_make_up_what_is_granted(estate: Estate) -> None:
    snapshot = estate.snapshot()
    grants = GrantIndex(CATALOG, snapshot)
    for one in estate.judged().principals:
        for service in one.services:
            known = [each for each in service.actions if CATALOG.action(f"{service.namespace}:{each.name}")]
            granted = grants.of(one.principal).service_mask(service.namespace).bit_count()
            is_silent = one.is_idle and one.last_used_at is None
            assert len(known) + service.untracked_actions == granted or is_silent or not service.untracked_actions


@given(estates)
@LAW
def test_findings_have_ids_of_their_own_that_days_and_ages_do_not_change(estate: Estate) -> None:
    ids = {finding.id: (finding.rule, finding.resource) for finding in estate.judged().findings}
    assert len(ids) == len(estate.judged().findings)
    later = msgspec.structs.replace(estate, stale_after_days=1)
    for finding in later.judged().findings:
        assert len(finding.id) <= 64
        same = [known for known, place in ids.items() if place == (finding.rule, finding.resource)]
        assert finding.id in same or not same or finding.rule is Rule.UNUSED_ACCESS_KEY


@given(estates)
@LAW
def test_a_gain_counts_nothing_twice(estate: Estate) -> None:
    judgement, snapshot = estate.judged(), estate.snapshot()
    grants = GrantIndex(CATALOG, snapshot)
    owners = {principal.arn: principal for principal in snapshot.principals()}
    for arn, gain in judgement.gains.items():
        of_findings = [finding.gain for finding in judgement.findings if finding.resource == arn]
        assert max(one.actions for one in of_findings) <= gain.actions <= sum(one.actions for one in of_findings)
        assert gain.actions <= grants.of(owners[arn]).actions.known.bit_count()
        assert gain.writing + gain.permissions <= gain.actions
