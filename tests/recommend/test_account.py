"""Proposals for drawn accounts: applied in memory, nobody loses what is used or unknown, and nothing more would go."""

import msgspec
import pytest
from hypothesis import given, settings

from findings.estate import CATALOG, Estate, Policy, Principal, Report, Service, judged
from findings.test_laws import estates
from leastwise.catalog import AccessLevel, ActionFacts, Catalog
from leastwise.evidence import GapReason
from leastwise.findings import PrincipalJudgement, Verdict
from leastwise.inventory import GrantIndex, Group, InlinePolicy, ManagedPolicy, PolicyKind, PolicyText, Snapshot
from leastwise.inventory import Principal as Held
from leastwise.policy import ActionSet, parse_document
from leastwise.recommend import (
    Obstacle,
    PolicyRef,
    Proposal,
    RecommendOptions,
    RemovalOptions,
    Unchanged,
    fitted_reduction,
    recommend,
    removal_of,
)
from leastwise.settings import parse_settings

LAW = settings(max_examples=25, deadline=None)
IDLE = Report({"sqs": Service(None), "s3": Service(1)})
"""Uses S3 and has never used SQS."""


def proposed(estate: Estate, options: RecommendOptions | None = None) -> tuple[Proposal | Unchanged, ...]:
    return recommend(estate.snapshot(), estate.judged(), CATALOG, options or RecommendOptions())


def changed(estate: Estate, options: RecommendOptions | None = None) -> dict[str, str | None]:
    """What becomes of each policy that is to change, by name."""
    found = [one for one in proposed(estate, options) if isinstance(one, Proposal)]
    return {one.policy.policy.rpartition("/")[2]: one.reduction.text for one in found}


def applied(snapshot: Snapshot, found: tuple[Proposal | Unchanged, ...]) -> Snapshot:
    """The account as it would be after the proposals; a document of which nothing is left goes."""
    texts = {one.policy: one.reduction.text for one in found if isinstance(one, Proposal)}

    def inline(holder: Held) -> tuple[InlinePolicy, ...]:
        made = []
        for one in holder.inline:
            text = texts.get(_inline_ref(one, holder), one.policy.text)
            made += [] if text is None else [InlinePolicy(one.name, PolicyText(text, parse_document(text)))]
        return tuple(made)

    gone = {ref.policy for ref, text in texts.items() if text is None}

    def managed(policy: ManagedPolicy) -> ManagedPolicy:
        text = next((text for ref, text in texts.items() if ref.policy == policy.arn), None)
        if text is None:
            return policy
        kept = PolicyText(text, parse_document(text))
        versions = tuple(
            msgspec.structs.replace(one, policy=kept) if one.is_default else one for one in policy.versions
        )
        return msgspec.structs.replace(policy, versions=versions)

    def principal(holder: Held) -> Held:
        attached = tuple(one for one in holder.attached if one.arn not in gone)
        return msgspec.structs.replace(holder, inline=inline(holder), attached=attached)

    return msgspec.structs.replace(
        snapshot,
        users=tuple(map(principal, snapshot.users)),
        roles=tuple(map(principal, snapshot.roles)),
        groups=tuple(map(principal, snapshot.groups)),
        policies=tuple(map(managed, snapshot.policies)),
    )


def _inline_ref(one: InlinePolicy, holder: Held) -> PolicyRef:
    return PolicyRef(one.name, PolicyKind.INLINE, holder.arn)


@given(estates)
@LAW
def test_nobody_loses_what_is_used_or_unknown_and_nobody_wins(estate: Estate) -> None:
    snapshot, judgement = estate.snapshot(), estate.judged()
    after = applied(snapshot, recommend(snapshot, judgement, CATALOG, RecommendOptions()))
    before_grants, after_grants = GrantIndex(CATALOG, snapshot), GrantIndex(CATALOG, after)
    holders = {one.arn: one for one in after.principals()}
    for one in judgement.principals:
        before = before_grants.of(one.principal).actions
        left = after_grants.of(holders[one.principal.arn]).actions
        assert left <= before
        if not isinstance(one.principal, Group):
            lost = before.known & ~left.known
            assert not lost & ~removal_of(one, CATALOG, RemovalOptions()).known
            assert not lost & _used_or_unknown(one)


def _used_or_unknown(one: PrincipalJudgement) -> int:
    """The known actions of services in use or unknown, but for those that are seen to be unused."""
    kept = [service for service in one.services if service.verdict in (Verdict.USED, Verdict.UNKNOWN)]
    whole = ActionSet.of([f"{service.namespace}:*" for service in kept], CATALOG)
    unused = [
        f"{service.namespace}:{action.name}"
        for service in kept
        for action in service.actions
        if action.verdict is Verdict.UNUSED
    ]
    return (whole - ActionSet.of(unused, CATALOG)).known


@given(estates)
@LAW
def test_a_reduced_account_gets_no_proposal(estate: Estate) -> None:
    snapshot = estate.snapshot()
    after = applied(snapshot, proposed(estate))
    again = judged(after, estate.evidence(), days=estate.stale_after_days)
    assert [one for one in recommend(after, again, CATALOG, RecommendOptions()) if isinstance(one, Proposal)] == []


@given(estates)
@LAW
def test_proposals_do_not_depend_on_the_order_of_principals_and_policies(estate: Estate) -> None:
    snapshot = estate.snapshot()
    turned = msgspec.structs.replace(
        snapshot, users=snapshot.users[::-1], roles=snapshot.roles[::-1], policies=snapshot.policies[::-1]
    )
    again = judged(turned, estate.evidence(), days=estate.stale_after_days)
    assert recommend(turned, again, CATALOG, RecommendOptions()) == proposed(estate)


