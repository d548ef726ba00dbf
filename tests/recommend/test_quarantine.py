"""Quarantines of drawn accounts: listed, promoted and lifted, and nobody is granted more or less by it than is said."""

from datetime import datetime

import msgspec
import pytest
from hypothesis import given, settings

from findings.estate import CATALOG, NOW, Estate, Policy, Principal, Report, Service, ago
from leastwise.evidence import Evidence, ServiceUse, Source, evidence_of, merge, report_usage
from leastwise.inventory import Attachment, InlinePolicy, PolicyKind, PolicyText, Selection, Snapshot
from leastwise.plan import (
    Attach,
    AttachedTo,
    ChangeKind,
    CreateVersion,
    DeleteInline,
    Detach,
    InlineIs,
    Obstacle,
    Plan,
    PolicyIs,
    ProofMethod,
    applied,
    read_plan,
    render_plan,
)
from leastwise.policy import ActionSet, Arn
from leastwise.recommend import Quarantine, RecommendOptions, RemovalOptions, lift_plan, quarantines
from recommend.planning import (
    carried_out,
    choices,
    estates,
    granted,
    is_holder,
    must_stay,
    of_kind,
    plan_for,
    steps_of,
)

LAW = settings(max_examples=15, deadline=None)
UNUSED = Report({"sqs": Service(None), "s3": Service(200)})
"""Uses S3, long ago, and has never used SQS."""
BOTH = Policy(allow=("s3:*", "sqs:*"))
HOLDING_OUT = RecommendOptions(quarantine=True)


def role(*attached: str, **more: object) -> Principal:
    return msgspec.structs.replace(Principal(attached=attached, last_used=1, report=UNUSED), **more)


def quarantined(
    estate: Estate, *, days: int = 100, options: RecommendOptions = HOLDING_OUT, only: tuple[str, ...] = ()
) -> Snapshot:
    """The account so many days after the quarantine plan was carried out."""
    wanted = msgspec.structs.replace(options, quarantine=True, selection=Selection(only))
    plan = plan_for(estate.snapshot(), estate.evidence(), wanted, days=estate.stale_after_days)
    return applied(estate.snapshot(), steps_of(plan.changes), at=ago(days))


def promotion(
    snapshot: Snapshot,
    evidence: Evidence,
    *,
    promote: int = 30,
    options: RecommendOptions | None = None,
    stale: int = 90,
) -> Plan:
    wanted = msgspec.structs.replace(options or RecommendOptions(), quarantine=False, promote_after_days=promote)
    return plan_for(snapshot, evidence, wanted, days=stale)


def lifting(snapshot: Snapshot, *include: str) -> Plan:
    return lift_plan(snapshot, Selection(include), catalog=CATALOG, version="0.0.0")


def found_in(snapshot: Snapshot) -> tuple[Quarantine, ...]:
    return quarantines(snapshot, CATALOG)


def of_holders(snapshot: Snapshot) -> dict[Arn, ActionSet]:
    """What every user and role is granted."""
    groups = {group.arn for group in snapshot.groups}
    return {arn: actions for arn, actions in granted(snapshot).items() if arn not in groups}


def assert_same(found: dict[Arn, ActionSet], wanted: dict[Arn, ActionSet]) -> None:
    """That none is granted more; what AWS has not invented yet may go with a pattern that had to be split."""
    for arn, actions in found.items():
        assert actions <= wanted[arn]
        assert actions.known == wanted[arn].known


