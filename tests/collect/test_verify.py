"""Our attribution held against AWS's own: asked within AWS's limits, and every difference said."""

from collections.abc import Sequence

import pytest

from fake_aws import FakeGranting
from inventory_samples import account, allow, arn, attached, deny, group, inline, managed, role, says, text_of, user
from leastwise.aws import GrantingPolicy, GrantingPolicyKind
from leastwise.catalog import load_catalog
from leastwise.collect import NoProgress, verify_attribution
from leastwise.errors import AccessDeniedError, AwsError, InvalidInputError, ThrottledError
from leastwise.inventory import GrantIndex, Principal, Snapshot
from virtual_time import run_virtually

CATALOG = load_catalog()
EVERY_SERVICE = [service.namespace for service in CATALOG.services]


def verify(door: FakeGranting, snapshot: Snapshot, principals: Sequence[Principal] | None = None) -> tuple[str, ...]:
    checked = list(snapshot.principals()) if principals is None else principals
    work = verify_attribution(
        checked, grants=GrantIndex(CATALOG, snapshot), catalog=CATALOG, door=door, progress=NoProgress()
    )
    return run_virtually(work)


def embedded(name: str, kind: str, holder: str) -> GrantingPolicy:
    return GrantingPolicy(name, GrantingPolicyKind.INLINE, None, kind, holder)


def attachable(name: str) -> GrantingPolicy:
    return GrantingPolicy(name, GrantingPolicyKind.MANAGED, arn("policy", name), None, None)


ADMIN = account(roles=[role("admin", inline=inline(all=says(allow("*"))))])
BY_ADMIN = embedded("all", "ROLE", "admin")


def test_every_service_is_asked_about_once_and_never_more_than_200_in_a_call() -> None:
    door = FakeGranting({name: [BY_ADMIN] for name in EVERY_SERVICE})
    assert verify(door, ADMIN) == ()
    assert len(EVERY_SERVICE) > 400
    assert [len(call) for call in door.calls[:-1]] == [200] * (len(door.calls) - 1)
    assert sorted(name for call in door.calls for name in call) == sorted(EVERY_SERVICE)


