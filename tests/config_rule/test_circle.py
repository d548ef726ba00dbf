"""The whole circle: template and package deployed, Config asks, the rule answers, and its answers are read back."""

import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from typing import Any, Final

import pytest

from config_rule.stage import ACCOUNT, HERE, NEEDS_LINUX, REGION, WAIT, Deployed, later
from leastwise.config_rule import handler
from leastwise.pipeline.lambda_package import InstalledLibraries, lambda_package
from leastwise.sandbox import Sandbox, SandboxOptions

Json = Any
RULE: Final = "leastwise-unused-services"
AWS: Final = shutil.which("aws")
pytestmark = [NEEDS_LINUX, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def package() -> bytes:
    assert HERE is not None
    return lambda_package(InstalledLibraries(HERE)).content


@pytest.fixture(scope="module")
def deployed(package: bytes) -> Iterator[Deployed]:
    """The rule in the sample company, whose callers may do what their policies say; the code sees its package alone."""
    options = SandboxOptions(account_id=ACCOUNT, job_seconds=0, enforce_policies=True, functions_see_packages=False)
    with Sandbox(options) as sandbox:
        yield Deployed(sandbox, package, rules=["unused-services"], SecurityHub="true", CallsPerSecond="250")


@pytest.fixture(scope="module")
def asked(deployed: Deployed) -> Mapping[str, Json]:
    """The event with which Config asked the rule, after it was answered."""
    deployed.client("config").start_config_rules_evaluation(ConfigRuleNames=[RULE])
    deployed.sandbox.functions.wait_until_idle(WAIT)
    assert not deployed.sandbox.functions.failures, deployed.sandbox.functions.failures[0].log
    events = [json.loads(run.event) for run in deployed.sandbox.functions.runs]
    return next(event for event in events if "ScheduledNotification" in event["invokingEvent"])


def results(deployed: Deployed, rule: str = RULE) -> dict[str, tuple[str, str]]:
    """What Config has, read back page by page: the word and the annotation, by unique id."""
    client, found, token = deployed.client("config"), dict[str, tuple[str, str]](), dict[str, str]()
    while True:
        page = client.get_compliance_details_by_config_rule(ConfigRuleName=rule, Limit=10, **token)
        for one in page["EvaluationResults"]:
            identity = one["EvaluationResultIdentifier"]["EvaluationResultQualifier"]["ResourceId"]
            assert identity not in found
            found[identity] = one["ComplianceType"], one.get("Annotation", "")
        if "NextToken" not in page:
            return found
        token = {"NextToken": page["NextToken"]}


def identities(deployed: Deployed) -> set[str]:
    """The unique ids of all users, roles and groups."""
    iam = deployed.client("iam")
    found = set()
    for operation, key, name in (
        ("list_users", "Users", "UserId"),
        ("list_roles", "Roles", "RoleId"),
        ("list_groups", "Groups", "GroupId"),
    ):
        for page in iam.get_paginator(operation).paginate():
            found |= {one[name] for one in page[key]}
    return found


def test_every_identity_has_one_result_and_the_unused_ones_are_red(
    deployed: Deployed, asked: Mapping[str, Json]
) -> None:
    assert asked["configRuleName"] == RULE
    found = results(deployed)
    assert set(found) == identities(deployed)
    words = {word for word, _ in found.values()}
    assert words == {"COMPLIANT", "NON_COMPLIANT", "NOT_APPLICABLE"}
    assert all(note.startswith("Never accessed: ") for word, note in found.values() if word == "NON_COMPLIANT")


@pytest.mark.skipif(AWS is None, reason="the aws command line is not installed")
def test_the_aws_command_line_shows_the_red_ones(deployed: Deployed, asked: Mapping[str, Json]) -> None:
    assert asked
    assert AWS is not None
    query = "EvaluationResults[].[EvaluationResultIdentifier.EvaluationResultQualifier.ResourceId, Annotation]"
    command = [AWS, "configservice", "get-compliance-details-by-config-rule", "--config-rule-name", RULE]
    more = ["--compliance-types", "NON_COMPLIANT", "--query", query, "--output", "json"]
    key = deployed.sandbox.admin_credentials
    environment = {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "AWS_ENDPOINT_URL": deployed.sandbox.endpoint_url,
        "AWS_ACCESS_KEY_ID": key.access_key_id,
        "AWS_SECRET_ACCESS_KEY": key.secret_access_key,
        "AWS_DEFAULT_REGION": REGION,
    }
    ran = subprocess.run([*command, *more], check=True, capture_output=True, text=True, env=environment)  # noqa: S603 - AWS's own
    red = {identity: note for identity, (word, note) in results(deployed).items() if word == "NON_COMPLIANT"}
    assert dict(json.loads(ran.stdout)) == red


def test_a_test_stores_nothing_and_can_be_tried_again(deployed: Deployed, asked: Mapping[str, Json]) -> None:
    before = results(deployed)
    event = {**later(asked), "resultToken": "TESTMODE"}
    with deployed.as_function():
        first = handler(event, Context(deployed.function_arn))
        assert handler(event, Context(deployed.function_arn)) == first
    assert first["evaluations"]
    assert results(deployed) == before


def test_security_hub_has_the_findings_in_detail(deployed: Deployed, asked: Mapping[str, Json]) -> None:
    assert json.loads(asked["ruleParameters"])["securityHub"] == "true"
    found = deployed.client("securityhub").get_findings(
        Filters={"GeneratorId": [{"Value": "leastwise/unused-service", "Comparison": "EQUALS"}]}, MaxResults=100
    )["Findings"]
    about = {one["Resources"][0]["Id"] for one in found if one["RecordState"] == "ACTIVE"}
    red = {identity for identity, (word, _) in results(deployed).items() if word == "NON_COMPLIANT"}
    roles = {one["RoleId"]: one["Arn"] for one in deployed.client("iam").list_roles()["Roles"]}
    assert {arn for identity, arn in roles.items() if identity in red} <= about


class Context:
    """A context of Lambda's with time enough."""

    def __init__(self, arn: str) -> None:
        self.invoked_function_arn = arn

    def get_remaining_time_in_millis(self) -> int:
        return 900_000


def test_the_handler_tells_what_it_did_in_its_answer(deployed: Deployed, asked: Mapping[str, Json]) -> None:
    with deployed.as_function():
        said = handler(later(asked), Context(deployed.function_arn))
    counts = said["evaluations"]
    assert isinstance(counts, dict)
    assert sum(counts.values()) == len(identities(deployed))
    assert (said["refused"], said["gaps"], said["problems"], said["goesOn"]) == (0, 0, (), False)


def test_an_event_that_was_answered_is_not_answered_again(deployed: Deployed, asked: Mapping[str, Json]) -> None:
    event = later(asked)
    with deployed.as_function():
        assert handler(event, Context(deployed.function_arn))["evaluations"]
        assert handler(event, Context(deployed.function_arn))["evaluations"] == {}