@given(estates, choices)
@LAW
def test_promoting_and_then_lifting_leaves_everybody_just_what_the_quarantine_left(
    estate: Estate, options: RecommendOptions
) -> None:
    """Whatever was promoted or lifted: nobody is granted more than under the quarantine, nor less of what is known."""
    snapshot, evidence, days = quarantined(estate, options=options), estate.evidence(), estate.stale_after_days
    left = of_holders(snapshot)
    for _ in range(3):
        plan = promotion(snapshot, evidence, options=options, stale=days)
        for change in plan.changes:
            assert_same(of_holders(carried_out(snapshot, [change])), left)
        snapshot = carried_out(snapshot, plan.changes)
        assert_same(of_holders(snapshot), left)
    assert promotion(snapshot, evidence, options=options, stale=days).changes == ()
    for one in filter(is_holder, estate.judged().principals):
        had = granted(estate.snapshot())[one.principal.arn]
        assert not must_stay(one, had, options.removal) & ~left[one.principal.arn].known


@given(estates, choices)
@LAW
def test_promotion_touches_nobody_without_a_quarantine_that_is_old_enough(
    estate: Estate, options: RecommendOptions
) -> None:
    snapshot = quarantined(estate, options=options, only=("role/ci", "user/ana"))
    everybody = {one.principal for one in found_in(snapshot) if one.since is not None}
    plan = promotion(snapshot, estate.evidence(), promote=100, options=options, stale=estate.stale_after_days)
    for change in plan.changes:
        assert {*change.principals} <= everybody
        assert {arn for arn in change.targets if arn.kind != "group"} <= everybody
    assert promotion(snapshot, estate.evidence(), promote=101, options=options).changes == ()


@given(estates, choices)
@LAW
def test_promotion_lifts_no_quarantine_of_which_something_is_allowed(estate: Estate, options: RecommendOptions) -> None:
    snapshot, evidence = quarantined(estate, options=options), estate.evidence()
    before = granted(estate.snapshot())
    denied = {one.policy: one for one in found_in(snapshot)}
    plan = promotion(snapshot, evidence, options=options, stale=estate.stale_after_days)
    for change in of_kind(plan, ChangeKind.LIFT_QUARANTINE):
        assert change.policy is not None
        quarantine = denied[change.policy]
        assert quarantine.principal is not None
        assert not before[quarantine.principal] & quarantine.denied
        assert change.proof.method is ProofMethod.NEEDLESS


@given(estates, choices)
@LAW
def test_lifting_every_quarantine_undoes_the_quarantine_plan(estate: Estate, options: RecommendOptions) -> None:
    snapshot = quarantined(estate, options=options)
    plan = lifting(snapshot)
    assert granted(carried_out(snapshot, plan.changes)) == granted(estate.snapshot())
    assert found_in(carried_out(snapshot, plan.changes)) == ()
    assert {change.kind for change in plan.changes} <= {ChangeKind.LIFT_QUARANTINE}
    assert read_plan(render_plan(plan), source="plan.json") == plan
    for change in plan.changes:
        there = applied(snapshot, change.steps, at=NOW)
        assert granted(applied(there, change.inverse, at=NOW)) == granted(snapshot)
        assert change.proof.method is ProofMethod.RESTORED


@given(estates, choices)
@LAW
def test_lifting_after_a_promotion_gives_back_no_more_than_was_granted_before(
    estate: Estate, options: RecommendOptions
) -> None:
    snapshot = quarantined(estate, options=options)
    under, before = of_holders(snapshot), of_holders(estate.snapshot())
    promoted = carried_out(snapshot, promotion(snapshot, estate.evidence(), options=options).changes)
    after = of_holders(carried_out(promoted, lifting(promoted).changes))
    for arn, actions in after.items():
        assert not under[arn].known & ~actions.known
        assert actions <= before[arn]


def test_a_quarantine_is_listed_with_whom_it_is_about_since_when_and_what_it_denies() -> None:
    estate = Estate(roles={"a": role("p")}, policies={"p": BOTH})
    [one] = found_in(quarantined(estate))
    assert one.principal == estate.arn("role/a")
    assert (one.holders, one.others, one.since, one.patterns) == ((one.principal,), (), ago(100), ("sqs:*",))
    assert one.denied == ActionSet.of(["sqs:*"], CATALOG)
    assert one.is_as_written


