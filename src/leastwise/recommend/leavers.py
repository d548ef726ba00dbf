"""Users who need nothing that a group grants, and leave it."""

from collections.abc import Iterator, Mapping
from functools import reduce
from operator import or_

from leastwise.inventory import Group, ManagedPolicy, PolicyKind, Snapshot
from leastwise.plan import (
    ChangeKind,
    HoldsOnly,
    InGroup,
    InlineIs,
    Obstacle,
    PolicyIs,
    PolicyRef,
    Precondition,
    ProofMethod,
    RemoveFromGroup,
    digest_of,
)
from leastwise.policy import Arn
from leastwise.recommend.documents import Workbench
from leastwise.recommend.drafts import Draft
from leastwise.recommend.holders import Target
from leastwise.recommend.refs import ref_of
from leastwise.recommend.texts import Text, Texts

__all__ = ["leaving_changes"]

_Held = Mapping[PolicyRef, Text]
"""What each policy says that a group holds."""


def leaving_changes(snapshot: Snapshot, texts: Texts, bench: Workbench) -> Iterator[Draft]:
    """The users who leave a group; the bench's holders count them as no members from then on.

    A user leaves whose own removal covers all that the group grants, where someone else needs some of it: what nobody
    in the group needs is taken from the group instead. A group that denies something is left by nobody.
    """
    policies, holders = {policy.arn: policy for policy in snapshot.policies}, bench.holders
    for group in snapshot.groups:
        held = _texts(group, policies, texts)
        if held is None or not any(text.allowed for text in held.values()):
            continue
        group_target = holders.target(group.arn)
        if group_target.obstacle in (Obstacle.BREAK_GLASS, Obstacle.NOT_SELECTED) and group_target.because == group.arn:
            continue
        if group_target.holders and all(text.is_needless(group_target.would) for text in held.values()):
            continue
        needless = [one for one in map(holders.target, holders.members(group)) if _needs_nothing(one, held)]
        for one in needless:
            holders.leave(one.arn, group)
            yield _draft(one, group, held, preconditions=tuple(_is_as_seen(group, policies)), bench=bench)


def _needs_nothing(user: Target, held: _Held) -> bool:
    return user.obstacle is None and all(text.is_needless(user.removal) for text in held.values())


def _texts(group: Group, policies: Mapping[Arn, ManagedPolicy], texts: Texts) -> _Held | None:
    """All that the group's policies say; None if some of it could not be read."""
    found: dict[PolicyRef, Text] = {}
    for inline in group.inline:
        text = texts.read(inline.policy)
        if text is None:
            return None
        found[PolicyRef(inline.name, PolicyKind.INLINE, group.arn)] = text
    for attachment in group.attached:
        policy = policies.get(attachment.arn)
        version = None if policy is None else policy.default_version
        text = None if version is None else texts.read(version.policy)
        if policy is None or text is None:
            return None
        found[ref_of(policy)] = text
    return found


def _is_as_seen(group: Group, policies: Mapping[Arn, ManagedPolicy]) -> Iterator[Precondition]:
    """That the group grants what it granted: nothing was added to it, and its policies say the same."""
    inline, attached = sorted(one.name for one in group.inline), sorted(one.arn for one in group.attached)
    yield HoldsOnly(group.arn, tuple(inline), tuple(attached))
    for one in group.inline:
        yield InlineIs(group.arn, one.name, digest_of(one.policy.text))
    for arn in attached:
        version = policies[arn].default_version
        if version is not None:
            yield PolicyIs(arn, version.id, digest_of(version.policy.text), ())


def _draft(
    user: Target, group: Group, held: _Held, *, preconditions: tuple[Precondition, ...], bench: Workbench
) -> Draft:
    gone = [bench.gone(text, user.removal, policy=ref, holders=user.holders) for ref, text in held.items()]
    return Draft(
        kind=ChangeKind.LEAVE_GROUP,
        title=f"{user.name.capitalize()} leaves group {group.name}, and needs nothing that it grants",
        principals=user.holders,
        steps=(RemoveFromGroup(user.arn, group.arn),),
        preconditions=(InGroup(user.arn, group.arn), *preconditions),
        method=ProofMethod.WITHDRAWN,
        targets=(user.arn,),
        documents=tuple(one.change for one in gone),
        removed=reduce(or_, (one.shown.removed for one in gone), 0),
        checked=sum(text.statements for text in held.values()),
        matter=group.arn,
    )