@pytest.mark.parametrize("rows_a_page", [1, 60, 199])
def test_all_pages_are_read_short_ones_and_the_last_without_a_marker(rows_a_page: int) -> None:
    snapshot = account(
        roles=[role("r", inline=inline(work=says(allow(*(f"{name}:*" for name in EVERY_SERVICE[:150])))))]
    )
    by_work = {name: [embedded("work", "ROLE", "r")] for name in EVERY_SERVICE[:150]}
    door = FakeGranting(by_work, rows_a_page=rows_a_page)
    assert verify(door, snapshot) == ()
    assert len(door.calls) == -(-150 // rows_a_page)
    last = max(by_work)
    door = FakeGranting(by_work | {last: []}, rows_a_page=rows_a_page)
    assert verify(door, snapshot) == (
        f"{arn('role', 'r')}: leastwise says that {last} is granted by work, AWS does not",
    )


def test_pages_that_do_not_end_are_a_note_and_no_loop() -> None:
    door = FakeGranting({name: [BY_ADMIN] for name in EVERY_SERVICE}, rows_a_page=10)
    door.is_endless = True
    (note,) = verify(door, ADMIN)
    assert note.startswith(f"{arn('role', 'admin')}: its attribution could not be checked: ")
    assert "never end" in note
    assert len(door.calls) <= 2


def test_namespaces_that_aws_does_not_know_are_dropped_and_the_rest_is_asked_again() -> None:
    unknown = [EVERY_SERVICE[3], EVERY_SERVICE[7], EVERY_SERVICE[-1]]
    door = FakeGranting({name: [BY_ADMIN] for name in EVERY_SERVICE}, invalid=unknown)
    assert verify(door, ADMIN) == ()
    assert len(door.calls) == 5, "three chunks, two of them twice"
    assert len(door.calls[0]) - len(door.calls[1]) == 2


def test_a_difference_beside_an_unknown_namespace_is_still_seen() -> None:
    snapshot = account(roles=[role("r", inline=inline(work=says(allow("s3:*", "nosuch:*", "sqs:*"))))])
    door = FakeGranting({"s3": [embedded("work", "ROLE", "r")]}, invalid=["nosuch"])
    assert verify(door, snapshot) == (f"{arn('role', 'r')}: leastwise says that sqs is granted by work, AWS does not",)


def test_a_principal_all_of_whose_namespaces_are_unknown_is_asked_about_once() -> None:
    snapshot = account(roles=[role("r", inline=inline(work=says(allow("nosuch:*"))))])
    door = FakeGranting({}, invalid=["nosuch"])
    assert verify(door, snapshot) == ()
    assert door.calls == [("nosuch",)]


@pytest.mark.parametrize(
    "error",
    [
        AccessDeniedError("you may not", code="AccessDenied"),
        ThrottledError("slow down", code="Throttling"),
        InvalidInputError("Could not extract entity from ARN", code="InvalidInput"),
        InvalidInputError("Invalid service namespace: [nobody-asked-for-this]", code="InvalidInput"),
    ],
)
def test_what_aws_refuses_is_a_note_and_stops_nobody(error: AwsError) -> None:
    snapshot = account(
        roles=[role("a", inline=inline(work=says(allow("s3:*")))), role("b", inline=inline(work=says(allow("s3:*"))))]
    )
    door = FakeGranting({}, error=error)
    notes = verify(door, snapshot)
    assert len(notes) == len(door.calls) == 2
    assert all(f"could not be checked: {error}" in note for note in notes)


def test_a_principal_that_is_granted_nothing_is_not_asked_about() -> None:
    door = FakeGranting({}, error=AccessDeniedError("you may not"))
    assert verify(door, account(roles=[role("r"), role("s", inline=inline(work=text_of("{")))])) == ()
    assert not door.calls


def test_differences_are_told_both_ways_with_every_policy_that_is_in_question() -> None:
    base = managed("Base", says(allow("s3:*")))
    held = role("r", attached=attached(base), inline=inline(work=says(allow("s3:*", "sqs:*"))))
    snapshot = account(roles=[held], policies=[base])
    theirs = {"s3": [attachable("Base"), attachable("Other"), attachable("More")], "sqs": []}
    others = f"{arn('policy', 'More')}, {arn('policy', 'Other')}"
    assert verify(FakeGranting(theirs), snapshot) == (
        f"{held.arn}: AWS says that s3 is granted by {others}, leastwise does not",
        f"{held.arn}: leastwise says that s3 is granted by work, AWS does not",
        f"{held.arn}: leastwise says that sqs is granted by work, AWS does not",
    )


def test_each_document_is_judged_alone_as_aws_does_so_that_a_deny_elsewhere_is_no_difference() -> None:
    denied = role("r", inline=inline(work=says(allow("s3:*")), guard=says(deny("s3:*"))))
    assert verify(FakeGranting({"s3": [embedded("work", "ROLE", "r")]}), account(roles=[denied])) == ()
    own = role("r", inline=inline(work=says(allow("s3:*", "sqs:*"), deny("s3:*"))))
    assert verify(FakeGranting({"sqs": [embedded("work", "ROLE", "r")]}), account(roles=[own])) == ()


def test_a_groups_own_policy_is_named_with_the_group_and_a_managed_one_is_not() -> None:
    """A managed policy's row does not say whether it comes through a group (IAM API)."""
    base = managed("Base", says(allow("s3:*")))
    team = group("team", inline=inline(work=says(allow("s3:*"))), attached=attached(base))
    ann = user("ann", inline=inline(work=says(allow("s3:*"))), groups=("team",))
    snapshot = account(users=[ann], groups=[team], policies=[base])
    both = [embedded("work", "USER", "ann"), embedded("work", "GROUP", "team"), attachable("Base")]
    assert verify(FakeGranting({"s3": both}), snapshot, [ann]) == ()
    assert verify(FakeGranting({"s3": both[1:]}), snapshot, [team]) == ()
    assert verify(FakeGranting({"s3": both[:1] + both[2:]}), snapshot, [ann]) == (
        f"{ann.arn}: leastwise says that s3 is granted by work (group:team), AWS does not",
    )


def test_a_user_is_not_taken_for_the_group_of_the_same_name() -> None:
    team = group("ops", inline=inline(work=says(allow("s3:*"))))
    ops = user("ops", groups=("ops",))
    snapshot = account(users=[ops], groups=[team])
    door = FakeGranting({"s3": [embedded("work", "GROUP", "ops")]})
    assert verify(door, snapshot) == ()
