from datetime import timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from findings.estate import NOW, Estate, Policy, Principal, Report, Service, Version, action, judged, service
from leastwise.evidence import GapReason, merge
from leastwise.findings import ActionVerdict, PrincipalJudgement, Reason, ServiceVerdict, Verdict

USED = (Verdict.USED, None)
STALE = (Verdict.STALE, None)
UNUSED = (Verdict.UNUSED, None)


def unknown(reason: Reason) -> tuple[Verdict, Reason]:
    return Verdict.UNKNOWN, reason


def said(one: ServiceVerdict | ActionVerdict) -> tuple[Verdict, Reason | None]:
    return one.verdict, one.reason


def ci(role: Principal, *, days: int = 90, policies: dict[str, Policy] | None = None) -> PrincipalJudgement:
    return Estate(roles={"ci": role}, policies=policies or {}, stale_after_days=days).principal("role/ci")


def at_work(row: Service | None, *, age: float = 1000, report_age: float = 0, days: int = 90) -> PrincipalJudgement:
    """A role that was used today and may do everything in S3, with this row in its report."""
    report = Report({"s3": row} if row else {}, age=report_age)
    return ci(Principal(age=age, last_used=0, allow=("s3:*",), report=report), days=days)


@pytest.mark.parametrize(
    ("used", "verdict"), [(0, USED), (89.9, USED), (90, USED), (90.01, STALE), (400, STALE), (None, UNUSED)]
)
def test_a_service_is_used_up_to_the_days_then_stale(used: float | None, verdict: tuple[Verdict, None]) -> None:
    assert said(service(at_work(Service(used=used)), "s3")) == verdict


@pytest.mark.parametrize(("used", "verdict"), [(0, USED), (90, USED), (90.01, STALE), (None, UNUSED)])
def test_an_action_is_used_up_to_the_days_then_stale(used: float | None, verdict: tuple[Verdict, None]) -> None:
    row = Service(
        used=0, tracked=("CreateBucket",) if used is None else (), did={} if used is None else {"CreateBucket": used}
    )
    assert said(action(at_work(row), "s3", "CreateBucket")) == verdict


@pytest.mark.parametrize(("age", "verdict"), [(90, unknown(Reason.TOO_NEW)), (90.01, UNUSED)])
def test_only_a_principal_older_than_the_days_can_leave_something_unused(
    age: float, verdict: tuple[Verdict, Reason | None]
) -> None:
    assert said(service(at_work(Service(tracked=("CreateBucket",)), age=age), "s3")) == verdict
    assert said(action(at_work(Service(tracked=("CreateBucket",)), age=age), "s3", "CreateBucket")) == verdict


@pytest.mark.parametrize(
    ("days", "verdict"),
    [(400, UNUSED), (401, unknown(Reason.WINDOW_TOO_SHORT)), (3650, unknown(Reason.WINDOW_TOO_SHORT))],
)
def test_a_report_proves_400_days_and_no_more(days: int, verdict: tuple[Verdict, Reason | None]) -> None:
    assert said(service(at_work(Service(), age=9999, days=days), "s3")) == verdict
    assert said(service(ci(Principal(age=9999, allow=("s3:*",)), days=days), "s3")) == verdict


@pytest.mark.parametrize(
    ("row", "verdict"),
    [
        (Service(), unknown(Reason.WINDOW_TOO_SHORT)),
        (Service(used=200), unknown(Reason.WINDOW_TOO_SHORT)),
        (Service(used=30), USED),
    ],
)
def test_a_report_that_ended_long_ago_proves_use_and_no_lack_of_it(
    row: Service, verdict: tuple[Verdict, Reason | None]
) -> None:
    assert said(service(at_work(row, report_age=20), "s3")) == verdict


def test_a_service_that_no_row_lists_is_not_unused() -> None:
    assert said(service(at_work(None), "s3")) == unknown(Reason.NOT_IN_REPORT)


def test_a_service_on_a_page_that_is_missing_has_the_reason_of_the_gap() -> None:
    role = Principal(last_used=0, allow=("s3:*",), report=Report({}, complete=False), gap=GapReason.NOT_COLLECTED)
    assert said(service(ci(role), "s3")) == unknown(Reason.NOT_COLLECTED)


