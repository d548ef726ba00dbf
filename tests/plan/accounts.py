"""Small accounts as AWS would list them, and strategies that draw steps that fit them."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Final

from hypothesis import settings
from hypothesis import strategies as st
from msgspec.structs import replace

from inventory_samples import ID, NOW, allow, arn, days_ago, deny, group, inline, role, says, text_of, user
from leastwise.inventory import (
    Account,
    Attachment,
    Group,
    ManagedPolicy,
    PolicyVersion,
    Principal,
    Role,
    Snapshot,
    User,
)
from leastwise.plan import (
    AddToGroup,
    Attach,
    CreatePolicy,
    CreateVersion,
    DeleteInline,
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

LAW: Final = settings(max_examples=100, deadline=None)
AFTER: Final = NOW + timedelta(hours=1)
"""When the steps are done."""

TEXTS: Final = (says(allow("s3:GetObject")), says(allow("sqs:*")), says(deny("iam:*")), text_of("{"))
DOCUMENTS: Final = tuple(text.text for text in TEXTS)
OWN: Final = (arn("policy", "P"), arn("policy", "Q"), arn("policy", "team/T"))
NEW: Final = (arn("policy", "N"), arn("policy", "team/new/N"))
AWS: Final = arn("policy", "ReadOnlyAccess", owner="aws")
MOST_VERSIONS: Final = 5


def policy_of(policy: Arn, versions: Sequence[PolicyVersion], *, bounded: int = 0) -> ManagedPolicy:
    """A policy attached to nobody, whose date of change is as IAM documents it."""
    path = policy.resource.removeprefix("policy").removesuffix(policy.name)
    newest = versions[-1].created_at
    return ManagedPolicy(
        policy, policy.name, f"ANPA{policy.name}", path, days_ago(900), newest, tuple(versions), 0, bounded
    )


def version(number: int, text: int = 0, *, is_default: bool = False) -> PolicyVersion:
    """A version that says one of the texts; the higher its number, the younger it is."""
    return PolicyVersion(f"v{number}", days_ago(800 - number), is_default, TEXTS[text])


def account_of(
    *,
    users: Iterable[User] = (),
    roles: Iterable[Role] = (),
    groups: Iterable[Group] = (),
    policies: Iterable[ManagedPolicy] = (),
    elsewhere: int = 0,
) -> Snapshot:
    """The account with AWS's counts of attachments: those that show, and as many elsewhere."""
    made = Snapshot(
        Account(ID, "aws"),
        NOW,
        users=tuple(users),
        roles=tuple(roles),
        groups=tuple(groups),
        policies=tuple(sorted(policies, key=lambda policy: policy.arn)),
    )
    counted = (replace(policy, attachment_count=shown(made, policy.arn) + elsewhere) for policy in made.policies)
    return replace(made, policies=tuple(counted))


def shown(snapshot: Snapshot, policy: Arn) -> int:
    """To how many principals of the snapshot the policy is attached."""
    return sum(held.arn == policy for holder in snapshot.principals() for held in holder.attached)


@st.composite
def versions(draw: st.DrawFn) -> list[PolicyVersion]:
    numbers = sorted(draw(st.sets(st.integers(1, 7), min_size=1, max_size=MOST_VERSIONS)))
    default = draw(st.sampled_from(numbers))
    return [version(number, draw(st.integers(0, 3)), is_default=number == default) for number in numbers]


@st.composite
def accounts(draw: st.DrawFn) -> Snapshot:
    policies = [policy_of(policy, draw(versions())) for policy in OWN]
    boundary = draw(st.none() | st.just(OWN[0]))
    policies[0] = replace(policies[0], boundary_usage_count=int(boundary is not None))
    policies.append(policy_of(AWS, [version(1, is_default=True)]))
    attachable = [Attachment(policy.arn, policy.name) for policy in policies]
    held = st.sets(st.sampled_from(range(4)), max_size=3).map(
        lambda places: tuple(sorted((attachable[place] for place in places), key=lambda one: one.arn))
    )
    own = st.dictionaries(st.sampled_from("AB"), st.sampled_from(TEXTS)).map(
        lambda texts: inline(**{name: texts[name] for name in sorted(texts)})
    )
    member = st.sets(st.sampled_from("GH")).map(lambda names: tuple(sorted(names)))
    return account_of(
        users=[user(name, inline=draw(own), attached=draw(held), groups=draw(member)) for name in "UV"],
        roles=[role("R", inline=draw(own), attached=draw(held), boundary=boundary)],
        groups=[group(name, inline=draw(own), attached=draw(held)) for name in "GH"],
        policies=policies,
        elsewhere=draw(st.sampled_from([0, 0, 1])),
    )


