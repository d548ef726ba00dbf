import pytest

from findings.estate import Estate, Policy, Principal, Report, Service, Version, action, ago, service
from leastwise.evidence import GapReason
from leastwise.findings import Reason, Verdict


def holder(
    *, used: float | None = None, listed: bool = True, age: float = 1000, gap: GapReason | None = None
) -> Principal:
    """A role at work that holds the policy `p`; its report lists S3 with this last use."""
    services = {"s3": Service(used=used, tracked=("CreateBucket",))} if listed else {}
    report = None if gap else Report(services)
    return Principal(age=age, last_used=0, attached=("p",), report=report, gap=gap)


def held_by(*holders: Principal, policy: Policy | None = None) -> Estate:
    roles = {f"r{number}": one for number, one in enumerate(holders)}
    return Estate(roles=roles, policies={"p": policy or Policy(allow=("s3:*",))})


UNUSED, STALE, USED = holder(), holder(used=200), holder(used=1)
FAILED, YOUNG, IDLE = holder(gap=GapReason.REPORT_FAILED), holder(age=3), Principal(attached=("p",))


@pytest.mark.parametrize(
    ("holders", "verdict", "reason"),
    [
        ((UNUSED, UNUSED), Verdict.UNUSED, None),
        ((UNUSED, IDLE), Verdict.UNUSED, None),
        ((UNUSED, STALE), Verdict.STALE, None),
        ((UNUSED, STALE, FAILED), Verdict.UNKNOWN, Reason.REPORT_FAILED),
        ((UNUSED, YOUNG), Verdict.UNKNOWN, Reason.TOO_NEW),
        ((UNUSED, STALE, FAILED, YOUNG, USED), Verdict.USED, None),
        ((), Verdict.UNKNOWN, Reason.UNATTACHED),
    ],
)
def test_one_holder_that_may_need_it_speaks_for_all(
    holders: tuple[Principal, ...], verdict: Verdict, reason: Reason | None
) -> None:
    found = service(held_by(*holders).policy("p"), "s3")
    assert (found.verdict, found.reason) == (verdict, reason)
    assert [grant.statements for grant in found.granted_by] == [(0,)]


def test_actions_are_judged_over_all_holders() -> None:
    does = Principal(last_used=0, attached=("p",), report=Report({"s3": Service(did={"CreateBucket": 2})}))
    assert action(held_by(UNUSED, does).policy("p"), "s3", "CreateBucket").verdict is Verdict.USED
    assert action(held_by(UNUSED, STALE).policy("p"), "s3", "CreateBucket").verdict is Verdict.UNUSED
    unseen = action(held_by(UNUSED, FAILED).policy("p"), "s3", "CreateBucket")
    assert (unseen.verdict, unseen.reason) == (Verdict.UNKNOWN, Reason.REPORT_FAILED)


def test_a_holder_whose_report_does_not_track_an_action_leaves_it_unknown() -> None:
    other = Principal(last_used=0, attached=("p",), report=Report({"s3": Service(used=1)}))
    unseen = action(held_by(UNUSED, other).policy("p"), "s3", "CreateBucket")
    assert (unseen.verdict, unseen.reason) == (Verdict.UNKNOWN, Reason.UNTRACKED)


def test_the_last_use_of_a_policy_is_the_last_of_its_holders() -> None:
    found = service(held_by(STALE, USED, UNUSED).policy("p"), "s3")
    assert (found.last_used_at, found.last_used_region) == (ago(1), "eu-west-1")


def test_members_of_a_group_are_holders() -> None:
    estate = Estate(
        groups={"dev": Principal(attached=("p",))},
        users={"ana": Principal(groups=("dev",), report=Report({"s3": Service(used=1)}))},
        policies={"p": Policy()},
    )
    judged = estate.policy("p")
    assert service(judged, "s3").verdict is Verdict.USED
    assert judged.attached_to == (estate.arn("group/dev"),)


def test_only_what_the_policy_grants_is_said_of_it() -> None:
    role = Principal(last_used=0, allow=("sqs:*",), attached=("p",), report=Report({"s3": Service(), "sqs": Service()}))
    assert [one.namespace for one in held_by(role).policy("p").services] == ["s3"]


def test_a_report_of_the_policy_itself_answers_where_a_holder_cannot() -> None:
    policy = Policy(report=Report({"s3": Service(tracked=("CreateBucket",))}))
    judged = held_by(UNUSED, FAILED, policy=policy).policy("p")
    assert service(judged, "s3").verdict is Verdict.UNUSED
    assert action(judged, "s3", "CreateBucket").verdict is Verdict.UNUSED
    assert judged.evidence != ()


@pytest.mark.parametrize(("one", "verdict"), [(USED, Verdict.USED), (STALE, Verdict.STALE)])
def test_a_report_of_the_policy_itself_does_not_hide_a_holder_s_use(one: Principal, verdict: Verdict) -> None:
    judged = held_by(one, policy=Policy(report=Report({"s3": Service()}))).policy("p")
    assert service(judged, "s3").verdict is verdict
    assert service(judged, "s3").last_used_at is not None


def test_a_policy_with_a_young_holder_is_too_new_by_its_own_report() -> None:
    judged = held_by(UNUSED, YOUNG, policy=Policy(report=Report({"s3": Service()}))).policy("p")
    assert service(judged, "s3").reason is Reason.TOO_NEW


def test_nobody_s_report_can_speak_for_a_policy_that_nobody_holds() -> None:
    judged = held_by(policy=Policy(report=Report({"s3": Service()}))).policy("p")
    assert service(judged, "s3").reason is Reason.UNATTACHED


def test_a_version_made_within_the_days_is_too_new() -> None:
    policy = Policy(versions=(Version(500, ("sqs:*",)), Version(5, ("s3:*",))))
    assert service(held_by(UNUSED, policy=policy).policy("p"), "s3").reason is Reason.TOO_NEW


def test_every_customer_policy_and_every_held_policy_of_aws_is_judged() -> None:
    policies = {"free": Policy(), "held": Policy(), "AwsFree": Policy(aws=True), "AwsHeld": Policy(aws=True)}
    estate = Estate(roles={"ci": Principal(attached=("held", "AwsHeld"))}, policies=policies)
    assert [one.policy.name for one in estate.judged().policies] == ["free", "held", "AwsHeld"]


def test_a_boundary_is_said() -> None:
    estate = Estate(users={"ana": Principal(boundary="p")}, policies={"p": Policy()})
    assert estate.policy("p").boundary_of == (estate.arn("user/ana"),)