@pytest.mark.parametrize("gap", GapReason)
def test_a_principal_without_a_report_is_unknown_for_the_reason_of_its_gap(gap: GapReason) -> None:
    found = service(ci(Principal(last_used=0, allow=("s3:*",), gap=gap)), "s3")
    assert said(found) == unknown(Reason(gap.value))
    assert Reason(gap.value).is_failure
    assert (found.actions, found.untracked_actions > 100) == ((), True)


def test_a_principal_that_nobody_asked_about_was_not_collected() -> None:
    assert said(service(ci(Principal(last_used=0, allow=("s3:*",))), "s3")) == unknown(Reason.NOT_COLLECTED)


def test_the_three_states_of_an_action_stay_apart() -> None:
    row = Service(did={"CreateBucket": 1}, tracked=("DeleteBucket",))
    role = Principal(
        last_used=0, allow=("s3:CreateBucket", "s3:DeleteBucket", "s3:GetObject"), report=Report({"s3": row})
    )
    found = service(ci(role), "s3")
    assert found.actions == (
        ActionVerdict("CreateBucket", Verdict.USED, None, NOW - timedelta(days=1)),
        ActionVerdict("DeleteBucket", Verdict.UNUSED),
    )
    assert found.untracked_actions == 1


def test_an_action_in_any_case_is_that_action() -> None:
    role = Principal(last_used=0, allow=("S3:createbucket",), report=Report({"s3": Service(tracked=("CreateBucket",))}))
    assert [one.name for one in service(ci(role), "s3").actions] == ["CreateBucket"]


def test_a_service_that_a_report_lists_and_nothing_grants_is_kept_without_grants() -> None:
    role = Principal(last_used=0, report=Report({"s3": Service(used=1, did={"CreateBucket": 1})}))
    found = service(ci(role), "s3")
    assert (found.verdict, found.granted_by, found.actions, found.untracked_actions) == (Verdict.USED, (), (), 0)


@pytest.mark.parametrize(
    ("allow", "verdict"),
    [
        (("iam:PassRole",), unknown(Reason.UNTRACKED)),
        (("iam:PassRole", "iam:GetRole"), UNUSED),
    ],
)
def test_pass_role_is_never_unused_in_a_report(allow: tuple[str, ...], verdict: tuple[Verdict, Reason | None]) -> None:
    report = Report({"iam": Service(tracked=("GetRole", "PassRole"))})
    found = service(ci(Principal(last_used=0, allow=allow, report=report)), "iam")
    assert said(found) == verdict
    assert "PassRole" not in [one.name for one in found.actions]
    assert found.untracked_actions == 1


def test_an_idle_role_used_nothing_untracked_actions_and_pass_role_included() -> None:
    judgement = ci(Principal(allow=("iam:PassRole", "s3:GetObject")))
    assert judgement.is_idle
    for namespace in ("iam", "s3"):
        found = service(judgement, namespace)
        assert (said(found), found.actions, found.untracked_actions) == (UNUSED, (), 0)


def test_a_role_used_before_the_days_proves_nothing_of_single_services() -> None:
    judgement = ci(Principal(last_used=200, allow=("s3:*", "sqs:*"), report=Report({"s3": Service(used=200)})))
    assert judgement.is_idle
    assert said(service(judgement, "s3")) == STALE
    assert said(service(judgement, "sqs")) == unknown(Reason.NOT_IN_REPORT)


def test_a_role_that_a_report_saw_at_work_is_not_silent_whatever_role_last_used_says() -> None:
    report = Report({"sqs": Service(used=300)})
    judgement = ci(Principal(allow=("s3:*", "sqs:*"), report=report))
    assert said(service(judgement, "s3")) == unknown(Reason.NOT_IN_REPORT)


