"""What becomes of whom: one small account a claim."""

import json

import msgspec
import pytest

from findings.estate import CATALOG, Estate, Key, Password, Policy, Principal, Report, Service, Version, judged
from leastwise.catalog import AccessLevel, ActionFacts, Catalog
from leastwise.evidence import GapReason
from leastwise.findings import Verdict
from leastwise.inventory import GrantIndex, InlinePolicy, PolicyText, Selection
from leastwise.plan import (
    AttachedTo,
    Change,
    ChangeKind,
    CreatePolicy,
    CreateVersion,
    Detach,
    InlineIs,
    MembersAre,
    Obstacle,
    Plan,
    PolicyIs,
    ProofMethod,
)
from leastwise.policy import ActionSet, parse_document
from leastwise.recommend import RecommendOptions, Removal, RemovalOptions, fitted_reduction, recommend
from leastwise.settings import parse_settings
from recommend.planning import carried_out, granted, of_kind, plan_for, plan_of, texts_after

IDLE = Report({"sqs": Service(None), "s3": Service(1)})
"""Uses S3 and has never used SQS."""
BUSY = Report({"sqs": Service(1), "s3": Service(1)})
"""Uses both."""


def role(*attached: str, report: Report = IDLE, **more: object) -> Principal:
    return msgspec.structs.replace(Principal(attached=attached, last_used=1, report=report), **more)


def user(*groups: str, report: Report = IDLE, **more: object) -> Principal:
    return msgspec.structs.replace(Principal(groups=groups, report=report, in_credential_report=False), **more)


def kinds(plan: Plan) -> list[ChangeKind]:
    return [change.kind for change in plan.changes]


def only(plan: Plan) -> Change:
    [change] = plan.changes
    return change


def obstacles(plan: Plan) -> list[Obstacle]:
    return [left.obstacle for left in plan.left]


BOTH = Policy(allow=("s3:*", "sqs:*"))


def test_a_shared_policy_keeps_what_one_holder_uses() -> None:
    alone = Estate(roles={"a": role("p")}, policies={"p": BOTH})
    assert '"s3:*"]' in str(texts_after(plan_of(alone))["p"])
    both = Estate(roles={"a": role("p"), "b": role("p", report=BUSY)}, policies={"p": BOTH})
    assert plan_of(both).changes == ()


def test_an_inline_policy_is_edited_and_its_live_text_is_the_precondition() -> None:
    estate = Estate(roles={"a": role(allow=("s3:*", "sqs:*"))})
    change = only(plan_of(estate))
    assert change.kind is ChangeKind.EDIT_INLINE
    assert change.title == "Inline policy own of role a loses 1 service"
    [precondition] = change.preconditions
    assert isinstance(precondition, InlineIs)
    [document] = change.documents
    [statement] = document.statements
    assert [(gone.service, gone.actions, gone.verdict) for gone in statement.gone] == [("sqs", (), Verdict.UNUSED)]
    assert [(seen.service, seen.verdict, seen.holders) for seen in statement.seen] == [("s3", Verdict.USED, 1)]
    assert change.proof.method is ProofMethod.COMPARED
    assert (change.gain.services, change.risk.shared_by, change.risk.window_days) == (1, 1, 400)


def test_an_inline_policy_of_which_nothing_is_needed_is_deleted() -> None:
    assert kinds(plan_of(Estate(roles={"a": role(allow=("sqs:*",))}))) == [ChangeKind.DELETE_INLINE]


def test_a_policy_is_detached_from_the_one_who_needs_nothing_of_it_and_made_smaller_for_the_others() -> None:
    nothing = Report({"s3": Service(None), "sqs": Service(None)})
    estate = Estate(roles={"a": role("p"), "b": role("p", report=nothing)}, policies={"p": BOTH})
    plan = plan_of(estate)
    [detached], [version] = of_kind(plan, ChangeKind.DETACH), of_kind(plan, ChangeKind.NEW_VERSION)
    assert detached.steps == (Detach(estate.arn("policy/p"), estate.arn("role/b")),)
    assert version.principals == (estate.arn("role/a"),)
    # Whoever was to be detached may still be there when the version is made: it needs nothing of the policy.
    assert AttachedTo(estate.arn("policy/p"), (estate.arn("role/a"), estate.arn("role/b")), exactly=True) in (
        version.preconditions
    )


