"""What an account becomes by steps, and which steps do not fit it."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory_samples import ID, arn, days_ago, group, inline, role, user
from leastwise.inventory import Attachment, ManagedPolicy, PolicyVersion, Principal, Snapshot
from leastwise.plan import (
    AddToGroup,
    Attach,
    CreatePolicy,
    CreateVersion,
    DeleteInline,
    DeletePassword,
    DeletePolicy,
    Detach,
    KeptVersion,
    PutInline,
    RemoveFromGroup,
    RestorePolicy,
    RestoreVersion,
    SetKeyStatus,
    Step,
    applied,
)
from leastwise.policy import Arn
from plan.accounts import (
    AFTER,
    AWS,
    DOCUMENTS,
    LAW,
    OWN,
    TEXTS,
    account_of,
    accounts,
    drawn,
    policy_of,
    shown,
    version,
)

USER, ROLE, GROUP = arn("user", "U"), arn("role", "R"), arn("group", "G")
OTHER = arn("group", "H")
MANAGED, FULL, BOUNDARY = OWN
NEW = arn("policy", "team/new/N")
ACCOUNT = account_of(
    users=[user("U", inline=inline(A=TEXTS[0], C=TEXTS[1]), attached=(Attachment(AWS, AWS.name),), groups=("G",))],
    roles=[role("R", attached=(Attachment(MANAGED, "P"),), boundary=BOUNDARY)],
    groups=[group("G"), group("H")],
    policies=[
        policy_of(MANAGED, [version(1), version(3, 1, is_default=True)]),
        policy_of(FULL, [version(number, is_default=number == 2) for number in range(1, 6)]),
        policy_of(BOUNDARY, [version(1, is_default=True)]),
        policy_of(AWS, [version(9, is_default=True)]),
    ],
)
"""A user with two inline policies and an AWS-managed one, in one of two groups; a role with a managed policy."""


def after(*steps: Step) -> Snapshot:
    return applied(ACCOUNT, steps, at=AFTER)


def principal(snapshot: Snapshot, wanted: Arn) -> Principal:
    return next(one for one in snapshot.principals() if one.arn == wanted)


def policy(snapshot: Snapshot, wanted: Arn) -> ManagedPolicy:
    return next(one for one in snapshot.policies if one.arn == wanted)


@given(accounts())
@LAW
def test_no_steps_change_nothing(snapshot: Snapshot) -> None:
    assert applied(snapshot, [], at=AFTER) == snapshot


@given(drawn(), st.integers(0, 8))
@LAW
def test_steps_can_be_done_in_parts(case: tuple[Snapshot, list[Step]], place: int) -> None:
    before, steps = case
    half = applied(before, steps[:place], at=AFTER)
    assert applied(half, steps[place:], at=AFTER) == applied(before, steps, at=AFTER)


@given(drawn())
@LAW
def test_what_no_step_names_stays(case: tuple[Snapshot, list[Step]]) -> None:
    before, steps = case
    found = applied(before, steps, at=AFTER)
    named = {
        getattr(step, field) for step in steps for field in ("principal", "policy", "user") if hasattr(step, field)
    }
    assert [one for one in before.policies if one.arn not in named] == [
        one for one in found.policies if one.arn not in named
    ]
    assert [one for one in before.principals() if one.arn not in named] == [
        one for one in found.principals() if one.arn not in named
    ]


@given(drawn())
@LAW
def test_the_count_of_attachments_goes_with_them(case: tuple[Snapshot, list[Step]]) -> None:
    before, steps = case
    elsewhere = {one.arn: one.attachment_count - shown(before, one.arn) for one in before.policies}
    found = applied(before, steps, at=AFTER)
    for one in found.policies:
        hidden = one.attachment_count - shown(found, one.arn)
        assert hidden == elsewhere.get(one.arn, 0)


@given(drawn())
@LAW
def test_lists_stay_sorted(case: tuple[Snapshot, list[Step]]) -> None:
    before, steps = case
    found = applied(before, steps, at=AFTER)
    _assert_sorted(one.arn for one in found.policies)
    for holder in found.principals():
        _assert_sorted(own.name for own in holder.inline)
        _assert_sorted(held.arn for held in holder.attached)


def _assert_sorted(names: Iterable[str]) -> None:
    found = list(names)
    assert found == sorted(found)


def test_an_inline_policy_is_written_over_the_one_of_its_name() -> None:
    found = principal(after(PutInline(USER, "A", DOCUMENTS[2])), USER)
    assert found.inline == inline(A=TEXTS[2], C=TEXTS[1])


def test_a_new_inline_policy_stands_at_its_place() -> None:
    found = principal(after(PutInline(USER, "B", DOCUMENTS[2])), USER)
    assert found.inline == inline(A=TEXTS[0], B=TEXTS[2], C=TEXTS[1])


def test_a_text_that_is_no_policy_is_kept_with_its_fault() -> None:
    (found,) = principal(after(PutInline(ROLE, "A", "{")), ROLE).inline
    assert found.policy == TEXTS[3]
    assert found.policy.fault


def test_an_inline_policy_is_deleted() -> None:
    assert principal(after(DeleteInline(USER, "A")), USER).inline == inline(C=TEXTS[1])


def test_a_new_policy_has_its_name_its_path_and_one_version() -> None:
    found = policy(after(CreatePolicy(NEW, DOCUMENTS[0], "smaller")), NEW)
    first = PolicyVersion("v1", AFTER, is_default=True, policy=TEXTS[0])
    assert found == ManagedPolicy(NEW, "N", "", "/team/new/", AFTER, AFTER, (first,))


def test_a_deleted_policy_is_gone() -> None:
    assert FULL not in {one.arn for one in after(DeletePolicy(FULL)).policies}


def test_a_policy_is_made_again_with_its_numbers() -> None:
    versions = (
        KeptVersion("v2", DOCUMENTS[0], is_default=False),
        KeptVersion("v6", DOCUMENTS[1], is_default=True),
    )
    found = policy(after(DeletePolicy(FULL), RestorePolicy(FULL, days_ago(900), versions)), FULL)
    assert found.versions == (
        PolicyVersion("v2", AFTER, is_default=False, policy=TEXTS[0]),
        PolicyVersion("v6", AFTER, is_default=True, policy=TEXTS[1]),
    )


def test_a_new_version_is_in_force_under_the_next_number() -> None:
    found = policy(after(CreateVersion(MANAGED, DOCUMENTS[2])), MANAGED)
    made = PolicyVersion("v4", AFTER, is_default=True, policy=TEXTS[2])
    assert found.versions == (version(1), version(3, 1), made)
    assert found.updated_at == AFTER


def test_a_sixth_version_takes_the_place_of_the_one_that_it_drops() -> None:
    dropped = KeptVersion("v1", DOCUMENTS[0], is_default=False)
    found = policy(after(CreateVersion(FULL, DOCUMENTS[1], dropped)), FULL)
    assert [(one.id, one.is_default) for one in found.versions] == [
        *((f"v{number}", False) for number in range(2, 6)),
        ("v6", True),
    ]


def test_an_older_version_is_in_force_again_and_the_newer_one_gone() -> None:
    found = policy(after(RestoreVersion(MANAGED, "v1", DOCUMENTS[0])), MANAGED)
    assert found.versions == (version(1, is_default=True),)
    assert found.updated_at == version(1).created_at


def test_the_number_of_a_version_that_has_just_gone_is_not_given_again() -> None:
    again = KeptVersion("v0", DOCUMENTS[3], is_default=False)
    found = policy(after(RestoreVersion(MANAGED, "v1", DOCUMENTS[0], again)), MANAGED)
    made = PolicyVersion("v4", AFTER, is_default=False, policy=TEXTS[3])
    assert found.versions == (version(1, is_default=True), made)
    assert found.updated_at == AFTER


def test_a_policy_is_attached_and_detached() -> None:
    found = after(Attach(MANAGED, USER), Detach(MANAGED, ROLE))
    assert principal(found, USER).attached == (Attachment(MANAGED, "P"), Attachment(AWS, AWS.name))
    assert principal(found, ROLE).attached == ()
    assert policy(found, MANAGED).attachment_count == 1


def test_an_aws_managed_policy_that_nobody_holds_stays_listed() -> None:
    found = policy(after(Detach(AWS, USER)), AWS)
    assert found.attachment_count == 0
    assert found.versions == policy(ACCOUNT, AWS).versions


def test_a_policy_can_be_deleted_once_it_is_detached() -> None:
    assert MANAGED not in {one.arn for one in after(Detach(MANAGED, ROLE), DeletePolicy(MANAGED)).policies}


def test_a_count_that_was_too_low_does_not_fall_below_nothing() -> None:
    uncounted = account_of(
        roles=[role("R", attached=(Attachment(MANAGED, "P"),))],
        policies=[policy_of(MANAGED, [version(1, is_default=True)])],
        elsewhere=-1,
    )
    with pytest.raises(ValueError, match="still attached"):
        applied(uncounted, [DeletePolicy(MANAGED)], at=AFTER)
    found = applied(uncounted, [Detach(MANAGED, ROLE)], at=AFTER)
    assert policy(found, MANAGED).attachment_count == 0


def test_a_policy_that_is_attached_where_the_snapshot_does_not_show_it_is_not_deleted() -> None:
    elsewhere = account_of(policies=[policy_of(FULL, [version(1, is_default=True)])], elsewhere=1)
    with pytest.raises(ValueError, match="still attached"):
        applied(elsewhere, [DeletePolicy(FULL)], at=AFTER)


def test_of_older_versions_that_say_the_same_the_newest_is_meant() -> None:
    alike = [version(1), version(2), version(4, 1), version(5, 1, is_default=True)]
    before = account_of(policies=[policy_of(FULL, alike)])
    found = policy(applied(before, [RestoreVersion(FULL, "v3", DOCUMENTS[0])], at=AFTER), FULL)
    assert found.default_version == version(2, is_default=True)
    found = policy(applied(before, [RestoreVersion(FULL, "v1", DOCUMENTS[0])], at=AFTER), FULL)
    assert found.default_version == version(1, is_default=True)


@pytest.mark.parametrize("step", [CreateVersion(FULL, "{}"), RestoreVersion(FULL, "v1", DOCUMENTS[0])])
def test_a_policy_of_which_no_version_is_in_force_is_left_alone(step: Step) -> None:
    before = account_of(policies=[policy_of(FULL, [version(1)])])
    with pytest.raises(ValueError, match=r"has no default version$"):
        applied(before, [step], at=AFTER)


def test_a_user_changes_groups() -> None:
    assert after(RemoveFromGroup(USER, GROUP)).users[0].groups == ()
    names = ("A", "B", "D", "E", "F")
    before = account_of(users=[user("U", groups=names)], groups=[group(name) for name in "ABCDEF"])
    (found,) = applied(before, [AddToGroup(USER, arn("group", "C"))], at=AFTER).users
    assert found.groups == ("A", "B", "C", "D", "E", "F")


@pytest.mark.parametrize("step", [SetKeyStatus(USER, 1, days_ago(9), active=False), DeletePassword(USER)])
def test_a_snapshot_shows_nothing_of_credentials(step: Step) -> None:
    assert after(step) == ACCOUNT


def _kept(number: int, text: int) -> KeptVersion:
    return KeptVersion(f"v{number}", DOCUMENTS[text], is_default=False)


UNFIT: list[tuple[Step, str]] = [
    (PutInline(arn("user", "X"), "A", "{}"), f"put-inline: the account has no arn:aws:iam::{ID}:user/X"),
    (DeleteInline(USER, "B"), f"delete-inline: {USER} has no inline policy B"),
    (DeleteInline(MANAGED, "A"), f"delete-inline: the account has no {MANAGED}"),
    (CreatePolicy(MANAGED, "{}", ""), f"create-policy: {MANAGED} is there already"),
    (
        CreatePolicy(arn("policy", "N", owner="aws"), "{}", ""),
        "create-policy: arn:aws:iam::aws:policy/N is no policy of",
    ),
    (CreatePolicy(arn("role", "N"), "{}", ""), f"create-policy: arn:aws:iam::{ID}:role/N is no policy of account {ID}"),
    (RestorePolicy(FULL, days_ago(9), ()), f"restore-policy: {FULL} is there already"),
    (DeletePolicy(NEW), f"delete-policy: the account has no {NEW}"),
    (DeletePolicy(MANAGED), f"delete-policy: {MANAGED} is still attached to someone"),
    (DeletePolicy(BOUNDARY), f"delete-policy: {BOUNDARY} is someone's permissions boundary"),
    (DeletePolicy(AWS), f"delete-policy: {AWS} belongs to AWS"),
    (CreateVersion(AWS, "{}"), f"create-version: {AWS} belongs to AWS"),
    (CreateVersion(NEW, "{}"), f"create-version: the account has no {NEW}"),
    (CreateVersion(FULL, "{}"), f"create-version: {FULL} has 5 versions, and none of them is to go"),
    (CreateVersion(FULL, "{}", _kept(2, 1)), f"create-version: {FULL} has, besides its default version, no v2"),
    (CreateVersion(MANAGED, "{}", _kept(3, 1)), f"create-version: {MANAGED} has, besides its default version, no v3"),
    (RestoreVersion(AWS, "v1", "{}"), f"restore-version: {AWS} belongs to AWS"),
    (RestoreVersion(MANAGED, "v1", "{}"), f"restore-version: {MANAGED} has, besides its default version, no v1"),
    (Attach(NEW, USER), f"attach: the account has no {NEW}"),
    (Attach(MANAGED, arn("role", "X")), f"attach: the account has no arn:aws:iam::{ID}:role/X"),
    (Attach(MANAGED, ROLE), f"attach: {MANAGED} is already attached to {ROLE}"),
    (Detach(MANAGED, USER), f"detach: {MANAGED} is not attached to {USER}"),
    (AddToGroup(USER, GROUP), f"add-to-group: {USER} is already in {GROUP}"),
    (AddToGroup(ROLE, GROUP), f"add-to-group: {ROLE} is no user"),
    (AddToGroup(USER, ROLE), f"add-to-group: {ROLE} is no group"),
    (RemoveFromGroup(USER, OTHER), f"remove-from-group: {USER} is not in {OTHER}"),
    (SetKeyStatus(ROLE, 1, days_ago(9), active=False), f"set-key-status: {ROLE} is no user"),
    (DeletePassword(arn("user", "X")), f"delete-password: the account has no arn:aws:iam::{ID}:user/X"),
]


@pytest.mark.parametrize(("step", "said"), UNFIT)
def test_a_step_that_does_not_fit_is_named_with_its_object(step: Step, said: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the message is compared whole below
        after(step)
    assert str(caught.value).startswith(said)


@pytest.mark.parametrize(
    "step",
    [
        DeleteInline(USER, "A"),
        CreatePolicy(NEW, "{}", ""),
        DeletePolicy(FULL),
        Attach(MANAGED, USER),
        Detach(MANAGED, ROLE),
        AddToGroup(USER, OTHER),
        RemoveFromGroup(USER, GROUP),
    ],
)
def test_what_is_done_cannot_be_done_again(step: Step) -> None:
    once = after(step)
    with pytest.raises(ValueError, match=r"arn:aws:iam::\d+:"):
        applied(once, [step], at=AFTER)
