"""The account in one pass: every page, every record, every document to the character."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fake_aws import FakeAccount
from leastwise.aws import (
    AttachedPolicyRecord,
    AuthorizationPage,
    CallerIdentity,
    GroupRecord,
    InlinePolicyRecord,
    ManagedPolicyRecord,
    PolicyVersionRecord,
    RoleLastUsedRecord,
    RoleRecord,
    TagRecord,
    UserRecord,
)
from leastwise.collect import NoProgress, SavedWriter, collect_snapshot, read_saved
from leastwise.errors import AccessDeniedError, AwsError, ResponseError, ServiceFaultError, ThrottledError
from leastwise.inventory import Account, Attachment, RoleLastUsed, Snapshot, Tag
from leastwise.policy import AccountId, Arn
from virtual_time import START, VirtualClock, run_virtually

ID = "111122223333"
CALLER = CallerIdentity(ID, f"arn:aws-cn:iam::{ID}:user/me", "AIDAME")
MADE_AT = datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)
TRUST = '{"Statement": {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}}'
TEXT = '{\n\t"Statement" : {"Effect":"Allow", "Action":"s3:G\\u0065t*","Resource":"arn:aws:s3:::dätä/+%20/*"}\n}\n'

Record = UserRecord | RoleRecord | GroupRecord | ManagedPolicyRecord


def arn(kind: str, name: str) -> str:
    return f"arn:aws-cn:iam::{ID}:{kind}/{name}"


def holds(*, document: str = TEXT) -> dict[str, Any]:
    """What any principal has, one policy of each kind."""
    return {
        "path": "/",
        "created_at": MADE_AT,
        "inline_policies": (InlinePolicyRecord("work", document),),
        "attached_policies": (AttachedPolicyRecord("Base", arn("policy", "Base")),),
    }


def user(name: str, **parts: Any) -> UserRecord:  # noqa: ANN401 - the fields of UserRecord
    usual: dict[str, Any] = {"group_names": (), "boundary_arn": None, "tags": (), **holds()}
    return UserRecord(arn=arn("user", name), name=name, id=f"AIDA{name}", **{**usual, **parts})


def role(name: str, **parts: Any) -> RoleRecord:  # noqa: ANN401 - the fields of RoleRecord
    usual: dict[str, Any] = {
        "trust_document": TRUST,
        "instance_profile_arns": (),
        "boundary_arn": None,
        "tags": (),
        "last_used": RoleLastUsedRecord(None, None),
        **holds(),
    }
    return RoleRecord(arn=arn("role", name), name=name, id=f"AROA{name}", **{**usual, **parts})


def group(name: str) -> GroupRecord:
    return GroupRecord(arn=arn("group", name), name=name, id=f"AGPA{name}", **holds())


def policy(name: str, *versions: PolicyVersionRecord) -> ManagedPolicyRecord:
    return ManagedPolicyRecord(
        arn=arn("policy", name),
        name=name,
        id=f"ANPA{name}",
        path="/",
        created_at=MADE_AT,
        updated_at=MADE_AT + timedelta(days=1),
        default_version_id="v1",
        attachment_count=2,
        boundary_usage_count=1,
        is_attachable=True,
        versions=versions or (version(1, is_default=True),),
    )


def version(number: int, *, document: str = TEXT, is_default: bool = False) -> PolicyVersionRecord:
    return PolicyVersionRecord(id=f"v{number}", document=document, is_default=is_default, created_at=MADE_AT)


def page_of(records: Sequence[Record], *, marker: str | None = None) -> AuthorizationPage:
    return AuthorizationPage(
        users=tuple(one for one in records if isinstance(one, UserRecord)),
        roles=tuple(one for one in records if isinstance(one, RoleRecord)),
        groups=tuple(one for one in records if isinstance(one, GroupRecord)),
        policies=tuple(one for one in records if isinstance(one, ManagedPolicyRecord)),
        is_truncated=marker is not None,
        marker=marker,
    )


class LateClock(VirtualClock):
    """A clock whose moments are no whole seconds."""

    def now(self) -> datetime:
        return super().now() + timedelta(microseconds=123456)


def read(door: FakeAccount, writer: SavedWriter | None = None) -> Snapshot:
    return run_virtually(collect_snapshot(door, clock=LateClock(), progress=NoProgress(), writer=writer))


def read_records(*records: Record) -> Snapshot:
    return read(FakeAccount(page_of(records), caller=CALLER))


EVERYTHING: Sequence[Record] = (
    user("zoe", group_names=("ops", "dev")),
    user("ann"),
    role("used", last_used=RoleLastUsedRecord(START, "eu-west-1")),
    role("idle"),
    group("ops"),
    group("dev"),
    policy("Base", version(2), version(10, is_default=True), version(9)),
    policy("Alone"),
)


@given(st.permutations(EVERYTHING), st.lists(st.integers(0, 4), min_size=len(EVERYTHING), max_size=len(EVERYTHING)))
@settings(deadline=None, max_examples=60)
def test_however_aws_cuts_its_pages_the_snapshot_is_the_same(records: list[Record], places: list[int]) -> None:
    """Short pages, empty pages and pages of one kind alone: AWS may send any of them, in any order."""
    cut = [[one for one, place in zip(records, places, strict=True) if place == at] for at in range(5)]
    pages = [page_of(one, marker=str(at + 1) if at < 4 else None) for at, one in enumerate(cut)]
    assert read(FakeAccount(*pages, caller=CALLER)) == read_records(*EVERYTHING)


@given(st.text(), st.text(), st.text())
@settings(deadline=None, max_examples=100)
def test_documents_are_kept_to_the_character_whether_they_are_policies_or_not(
    inline: str, managed: str, trust: str
) -> None:
    snapshot = read_records(
        role("r", trust_document=trust, **holds(document=inline)),
        user("u", **holds(document=inline)),
        policy("p", version(1, document=managed, is_default=True)),
    )
    (only_role,), (only_user,), (only_policy,) = snapshot.roles, snapshot.users, snapshot.policies
    assert only_role.trust.text == trust
    assert only_role.inline[0].policy.text == only_user.inline[0].policy.text == inline
    assert only_policy.versions[0].policy.text == managed


def test_every_member_of_a_principal_is_where_it_belongs() -> None:
    tags = (TagRecord("zeta", ""), TagRecord("team", "dätä"))
    snapshot = read_records(
        user("ann", group_names=("ops", "dev"), boundary_arn=arn("policy", "Limit"), tags=tags, path="/team/"),
        role("ci", last_used=RoleLastUsedRecord(START, "eu-west-1"), boundary_arn=arn("policy", "Limit"), tags=tags),
        group("ops"),
    )
    ann, ci, ops = snapshot.users[0], snapshot.roles[0], snapshot.groups[0]
    assert (ann.arn, ann.name, ann.id, ann.path, ann.created_at) == (
        arn("user", "ann"),
        "ann",
        "AIDAann",
        "/team/",
        MADE_AT,
    )
    assert ann.groups == ("dev", "ops")
    assert ann.boundary == ci.boundary == Arn(arn("policy", "Limit"))
    assert ann.tags == ci.tags == (Tag("team", "dätä"), Tag("zeta", ""))
    assert (ci.last_used, ci.last_used_known) == (RoleLastUsed(START, "eu-west-1"), True)
    for principal in (ann, ci, ops):
        assert principal.attached == (Attachment(Arn(arn("policy", "Base")), "Base"),)
        (inline,) = principal.inline
        assert (inline.name, inline.policy.text, inline.policy.fault) == ("work", TEXT, "")
        assert inline.policy.document is not None


def test_versions_are_in_the_order_in_which_they_were_made_and_the_default_one_is_known() -> None:
    (base,) = read_records(policy("Base", version(10, is_default=True), version(9), version(2))).policies
    assert [one.id for one in base.versions] == ["v2", "v9", "v10"]
    assert base.default_version is not None
    assert base.default_version.id == "v10"
    assert (base.updated_at, base.attachment_count, base.boundary_usage_count) == (MADE_AT + timedelta(days=1), 2, 1)


def test_a_role_without_last_use_was_idle_and_one_of_an_answer_without_the_member_is_not_known() -> None:
    empty = read_records(role("never", last_used=RoleLastUsedRecord(None, None))).roles[0]
    assert (empty.last_used, empty.last_used_known) == (None, True)
    absent = read_records(role("silent", last_used=None)).roles[0]
    assert (absent.last_used, absent.last_used_known) == (None, False)


def test_a_document_that_is_no_policy_is_kept_with_its_fault() -> None:
    (ann,) = read_records(user("ann", **holds(document='{"Statement": ['))).users
    assert ann.inline[0].policy.document is None
    assert "line 1" in ann.inline[0].policy.fault


def test_the_account_is_the_callers_and_the_moment_is_that_of_the_asking() -> None:
    snapshot = read(FakeAccount(AuthorizationPage(), caller=CALLER, aliases=("prod",)))
    assert snapshot.account == Account(AccountId(ID), "aws-cn", "prod")
    assert snapshot.taken_at == START, "to the second, as AWS's own dates are"
    assert not list(snapshot.principals())


def test_an_account_without_an_alias_or_with_one_that_may_not_be_read_has_none() -> None:
    denied = AccessDeniedError("no", operation="iam:ListAccountAliases", code="AccessDenied")
    assert read(FakeAccount(AuthorizationPage(), caller=CALLER)).account.alias is None
    assert read(FakeAccount(AuthorizationPage(), caller=CALLER, aliases=denied)).account.alias is None


def test_an_aws_that_cannot_be_reached_is_not_taken_for_an_account_without_alias() -> None:
    with pytest.raises(ThrottledError):
        read(FakeAccount(AuthorizationPage(), caller=CALLER, aliases=ThrottledError("slow down", code="Throttling")))


@pytest.mark.parametrize("error", [AccessDeniedError("no", code="AccessDenied"), ServiceFaultError("oops")])
def test_an_account_that_breaks_off_is_an_error_and_never_a_smaller_account(error: AwsError) -> None:
    with pytest.raises(type(error)):
        read(FakeAccount(page_of([user("ann")], marker="1"), caller=CALLER, refusal=error))


@pytest.mark.parametrize(
    "broken",
    [
        msgspec.structs.replace(user("ann"), arn="user/ann"),
        msgspec.structs.replace(user("ann"), boundary_arn="Limit"),
        msgspec.structs.replace(role("ci"), attached_policies=(AttachedPolicyRecord("Base", "Base"),)),
    ],
)
def test_an_arn_that_is_none_is_an_answer_that_aws_does_not_document(broken: Record) -> None:
    with pytest.raises(ResponseError, match="not an ARN") as caught:
        read_records(broken)
    assert (caught.value.operation, caught.value.account) == ("iam:GetAccountAuthorizationDetails", ID)


@pytest.mark.parametrize("caller", [CallerIdentity(ID, "me", "AIDAME"), CallerIdentity("12", CALLER.arn, "AIDAME")])
def test_a_caller_that_is_none_is_an_answer_that_aws_does_not_document(caller: CallerIdentity) -> None:
    with pytest.raises(ResponseError) as caught:
        read(FakeAccount(AuthorizationPage(), caller=caller))
    assert caught.value.operation == "sts:GetCallerIdentity"


def test_what_is_kept_of_an_account_is_read_back_as_the_account(tmp_path: Path) -> None:
    writer = SavedWriter(tmp_path / "kept")
    writer.begin()
    live = read(FakeAccount(page_of(EVERYTHING), caller=CALLER, aliases=("prod",)), writer)
    writer.finish(live, gaps=(), complete=True)
    assert read_saved(tmp_path / "kept").snapshot == live


def test_each_page_is_a_step_of_the_progress() -> None:
    steps: list[str] = []

    class Steps:
        def begin(self, what: str, *, total: int | None) -> None:
            assert total is None, "AWS does not say how many pages there are"
            steps.append(what)

        def advance(self) -> None:
            steps.append("step")

    door = FakeAccount(
        page_of([user("ann")], marker="1"), page_of([], marker="2"), page_of([role("ci")]), caller=CALLER
    )
    run_virtually(collect_snapshot(door, clock=VirtualClock(), progress=Steps(), writer=None))
    assert steps == ["reading the account", "step", "step", "step"]