@pytest.mark.parametrize(
    ("versions", "verdict"),
    [
        (((500, ("s3:*",)), (10, ("s3:*", "sqs:*"))), UNUSED),
        (((500, ("sqs:*",)), (10, ("s3:*",))), unknown(Reason.TOO_NEW)),
        (((500, ("s3:*",)), (90.01, ("s3:Get*",))), UNUSED),
    ],
)
def test_a_grant_is_as_old_as_the_versions_that_gave_it(
    versions: tuple[tuple[float, tuple[str, ...]], ...], verdict: tuple[Verdict, Reason | None]
) -> None:
    policy = Policy(versions=tuple(Version(age, allow) for age, allow in versions))
    role = Principal(last_used=0, attached=("p",), report=Report({"s3": Service(tracked=("GetBucketAcl",))}))
    judgement = ci(role, policies={"p": policy})
    assert said(service(judgement, "s3")) == verdict
    assert said(action(judgement, "s3", "GetBucketAcl")) == verdict


def _two_reports(newer: Service, older: Service) -> PrincipalJudgement:
    """A role at work with a report of today, and one that ended too long ago to prove anything but use."""
    role = Principal(last_used=0, allow=("s3:*",), report=Report({"s3": newer}))
    estate = Estate(roles={"ci": role})
    old = Estate(roles={"ci": Principal(last_used=0, allow=("s3:*",), report=Report({"s3": older}, age=30))})
    return judged(estate.snapshot(), merge(estate.evidence(), old.evidence())).principals[0]


def test_an_action_that_only_an_old_report_tracks_is_not_unused() -> None:
    judgement = _two_reports(Service(used=1, tracked=("CreateBucket",)), Service(tracked=("DeleteBucket",)))
    assert said(action(judgement, "s3", "CreateBucket")) == UNUSED
    assert said(action(judgement, "s3", "DeleteBucket")) == unknown(Reason.WINDOW_TOO_SHORT)


def test_a_use_that_only_an_old_report_saw_counts() -> None:
    judgement = _two_reports(Service(tracked=("CreateBucket",)), Service(did={"CreateBucket": 40}))
    assert said(service(judgement, "s3")) == USED
    assert said(action(judgement, "s3", "CreateBucket")) == USED


def test_an_old_use_of_an_action_that_no_fresh_report_tracks_is_not_stale() -> None:
    judgement = _two_reports(Service(used=1), Service(did={"CreateBucket": 200}))
    assert said(action(judgement, "s3", "CreateBucket")) == unknown(Reason.WINDOW_TOO_SHORT)


def test_equal_lists_of_unused_actions_are_one_object() -> None:
    role = Principal(
        last_used=0, allow=("s3:*",), report=Report({"s3": Service(tracked=("CreateBucket", "DeleteBucket"))})
    )
    judgement = Estate(roles={"a": role, "b": role}).judged()
    first, second = (service(one, "s3").actions for one in judgement.principals)
    assert first is second


def test_all_principals_are_judged_once_in_order_of_arn() -> None:
    estate = Estate(roles={"b": Principal(), "a": Principal()}, users={"u": Principal()}, groups={"g": Principal()})
    arns = [one.principal.arn for one in estate.judged().principals]
    assert arns == sorted(estate.arn(one) for one in ("role/a", "role/b", "user/u", "group/g"))


def test_roles_that_aws_owns_are_shown_and_not_editable() -> None:
    roles = {
        "linked": Principal(path="/aws-service-role/x.amazonaws.com/"),
        "sso": Principal(path="/aws-reserved/sso.amazonaws.com/"),
        "ours": Principal(path="/service-role/"),
    }
    judgement = Estate(roles=roles).judged()
    assert {one.principal.name: one.is_editable for one in judgement.principals} == {
        "linked": False,
        "sso": False,
        "ours": True,
    }
    assert {finding.resource for finding in judgement.findings} == {Estate(roles=roles).arn("role/ours")}


@given(st.integers(-14 * 3600, 14 * 3600))
def test_the_zone_in_which_now_is_told_does_not_matter(offset: int) -> None:
    estate = Estate(roles={"ci": Principal(last_used=0, allow=("s3:*",), report=Report({"s3": Service(used=90)}))})
    told = NOW.astimezone(timezone(timedelta(seconds=offset)))
    other = judged(estate.snapshot(), estate.evidence(), now=told)
    assert other.findings == estate.judged().findings
    assert other.principals == estate.judged().principals