def test_an_inline_quarantine_has_no_date() -> None:
    estate = Estate(roles={"a": role("p")}, policies={"p": BOTH})
    snapshot = quarantined(estate, options=RecommendOptions(quarantine=True, attached_policies=1))
    [one] = found_in(snapshot)
    assert (one.since, one.policy.kind, one.policy.owner) == (None, PolicyKind.INLINE, estate.arn("role/a"))
    [change] = lifting(snapshot).changes
    assert change.steps == (DeleteInline(estate.arn("role/a"), "leastwise-quarantine"),)
    assert isinstance(change.preconditions[0], InlineIs)


EDITED = {
    "with a condition": '{"Statement": {"Sid": "LeastwiseQuarantine", "Effect": "Deny", "Action": "sqs:*", '
    '"Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}}',
    "of some resources": '{"Statement": {"Sid": "LeastwiseQuarantine", "Effect": "Deny", "Action": "sqs:*", '
    '"Resource": "arn:aws:sqs:*:*:a"}}',
    "of all but some": '{"Statement": {"Sid": "LeastwiseQuarantine", "Effect": "Deny", "NotAction": "s3:*", '
    '"Resource": "*"}}',
    "under another Sid": '{"Statement": {"Sid": "Mine", "Effect": "Deny", "Action": "sqs:*", "Resource": "*"}}',
    "of two statements": '{"Statement": [{"Sid": "LeastwiseQuarantine", "Effect": "Deny", "Action": "sqs:*", '
    '"Resource": "*"}, {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}]}',
}


def edited(snapshot: Snapshot, text: str, *, at: datetime = NOW) -> Snapshot:
    [one] = found_in(snapshot)
    return applied(snapshot, [CreateVersion(Arn(one.policy.policy), text)], at=at)


@pytest.mark.parametrize("form", EDITED)
def test_an_edited_quarantine_is_listed_as_such_lifted_and_never_promoted(form: str) -> None:
    estate = Estate(roles={"a": role("p")}, policies={"p": BOTH})
    snapshot = edited(quarantined(estate), EDITED[form], at=ago(90))
    [one] = found_in(snapshot)
    assert not one.is_as_written
    plan = promotion(snapshot, estate.evidence())
    assert plan.changes == ()
    assert "The quarantine of role a is not promoted: it was edited, or cannot be read." in plan.notes
    [change] = lifting(snapshot).changes
    assert "It was edited: it is not what leastwise wrote." in change.risk.notes
    assert granted(carried_out(snapshot, [change])) == granted(estate.snapshot())


def test_a_quarantine_counts_from_its_newest_version() -> None:
    estate = Estate(roles={"a": role("p")}, policies={"p": BOTH})
    before = quarantined(estate)
    [one] = found_in(before)
    snapshot = edited(before, one.text.text.replace("sqs:*", "sqs:Send*"), at=ago(10))
    assert [(found.since, found.is_as_written) for found in found_in(snapshot)] == [(ago(10), True)]
    assert promotion(snapshot, estate.evidence()).changes == ()


def test_one_that_allows_something_itself_is_not_lifted() -> None:
    estate = Estate(roles={"a": role("p")}, policies={"p": BOTH})
    snapshot = edited(quarantined(estate), '{"Statement": {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}}')
    plan = lifting(snapshot)
    assert plan.changes == ()
    assert [left.obstacle for left in plan.left] == [Obstacle.UNPROVED]