def test_a_policy_that_denies_is_never_detached() -> None:
    nothing = Report({"s3": Service(None), "sqs": Service(None)})
    estate = Estate(roles={"a": role(report=nothing, allow=("sqs:*",), deny=("s3:*",))})
    change = only(plan_of(estate))
    assert change.kind is ChangeKind.EDIT_INLINE
    assert [one["Effect"] for one in json.loads(str(change.documents[0].after))["Statement"]] == ["Deny"]


def test_an_aws_managed_policy_is_replaced_for_those_who_may_be_changed_and_left_to_the_others() -> None:
    shared = Policy(allow=("s3:*", "sqs:*"), aws=True)
    failed = Principal(attached=("p",), last_used=1, gap=GapReason.REPORT_FAILED)
    estate = Estate(roles={"a": role("p"), "b": failed}, policies={"p": shared})
    change = only(plan_of(estate))
    assert change.kind is ChangeKind.REPLACE
    assert change.targets == (estate.arn("role/a"),)
    create, attach, detach = change.steps
    assert isinstance(create, CreatePolicy)
    assert create.policy.resource.startswith("policy/leastwise/p-")
    assert [type(step).__name__ for step in (attach, detach)] == ["Attach", "Detach"]
    assert [type(step).__name__ for step in change.inverse] == ["Attach", "Detach", "DeletePolicy"]
    assert plan_of(estate, RecommendOptions(aws_managed=False)).changes == ()


def test_the_same_copy_is_used_again_where_it_is_there_already() -> None:
    shared = Policy(allow=("s3:*", "sqs:*"), aws=True)
    first = Estate(roles={"a": role("p"), "b": role()}, policies={"p": shared})
    after = carried_out(first.snapshot(), plan_of(first).changes)
    later = Estate(roles={"a": role("p"), "b": role("p")}, policies={"p": shared})
    held = {one.arn: one.attached for one in later.snapshot().roles}
    roles = tuple(
        one if one.name == "a" else msgspec.structs.replace(one, attached=held[one.arn]) for one in after.roles
    )
    change = only(plan_for(msgspec.structs.replace(after, roles=roles), later.evidence()))
    assert [type(step).__name__ for step in change.steps] == ["Attach", "Detach"]
    assert sum(isinstance(one, PolicyIs) for one in change.preconditions) == 2


def test_no_copy_comes_where_there_is_no_room_to_attach_it_first() -> None:
    shared = Policy(allow=("s3:*", "sqs:*"), aws=True)
    estate = Estate(roles={"a": role("p")}, policies={"p": shared})
    plan = plan_of(estate, RecommendOptions(attached_policies=1))
    assert (plan.changes, obstacles(plan)) == ((), [Obstacle.NO_ROOM])


def test_split_gives_the_holders_of_a_shared_policy_copies_of_their_own() -> None:
    estate = Estate(roles={"a": role("p"), "b": role("p", report=BUSY)}, policies={"p": BOTH})
    change = only(plan_of(estate, RecommendOptions(split_shared=True)))
    assert (change.kind, change.targets) == (ChangeKind.REPLACE, (estate.arn("role/a"),))
    alike = Estate(roles={"a": role("p"), "b": role("p")}, policies={"p": BOTH})
    assert len(only(plan_of(alike, RecommendOptions(split_shared=True))).targets) == 2


