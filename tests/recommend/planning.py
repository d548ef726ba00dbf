"""Plans of drawn accounts, and what the tests ask of them."""

from collections.abc import Iterable

import msgspec
from hypothesis import strategies as st

from findings.estate import CATALOG, Estate, ago, judged
from findings.test_laws import estates as plain_estates
from leastwise.evidence import Evidence
from leastwise.findings import PrincipalJudgement, Verdict
from leastwise.inventory import GrantIndex, Group, Snapshot
from leastwise.plan import Change, ChangeKind, Plan, Step, applied
from leastwise.policy import ActionSet, Arn
from leastwise.recommend import RecommendOptions, RemovalOptions, Strategy, recommend
from leastwise.settings import Settings

VERSION = "0.0.0"

_DENIES = st.sampled_from([(), (), (), ("s3:*",), ("sqs:SendMessage",), ("*",)])


def _with_more(estate: Estate, *, denies: list[tuple[str, ...]], boundary: bool, aws: bool, more: bool) -> Estate:
    """The estate with Denies, a boundary, an AWS-managed policy and a second member of the group."""
    roles = {
        name: msgspec.structs.replace(role, deny=deny, boundary="q" if boundary else None)
        for (name, role), deny in zip(estate.roles.items(), denies, strict=False)
    }
    groups = {name: msgspec.structs.replace(group, deny=denies[-1]) for name, group in estate.groups.items()}
    users = estate.users
    if more:
        bob = msgspec.structs.replace(next(iter(estate.roles.values())), last_used=None, groups=("dev",))
        users = {**users, "bob": bob}
    policies = {name: msgspec.structs.replace(one, aws=aws and name == "p") for name, one in estate.policies.items()}
    return msgspec.structs.replace(estate, roles=roles, groups=groups, users=users, policies=policies)


estates = st.builds(
    lambda estate, denies, boundary, aws, more: _with_more(
        estate, denies=denies, boundary=boundary, aws=aws, more=more
    ),
    plain_estates,
    st.lists(_DENIES, min_size=3, max_size=3),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
"""Accounts with shared policies, groups, boundaries, Denies and AWS-managed policies."""

choices = st.builds(
    RecommendOptions,
    removal=st.builds(RemovalOptions, st.booleans(), st.booleans(), st.sampled_from([(), ("s3:Get*",)])),
    strategy=st.sampled_from(Strategy),
    aws_managed=st.booleans(),
    split_shared=st.booleans(),
    quarantine=st.sampled_from([False, False, False, True]),
)
"""What a person may decide."""


def plan_of(estate: Estate, options: RecommendOptions | None = None, settings: Settings | None = None) -> Plan:
    """The plan of an estate."""
    return plan_for(estate.snapshot(), estate.evidence(), options, days=estate.stale_after_days, settings=settings)


def plan_for(
    snapshot: Snapshot,
    evidence: Evidence,
    options: RecommendOptions | None = None,
    *,
    days: int = 90,
    settings: Settings | None = None,
) -> Plan:
    """The plan of an account and what was seen of it."""
    return recommend(
        snapshot,
        judged(snapshot, evidence, days=days, settings=settings),
        evidence,
        grants=GrantIndex(CATALOG, snapshot),
        catalog=CATALOG,
        options=options or RecommendOptions(),
        version=VERSION,
    )


def carried_out(snapshot: Snapshot, changes: Iterable[Change]) -> Snapshot:
    """The account after the changes; what they make counts as old."""
    return applied(snapshot, steps_of(changes), at=ago(1000))


def steps_of(changes: Iterable[Change]) -> list[Step]:
    """Every step, in order."""
    return [step for change in changes for step in change.steps]


def granted(snapshot: Snapshot) -> dict[Arn, ActionSet]:
    """What each principal is granted."""
    index = GrantIndex(CATALOG, snapshot)
    return {one.arn: index.of(one).actions for one in snapshot.principals()}


def of_kind(plan: Plan, kind: ChangeKind) -> list[Change]:
    """The changes of one kind."""
    return [change for change in plan.changes if change.kind is kind]


def texts_after(plan: Plan) -> dict[str, str | None]:
    """What becomes of each document that is to change, by the policy's name."""
    return {one.policy.policy.rpartition("/")[2]: one.after for change in plan.changes for one in change.documents}


def must_stay(one: PrincipalJudgement, before: ActionSet, options: RemovalOptions) -> int:
    """The known actions that a user or role keeps by the words of the contract: all that is used or unknown."""
    gone = {Verdict.UNUSED, Verdict.STALE} if options.include_stale else {Verdict.UNUSED}
    kept = 0
    for service in one.services:
        if service.verdict in gone:
            continue
        mask = before.known_in(service.namespace)
        unused = [f"{service.namespace}:{action.name}" for action in service.actions if action.verdict in gone]
        kept |= mask if options.services_only else mask & ~ActionSet.of(unused, CATALOG).known
    return kept | (before & ActionSet.of(options.keep, CATALOG)).known


def is_holder(one: PrincipalJudgement) -> bool:
    """Whether it is a user or a role."""
    return not isinstance(one.principal, Group)