def test_a_quarantine_that_others_hold_too_is_said_to_be_and_only_detached() -> None:
    estate = Estate(roles={"a": role("p"), "b": role("p")}, policies={"p": BOTH})
    snapshot = quarantined(estate, only=("role/a",))
    [one] = found_in(snapshot)
    a, b = estate.arn("role/a"), estate.arn("role/b")
    snapshot = applied(snapshot, [Attach(Arn(one.policy.policy), b)], at=NOW)
    assert [found.others for found in found_in(snapshot)] == [(b,)]
    [change] = lifting(snapshot, "role/a").changes
    assert change.steps == (Detach(Arn(one.policy.policy), a),)
    assert AttachedTo(Arn(one.policy.policy), (a,), exactly=False) in change.preconditions
    [change] = lifting(snapshot).changes
    assert [type(step).__name__ for step in change.steps] == ["Detach", "Detach", "DeletePolicy"]
    assert AttachedTo(Arn(one.policy.policy), (a, b), exactly=True) in change.preconditions


def test_a_quarantine_that_nobody_holds_is_deleted_where_it_is_wanted() -> None:
    estate = Estate(roles={"a": role("p"), "b": role("p")}, policies={"p": BOTH})
    snapshot = quarantined(estate, only=("role/a",))
    [one] = found_in(snapshot)
    snapshot = applied(snapshot, [Detach(Arn(one.policy.policy), estate.arn("role/a"))], at=NOW)
    assert [found.holders for found in found_in(snapshot)] == [()]
    assert lifting(snapshot, "role/b").changes == ()
    for plan in (lifting(snapshot), lifting(snapshot, "role/a")):
        assert [type(step).__name__ for step in plan.changes[0].steps] == ["DeletePolicy"]
    assert promotion(snapshot, estate.evidence()).changes == ()


def test_a_quarantine_that_someone_has_unseen_is_detached_and_not_deleted() -> None:
    estate = Estate(roles={"a": role("p")}, policies={"p": BOTH})
    snapshot = quarantined(estate)
    counted = [
        msgspec.structs.replace(one, attachment_count=2 if one.path == "/leastwise/" else 0)
        for one in snapshot.policies
    ]
    [change] = lifting(msgspec.structs.replace(snapshot, policies=tuple(counted))).changes
    assert [type(step).__name__ for step in change.steps] == ["Detach"]


def test_a_lift_says_how_much_is_granted_again() -> None:
    estate = Estate(roles={"a": role("p")}, policies={"p": Policy(allow=("s3:*", "sqs:SendMessage"))})
    [change] = lifting(quarantined(estate)).changes
    assert change.title == "The quarantine of role a is lifted: 1 action is granted again"
    assert [isinstance(one, PolicyIs) for one in change.preconditions] == [True, False]


def test_a_lift_of_nobody_is_no_change() -> None:
    plan = lifting(Estate(roles={"a": role("p")}, policies={"p": BOTH}).snapshot())
    assert (plan.changes, plan.notes) == ((), ("There is no such quarantine.",))


def test_a_quarantine_that_nobody_missed_is_promoted_and_then_goes() -> None:
    """Reports after it do not list what it denies, and it is taken away all the same."""
    estate = Estate(roles={"a": role("p")}, policies={"p": BOTH})
    later = Estate(roles={"a": role("p", report=Report({"s3": Service(1)}))}, policies={"p": BOTH}).evidence()
    snapshot = quarantined(estate)
    plan = promotion(snapshot, later)
    assert [change.kind for change in plan.changes] == [ChangeKind.NEW_VERSION]
    [one] = found_in(snapshot)
    assert AttachedTo(Arn(one.policy.policy), (estate.arn("role/a"),), exactly=False) in plan.changes[0].preconditions
    promoted = carried_out(snapshot, plan.changes)
    [lift] = promotion(promoted, later).changes
    assert lift.kind is ChangeKind.LIFT_QUARANTINE
    assert lift.title == "The quarantine of role a is lifted: nothing is granted again"
    after = carried_out(promoted, [lift])
    assert found_in(after) == ()
    assert of_holders(after) == {estate.arn("role/a"): ActionSet.of(["s3:*"], CATALOG)}