def test_a_new_version_says_which_one_goes_where_there_are_five() -> None:
    versions = tuple(Version(900 - number, ("s3:*", "sqs:*")) for number in range(5))
    estate = Estate(roles={"a": role("p")}, policies={"p": Policy(versions=versions)})
    [step] = only(plan_of(estate)).steps
    assert isinstance(step, CreateVersion)
    assert step.drops is not None
    assert step.drops.version == "v1"


def test_a_groups_policy_loses_what_no_member_uses_and_its_members_are_a_precondition() -> None:
    group = Principal(allow=("s3:*", "sqs:*"))
    estate = Estate(users={name: user("dev") for name in ("ana", "bob")}, groups={"dev": group})
    change = only(plan_of(estate))
    assert '"s3:*"]' in str(change.documents[0].after)
    assert change.principals == (estate.arn("user/ana"), estate.arn("user/bob"))
    assert MembersAre(estate.arn("group/dev"), change.principals) in change.preconditions
    assert plan_of(Estate(groups={"dev": group})).changes == ()


def test_a_user_who_needs_nothing_of_a_group_leaves_it_where_others_need_some() -> None:
    group = Principal(allow=("sqs:*",))
    estate = Estate(users={"ana": user("dev"), "bob": user("dev", report=BUSY)}, groups={"dev": group})
    change = only(plan_of(estate))
    assert (change.kind, change.targets) == (ChangeKind.LEAVE_GROUP, (estate.arn("user/ana"),))
    nobody = Estate(users={"ana": user("dev"), "bob": user("dev")}, groups={"dev": group})
    assert kinds(plan_of(nobody)) == [ChangeKind.DELETE_INLINE]
    denying = msgspec.structs.replace(estate, groups={"dev": Principal(allow=("sqs:*",), deny=("iam:*",))})
    assert plan_of(denying).changes == ()


@pytest.mark.parametrize(
    ("estate", "obstacle"),
    [
        (
            Estate(roles={"a": role("p", boundary="p")}, policies={"p": Policy(allow=("sqs:*",))}),
            Obstacle.BOUNDARY,
        ),
        (
            Estate(
                roles={"a": role("p"), "b": Principal(attached=("p",), last_used=1, gap=GapReason.REPORT_FAILED)},
                policies={"p": BOTH},
            ),
            Obstacle.MISSING_EVIDENCE,
        ),
        (
            Estate(roles={"a": role("p")}, policies={"p": msgspec.structs.replace(BOTH, attachments_elsewhere=2)}),
            Obstacle.MISSING_EVIDENCE,
        ),
        (
            Estate(roles={"a": role("p", path="/aws-reserved/sso/")}, policies={"p": BOTH}),
            Obstacle.NOT_EDITABLE,
        ),
        (Estate(roles={"a": role("p"), "kept": role("p")}, policies={"p": BOTH}), Obstacle.BREAK_GLASS),
        (Estate(roles={"a": role("p"), "other": role("p")}, policies={"p": BOTH}), Obstacle.NOT_SELECTED),
        (Estate(roles={"a": role("p", age=150)}, policies={"p": BOTH}), Obstacle.TOO_YOUNG),
    ],
)
def test_what_keeps_a_policy_as_it_is_is_said(estate: Estate, obstacle: Obstacle) -> None:
    options = RecommendOptions(
        break_glass=("role/kept",), selection=Selection(("role/a", "role/kept", "role/b")), min_age_days=200
    )
    plan = plan_of(estate, options)
    assert (plan.changes, obstacles(plan)) == ((), [obstacle])


def test_nothing_is_said_of_policies_that_only_principals_hold_who_were_not_asked_about() -> None:
    estate = Estate(roles={"a": role(), "other": role("p")}, policies={"p": BOTH})
    plan = plan_of(estate, RecommendOptions(selection=Selection(("role/a",))))
    assert (plan.changes, plan.left) == ((), ())