def fitting(snapshot: Snapshot) -> dict[type[Step], list[Step]]:
    """Steps of every kind that fit the account as it is, and change something in it; told without the code's help."""
    found: dict[type[Step], list[Step]] = {}
    for step in [
        *(step for holder in snapshot.principals() for step in _of_principal(holder, snapshot)),
        *(step for policy in snapshot.policies for step in _of_policy(policy, snapshot)),
        *(CreatePolicy(policy, document, "new") for policy in _missing(snapshot) for document in DOCUMENTS),
        *(RestorePolicy(policy, days_ago(500), _two_versions(0, 1)) for policy in _missing(snapshot)),
    ]:
        found.setdefault(type(step), []).append(step)
    return found


def _missing(snapshot: Snapshot) -> list[Arn]:
    there = {policy.arn for policy in snapshot.policies}
    return [policy for policy in (*OWN, *NEW) if policy not in there]


def _two_versions(older: int, newer: int) -> tuple[KeptVersion, ...]:
    return (
        KeptVersion("v2", DOCUMENTS[older], is_default=True),
        KeptVersion("v5", DOCUMENTS[newer], is_default=False),
    )


def _of_principal(holder: Principal, snapshot: Snapshot) -> Iterable[Step]:
    for name in "AB":
        yield from (PutInline(holder.arn, name, document) for document in DOCUMENTS)
    yield from (DeleteInline(holder.arn, own.name) for own in holder.inline)
    attached = {held.arn for held in holder.attached}
    for policy in snapshot.policies:
        yield (Detach if policy.arn in attached else Attach)(policy.arn, holder.arn)
    if isinstance(holder, User):
        yield SetKeyStatus(holder.arn, 1, days_ago(100), active=False)
        for one in snapshot.groups:
            yield (RemoveFromGroup if one.name in holder.groups else AddToGroup)(holder.arn, one.arn)


def _of_policy(policy: ManagedPolicy, snapshot: Snapshot) -> Iterable[Step]:
    if policy.arn.account == "aws":
        return
    if not (policy.attachment_count or policy.boundary_usage_count or shown(snapshot, policy.arn)):
        yield DeletePolicy(policy.arn)
    others = [one for one in policy.versions if not one.is_default]
    for document in DOCUMENTS:
        if len(policy.versions) < MOST_VERSIONS:
            yield CreateVersion(policy.arn, document)
        for one in others:
            yield CreateVersion(policy.arn, document, KeptVersion(one.id, one.policy.text, is_default=False))
    for one in others:
        yield RestoreVersion(policy.arn, one.id, one.policy.text)
        yield RestoreVersion(policy.arn, one.id, one.policy.text, KeptVersion("v1", DOCUMENTS[1], is_default=False))


@st.composite
def steps_on(draw: st.DrawFn, snapshot: Snapshot) -> list[Step]:
    """Steps of which each fits what those before it leave."""
    made: list[Step] = []
    for _ in range(draw(st.integers(0, 8))):
        choices = fitting(applied(snapshot, made, at=AFTER))
        kind = draw(st.sampled_from(sorted(choices, key=lambda kind: kind.__name__)))
        made.append(draw(st.sampled_from(choices[kind])))
    return made


@st.composite
def drawn(draw: st.DrawFn) -> tuple[Snapshot, list[Step]]:
    """An account, and steps that fit it."""
    snapshot = draw(accounts())
    return snapshot, draw(steps_on(snapshot))
