"""Whose report is asked for, and what becomes of those of whom nothing was heard."""

from datetime import timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory_samples import (
    NOW,
    account,
    accounts,
    allow,
    arn,
    attached,
    deny,
    group,
    inline,
    managed,
    role,
    says,
    text_of,
    user,
)
from leastwise.catalog import load_catalog
from leastwise.collect import mark_missing, report_subjects
from leastwise.evidence import (
    CredentialUse,
    Evidence,
    Gap,
    GapReason,
    PasswordUse,
    Source,
    Window,
    evidence_of,
    report_usage,
)
from leastwise.inventory import GrantIndex, Role, RoleLastUsed, Selection, Snapshot
from leastwise.policy import Arn

S3 = inline(work=says(allow("s3:*")))
USED = RoleLastUsed(NOW, "eu-west-1")


def subjects(snapshot: Snapshot, *, selection: Selection | None = None, policies: bool = False) -> list[str]:
    """The names of those whose report is asked for."""
    grants = GrantIndex(load_catalog(), snapshot)
    chosen = report_subjects(snapshot, grants, selection=selection or Selection(), policies=policies)
    assert list(chosen) == sorted(set(chosen))
    return [one.name for one in chosen]


@given(accounts(), st.booleans())
@settings(deadline=None, max_examples=25)
def test_nobody_who_could_have_used_something_is_left_out(snapshot: Snapshot, policies: bool) -> None:  # noqa: FBT001 - drawn
    grants = GrantIndex(load_catalog(), snapshot)
    chosen = set(report_subjects(snapshot, grants, selection=Selection(), policies=policies))
    for principal in snapshot.principals():
        is_idle = isinstance(principal, Role) and principal.last_used is None
        of_principal = grants.of(principal)
        holds_something = bool(of_principal.namespaces or of_principal.unreadable)
        assert (principal.arn in chosen) is (holds_something and not is_idle)
    assert {policy.arn for policy in snapshot.policies} <= chosen or not policies


def test_a_role_that_is_idle_needs_no_report_and_one_that_was_used_does() -> None:
    assert subjects(account(roles=[role("idle", inline=S3), role("used", inline=S3, last_used=USED)])) == ["used"]


def test_a_role_whose_last_use_is_not_spoken_of_needs_a_report() -> None:
    assert subjects(account(roles=[role("silent", inline=S3, last_used_known=False)])) == ["silent"]


def test_principals_that_are_granted_nothing_need_no_report() -> None:
    denied = inline(work=says(allow("s3:*"), deny("s3:*")))
    snapshot = account(
        users=[user("bare"), user("denied", inline=denied), user("member", groups=("empty",))],
        groups=[group("empty")],
        roles=[role("bare", last_used=USED)],
    )
    assert subjects(snapshot) == []


def test_users_are_granted_what_their_groups_are() -> None:
    snapshot = account(users=[user("member", groups=("team",))], groups=[group("team", inline=S3)])
    assert subjects(snapshot) == ["team", "member"]


def test_who_holds_a_document_that_cannot_be_read_needs_a_report() -> None:
    unreadable = inline(work=text_of("{"))
    gone = attached(managed("Gone", says(allow("s3:*"))))
    snapshot = account(users=[user("ann", inline=unreadable), user("bob", attached=gone)], groups=[])
    assert subjects(snapshot) == ["ann", "bob"]


def test_policies_have_a_report_of_their_own_only_where_asked() -> None:
    base, unattached = managed("Base", says(allow("s3:*"))), managed("Unattached", says(allow("sqs:*")))
    snapshot = account(users=[user("ann", attached=attached(base))], policies=[base, unattached])
    assert subjects(snapshot) == ["ann"]
    assert subjects(snapshot, policies=True) == ["Base", "Unattached", "ann"]


def test_principals_that_were_left_out_are_not_asked_about() -> None:
    snapshot = account(users=[user("ann", inline=S3), user("bob", inline=S3)], groups=[group("ann", inline=S3)])
    assert subjects(snapshot, selection=Selection(include=("user/*",), exclude=("bob",))) == ["ann"]


ANN, BOB = user("ann"), user("bob")
ROLE = arn("role", "r")


def missing(evidence: Evidence, *, reason: GapReason = GapReason.INTERRUPTED) -> Evidence:
    return mark_missing(evidence, subjects=[ROLE, ANN.arn], users=[ANN, BOB], reason=reason)


def gaps(evidence: Evidence) -> list[tuple[str, str, str]]:
    return sorted(
        (gap.subject.name, gap.source.value, gap.reason.value) for one in evidence.gaps.values() for gap in one
    )


@pytest.mark.parametrize("reason", [GapReason.INTERRUPTED, GapReason.NOT_COLLECTED])
def test_silence_gets_its_reason_from_each_source_that_was_asked(reason: GapReason) -> None:
    assert gaps(missing(evidence_of(), reason=reason)) == [
        ("ann", "credential-report", reason.value),
        ("ann", "last-accessed", reason.value),
        ("bob", "credential-report", reason.value),
        ("r", "last-accessed", reason.value),
    ]


def credentials(subject: Arn, *, made_at: timedelta = timedelta(0)) -> CredentialUse:
    return CredentialUse(subject, Window(NOW - timedelta(days=999), NOW + made_at), PasswordUse(False, None, None), ())


def test_who_was_heard_of_or_has_a_reason_already_gets_none() -> None:
    heard = evidence_of(
        [report_usage(ROLE, [], generated_at=NOW)],
        credentials=[credentials(ANN.arn)],
        gaps=[
            Gap(ANN.arn, Source.LAST_ACCESSED, GapReason.NOT_READABLE),
            Gap(BOB.arn, Source.CREDENTIAL_REPORT, GapReason.TIMED_OUT),
        ],
    )
    assert missing(heard) == heard
    assert missing(missing(evidence_of())) == missing(evidence_of())


def test_a_reason_from_one_source_is_none_for_another() -> None:
    of_credentials = evidence_of(gaps=[Gap(ANN.arn, Source.CREDENTIAL_REPORT, GapReason.NOT_READABLE)])
    assert ("ann", "last-accessed", "interrupted") in gaps(missing(of_credentials))


def test_a_user_who_is_newer_than_the_credential_report_is_not_missing_from_it() -> None:
    """AWS makes one report in four hours, which cannot know of who was made since."""
    old_report = evidence_of(credentials=[credentials(BOB.arn, made_at=timedelta(hours=-3))])
    newcomer = msgspec.structs.replace(user("new"), created_at=NOW - timedelta(hours=1))
    marked = mark_missing(old_report, subjects=[], users=[newcomer, ANN, BOB], reason=GapReason.NOT_COLLECTED)
    assert gaps(marked) == [("ann", "credential-report", "not-collected")]
    (gap,) = marked.gaps[ANN.arn]
    assert gap.detail == "the credential report does not list the user"