def test_a_shared_policy_keeps_what_one_holder_uses() -> None:
    busy = Report({"sqs": Service(1), "s3": Service(1)})
    shared = Policy(allow=("s3:*", "sqs:*"))
    idle = Principal(attached=("p",), last_used=1, report=IDLE)
    alone = Estate(roles={"a": idle}, policies={"p": shared})
    assert '"s3:*"]' in str(changed(alone)["p"])
    both = Estate(roles={"a": idle, "b": Principal(attached=("p",), last_used=1, report=busy)}, policies={"p": shared})
    assert changed(both) == {}


def test_a_groups_policy_loses_what_no_member_uses() -> None:
    members = {name: Principal(groups=("dev",), report=IDLE, in_credential_report=False) for name in ("ana", "bob")}
    group = Principal(allow=("s3:*", "sqs:*"))
    assert '"s3:*"]' in str(changed(Estate(users=members, groups={"dev": group}))["own"])
    empty = proposed(Estate(groups={"dev": group}))
    assert [one.obstacle for one in empty if isinstance(one, Unchanged)] == [Obstacle.NO_HOLDER]


@pytest.mark.parametrize(
    ("estate", "obstacle"),
    [
        (Estate(policies={"p": Policy()}), Obstacle.NO_HOLDER),
        (
            Estate(
                roles={"a": Principal(attached=("p",), boundary="p", last_used=1, report=IDLE)},
                policies={"p": Policy(allow=("sqs:*",))},
            ),
            Obstacle.BOUNDARY,
        ),
        (
            Estate(
                roles={
                    "a": Principal(attached=("p",), last_used=1, report=IDLE),
                    "b": Principal(attached=("p",), last_used=1, gap=GapReason.REPORT_FAILED),
                },
                policies={"p": Policy(allow=("sqs:*",))},
            ),
            Obstacle.MISSING_EVIDENCE,
        ),
        (
            Estate(
                roles={"a": Principal(attached=("p",), last_used=1, report=IDLE)},
                policies={"p": Policy(allow=("sqs:*",), attachments_elsewhere=2)},
            ),
            Obstacle.MISSING_EVIDENCE,
        ),
        (
            Estate(
                roles={"a": Principal(path="/aws-reserved/sso/", attached=("p",), last_used=1, report=IDLE)},
                policies={"p": Policy(allow=("sqs:*",))},
            ),
            Obstacle.NOT_EDITABLE,
        ),
    ],
)
def test_what_keeps_a_policy_as_it_is_is_said(estate: Estate, obstacle: Obstacle) -> None:
    found = proposed(estate)
    assert [one.obstacle for one in found if isinstance(one, Unchanged)] == [obstacle]
    assert not [one for one in found if isinstance(one, Proposal)]


def test_a_policy_that_cannot_be_read_is_left_and_its_fault_is_said() -> None:
    snapshot = Estate(roles={"a": Principal(allow=("sqs:*",), last_used=1, report=IDLE)}).snapshot()
    role = snapshot.roles[0]
    broken = msgspec.structs.replace(role, inline=(InlinePolicy("own", PolicyText("{", None, "not JSON")),))
    account = msgspec.structs.replace(snapshot, roles=(broken,))
    evidence = Estate(roles={"a": Principal(last_used=1, report=IDLE)}).evidence()
    [found] = recommend(account, judged(account, evidence), CATALOG, RecommendOptions())
    assert isinstance(found, Unchanged)
    assert (found.obstacle, found.detail) == (Obstacle.UNREADABLE, "not JSON")


def test_what_is_exempt_does_not_go() -> None:
    estate = Estate(roles={"a": Principal(allow=("s3:*", "sqs:*"), last_used=1, report=IDLE)})
    exemption = parse_settings(
        '[[exemptions]]\nrule = "unused-service"\nresource = "*"\nreason = "moving"\n'
        'owner = "web"\nuntil = 2999-01-01\n',
        source="leastwise.toml",
    )
    assert changed(estate)
    judgement = estate.judged(exemption)
    assert recommend(estate.snapshot(), judgement, CATALOG, RecommendOptions()) == ()


def test_aws_managed_policies_are_left_alone_where_told() -> None:
    estate = Estate(
        roles={"a": Principal(attached=("p",), last_used=1, report=IDLE)},
        policies={"p": Policy(allow=("s3:*", "sqs:*"), aws=True)},
    )
    assert changed(estate)
    assert changed(estate, RecommendOptions(aws_managed=False)) == {}


def test_a_long_list_gives_services_back_until_it_fits() -> None:
    names = [f"{verb}{number}" for number in range(400) for verb in ("Get", "Put")]
    catalog = Catalog(
        {"big": "Big", "small": "Small"},
        [ActionFacts("big", name, AccessLevel.READ) for name in names]
        + [ActionFacts("small", name, AccessLevel.READ) for name in ("Get", "Put")],
    )
    document = parse_document('{"Statement": {"Effect": "Allow", "Action": ["big:*", "small:*"], "Resource": "*"}}')
    removal = ActionSet.of(["big:Put*7", "big:Get*3", "small:Put"], catalog)
    found = fitted_reduction(document, removal, limit=120)
    assert found is not None
    reduction, left = found
    assert reduction.text == document.text.replace('"small:*"', '"small:G*"')
    assert left == ActionSet.of(["small:Put"], catalog)
    assert fitted_reduction(document, removal, limit=10_000) is not None
    # A copy of an AWS-managed policy has the quota of a customer's, however long the original is.
    assert fitted_reduction(document, removal, limit=60) is None
