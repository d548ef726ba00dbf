"""What a change relies on, compared with the live account."""

from collections.abc import Iterable
from datetime import datetime
from typing import assert_never

from msgspec import Struct

from leastwise.apply.account import LivePolicy, Reading
from leastwise.plan import (
    Absent,
    AttachedTo,
    HasPassword,
    HoldsOnly,
    InGroup,
    InlineIs,
    KeyIs,
    MembersAre,
    NoInline,
    PolicyIs,
    Precondition,
    digest_of,
)

__all__ = ["Difference", "difference"]


class Difference(Struct, frozen=True):
    """What is there other than it was planned for."""

    object: str
    """Which object."""
    expected: str
    """What was expected of it."""
    found: str
    """What there is instead."""
    text: str = ""
    """What the object says now, where it is a text that differs; empty otherwise."""

    def __str__(self) -> str:
        return f"{self.object}: expected {self.expected}, found {self.found}"


async def difference(  # noqa: PLR0911 - a return for each kind of precondition
    precondition: Precondition, reading: Reading, *, may_delete_passwords: bool = False
) -> Difference | None:
    """How the live account differs from what the change relies on; None if it does not.

    That a password is to be deleted, which nothing takes back, counts as a difference unless a person said so.

    Raises:
        AwsError: it could not be read.
    """
    match precondition:
        case InlineIs() | NoInline():
            return await _inline(precondition, reading)
        case PolicyIs() | Absent():
            return await _policy(precondition, reading)
        case AttachedTo():
            return await _attached(precondition, reading)
        case MembersAre() | InGroup():
            return await _members(precondition, reading)
        case HoldsOnly():
            return await _holds(precondition, reading)
        case KeyIs():
            return await _key(precondition, reading)
        case HasPassword():
            return await _password(precondition, reading, may_delete=may_delete_passwords)
        case _:
            assert_never(precondition)


async def _inline(wanted: InlineIs | NoInline, reading: Reading) -> Difference | None:
    text = await reading.inline(wanted.principal, wanted.policy)
    digest = None if text is None else digest_of(text)
    expected = wanted.digest if isinstance(wanted, InlineIs) else None
    if digest == expected:
        return None
    name = f"inline policy {wanted.policy} of {wanted.principal}"
    return Difference(name, _text_said(expected), _text_said(digest), text or "")


def _text_said(digest: str | None) -> str:
    return "none" if digest is None else f"the text {digest}"


async def _policy(wanted: PolicyIs | Absent, reading: Reading) -> Difference | None:
    live, name = await reading.policy(wanted.policy), f"policy {wanted.policy}"
    if isinstance(wanted, Absent):
        return None if live is None else Difference(name, "none", f"one, in force {live.default}", live.text)
    if live is None:
        return Difference(name, f"version {wanted.version} in force", "none")
    return _policy_difference(wanted, live, name)


def _policy_difference(wanted: PolicyIs, live: LivePolicy, name: str) -> Difference | None:
    expected, found = (f"version {wanted.version}", wanted.digest), (f"version {live.default}", digest_of(live.text))
    if expected != found:
        return Difference(name, " in force, ".join(expected), " in force, ".join(found), live.text)
    versions = tuple(one.id for one in live.versions)
    if wanted.versions and versions != wanted.versions:
        return Difference(name, f"versions {', '.join(wanted.versions)}", f"versions {', '.join(versions)}")
    return None


async def _attached(wanted: AttachedTo, reading: Reading) -> Difference | None:
    name = f"policy {wanted.policy}"
    if not wanted.exactly:
        # Asked of each holder, whose attachments the steps look at anyway.
        missing = [one for one in wanted.principals if wanted.policy not in await reading.attached(one)]
        return Difference(name, f"attached to {_listed(missing)}", "not attached") if missing else None
    expected = f"attached to nobody but {_listed(wanted.principals)}"
    # Asked in one call for both kinds of use. It hides whom of the wanted the policy bounds besides; but what is taken
    # out of a policy is used by none of those, be it what grants or what bounds, and what bounds cannot be deleted.
    if not set(await reading.used_by(wanted.policy)) - set(wanted.principals):
        return None
    more = sorted(set(await reading.holders(wanted.policy)) - set(wanted.principals))
    if more:
        return Difference(name, expected, f"attached to {_listed(more)} as well")
    bounded = await reading.bounded(wanted.policy)
    return Difference(name, "nobody's permissions boundary", f"the permissions boundary of {_listed(bounded)}")


async def _members(wanted: MembersAre | InGroup, reading: Reading) -> Difference | None:
    members, name = set(await reading.members(wanted.group)), f"group {wanted.group}"
    if isinstance(wanted, InGroup):
        return None if wanted.user in members else Difference(name, f"{wanted.user} in it", "not in it")
    more = sorted(members - set(wanted.users))
    return Difference(name, f"no members but {_listed(wanted.users)}", f"{_listed(more)} as well") if more else None


async def _holds(wanted: HoldsOnly, reading: Reading) -> Difference | None:
    inline = set(await reading.inline_names(wanted.principal)) - set(wanted.inline)
    attached = set(await reading.attached(wanted.principal)) - set(wanted.attached)
    more = (*sorted(inline), *sorted(attached))
    if not more:
        return None
    return Difference(
        wanted.principal, f"no policies but {_listed((*wanted.inline, *wanted.attached))}", f"{_listed(more)} as well"
    )


async def _key(wanted: KeyIs, reading: Reading) -> Difference | None:
    name = f"access key {wanted.number} of {wanted.user}"
    found = [one for one in await reading.keys(wanted.user) if one.created_at == wanted.created_at]
    if len(found) != 1:
        return Difference(name, f"one made {_moment(wanted.created_at)}", "none" if not found else "several")
    if not found[0].active:
        return Difference(name, "active", "inactive")
    used = await reading.key_last_used(found[0].id)
    if used is not None and (wanted.last_used_at is None or used > wanted.last_used_at):
        return Difference(name, f"last used {_moment(wanted.last_used_at)}", f"last used {_moment(used)}")
    return None


async def _password(wanted: HasPassword, reading: Reading, *, may_delete: bool) -> Difference | None:
    name = f"the password of {wanted.user}"
    if await reading.password(wanted.user) is None:
        return Difference(name, "one", "none")
    used = await reading.password_last_used(wanted.user)
    if used is not None and (wanted.last_used_at is None or used > wanted.last_used_at):
        return Difference(name, f"last used {_moment(wanted.last_used_at)}", f"last used {_moment(used)}")
    return None if may_delete else Difference(name, "a word that it may be deleted for good", "none")


def _moment(moment: datetime | None) -> str:
    return "never" if moment is None else f"at {moment.isoformat().replace('+00:00', 'Z')}"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "nobody"
