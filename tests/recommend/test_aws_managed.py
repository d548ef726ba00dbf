"""Holders of AWS's own broad policies: a legal copy that fits, or a reason."""

import json

import pytest
from moto.iam.aws_managed_policies import aws_managed_policies_data
from msgspec import structs

from findings.estate import CATALOG, Estate, Policy, Principal, Report, Service
from leastwise.inventory import PolicyText, Snapshot
from leastwise.plan import ChangeKind, Obstacle, Plan
from leastwise.policy import MANAGED_CHARACTERS, Severity, parse_document, size_in_characters, validate
from leastwise.recommend import RecommendOptions, RemovalOptions
from recommend.planning import plan_for

USED = ("dynamodb", "ec2", "iam", "lambda", "logs", "s3", "sqs")
_CORPUS = json.loads(aws_managed_policies_data)


def text_of(name: str) -> str:
    return json.dumps(_CORPUS[name]["Document"])


def account(name: str, used: tuple[str, ...] = USED) -> tuple[Estate, Snapshot]:
    """An account with one role that holds the policy, uses these services, and has never used any other."""
    services = {one.namespace: Service(1 if one.namespace in used else None) for one in CATALOG.services}
    role = Principal(attached=(name,), last_used=1, report=Report(services))
    estate = Estate(roles={"r": role}, policies={name: Policy(aws=True)})
    text = text_of(name)
    [policy] = estate.snapshot().policies
    version = structs.replace(policy.versions[0], policy=PolicyText(text, parse_document(text)))
    return estate, structs.replace(estate.snapshot(), policies=(structs.replace(policy, versions=(version,)),))


def planned(name: str, used: tuple[str, ...] = USED, options: RecommendOptions | None = None) -> Plan:
    estate, snapshot = account(name, used)
    return plan_for(snapshot, estate.evidence(), options)


@pytest.mark.parametrize("name", ["AdministratorAccess", "PowerUserAccess", "ReadOnlyAccess", "SecurityAudit"])
def test_a_broad_policy_of_aws_gets_a_legal_copy_that_fits(name: str) -> None:
    plan = planned(name)
    [change] = plan.changes
    assert (change.kind, plan.left) == (ChangeKind.REPLACE, ())
    text = change.documents[0].after
    assert text is not None
    assert size_in_characters(text) <= MANAGED_CHARACTERS
    assert not [one for one in validate(text, CATALOG, limit=MANAGED_CHARACTERS) if one.severity is Severity.ERROR]


def test_a_star_with_seven_services_in_use_becomes_these_seven() -> None:
    [change] = planned("AdministratorAccess").changes
    [statement] = json.loads(str(change.documents[0].after))["Statement"]
    services = {pattern.partition(":")[0] for pattern in statement["Action"]}
    assert {f"{one}:*" for one in USED} <= set(statement["Action"])
    # Besides, what these depend on and no report shows.
    assert all(CATALOG.dependents_of(CATALOG.expand(f"{one}:*").mask) for one in USED if one in ("ec2", "lambda"))
    assert services >= set(USED)
    assert len(services) < 20


def test_services_alone_leave_a_read_only_policy_as_it_is_written() -> None:
    options = RecommendOptions(removal=RemovalOptions(services_only=True))
    [change] = planned("ReadOnlyAccess", tuple(one.namespace for one in CATALOG.services)[:20], options).changes
    [document] = change.documents
    before, after = (json.loads(str(text))["Statement"] for text in (document.before, document.after))
    written = {pattern for one in before for pattern in one["Action"]}
    split = [pattern for one in after for pattern in one["Action"] if pattern not in written]
    # Only what another action depends on is cut out of a pattern of a service that goes.
    assert all(CATALOG.expand(one).mask & CATALOG.dependents_of(CATALOG.everything) for one in split)


def test_a_copy_that_cannot_fit_is_left_with_its_reason() -> None:
    everything = tuple(one.namespace for one in CATALOG.services if one.namespace != "sqs")
    plan = planned("ReadOnlyAccess", everything)
    assert plan.changes == ()
    [left] = plan.left
    assert (left.obstacle, left.detail) == (Obstacle.TOO_LONG, "more than 6,144 characters")
