"""Steps and their inverse, one after the other, leave the account as it was, but for what AWS never gives twice."""

from datetime import timedelta

import pytest
from hypothesis import given
from msgspec.structs import replace

from inventory_samples import NOW, arn, days_ago, user
from leastwise.inventory import ManagedPolicy, PolicyVersion, Snapshot
from leastwise.plan import (
    CreateVersion,
    DeleteInline,
    DeletePassword,
    DeletePolicy,
    IndexedSnapshot,
    KeptVersion,
    PutInline,
    RestorePolicy,
    RestoreVersion,
    SetKeyStatus,
    Step,
    applied,
    inverse_of,
)
from plan.accounts import AFTER, DOCUMENTS, LAW, OWN, account_of, drawn, policy_of, version

LATER = AFTER + timedelta(hours=1)
"""When the steps are undone."""


@given(drawn())
@LAW
def test_what_the_steps_change_is_put_back(case: tuple[Snapshot, list[Step]]) -> None:
    before, steps = case
    undone = applied(applied(before, steps, at=AFTER), inverse_of(steps, before), at=LATER)
    assert settled(undone, steps) == settled(before, steps)


def settled(snapshot: Snapshot, steps: list[Step]) -> Snapshot:
    """The account without what the inverse is documented not to bring back."""
    remade = {step.policy for step in steps if isinstance(step, DeletePolicy)}
    renumbered = {step.policy for step in steps if isinstance(step, CreateVersion) and step.drops is not None}
    renumbered |= {step.policy for step in steps if isinstance(step, RestoreVersion)}
    policies = [_undated(policy) if policy.arn in remade | renumbered else policy for policy in snapshot.policies]
    policies = [replace(policy, id="") if policy.arn in remade else policy for policy in policies]
    policies = [_unnumbered(policy) if policy.arn in renumbered else policy for policy in policies]
    return replace(snapshot, policies=tuple(policies))


def _undated(policy: ManagedPolicy) -> ManagedPolicy:
    undated = tuple(replace(version, created_at=NOW) for version in policy.versions)
    return replace(policy, created_at=NOW, updated_at=NOW, versions=undated)


def _unnumbered(policy: ManagedPolicy) -> ManagedPolicy:
    def said(version: PolicyVersion) -> tuple[str, bool]:
        return version.policy.text, version.is_default

    return replace(policy, versions=tuple(sorted((replace(one, id="") for one in policy.versions), key=said)))


@given(drawn())
@LAW
def test_what_is_undone_can_be_done_again(case: tuple[Snapshot, list[Step]]) -> None:
    before, steps = case
    after, undo = applied(before, steps, at=AFTER), list(inverse_of(steps, before))
    again = applied(applied(after, undo, at=LATER), inverse_of(undo, after), at=LATER)
    assert settled(again, steps + undo) == settled(after, steps + undo)


@given(drawn())
@LAW
def test_a_snapshot_that_was_indexed_once_serves_every_change(case: tuple[Snapshot, list[Step]]) -> None:
    before, steps = case
    indexed = IndexedSnapshot(before)
    assert inverse_of(steps[:1], indexed) == inverse_of(steps[:1], before)
    assert inverse_of(steps, indexed) == inverse_of(steps, before)


def test_a_deleted_policy_gets_its_versions_back() -> None:
    before = account_of(policies=[policy_of(OWN[0], [version(2, 1), version(4, 0, is_default=True), version(7, 2)])])
    versions = (
        KeptVersion("v2", DOCUMENTS[1], is_default=False),
        KeptVersion("v4", DOCUMENTS[0], is_default=True),
        KeptVersion("v7", DOCUMENTS[2], is_default=False),
    )
    undo = inverse_of([DeletePolicy(OWN[0])], before)
    assert undo == (RestorePolicy(OWN[0], days_ago(900), versions),)
    (policy,) = applied(applied(before, [DeletePolicy(OWN[0])], at=AFTER), undo, at=LATER).policies
    assert [(one.id, one.policy.text, one.is_default) for one in policy.versions] == [
        (one.version, one.document, one.is_default) for one in versions
    ]
    assert {policy.created_at, policy.updated_at, *(one.created_at for one in policy.versions)} == {LATER}


def test_a_version_that_was_dropped_comes_back_under_a_new_number() -> None:
    full = [version(number, number % 3, is_default=number == 5) for number in range(1, 6)]
    before = account_of(policies=[policy_of(OWN[0], full)])
    dropped = KeptVersion("v1", DOCUMENTS[1], is_default=False)
    step = CreateVersion(OWN[0], DOCUMENTS[3], dropped)
    undo = inverse_of([step], before)
    assert undo == (RestoreVersion(OWN[0], "v5", DOCUMENTS[2], dropped),)
    (policy,) = applied(applied(before, [step], at=AFTER), undo, at=LATER).policies
    assert policy.versions == (*full[1:], PolicyVersion("v7", LATER, is_default=False, policy=full[0].policy))
    assert policy.updated_at == LATER


def test_an_older_version_is_found_by_what_it_says_where_it_was_made_again() -> None:
    before = account_of(policies=[policy_of(OWN[0], [version(1, 0, is_default=True)])])
    steps: list[Step] = [CreateVersion(OWN[0], document) for document in DOCUMENTS]
    for number in range(1, 4):
        text = DOCUMENTS[0 if number == 1 else number - 2]
        steps.append(CreateVersion(OWN[0], f"{number}", KeptVersion(f"v{number}", text, is_default=False)))
    (policy,) = applied(applied(before, steps, at=AFTER), inverse_of(steps, before), at=LATER).policies
    assert [(one.policy.text, one.is_default) for one in policy.versions] == [(DOCUMENTS[0], True)]


def test_an_inline_policy_that_was_not_there_is_deleted_again() -> None:
    holder = user("U")
    step = PutInline(holder.arn, "A", DOCUMENTS[0])
    assert inverse_of([step], account_of(users=[holder])) == (DeleteInline(holder.arn, "A"),)


def test_a_key_is_set_back() -> None:
    holder = user("U")
    step = SetKeyStatus(holder.arn, 2, days_ago(100), active=False)
    assert inverse_of([step], account_of(users=[holder])) == (replace(step, active=True),)


def test_nothing_brings_a_password_back() -> None:
    holder = user("U")
    steps: list[Step] = [PutInline(holder.arn, "A", DOCUMENTS[0]), DeletePassword(holder.arn)]
    assert inverse_of(steps, account_of(users=[holder])) == ()


def test_steps_that_do_not_fit_have_no_inverse() -> None:
    with pytest.raises(ValueError, match=r"^delete-password: the account has no .*:user/Nobody$"):
        inverse_of([DeletePassword(arn("user", "Nobody"))], account_of())