def test_a_policy_that_cannot_be_read_is_left_and_its_fault_is_said() -> None:
    estate = Estate(roles={"a": role(allow=("sqs:*",))})
    snapshot = estate.snapshot()
    broken = msgspec.structs.replace(
        snapshot.roles[0], inline=(InlinePolicy("own", PolicyText("{", None, "not JSON")),)
    )
    [left] = plan_for(msgspec.structs.replace(snapshot, roles=(broken,)), estate.evidence()).left
    assert (left.obstacle, left.detail) == (Obstacle.UNREADABLE, "not JSON")


def test_what_is_exempt_does_not_go() -> None:
    estate = Estate(
        roles={"a": role(allow=("s3:*", "sqs:*"))},
        users={"u": user(keys=(Key(),), password=Password(), in_credential_report=True)},
        policies={"free": Policy()},
    )
    exemption = parse_settings(
        '[[exemptions]]\nrule = "*"\nresource = "*"\nreason = "moving"\nowner = "web"\nuntil = 2999-01-01\n',
        source="leastwise.toml",
    )
    assert len(kinds(plan_of(estate, RecommendOptions(passwords=True)))) == 4
    assert plan_of(estate, RecommendOptions(passwords=True), exemption).changes == ()


def test_unused_keys_are_deactivated_and_passwords_deleted_only_where_told() -> None:
    estate = Estate(users={"u": user(keys=(Key(), Key(2, used=1)), password=Password(), in_credential_report=True)})
    change = only(plan_of(estate))
    assert (change.kind, change.title) == (
        ChangeKind.DEACTIVATE_KEY,
        "Access key 1 of user u, never used, is deactivated",
    )
    assert change.risk.is_reversible
    _, password = plan_of(estate, RecommendOptions(passwords=True)).changes
    assert (password.kind, password.risk.is_reversible) == (ChangeKind.DELETE_PASSWORD, False)


def test_a_policy_that_nobody_holds_is_deleted_with_what_it_takes_to_make_it_again() -> None:
    estate = Estate(policies={"free": Policy(), "young": Policy(age=3)})
    change = only(plan_of(estate))
    assert change.kind is ChangeKind.DELETE_POLICY
    [restore] = change.inverse
    assert type(restore).__name__ == "RestorePolicy"
    assert plan_of(estate, RecommendOptions(min_age_days=2000)).changes == ()


def test_quarantine_denies_what_may_go_and_changes_nothing_else() -> None:
    estate = Estate(roles={"a": role("p", allow=("sqs:SendMessage",))}, policies={"p": BOTH})
    snapshot = estate.snapshot()
    change = only(plan_of(estate, RecommendOptions(quarantine=True)))
    assert change.kind is ChangeKind.QUARANTINE
    [statement] = json.loads(str(change.documents[0].after))["Statement"]
    assert (statement["Effect"], statement["Action"], statement["Resource"]) == ("Deny", ["sqs:*"], "*")
    after = granted(carried_out(snapshot, [change]))[estate.arn("role/a")]
    assert after == ActionSet.of(["s3:*"], CATALOG)
    assert [type(step).__name__ for step in change.inverse] == ["Detach", "DeletePolicy"]


def test_quarantine_is_inline_where_no_more_policies_can_be_attached() -> None:
    estate = Estate(roles={"a": role("p")}, policies={"p": BOTH})
    change = only(plan_of(estate, RecommendOptions(quarantine=True, attached_policies=1)))
    assert [type(step).__name__ for step in change.steps] == ["PutInline"]
    assert [type(step).__name__ for step in change.inverse] == ["DeleteInline"]


def test_stale_use_is_told_as_a_risk() -> None:
    report = Report({"s3": Service(1, (), {"GetBucketAcl": 200, "CreateBucket": 1}), "sqs": Service(200)})
    estate = Estate(roles={"a": role(allow=("s3:*", "sqs:*"), report=report)})
    assert plan_of(estate).changes == ()
    change = only(plan_of(estate, RecommendOptions(removal=RemovalOptions(include_stale=True))))
    assert change.risk.stale == ("s3:GetBucketAcl", "sqs")