def test_a_shared_policy_keeps_what_a_holder_without_a_quarantine_might_use() -> None:
    estate = Estate(roles={"a": role("p"), "b": role("p")}, policies={"p": BOTH})
    snapshot = quarantined(estate, only=("role/a",))
    plan = promotion(snapshot, estate.evidence())
    assert plan.changes == ()
    assert [(left.obstacle, left.detail) for left in plan.left] == [(Obstacle.NOT_QUARANTINED, estate.arn("role/b"))]
    assert any("stays" in note for note in plan.notes)
    [change] = promotion(snapshot, estate.evidence(), options=RecommendOptions(split_shared=True)).changes
    assert (change.kind, change.principals) == (ChangeKind.REPLACE, (estate.arn("role/a"),))


@pytest.mark.parametrize(("days", "kinds"), [(0, [ChangeKind.NEW_VERSION]), (1, [])])
def test_an_inline_quarantine_is_promoted_only_by_no_days(days: int, kinds: list[ChangeKind]) -> None:
    estate = Estate(roles={"a": role("p")}, policies={"p": BOTH})
    snapshot = quarantined(estate, options=RecommendOptions(quarantine=True, attached_policies=1))
    plan = promotion(snapshot, estate.evidence(), promote=days)
    assert [change.kind for change in plan.changes] == kinds


SEEN_SINCE = {
    "before the quarantine": (ServiceUse("sqs", "SQS", ago(101)), True),
    "under it": (ServiceUse("sqs", "SQS", ago(99)), False),
    "never": (ServiceUse("sqs", "SQS", None), True),
}


@pytest.mark.parametrize("when", SEEN_SINCE)
def test_what_was_asked_for_under_the_quarantine_stays(when: str) -> None:
    row, goes = SEEN_SINCE[when]
    estate = Estate(roles={"a": role("p")}, policies={"p": BOTH})
    usage = report_usage(estate.arn("role/a"), [row], generated_at=NOW, is_complete=True)
    assert usage.source is Source.LAST_ACCESSED
    evidence = merge(estate.evidence(), evidence_of([usage]))
    assert bool(promotion(quarantined(estate), evidence).changes) is goes


def test_nothing_goes_from_one_that_was_used_although_all_was_denied() -> None:
    idle = Estate(roles={"a": role(allow=("sqs:*",), last_used=None, report=None)})
    used = Estate(roles={"a": role(allow=("sqs:*",), last_used=50, report=None)})
    snapshot = quarantined(idle)
    assert len(promotion(snapshot, idle.evidence()).changes) == 1
    assert promotion(snapshot, used.evidence()).changes == ()


KEPT = {
    "an action that never goes": RecommendOptions(removal=RemovalOptions(keep=("sqs:*",))),
    "another service": RecommendOptions(removal=RemovalOptions(services=("s3",))),
    "another principal": RecommendOptions(selection=Selection(("role/b",))),
    "a principal for emergencies": RecommendOptions(break_glass=("role/a",)),
}


@pytest.mark.parametrize("reason", KEPT)
def test_what_a_person_keeps_is_not_promoted(reason: str) -> None:
    estate = Estate(roles={"a": role("p")}, policies={"p": BOTH})
    assert promotion(quarantined(estate), estate.evidence(), options=KEPT[reason]).changes == ()


def test_a_quarantine_is_not_lifted_where_a_policy_cannot_be_read() -> None:
    estate = Estate(roles={"a": role("p")}, policies={"p": BOTH})
    snapshot = quarantined(estate)
    promoted = carried_out(snapshot, promotion(snapshot, estate.evidence()).changes)
    [one] = promoted.roles
    unread = msgspec.structs.replace(one, inline=(InlinePolicy("x", PolicyText("?", None, "no JSON")),))
    assert promotion(msgspec.structs.replace(promoted, roles=(unread,)), estate.evidence()).changes == ()
    hidden = msgspec.structs.replace(one, attached=(*one.attached, Attachment(estate.arn("role/a"), "gone")))
    assert promotion(msgspec.structs.replace(promoted, roles=(hidden,)), estate.evidence()).changes == ()
