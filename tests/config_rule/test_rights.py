"""The rights of the function: with those of the template it does all its work, and without any one of them it fails."""

import asyncio
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest

from config_rule.stage import ACCOUNT, HERE, NEEDS_LINUX, REGION, WAIT, Deployed, later
from deploy.stack import actions_of
from leastwise.apply.places import BucketPlace
from leastwise.aws import ConnectionOptions, SystemClock
from leastwise.catalog import load_catalog
from leastwise.deploy import rights
from leastwise.errors import LeastwiseError
from leastwise.pipeline.config_rule.answering import Answered
from leastwise.pipeline.config_rule.invocation import Invocation, handle_event
from leastwise.pipeline.config_rule.walking import Budget
from leastwise.pipeline.lambda_package import InstalledLibraries, lambda_package
from leastwise.pipeline.permissions import permissions_policy
from leastwise.policy import Answer, Arn, compare, parse_document
from leastwise.sandbox import Sandbox, SandboxOptions

Json = Any
RULE: Final = "leastwise-unused-services"
MADE_AT: Final = datetime.now(UTC) - timedelta(days=500)
TRUST: Final = json.dumps(
    {"Statement": {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}}
)
WORK: Final = json.dumps(
    {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": ["s3:*", "sqs:*"], "Resource": "*"}}
)
UNCHECKED: Final = frozenset({"logs:CreateLogStream", "logs:PutLogEvents", "sqs:SendMessage"})
"""What Lambda does itself with the function's role; the sandbox's does not."""
pytestmark = [NEEDS_LINUX, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def deployed() -> Iterator[Deployed]:
    """The rule in a small account, with a user and some roles, that no part holds whole."""
    assert HERE is not None
    package = lambda_package(InstalledLibraries(HERE)).content
    options = SandboxOptions(account_id=ACCOUNT, company=False, job_seconds=0, enforce_policies=True)
    with Sandbox(options) as sandbox:
        sandbox.estate.create_user("ann", created_at=MADE_AT, console_password=True)
        for number in range(5):
            sandbox.estate.create_role(f"work-{number}", trust_document=TRUST, created_at=MADE_AT)
            sandbox.estate.put_inline("role", f"work-{number}", "work", WORK)
            sandbox.ledger.record(
                f"arn:aws:iam::{ACCOUNT}:role/work-{number}",
                service="s3",
                action=None,
                at=datetime.now(UTC) - timedelta(days=2),
                region=REGION,
            )
        yield Deployed(sandbox, package, rules=["unused-services"], SecurityHub="true", CallsPerSecond="250")


@pytest.fixture(scope="module")
def asked(deployed: Deployed) -> Mapping[str, Json]:
    """The event with which Config asked the rule, after it was answered."""
    deployed.sandbox.config.ask(RULE, region=REGION)
    deployed.sandbox.functions.wait_until_idle(WAIT)
    (run,) = deployed.sandbox.functions.runs
    assert not run.failed, run.log
    event: dict[str, Json] = json.loads(run.event)
    return event


def identities(deployed: Deployed) -> set[str]:
    """The unique ids of all users and roles."""
    iam = deployed.client("iam")
    return {one["UserId"] for one in iam.list_users()["Users"]} | {one["RoleId"] for one in iam.list_roles()["Roles"]}


def oversized(event: Mapping[str, Json], identity: str) -> dict[str, Json]:
    """A change of a role, too large for its event, as Config tells of it."""
    summary = {
        "changeType": "UPDATE",
        "configurationItemVersion": "1.3",
        "configurationItemCaptureTime": "2030-01-01T00:00:00Z",
        "configurationStateId": 0,
        "awsAccountId": ACCOUNT,
        "configurationItemStatus": "OK",
        "resourceType": "AWS::IAM::Role",
        "resourceId": identity,
        "resourceName": "big",
        "ARN": f"arn:aws:iam::{ACCOUNT}:role/big",
        "awsRegion": "global",
    }
    invoking = {
        "configurationItemSummary": summary,
        "s3DeliverySummary": {"s3BucketLocation": None, "errorCode": None, "errorMessage": None},
        "notificationCreationTime": "2030-01-01T00:00:01Z",
        "messageType": "OversizedConfigurationItemChangeNotification",
        "recordVersion": "1.0",
    }
    return {**event, "invokingEvent": json.dumps(invoking)}


def answered(deployed: Deployed, event: Mapping[str, Json], *, looks: int = 1000) -> Answered:
    """What came of an event with the function's own rights; time is up after so many looks at the clock."""
    left = [1e6] * looks
    place = BucketPlace("leastwise-state", "state")
    invocation = Invocation(Arn(deployed.function_arn), ConnectionOptions(), place, part_size=3)
    with deployed.as_function():
        budget = Budget(lambda: left.pop() if left else 0.0)
        return asyncio.run(handle_event(event, invocation, budget=budget, clock=SystemClock()))


def test_out_of_time_the_function_invokes_itself_and_every_identity_has_its_result(
    deployed: Deployed, asked: Mapping[str, Json]
) -> None:
    before = len(deployed.sandbox.functions.runs)
    event = later(asked)
    assert answered(deployed, event, looks=2).goes_on is not None
    deployed.sandbox.functions.wait_until_idle(WAIT)
    [run] = deployed.sandbox.functions.runs[before:]
    assert not run.failed, run.log
    assert json.loads(run.event)["leastwise"]["part"] == 2
    times = {
        one.evaluation.compliance_resource_id: one.evaluation.ordering_timestamp
        for one in deployed.sandbox.config.evaluations(RULE, region=REGION)
    }
    assert set(times) == identities(deployed)
    assert len(set(times.values())) == 1, "all of that day"


def test_a_change_too_large_for_its_event_is_fetched_and_judged(deployed: Deployed, asked: Mapping[str, Json]) -> None:
    role = deployed.client("iam").get_role(RoleName="work-1")["Role"]
    result = answered(deployed, oversized(asked, role["RoleId"]))
    assert [one.resource_id for one in result.evaluations] == [role["RoleId"]]
    assert deployed.sandbox.tally.calls("config:GetResourceConfigHistory")


def test_the_role_of_the_template_has_what_the_command_prints(deployed: Deployed) -> None:
    printed = permissions_policy("config-rule", with_security_hub=True)
    assert actions_of(deployed.statements()) == actions_of(json.loads(printed)["Statement"])
    own = json.dumps({"Version": "2012-10-17", "Statement": deployed.statements()})
    found = compare(parse_document(own), parse_document(printed), load_catalog())
    assert found.answer is Answer.YES, "and on no other resources"


@pytest.mark.parametrize("action", sorted({*rights.FUNCTION, *rights.SECURITY_HUB} - UNCHECKED))
def test_without_any_one_of_its_rights_it_fails(deployed: Deployed, asked: Mapping[str, Json], action: str) -> None:
    whole = deployed.statements()
    role = deployed.client("iam").get_role(RoleName="work-1")["Role"]
    try:
        deployed.grant([one for statement in whole if (one := without(statement, action))])
        assert has_failed(deployed, later(asked)) or has_failed(deployed, oversized(asked, role["RoleId"]))
    finally:
        deployed.grant(whole)
        deployed.sandbox.functions.wait_until_idle(WAIT)


def without(statement: Mapping[str, Json], action: str) -> dict[str, Json] | None:
    """The statement without the action; None where nothing is left of it."""
    actions = [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]
    left = [one for one in actions if one != action]
    return {**statement, "Action": left} if left else None


def has_failed(deployed: Deployed, event: Mapping[str, Json]) -> bool:
    # In a bucket without it, whoever may not list is denied what is not there.
    deployed.client("s3").delete_object(Bucket="leastwise-state", Key=f"state/{ACCOUNT}/{RULE}.json")
    try:
        problems = answered(deployed, event, looks=2).problems
    except LeastwiseError as error:
        problems = (str(error),)
    assert all("not authorized" in one or "denied" in one.lower() for one in problems), problems
    return bool(problems)