def test_a_long_list_gives_services_back_until_it_fits() -> None:
    names = [f"{verb}{number}" for number in range(400) for verb in ("Get", "Put")]
    catalog = Catalog(
        {"big": "Big", "small": "Small"},
        [ActionFacts("big", name, AccessLevel.READ) for name in names]
        + [ActionFacts("small", name, AccessLevel.READ) for name in ("Get", "Put")],
    )
    document = parse_document('{"Statement": {"Effect": "Allow", "Action": ["big:*", "small:*"], "Resource": "*"}}')
    removal = Removal(ActionSet.of(["big:Put*7", "big:Get*3", "small:Put"], catalog))
    found = fitted_reduction(document, removal, limit=120)
    assert found is not None
    reduction, left = found
    assert reduction.text == document.text.replace('"small:*"', '"small:G*"')
    assert left.actions == ActionSet.of(["small:Put"], catalog)
    assert fitted_reduction(document, removal, limit=10_000) is not None
    # A copy of an AWS-managed policy has the quota of a customer's, however long the original is.
    assert fitted_reduction(document, removal, limit=60) is None


def test_a_plan_says_whose_it_is_and_what_was_decided() -> None:
    estate = Estate(roles={"a": role(allow=("s3:*", "sqs:*"))}, stale_after_days=120)
    snapshot = estate.snapshot()
    plan = recommend(
        snapshot,
        judged(snapshot, estate.evidence(), days=120),
        estate.evidence(),
        grants=GrantIndex(CATALOG, snapshot),
        catalog=CATALOG,
        options=RecommendOptions(removal=RemovalOptions(keep=("s3:*",))),
        version="1.2.3",
        complete=False,
    )
    assert (plan.account.id, plan.scanned_at, plan.version, plan.complete) == (
        snapshot.account.id,
        snapshot.taken_at,
        "1.2.3",
        False,
    )
    assert (plan.parameters.unused_days, plan.parameters.keep) == (120, ("s3:*",))
    assert plan.digest.startswith("sha256:")


def test_a_quarantine_that_is_there_denies_more_by_a_new_version() -> None:
    first = Estate(roles={"a": role(allow=("sqs:*", "sns:*", "s3:*"))})
    more = Report({"sqs": Service(None), "sns": Service(None), "s3": Service(1)})
    later = Estate(roles={"a": role(allow=("sqs:*", "sns:*", "s3:*"), report=more)})
    options = RecommendOptions(quarantine=True)
    quarantined = carried_out(first.snapshot(), plan_of(first, options).changes)
    change = only(plan_for(quarantined, later.evidence(), options))
    assert [type(step).__name__ for step in change.steps] == ["CreateVersion"]
    [statement] = json.loads(str(change.documents[0].after))["Statement"]
    assert statement["Action"] == ["sns:*", "sqs:*"]
    assert [type(step).__name__ for step in change.inverse] == ["RestoreVersion"]
    after = carried_out(quarantined, [change])
    assert granted(after)[first.arn("role/a")] == ActionSet.of(["s3:*"], CATALOG)
    assert plan_for(after, later.evidence(), options).changes == ()


def test_a_quarantine_that_was_edited_is_left_and_named() -> None:
    estate = Estate(roles={"a": role(allow=("sqs:*", "s3:*"))})
    options = RecommendOptions(quarantine=True)
    quarantined = carried_out(estate.snapshot(), plan_of(estate, options).changes)
    [policy] = quarantined.policies
    text = '{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "sns:*", "Resource": "*"}}'
    edited = msgspec.structs.replace(policy.versions[0], policy=PolicyText(text, parse_document(text)))
    changed = msgspec.structs.replace(policy, versions=(edited,))
    plan = plan_for(msgspec.structs.replace(quarantined, policies=(changed,)), estate.evidence(), options)
    assert plan.changes == ()
    assert [left.detail for left in plan.left] == ["the quarantine that is there was edited"]
