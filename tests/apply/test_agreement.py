"""The account in memory, on which the laws of applying are tested, does what the sandbox does over AWS's protocol."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from datetime import timedelta
from typing import Any, Final

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apply.memory_account import MemoryAccount, World
from aws_environment import only_keys
from inventory_samples import ID, account, arn, days_ago, group, role, user
from leastwise.apply.account import About, LiveAccount, LiveKey, LivePassword, Tag
from leastwise.apply.aws_account import open_account
from leastwise.aws import ConnectionOptions, SystemClock
from leastwise.errors import AwsError
from leastwise.sandbox import Sandbox, SandboxOptions

TRUST: Final = (
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}'
)
TEXTS: Final = tuple(
    f'{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"{action}","Resource":"*"}}]}}'
    for action in ("s3:*", "sqs:*")
)
U, R, G = arn("user", "U"), arn("role", "R"), arn("group", "G")
POLICIES: Final = (arn("policy", "P"), arn("policy", "team/Q"))
VERSIONS: Final = tuple(f"v{number}" for number in range(1, 8))
MADE: Final = days_ago(999)

Write = Callable[[LiveAccount, str], Coroutine[Any, Any, object]]

texts, policies, versions = st.sampled_from(TEXTS), st.sampled_from(POLICIES), st.sampled_from(VERSIONS)
abouts = st.sampled_from((About(), About("what for"), About("", (Tag("k", "v"),))))
principals, inline_names = st.sampled_from((U, R, G)), st.sampled_from(("a", "b"))


def write(name: str, *arguments: object, **more: object) -> Write:
    def do(account: LiveAccount, key: str) -> Coroutine[Any, Any, object]:
        given = [key if argument is KEY else argument for argument in arguments]
        done: Coroutine[Any, Any, object] = getattr(account, name)(*given, **more)
        return done

    do.__name__ = f"{name}{(*arguments, more)}"
    return do


KEY: Final = object()
"""Stands for the id of the user's key."""
WRITES: Final = st.one_of(
    st.builds(lambda *parts: write("put_inline", *parts), principals, inline_names, texts),
    st.builds(lambda *parts: write("delete_inline", *parts), principals, inline_names),
    st.builds(lambda policy, text, about: write("create_policy", policy, text, about), policies, texts, abouts),
    st.builds(lambda policy: write("delete_policy", policy), policies),
    st.builds(
        lambda policy, text, is_default: write("create_version", policy, text, is_default=is_default),
        policies,
        texts,
        st.booleans(),
    ),
    st.builds(lambda *parts: write("set_default", *parts), policies, versions),
    st.builds(lambda *parts: write("delete_version", *parts), policies, versions),
    st.builds(lambda *parts: write("attach", *parts), policies, principals),
    st.builds(lambda *parts: write("detach", *parts), policies, principals),
    st.sampled_from(
        [
            write("add_to_group", U, G),
            write("remove_from_group", U, G),
            write("set_key_status", U, KEY, active=False),
            write("set_key_status", U, KEY, active=True),
            write("set_key_status", U, "AKIANOBODYS000000000", active=True),
            write("delete_password", U),
        ]
    ),
)


async def outcomes(account: LiveAccount, key: str, writes: Sequence[Write]) -> list[object]:
    """What each write came to: its answer, or the kind of its error."""
    said: list[object] = []
    for do in writes:
        try:
            said.append(await do(account, key))
        except AwsError as error:
            said.append(type(error))
    return said


async def state(account: LiveAccount) -> list[object]:
    """All that can be read, but for the dates of versions."""
    found: list[object] = [await account.members(G), await account.keys(U), await account.password(U)]
    found.append(await account.password_last_used(U))
    for principal in (U, R, G):
        found += [await account.attached(principal), await account.inline_names(principal)]
        found += [await account.inline(principal, name) for name in ("a", "b")]
    for arn_ in POLICIES:
        policy = await account.policy(arn_)
        found += [policy and (policy.default, policy.text, [version.id for version in policy.versions])]
        texts = [await account.version(arn_, version) for version in VERSIONS]
        found += [text and (text.text, text.is_default) for text in texts]
        found += [await account.holders(arn_), await account.bounded(arn_), await account.used_by(arn_)]
        found += [await account.about(arn_)]
    return found


async def on_sandbox(writes: Sequence[Write]) -> tuple[list[object], list[object], str]:
    with Sandbox(SandboxOptions(company=False, account_id=ID)) as sandbox:
        sandbox.estate.create_user("U", created_at=MADE, console_password=True)
        sandbox.estate.create_role("R", created_at=MADE, trust_document=TRUST)
        sandbox.estate.create_group("G", created_at=MADE)
        key = sandbox.estate.create_access_key("U", created_at=MADE).access_key_id
        options = ConnectionOptions(region="us-east-1", endpoint_url=sandbox.endpoint_url, calls_per_second=250)
        admin = sandbox.admin_credentials
        with only_keys(admin.access_key_id, admin.secret_access_key):
            async with open_account(options, clock=SystemClock()) as account:
                return await outcomes(account, key, writes), await state(account), key


async def in_memory(writes: Sequence[Write], key: str) -> tuple[list[object], list[object]]:
    snapshot = account(users=[user("U")], roles=[role("R")], groups=[group("G")])
    world = World(snapshot, keys={U: (LiveKey(key, MADE, active=True),)}, passwords={U: LivePassword(MADE)})
    memory = MemoryAccount(world, SystemClock())
    return await outcomes(memory, key, writes), await state(memory)


@given(writes=st.lists(WRITES, min_size=5, max_size=25))
@settings(max_examples=30, deadline=timedelta(seconds=20), suppress_health_check=[HealthCheck.too_slow])
def test_any_writes_come_to_the_same_on_both(writes: Sequence[Write]) -> None:
    # Most writes are about policies, and without them there would be little but refusals.
    writes = [*(write("create_policy", policy, TEXTS[0], About()) for policy in POLICIES), *writes]
    said, found, key = asyncio.run(on_sandbox(writes))
    assert asyncio.run(in_memory(writes, key)) == (said, found)
