"""A live account over AWS: what was written is read back to the character, and no change is sent twice blindly."""

import ast
import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import botocore.session
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import leastwise
from aws.stand_ins import ScriptedTransport, make_caller, xml_refusal
from aws_environment import only_keys
from leastwise import errors
from leastwise.apply.account import About, LiveAccount, Tag
from leastwise.apply.aws_account import IRREVERSIBLE, READS, WRITES, AwsAccount, open_account
from leastwise.aws import ConnectionOptions, IamDoor, SystemClock
from leastwise.aws.wire import Answer, FailureKind, TransportError
from leastwise.policy import Arn
from leastwise.sandbox import Sandbox, SandboxOptions
from virtual_time import run_virtually

ACCOUNT: Final = "600000000001"
MADE_AT: Final = datetime(2025, 1, 1, tzinfo=UTC)
PLAIN: Final = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}'
OTHER: Final = PLAIN.replace("GetObject", "PutObject")
TRUST: Final = (
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}'
)
KINDS: Final = ("user", "role", "group")
ANN: Final = Arn(f"arn:aws:iam::{ACCOUNT}:user/people/ann")
WORK: Final = Arn(f"arn:aws:iam::{ACCOUNT}:role/work")
CREW: Final = Arn(f"arn:aws:iam::{ACCOUNT}:group/crew")
NOBODY: Final = {kind: Arn(f"arn:aws:iam::{ACCOUNT}:{kind}/nobody") for kind in KINDS}
POLICY: Final = Arn(f"arn:aws:iam::{ACCOUNT}:policy/team/reads")
MISSING: Final = Arn(f"arn:aws:iam::{ACCOUNT}:policy/missing")


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A user, a role and a group; pages are shorter than asked for."""
    with Sandbox(SandboxOptions(company=False, account_id=ACCOUNT, short_pages=True)) as running:
        running.estate.create_user("ann", path="/people/", created_at=MADE_AT)
        running.estate.create_role("work", trust_document=TRUST, created_at=MADE_AT)
        running.estate.create_group("crew", created_at=MADE_AT)
        yield running


@asynccontextmanager
async def opened(sandbox: Sandbox, *known: Arn) -> AsyncIterator[AwsAccount]:
    key = sandbox.admin_credentials
    options = ConnectionOptions(
        region="us-east-1", endpoint_url=sandbox.endpoint_url, calls_per_second=250, deadline_seconds=20
    )
    with only_keys(key.access_key_id, key.secret_access_key):
        async with open_account(options, clock=SystemClock(), known=known) as account:
            yield account


def is_live(account: AwsAccount) -> LiveAccount:
    """The account as the protocol; that this type-checks is the test."""
    return account


LETTERS: Final = [*map(chr, range(0x20, 0x7F)), *map(chr, range(0xA1, 0x100)), "\t"]
WORDS: Final = st.lists(
    st.sampled_from(["%41", "%25", "&amp;", "+", "\\u0041"]) | st.sampled_from(LETTERS), max_size=20
).map("".join)
SPACE: Final = st.text(st.sampled_from(" \t\n\r"), max_size=4)


@st.composite
def texts(draw: st.DrawFn) -> str:
    """A policy document with any spelling that IAM stores: white space, escapes, and every character it takes."""
    tags = draw(st.lists(WORDS, min_size=1, max_size=3))
    statement = {
        "Effect": "Allow",
        "Action": "s3:GetObject",
        "Resource": "*",
        "Condition": {"StringEquals": {"aws:PrincipalTag/team": [tag.replace("$", "") for tag in tags]}},
    }
    text = json.dumps({"Version": "2012-10-17", "Statement": [statement]}, ensure_ascii=draw(st.booleans()))
    return draw(SPACE) + text.replace('": ', f'":{draw(SPACE)}') + draw(SPACE)


def test_documents_are_read_to_the_character_they_were_written_in(sandbox: Sandbox) -> None:
    principals = [ANN, WORK, CREW]

    @given(text=texts())
    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    def holds(text: str) -> None:
        asyncio.run(check(text))

    async def check(text: str) -> None:
        async with opened(sandbox) as account:
            for principal in principals:
                await account.put_inline(principal, "work", text)
                assert await account.inline(principal, "work") == text
            await account.create_policy(POLICY, text, About())
            version = await account.create_version(POLICY, text + " ", is_default=False)
            read = await account.policy(POLICY)
            assert read is not None
            other = await account.version(POLICY, version)
            assert other is not None
            assert (read.text, other.text, other.is_default) == (text, text + " ", False)
            await account.delete_version(POLICY, version)
            await account.delete_policy(POLICY)

    holds()


async def test_a_policy_is_made_with_its_path_and_read_with_its_versions(sandbox: Sandbox) -> None:
    async with opened(sandbox) as opened_account:
        account = is_live(opened_account)
        await account.create_policy(POLICY, PLAIN, About("Reads."))
        assert await account.create_version(POLICY, OTHER, is_default=True) == "v2"
        assert await account.create_version(POLICY, PLAIN, is_default=False) == "v3"
        read = await account.policy(POLICY)
        assert read is not None
        assert (read.arn, read.default, read.text) == (POLICY, "v2", OTHER)
        assert [version.id for version in read.versions] == ["v1", "v2", "v3"]
        await account.set_default(POLICY, "v1")
        await account.delete_version(POLICY, "v2")
        await account.delete_version(POLICY, "v3")
        assert await account.create_version(POLICY, OTHER, is_default=False) == "v4"
        read = await account.policy(POLICY)
        assert read is not None
        assert (read.default, read.text, [one.id for one in read.versions]) == ("v1", PLAIN, ["v1", "v4"])
        await account.delete_version(POLICY, "v4")
        await account.delete_policy(POLICY)
        assert await account.policy(POLICY) is None


async def test_holders_are_named_with_their_paths_and_boundaries_are_told_from_attachments(sandbox: Sandbox) -> None:
    async with opened(sandbox) as account:
        await account.create_policy(POLICY, PLAIN, About())
        sandbox.estate.set_boundary("user", "ann", POLICY)
        for principal in (ANN, WORK, CREW, WORK):
            await account.attach(POLICY, principal)
        assert await account.holders(POLICY) == tuple(sorted((ANN, WORK, CREW)))
        assert await account.bounded(POLICY) == (ANN,)
        assert await account.used_by(POLICY) == tuple(sorted((ANN, WORK, CREW))), "each once, in one call"
        for principal in (ANN, WORK, CREW):
            assert await account.attached(principal) == (POLICY,)
            await account.detach(POLICY, principal)
            assert await account.attached(principal) == ()
        assert await account.holders(POLICY) == ()
        assert await account.used_by(POLICY) == (ANN,)
        assert sandbox.tally.calls("iam:GetUser") == 1, "an ARN that was asked for once is remembered"


async def test_a_policy_is_made_with_the_description_and_the_tags_that_are_read_of_it(sandbox: Sandbox) -> None:
    said = About("what it is for, in \u00e9 few words", (Tag("owner", "ann"), Tag("team", "")))
    async with opened(sandbox) as account:
        await account.create_policy(POLICY, PLAIN, said)
        assert await account.about(POLICY) == said
        await account.delete_policy(POLICY)
        await account.create_policy(POLICY, PLAIN, About())
        assert await account.about(POLICY) == About()


async def test_arns_that_are_known_are_not_asked_for(sandbox: Sandbox) -> None:
    async with opened(sandbox, ANN, WORK, CREW) as account:
        await account.create_policy(POLICY, PLAIN, About())
        for principal in (ANN, WORK, CREW):
            await account.attach(POLICY, principal)
        assert await account.holders(POLICY) == tuple(sorted((ANN, WORK, CREW)))
    assert not any(map(sandbox.tally.calls, ("iam:GetUser", "iam:GetRole", "iam:GetGroup")))


async def test_lists_are_followed_over_all_their_pages(sandbox: Sandbox) -> None:
    estate = sandbox.estate
    users = [estate.create_user(f"user{number:03}", created_at=MADE_AT) for number in range(130)]
    arn = Arn(estate.create_policy("many", document=PLAIN, created_at=MADE_AT))
    for number in range(130):
        estate.add_member("crew", f"user{number:03}")
        estate.attach("user", f"user{number:03}", arn)
        estate.put_inline("role", "work", f"p{number:03}", PLAIN)
    async with opened(sandbox, *map(Arn, users)) as account:
        assert await account.members(CREW) == tuple(sorted(users))
        assert await account.holders(arn) == tuple(sorted(users))
        assert await account.inline_names(WORK) == tuple(f"p{number:03}" for number in range(130))
    for operation in ("GetGroup", "ListEntitiesForPolicy", "ListRolePolicies"):
        assert sandbox.tally.calls(f"iam:{operation}") > 1, "pages were short"


async def test_members_keys_and_passwords_are_read_and_changed(sandbox: Sandbox) -> None:
    estate = sandbox.estate
    used_at = MADE_AT + timedelta(days=30)
    first = estate.create_access_key("ann", created_at=MADE_AT, last_used_at=used_at).access_key_id
    second = estate.create_access_key("ann", created_at=MADE_AT, active=False).access_key_id
    bob = Arn(estate.create_user("bob", created_at=MADE_AT, console_password=True))
    async with opened(sandbox) as account:
        await account.add_to_group(ANN, CREW)
        await account.add_to_group(ANN, CREW)
        assert await account.members(CREW) == (ANN,)
        await account.remove_from_group(ANN, CREW)
        assert await account.members(CREW) == ()

        keys = {key.id: (key.created_at, key.active) for key in await account.keys(ANN)}
        assert keys == {first: (MADE_AT, True), second: (MADE_AT, False)}
        assert (await account.key_last_used(first), await account.key_last_used(second)) == (used_at, None)
        await account.set_key_status(ANN, first, active=False)
        await account.set_key_status(ANN, second, active=True)
        assert {key.id: key.active for key in await account.keys(ANN)} == {first: False, second: True}

        password = await account.password(bob)
        assert password is not None
        assert password.created_at == MADE_AT
        assert await account.password_last_used(bob) is None
        assert await account.password_last_used(NOBODY["user"]) is None
        dora = estate.create_user("dora", created_at=MADE_AT, password_last_used_at=used_at)
        assert await account.password_last_used(Arn(dora)) == used_at
        await account.delete_password(bob)
        assert await account.password(bob) is None


async def test_what_is_not_there_is_nothing_when_read_and_an_error_when_changed(sandbox: Sandbox) -> None:
    async with opened(sandbox) as account:
        for nobody in NOBODY.values():
            assert await account.inline(nobody, "work") is None
            assert (await account.inline_names(nobody), await account.attached(nobody)) == ((), ())
        assert await account.inline(ANN, "missing") is None
        assert (await account.policy(MISSING), await account.version(MISSING, "v1")) == (None, None)
        assert (await account.about(MISSING), await account.used_by(MISSING)) == (None, ())
        assert (await account.holders(MISSING), await account.bounded(MISSING)) == ((), ())
        assert (await account.members(NOBODY["group"]), await account.keys(NOBODY["user"])) == ((), ())
        assert (await account.password(NOBODY["user"]), await account.password(ANN)) == (None, None)
        for change in (
            account.delete_inline(ANN, "missing"),
            account.detach(MISSING, ANN),
            account.delete_policy(MISSING),
            account.delete_password(ANN),
        ):
            with pytest.raises(errors.NoSuchEntityError) as caught:
                await change
            assert (caught.value.code, caught.value.status) == ("NoSuchEntity", 404)
            assert caught.value.arn


async def test_refusals_are_told_apart(sandbox: Sandbox) -> None:
    wild = PLAIN.replace("s3:GetObject", "s*:Get*")
    async with opened(sandbox) as account:
        await account.create_policy(POLICY, PLAIN, About())
        await account.attach(POLICY, WORK)
        theirs = Arn("arn:aws:iam::aws:policy/ReadOnlyAccess")
        for change, expected in (
            (account.create_policy(POLICY, PLAIN, About()), errors.AlreadyExistsError),
            (account.delete_policy(POLICY), errors.DeleteConflictError),
            (account.delete_version(POLICY, "v1"), errors.DeleteConflictError),
            (account.put_inline(ANN, "work", wild), errors.MalformedPolicyError),
            (account.create_version(theirs, PLAIN, is_default=True), errors.UnmodifiableError),
            (
                account.put_inline(ANN, "work", PLAIN.replace("*", "arn:aws:s3:::" + "x" * 2048)),
                errors.LimitExceededError,
            ),
            (account.put_inline(ANN, "no name", PLAIN), errors.InvalidInputError),
        ):
            with pytest.raises(expected) as caught:
                await change
            assert type(caught.value) is expected


async def test_the_caller_is_known_before_anything_is_changed(sandbox: Sandbox) -> None:
    async with opened(sandbox) as account:
        identity = await account.caller_identity()
        assert identity.account == ACCOUNT
        with pytest.raises(errors.NoSuchEntityError) as caught:
            await account.delete_policy(MISSING)
        assert caught.value.account == ACCOUNT


async def test_reads_and_writes_call_what_they_say_and_nothing_else(sandbox: Sandbox) -> None:
    """What `permissions` grants is what these lists name."""
    seen = {name: operation for name in (*READS, *WRITES) for operation in [name]}
    model: Any = botocore.session.get_session().get_service_model("iam")
    assert {name.partition(":")[2] for name in seen} <= set(model.operation_names)
    assert list(READS) == sorted(READS)
    assert list(WRITES) == sorted(WRITES)
    assert set(IRREVERSIBLE) < set(WRITES)
    async with opened(sandbox) as account:
        await exercise(account, sandbox)
    called = {name for name in seen if sandbox.tally.calls(name)}
    assert called == set(seen), "each is called by some method"
    assert sandbox.tally.total == sum(map(sandbox.tally.calls, called)), "and nothing besides"


async def exercise(account: AwsAccount, sandbox: Sandbox) -> None:
    """Every method once, for every kind of principal."""
    key = sandbox.estate.create_access_key("ann", created_at=MADE_AT).access_key_id
    await account.create_policy(POLICY, PLAIN, About())
    for principal in (ANN, WORK, CREW):
        await account.put_inline(principal, "work", PLAIN)
        await account.inline(principal, "work")
        await account.inline_names(principal)
        await account.attach(POLICY, principal)
        await account.attached(principal)
    await account.holders(POLICY)
    await account.bounded(POLICY)
    await account.used_by(POLICY)
    for principal in (ANN, WORK, CREW):
        await account.delete_inline(principal, "work")
        await account.detach(POLICY, principal)
    version = await account.create_version(POLICY, PLAIN, is_default=True)
    await account.policy(POLICY)
    await account.version(POLICY, version)
    await account.about(POLICY)
    await account.set_default(POLICY, "v1")
    await account.delete_version(POLICY, version)
    await account.delete_policy(POLICY)
    await account.add_to_group(ANN, CREW)
    await account.members(CREW)
    await account.remove_from_group(ANN, CREW)
    await account.keys(ANN)
    await account.key_last_used(key)
    await account.set_key_status(ANN, key, active=False)
    await account.password(ANN)
    with pytest.raises(errors.NoSuchEntityError):
        await account.delete_password(ANN)


def done(operation: str) -> Answer:
    return Answer(200, f"<{operation}Response><ResponseMetadata/></{operation}Response>".encode())


def written(*script: Answer | TransportError) -> tuple[errors.AwsError | None, int]:
    """What a write that is answered so ends in, and how often it was sent."""
    transport = ScriptedTransport(script)

    async def work() -> errors.AwsError | None:
        account = AwsAccount(IamDoor(make_caller(transport)))
        try:
            await account.put_inline(ANN, "work", PLAIN)
        except errors.AwsError as error:
            return error
        return None

    return run_virtually(work()), len(transport.requests)


GOOD: Final = done("PutUserPolicy")


@pytest.mark.parametrize(
    "outcome",
    [
        xml_refusal("Throttling"),
        xml_refusal("RequestLimitExceeded", status=503),
        TransportError(FailureKind.UNREACHABLE, "refused"),
    ],
)
def test_a_write_that_was_certainly_not_carried_out_is_sent_again(outcome: Answer | TransportError) -> None:
    assert written(outcome, outcome, GOOD) == (None, 3)


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (xml_refusal("ServiceFailure", status=500), errors.ServiceFaultError),
        (xml_refusal("ServiceUnavailable", status=503), errors.ServiceFaultError),
        (Answer(502, b"<html>busy</html>"), errors.ServiceFaultError),
        (TransportError(FailureKind.DROPPED, "dropped"), errors.ConnectionFailedError),
        (TransportError(FailureKind.TIMED_OUT, "late"), errors.DeadlineExceededError),
        (Answer(200, b"<html>welcome</html>"), errors.ResponseError),
        (xml_refusal("ConcurrentModification", status=409), errors.ConcurrentChangeError),
        (xml_refusal("EntityTemporarilyUnmodifiable", status=409), errors.ConcurrentChangeError),
    ],
)
def test_a_write_that_may_have_taken_effect_is_never_sent_again(
    outcome: Answer | TransportError, expected: type[errors.AwsError]
) -> None:
    error, sent = written(outcome, GOOD)
    assert (type(error), sent) == (expected, 1)


SOURCE: Final = Path(leastwise.__file__).parent
WRITING: Final = SOURCE / "apply" / "aws_writing.py"
HARMLESS: Final = re.compile(r"(Get|List|Simulate|Generate)[A-Z]")


def others() -> list[Path]:
    """Every module of the product but the one that writes, and the sandbox, which is an AWS itself."""
    return [path for path in SOURCE.rglob("*.py") if path != WRITING and SOURCE / "sandbox" not in path.parents]


def mutating() -> re.Pattern[str]:
    model: Any = botocore.session.get_session().get_service_model("iam")
    names = [name for name in model.operation_names if not HARMLESS.match(name)]
    assert {name.partition(":")[2] for name in WRITES} < set(names)
    whole = "|".join(sorted(names, key=len, reverse=True))
    shapes = "|".join(rf"{verb}(User|Role|Group|\{{[^}}]*\}})Policy" for verb in ("Attach", "Detach", "Put", "Delete"))
    return re.compile(rf"\b({whole}|{shapes})\b")


def strings_of(path: Path) -> Iterator[str]:
    """Every string of a module that the program can use: no docstrings, and no `__all__`, which names its own types."""
    tree = ast.parse(path.read_text())
    idle = {id(part) for node in ast.walk(tree) if is_idle(node) for part in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in idle:
            yield node.value


def is_idle(node: ast.AST) -> bool:
    if isinstance(node, ast.Assign):
        return any(isinstance(target, ast.Name) and target.id == "__all__" for target in node.targets)
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def test_no_other_module_names_an_operation_that_changes_anything() -> None:
    pattern = mutating()
    assert any(map(pattern.search, strings_of(WRITING))), "it would be found"
    named = {path: text for path in others() for text in strings_of(path) if pattern.search(text)}
    assert named == {}


def test_no_other_module_reaches_the_door_by_which_things_are_changed() -> None:
    apply, aws = SOURCE / "apply", SOURCE / "aws"
    at_the_door = {path for path in [*others(), WRITING] if {"IamDoor", "connect_iam"} & set(names_imported(path))}
    assert at_the_door == {
        aws / "__init__.py",
        *(apply / f"aws_{name}.py" for name in ("account", "reading", "writing")),
    }
    assert {path for path in at_the_door if any(calls_of_change(path))} == {WRITING}
    below = re.compile(r"leastwise\.aws\.(wire|caller|opening|signer|transport)|boto3|aiobotocore")
    outside = [path for path in others() if aws not in path.parents]
    assert not {path: name for path in outside for name in modules_imported(path) if below.match(name)}


def calls_of_change(path: Path) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "change":
            yield node


def names_imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            yield from (alias.name for alias in node.names)


def modules_imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            yield node.module or ""
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
