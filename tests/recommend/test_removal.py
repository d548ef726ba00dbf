"""Removal sets over drawn accounts: what is used or unknown never goes, from anybody."""

from hypothesis import given
from hypothesis import strategies as st

from findings.estate import CATALOG, Estate, Principal, Report, Service, judged
from findings.test_laws import LAW, estates
from leastwise.evidence import merge
from leastwise.findings import PrincipalJudgement, Verdict
from leastwise.policy import ActionSet
from leastwise.recommend import Removal, RemovalOptions, joint_removal, removal_of

options = st.builds(
    RemovalOptions, st.booleans(), st.booleans(), st.sampled_from([(), ("s3:*",), ("*:Delete*", "iam:GetRole")])
)


def removals(estate: Estate, wanted: RemovalOptions) -> list[tuple[PrincipalJudgement, Removal]]:
    return [(one, removal_of(one, CATALOG, wanted)) for one in estate.judged().principals]


@given(estates, options)
@LAW
def test_only_what_is_unused_goes_and_stale_where_told(estate: Estate, wanted: RemovalOptions) -> None:
    may_go = {Verdict.UNUSED, Verdict.STALE} if wanted.include_stale else {Verdict.UNUSED}
    for judged_principal, found in removals(estate, wanted):
        removal = found.actions
        for service in judged_principal.services:
            is_whole = service.verdict in may_go
            assert is_whole or f"{service.namespace}:NotYetInvented" not in removal
            for action in service.actions:
                named = f"{service.namespace}:{action.name}"
                assert named not in removal or is_whole or (action.verdict in may_go and not wanted.services_only)
        assert not removal & ActionSet.of(wanted.keep, CATALOG)
        assert "iam:PassRole" not in removal or judged_principal.is_idle
        assert not removal.rest or judged_principal.is_idle


@given(estates, estates, options)
@LAW
def test_more_evidence_of_use_never_takes_a_used_permission(
    estate: Estate, other: Estate, wanted: RemovalOptions
) -> None:
    days = estate.stale_after_days
    more = judged(estate.snapshot(), merge(estate.evidence(), other.evidence()), days=days)
    used = {
        one.principal.arn: [service.namespace for service in one.services if service.verdict is Verdict.USED]
        for one in estate.judged().principals
    }
    for one in more.principals:
        removal = removal_of(one, CATALOG, wanted).actions
        assert all(f"{namespace}:NotYetInvented" not in removal for namespace in used[one.principal.arn])


@given(estates, options)
@LAW
def test_a_shared_policy_loses_only_what_may_go_from_every_holder(estate: Estate, wanted: RemovalOptions) -> None:
    every = [removal for _, removal in removals(estate, wanted)]
    joint = joint_removal(every, CATALOG)
    assert all(joint.actions <= one.actions and joint.needed >= one.needed for one in every)
    again = joint_removal(reversed(every), CATALOG)
    assert (again.actions, again.needed) == (joint.actions, joint.needed)
    assert joint_removal(every[:1], CATALOG).actions == every[0].actions


def test_a_policy_that_reaches_nobody_loses_nothing() -> None:
    assert not joint_removal([], CATALOG)


def test_a_service_in_use_loses_its_unused_actions_alone() -> None:
    report = Report({"s3": Service(1, ("DeleteBucket",), {"CreateBucket": 1}), "sqs": Service(None)})
    ci = Estate(roles={"ci": Principal(allow=("s3:*", "sqs:*"), last_used=1, report=report)}).principal("role/ci")
    removal = removal_of(ci, CATALOG, RemovalOptions()).actions
    assert removal == ActionSet.of(["s3:DeleteBucket", "sqs:*"], CATALOG)
    assert removal_of(ci, CATALOG, RemovalOptions(services_only=True)).actions == ActionSet.of(["sqs:*"], CATALOG)
    assert removal_of(ci, CATALOG, RemovalOptions(keep=("sqs:Send*",))).actions == removal - ActionSet.of(
        ["sqs:Send*"], CATALOG
    )


def test_pass_role_stays_until_a_source_proves_that_the_principal_did_nothing() -> None:
    report = Report({"iam": Service(None, ("GetRole",))})
    awake = Estate(roles={"ci": Principal(allow=("iam:*",), last_used=1, report=report)}).principal("role/ci")
    asleep = Estate(roles={"ci": Principal(allow=("iam:*",), report=report)}).principal("role/ci")
    assert [("iam:PassRole" in removal_of(one, CATALOG, RemovalOptions()).actions) for one in (awake, asleep)] == [
        False,
        True,
    ]


def test_nothing_goes_from_a_role_of_awss_own() -> None:
    report = Report({"sqs": Service(None)})
    role = Principal(path="/aws-service-role/sqs.amazonaws.com/", allow=("sqs:*",), report=report)
    assert not removal_of(Estate(roles={"r": role}).principal("role/r"), CATALOG, RemovalOptions())


def test_only_services_that_were_asked_about_go() -> None:
    report = Report({"s3": Service(None), "sqs": Service(None)})
    ci = Estate(roles={"ci": Principal(allow=("s3:*", "sqs:*"), last_used=1, report=report)}).principal("role/ci")
    removal = removal_of(ci, CATALOG, RemovalOptions(services=("sqs",)))
    assert removal.actions == ActionSet.of(["sqs:*"], CATALOG)


def test_what_a_kept_action_depends_on_stays() -> None:
    report = Report({"ec2": Service(1, ("CreateTags",), {"RunInstances": 1}), "kms": Service(None)})
    role = Principal(
        allow=("ec2:RunInstances", "ec2:CreateTags", "ec2:DeleteTags", "kms:*"), last_used=1, report=report
    )
    ci = Estate(roles={"ci": role}).principal("role/ci")
    granted = ActionSet.of(role.allow, CATALOG)
    alone, all_told = (removal_of(ci, CATALOG, RemovalOptions(), granted=one).actions for one in (None, granted))
    assert "ec2:CreateTags" in alone
    assert "ec2:CreateTags" not in all_told
    assert "kms:ScheduleKeyDeletion" in all_told


def test_what_only_a_report_knows_is_needed_unless_it_goes() -> None:
    report = Report({"s3": Service(1, ("NewUnused",), {"NewUsed": 1}), "newone": Service(1), "olden": Service(None)})
    role = Principal(allow=("*",), last_used=1, report=report)
    removal = removal_of(Estate(roles={"r": role}).principal("role/r"), CATALOG, RemovalOptions())
    assert removal.needed == {"s3:NewUsed", "newone:*"}
    assert "olden:Any" in removal.actions
    assert "s3:NewUnused" in removal.actions


def test_a_principal_that_did_nothing_needs_nothing_not_even_what_nobody_knows() -> None:
    estate = Estate(roles={"r": Principal(allow=("*",))})
    removal = removal_of(estate.principal("role/r"), CATALOG, RemovalOptions())
    assert "notyet:Invented" in removal.actions
    assert not removal_of(
        Estate(roles={"r": Principal(allow=("*",), age=5)}).principal("role/r"), CATALOG, RemovalOptions()
    )
