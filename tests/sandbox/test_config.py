"""The sandbox's AWS Config: rules that ask a function, and results that are as strict as AWS's."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final

import pytest
from botocore.exceptions import ClientError

from leastwise.errors import SandboxError
from leastwise.sandbox import Sandbox, SteppingClock
from sandbox.conftest import NOON
from sandbox.toys import (
    ECHO,
    EVALUATE,
    TRUST,
    WAIT,
    Client,
    Connect,
    Json,
    Refusal,
    check_answer,
    let_config,
    make_function,
    make_role,
)

SCHEDULED: Final = {
    "EventSource": "aws.config",
    "MessageType": "ScheduledNotification",
    "MaximumExecutionFrequency": "One_Hour",
}
CHANGED: Final = {"EventSource": "aws.config", "MessageType": "ConfigurationItemChangeNotification"}
OVERSIZED: Final = {"EventSource": "aws.config", "MessageType": "OversizedConfigurationItemChangeNotification"}
SLOW: Final = "import time\ndef handler(event, context):\n    time.sleep(2)"


@pytest.fixture
def config(sandbox: Sandbox, connect: Connect) -> Client:
    return connect(sandbox, "config")


@pytest.fixture
def function(sandbox: Sandbox, connect: Connect) -> str:
    """The ARN of a function that does nothing, which Config may invoke."""
    return make_toy(sandbox, connect, ECHO)


def make_toy(sandbox: Sandbox, connect: Connect, code: str) -> str:
    client = connect(sandbox, "lambda")
    arn = make_function(client, make_role(sandbox), code)
    let_config(client, sandbox)
    return arn


def rule(function: str, *details: dict[str, str], name: str = "r", **more: Json) -> dict[str, Any]:
    source = {"Owner": "CUSTOM_LAMBDA", "SourceIdentifier": function, "SourceDetails": list(details or (SCHEDULED,))}
    return {"ConfigRuleName": name, "Source": source, **more}


def evaluation(
    identifier: str = "AROA1", kind: str = "COMPLIANT", *, at: datetime = NOON, **more: Json
) -> dict[str, Any]:
    return {
        "ComplianceResourceType": "AWS::IAM::Role",
        "ComplianceResourceId": identifier,
        "ComplianceType": kind,
        "OrderingTimestamp": at,
        **more,
    }


@pytest.fixture
def token(sandbox: Sandbox, config: Client, function: str) -> str:
    """The result token of a rule `r`."""
    config.put_config_rule(ConfigRule=rule(function))
    return sandbox.config.ask("r")


def kept(sandbox: Sandbox) -> dict[str, str]:
    return {
        one.evaluation.compliance_resource_id: one.evaluation.compliance_type for one in sandbox.config.evaluations("r")
    }


def events(sandbox: Sandbox) -> list[dict[str, Any]]:
    sandbox.functions.wait_until_idle(WAIT)
    return [json.loads(run.event) for run in sandbox.functions.runs]


def test_a_rule_is_told_with_what_aws_adds(sandbox: Sandbox, config: Client, function: str) -> None:
    parameters = '{"a":"1"}'
    config.put_config_rule(ConfigRule=rule(function, SCHEDULED, CHANGED, InputParameters=parameters, Description="d"))
    answer = config.describe_config_rules(ConfigRuleNames=["r"])
    check_answer(config, "DescribeConfigRules", answer)
    (told,) = answer["ConfigRules"]
    assert told["ConfigRuleArn"].startswith(f"arn:aws:config:us-east-1:{sandbox.account_id}:config-rule/config-rule-")
    assert told["ConfigRuleArn"].endswith(told["ConfigRuleId"])
    assert (told["ConfigRuleState"], told["InputParameters"], told["Description"]) == ("ACTIVE", parameters, "d")
    assert told["Source"]["SourceDetails"] == [SCHEDULED, CHANGED]
    config.put_config_rule(ConfigRule=rule(function, ConfigRuleId=told["ConfigRuleId"]))
    (again,) = config.describe_config_rules()["ConfigRules"]
    assert again["ConfigRuleArn"] == told["ConfigRuleArn"]
    assert "Description" not in again


REFUSED: Final[dict[str, tuple[dict[str, Any], str]]] = {
    "a frequency for changes": (
        {"Source": {"SourceDetails": [{**CHANGED, "MaximumExecutionFrequency": "One_Hour"}]}},
        "InvalidParameterValueException",
    ),
    "no trigger": ({"Source": {"SourceDetails": []}}, "InvalidParameterValueException"),
    "an unknown trigger": ({"Source": {"SourceDetails": [{**CHANGED, "MessageType": "x"}]}}, "ValidationException"),
    "parameters that are no JSON": ({"InputParameters": "{"}, "InvalidParameterValueException"),
    "parameters that are no strings": ({"InputParameters": '{"a":1}'}, "InvalidParameterValueException"),
    "parameters over 1024": ({"InputParameters": json.dumps({"a": "x" * 1024})}, "ValidationException"),
    "a name over 128": ({"ConfigRuleName": "r" * 129}, "ValidationException"),
    "a new rule by ARN": ({"ConfigRuleArn": "arn:x"}, "InvalidParameterValueException"),
    "an id for two types": (
        {"Scope": {"ComplianceResourceTypes": ["a", "b"], "ComplianceResourceId": "x"}},
        "InvalidParameterValueException",
    ),
    "a tag's value alone": ({"Scope": {"TagValue": "x"}}, "InvalidParameterValueException"),
    "a function that is not there": (
        {"Source": {"SourceIdentifier": "arn:aws:lambda:us-east-1:200000000000:function:none"}},
        "InsufficientPermissionsException",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_rule_is_refused_that_aws_does_not_take(config: Client, function: str, refusal: Refusal, name: str) -> None:
    more, code = REFUSED[name]
    good = rule(function)
    bad = {**good, **more, "Source": {**good["Source"], **more.get("Source", {})}}
    assert refusal(lambda: config.put_config_rule(ConfigRule=bad))[:2] == (400, code)
    config.put_config_rule(ConfigRule=good)


PERMISSIONS: Final[dict[str, tuple[dict[str, str] | None, bool]]] = {
    "none": (None, False),
    "of another service": ({"principal": "events.amazonaws.com"}, False),
    "of another account": ({"account": "999999999999"}, False),
    "for other rules": ({"SourceArn": "arn:aws:config:us-east-1:999999999999:config-rule/*"}, False),
    "for every rule": ({"SourceArn": "arn:aws:config:us-east-1:*:config-rule/*"}, True),
}


@pytest.mark.parametrize("name", PERMISSIONS)
def test_config_invokes_only_a_function_that_lets_it(
    sandbox: Sandbox, connect: Connect, config: Client, refusal: Refusal, name: str
) -> None:
    permission, lets = PERMISSIONS[name]
    client = connect(sandbox, "lambda")
    arn = make_function(client, make_role(sandbox))
    if permission is not None:
        let_config(client, sandbox, **permission)
    if lets:
        config.put_config_rule(ConfigRule=rule(arn))
    else:
        refused = refusal(lambda: config.put_config_rule(ConfigRule=rule(arn)))
        assert refused[:2] == (400, "InsufficientPermissionsException")


def test_a_function_that_is_gone_is_not_asked_and_the_rule_says_so(
    sandbox: Sandbox, connect: Connect, config: Client, token: str
) -> None:
    del token
    sandbox.functions.wait_until_idle(WAIT)
    client = connect(sandbox, "lambda")
    client.delete_function(FunctionName="toy")
    config.start_config_rules_evaluation(ConfigRuleNames=["r"])
    make_function(client, make_role(sandbox, name="again"))
    config.start_config_rules_evaluation(ConfigRuleNames=["r"])
    assert len(events(sandbox)) == 1, "a new function of that name does not let Config in"
    answer = config.describe_config_rule_evaluation_status()
    check_answer(config, "DescribeConfigRuleEvaluationStatus", answer)
    (status,) = answer["ConfigRulesEvaluationStatus"]
    assert (status["LastErrorCode"], status["LastFailedInvocationTime"]) == ("AccessDenied", NOON)


def test_a_function_that_fails_is_told_in_the_status(sandbox: Sandbox, connect: Connect, config: Client) -> None:
    arn = make_toy(sandbox, connect, "def handler(event, context):\n    raise ValueError('no')")
    config.put_config_rule(ConfigRule=rule(arn))
    config.start_config_rules_evaluation(ConfigRuleNames=["r"])
    sandbox.functions.wait_until_idle(WAIT)
    (status,) = config.describe_config_rule_evaluation_status()["ConfigRulesEvaluationStatus"]
    assert '"errorMessage":"no"' in status["LastErrorMessage"]
    assert len(sandbox.functions.failures) == 1


def test_the_event_of_a_periodic_rule_is_that_of_aws(sandbox: Sandbox, config: Client, function: str) -> None:
    config.put_config_rule(ConfigRule=rule(function, InputParameters='{"a":"1"}'))
    assert config.start_config_rules_evaluation(ConfigRuleNames=["r"])["ResponseMetadata"]["HTTPStatusCode"] == 200
    (event,) = events(sandbox)
    (told,) = config.describe_config_rules()["ConfigRules"]
    assert json.loads(event.pop("invokingEvent")) == {
        "awsAccountId": sandbox.account_id,
        "notificationCreationTime": "2026-11-24T12:00:00.000Z",
        "messageType": "ScheduledNotification",
        "recordVersion": "1.0",
    }
    assert len(event.pop("resultToken")) > 100
    assert event.pop("executionRoleArn").startswith(f"arn:aws:iam::{sandbox.account_id}:role/aws-service-role/config")
    assert event == {
        "version": "1.0",
        "ruleParameters": '{"a":"1"}',
        "eventLeftScope": False,
        "configRuleArn": told["ConfigRuleArn"],
        "configRuleName": "r",
        "configRuleId": told["ConfigRuleId"],
        "accountId": sandbox.account_id,
    }


def test_a_rule_of_changes_is_told_of_each_resource_in_its_scope(
    sandbox: Sandbox, config: Client, function: str
) -> None:
    role = sandbox.estate.create_role("it", trust_document=TRUST, created_at=NOON, tags={"stage": "test"})
    scope = {"ComplianceResourceTypes": ["AWS::IAM::Role"]}
    config.put_config_rule(ConfigRule=rule(function, CHANGED, OVERSIZED, Scope=scope))
    config.start_config_rules_evaluation(ConfigRuleNames=["r"])
    told = [json.loads(event["invokingEvent"]) for event in events(sandbox)]
    assert {one["messageType"] for one in told} == {"ConfigurationItemChangeNotification"}
    items = {one["configurationItem"]["resourceName"]: one["configurationItem"] for one in told}
    assert set(items) == {"it", "toy-role"}
    assert (items["it"]["ARN"], items["it"]["resourceType"]) == (role, "AWS::IAM::Role")
    assert items["it"]["resourceId"] == items["it"]["configuration"]["roleId"]
    assert items["it"]["tags"] == {"stage": "test"}
    assert items["it"]["configurationItemCaptureTime"] == "2026-11-24T12:00:00.000Z"


def test_a_deleted_resource_has_no_configuration_and_an_oversized_one_no_item(
    sandbox: Sandbox, config: Client, connect: Connect, token: str
) -> None:
    del config, token
    sandbox.estate.create_user("ann", created_at=NOON)
    identifier = next(item.resource_id for item in sandbox.config.look_around() if item.resource_name == "ann")
    sandbox.config.tell_of_change("r", identifier, oversized=True)
    connect(sandbox).delete_user(UserName="ann")
    sandbox.config.tell_of_change("r", identifier, kind="DELETE", left_scope=True)
    told = {
        one["messageType"]: (event, one) for event in events(sandbox) if (one := json.loads(event["invokingEvent"]))
    }
    summary = told["OversizedConfigurationItemChangeNotification"][1]["configurationItemSummary"]
    assert (summary["resourceId"], summary["changeType"]) == (identifier, "UPDATE")
    event, deleted = told["ConfigurationItemChangeNotification"]
    assert event["eventLeftScope"]
    assert deleted["configurationItem"]["configuration"] is None
    assert deleted["configurationItem"]["configurationItemStatus"] == "ResourceDeleted"
    with pytest.raises(SandboxError, match="no user, role, group or policy"):
        sandbox.config.tell_of_change("r", "AIDANOBODY")


def test_an_evaluation_is_started_once_at_a_time(
    start: Callable[..., Sandbox], connect: Connect, refusal: Refusal, clock: SteppingClock
) -> None:
    sandbox = start(evaluation_pause_seconds=60)
    config = connect(sandbox, "config")
    config.put_config_rule(ConfigRule=rule(make_toy(sandbox, connect, SLOW)))

    def begin() -> object:
        return config.start_config_rules_evaluation(ConfigRuleNames=["r"])

    begin()
    assert config.describe_config_rules()["ConfigRules"][0]["ConfigRuleState"] == "EVALUATING"
    clock.advance(timedelta(seconds=61))
    assert refusal(begin)[:2] == (400, "LimitExceededException")
    sandbox.functions.wait_until_idle(WAIT)
    assert config.describe_config_rules()["ConfigRules"][0]["ConfigRuleState"] == "ACTIVE"
    begin()
    sandbox.functions.wait_until_idle(WAIT)
    assert refusal(begin)[:2] == (400, "LimitExceededException")
    clock.advance(timedelta(seconds=61))
    begin()


def test_at_most_25_rules_are_named_and_each_must_be_there(config: Client, token: str, refusal: Refusal) -> None:
    del token
    begin = config.start_config_rules_evaluation
    assert refusal(lambda: begin(ConfigRuleNames=["r"] * 26))[:2] == (400, "ValidationException")
    assert refusal(lambda: begin(ConfigRuleNames=["none"]))[:2] == (400, "NoSuchConfigRuleException")


def test_at_most_100_evaluations_are_put_at_once(
    sandbox: Sandbox, config: Client, token: str, refusal: Refusal
) -> None:
    many = [evaluation(f"AROA{number:03}") for number in range(101)]
    refused = refusal(lambda: config.put_evaluations(Evaluations=many, ResultToken=token))
    assert refused[:2] == (400, "ValidationException")
    assert kept(sandbox) == {}
    answer = config.put_evaluations(Evaluations=many[:100], ResultToken=token)
    check_answer(config, "PutEvaluations", answer)
    assert answer["FailedEvaluations"] == []
    assert len(kept(sandbox)) == 100


BAD: Final[dict[str, tuple[dict[str, Any], str]]] = {
    "no annotation": ({"Annotation": ""}, "ValidationException"),
    "an annotation over 256": ({"Annotation": "x" * 257}, "ValidationException"),
    "insufficient data": ({"ComplianceType": "INSUFFICIENT_DATA"}, "InvalidParameterValueException"),
    "another word": ({"ComplianceType": "FINE"}, "ValidationException"),
    "no id": ({"ComplianceResourceId": ""}, "ValidationException"),
    "no time": ({"OrderingTimestamp": None}, "ValidationException"),
}


@pytest.mark.parametrize("name", BAD)
def test_one_bad_evaluation_keeps_all_of_its_call_out(
    sandbox: Sandbox, config: Client, token: str, refusal: Refusal, name: str
) -> None:
    more, code = BAD[name]
    bad = {key: value for key, value in {**evaluation("AROA2"), **more}.items() if value is not None}
    put = [evaluation("AROA1", Annotation="x" * 256), bad]
    assert refusal(lambda: config.put_evaluations(Evaluations=put, ResultToken=token))[:2] == (400, code)
    assert kept(sandbox) == {}
    config.put_evaluations(Evaluations=put[:1], ResultToken=token)
    assert kept(sandbox) == {"AROA1": "COMPLIANT"}


def test_a_result_token_is_one_that_was_given(sandbox: Sandbox, config: Client, token: str, refusal: Refusal) -> None:
    def put(token: str) -> object:
        return config.put_evaluations(Evaluations=[evaluation()], ResultToken=token)

    assert refusal(lambda: put(f"{token}0"))[:2] == (400, "InvalidResultTokenException")
    assert refusal(lambda: config.put_evaluations(Evaluations=[evaluation()]))[:2] == (400, "ValidationException")
    config.delete_config_rule(ConfigRuleName="r")
    assert refusal(lambda: put(token))[:2] == (400, "NoSuchConfigRuleException")
    with pytest.raises(SandboxError, match="no Config rule r"):
        sandbox.config.evaluations("r")


def test_a_test_run_stores_nothing_and_needs_no_token_of_config(sandbox: Sandbox, config: Client, token: str) -> None:
    for said in ("TESTMODE", token):
        answer = config.put_evaluations(Evaluations=[evaluation()], ResultToken=said, TestMode=True)
        assert answer["FailedEvaluations"] == []
    assert kept(sandbox) == {}


@pytest.mark.parametrize(("minutes", "stays"), [(-1, True), (0, False), (1, False)])
def test_the_evaluation_of_the_later_event_stays(
    sandbox: Sandbox,
    config: Client,
    token: str,
    minutes: int,
    stays: bool,  # noqa: FBT001 - a case
) -> None:
    config.put_evaluations(Evaluations=[evaluation()], ResultToken=token)
    second = evaluation(kind="NON_COMPLIANT", at=NOON + timedelta(minutes=minutes))
    assert config.put_evaluations(Evaluations=[second], ResultToken=token)["FailedEvaluations"] == []
    assert kept(sandbox) == {"AROA1": "COMPLIANT" if stays else "NON_COMPLIANT"}


@pytest.mark.parametrize(("times", "calls"), [(1, 2), (None, None)])
def test_single_evaluations_can_be_made_to_fail(
    start: Callable[..., Sandbox], connect: Connect, times: int | None, calls: int | None
) -> None:
    sandbox = start(fail_evaluations=("AROA1",), fail_times=times)
    config = connect(sandbox, "config")
    config.put_config_rule(ConfigRule=rule(make_toy(sandbox, connect, ECHO)))
    token = sandbox.config.ask("r")
    put = [evaluation("AROA1"), evaluation("AROA2")]
    answer = config.put_evaluations(Evaluations=put, ResultToken=token)
    check_answer(config, "PutEvaluations", answer)
    assert [one["ComplianceResourceId"] for one in answer["FailedEvaluations"]] == ["AROA1"]
    assert set(kept(sandbox)) == {"AROA2"}
    again = config.put_evaluations(Evaluations=put, ResultToken=token)["FailedEvaluations"]
    assert (len(again) == 0) == (calls == 2)


@pytest.fixture
def filled(config: Client, token: str) -> Client:
    """Config with 120 results of the rule `r`: 60 bad, 30 good, 30 not applicable."""
    kinds = ["NON_COMPLIANT", "COMPLIANT", "NON_COMPLIANT", "NOT_APPLICABLE"] * 30
    put = [evaluation(f"AROA{number:03}", kind) for number, kind in enumerate(kinds)]
    for part in (put[:60], put[60:]):
        config.put_evaluations(Evaluations=part, ResultToken=token)
    return config


def pages(client: Client, **asked: Json) -> list[list[str]]:
    """The resource ids of each page."""
    found: list[list[str]] = []
    more: dict[str, str] = {}
    while True:
        answer = client.get_compliance_details_by_config_rule(ConfigRuleName="r", **asked, **more)
        check_answer(client, "GetComplianceDetailsByConfigRule", answer)
        qualifiers = [
            one["EvaluationResultIdentifier"]["EvaluationResultQualifier"] for one in answer["EvaluationResults"]
        ]
        found.append([one["ResourceId"] for one in qualifiers])
        if "NextToken" not in answer:
            return found
        more = {"NextToken": answer["NextToken"]}


def test_results_come_in_pages_of_ten_or_as_many_as_asked_for(filled: Client) -> None:
    assert [len(page) for page in pages(filled)] == [10] * 12
    assert [len(page) for page in pages(filled, Limit=0)] == [10] * 12
    assert [len(page) for page in pages(filled, Limit=100)] == [100, 20]
    together = [identifier for page in pages(filled, Limit=7) for identifier in page]
    assert together == [f"AROA{number:03}" for number in range(120)]


@pytest.mark.parametrize(
    ("kinds", "number"), [(["NON_COMPLIANT"], 60), (["COMPLIANT", "NOT_APPLICABLE"], 60), (["COMPLIANT"], 30)]
)
def test_results_can_be_asked_for_by_type(filled: Client, kinds: list[str], number: int) -> None:
    assert sum(len(page) for page in pages(filled, ComplianceTypes=kinds, Limit=40)) == number


def test_a_request_for_results_is_refused_that_aws_does_not_take(filled: Client, refusal: Refusal) -> None:
    ask = filled.get_compliance_details_by_config_rule
    token = ask(ConfigRuleName="r")["NextToken"]
    cases: list[tuple[dict[str, Any], str]] = [
        ({"Limit": 101}, "ValidationException"),
        ({"ComplianceTypes": ["INSUFFICIENT_DATA"]}, "InvalidParameterValueException"),
        ({"NextToken": "nonsense"}, "InvalidNextTokenException"),
        ({"NextToken": token, "ComplianceTypes": ["COMPLIANT"]}, "InvalidNextTokenException"),
        ({"ConfigRuleName": "none"}, "NoSuchConfigRuleException"),
    ]
    for asked, code in cases:
        assert refusal(partial(ask, **{"ConfigRuleName": "r", **asked}))[1] == code, asked


def test_a_rule_is_as_bad_as_its_worst_result(filled: Client, function: str) -> None:
    filled.put_config_rule(ConfigRule=rule(function, name="empty"))
    answer = filled.describe_compliance_by_config_rule()
    check_answer(filled, "DescribeComplianceByConfigRule", answer)
    said = {one["ConfigRuleName"]: one["Compliance"] for one in answer["ComplianceByConfigRules"]}
    assert said == {
        "empty": {"ComplianceType": "INSUFFICIENT_DATA"},
        "r": {
            "ComplianceType": "NON_COMPLIANT",
            "ComplianceContributorCount": {"CappedCount": 25, "CapExceeded": True},
        },
    }
    some = filled.describe_compliance_by_config_rule(ComplianceTypes=["INSUFFICIENT_DATA"])
    assert [one["ConfigRuleName"] for one in some["ComplianceByConfigRules"]] == ["empty"]


@pytest.mark.parametrize(
    ("kinds", "said"),
    [(["NOT_APPLICABLE"], "INSUFFICIENT_DATA"), (["NOT_APPLICABLE", "COMPLIANT"], "COMPLIANT")],
)
def test_what_is_not_applicable_does_not_count(config: Client, token: str, kinds: list[str], said: str) -> None:
    put = [evaluation(f"AROA{number}", kind) for number, kind in enumerate(kinds)]
    config.put_evaluations(Evaluations=put, ResultToken=token)
    (answer,) = config.describe_compliance_by_config_rule()["ComplianceByConfigRules"]
    assert answer["Compliance"] == {"ComplianceType": said}


def test_the_results_of_one_resource_are_told_by_all_rules(filled: Client) -> None:
    answer = filled.get_compliance_details_by_resource(ResourceType="AWS::IAM::Role", ResourceId="AROA000")
    check_answer(filled, "GetComplianceDetailsByResource", answer)
    (result,) = answer["EvaluationResults"]
    assert (result["ComplianceType"], result["ResultRecordedTime"]) == ("NON_COMPLIANT", NOON)
    assert result["EvaluationResultIdentifier"]["OrderingTimestamp"] == NOON
    other = filled.get_compliance_details_by_resource(ResourceType="AWS::IAM::User", ResourceId="AROA000")
    assert other["EvaluationResults"] == []


def test_a_deleted_rule_is_gone_with_its_results(filled: Client, function: str, refusal: Refusal) -> None:
    filled.delete_config_rule(ConfigRuleName="r")
    assert filled.describe_config_rules()["ConfigRules"] == []
    gone = refusal(lambda: filled.describe_config_rules(ConfigRuleNames=["r"]))
    assert gone[1] == "NoSuchConfigRuleException"
    assert refusal(lambda: filled.delete_config_rule(ConfigRuleName="r"))[1] == "NoSuchConfigRuleException"
    filled.put_config_rule(ConfigRule=rule(function))
    assert pages(filled) == [[]]


def test_rules_belong_to_their_region(sandbox: Sandbox, token: str, session: Client) -> None:
    del token
    key = sandbox.admin_credentials
    elsewhere = session.client(
        "config",
        region_name="eu-west-1",
        endpoint_url=sandbox.endpoint_url,
        aws_access_key_id=key.access_key_id,
        aws_secret_access_key=key.secret_access_key,
    )
    assert elsewhere.describe_config_rules()["ConfigRules"] == []
    elsewhere.close()


DOCUMENT: Final = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}'


@pytest.mark.parametrize(
    ("kind", "members"),
    [
        ("AWS::IAM::User", {"userName", "userId", "userPolicyList", "groupList", "attachedManagedPolicies", "tags"}),
        ("AWS::IAM::Role", {"roleName", "roleId", "assumeRolePolicyDocument", "rolePolicyList", "instanceProfileList"}),
        ("AWS::IAM::Group", {"groupName", "groupId", "groupPolicyList", "attachedManagedPolicies"}),
        ("AWS::IAM::Policy", {"policyName", "policyId", "policyVersionList", "defaultVersionId", "attachmentCount"}),
    ],
)
def test_the_history_has_each_resource_by_its_unique_id(
    sandbox: Sandbox, config: Client, refusal: Refusal, kind: str, members: set[str]
) -> None:
    estate = sandbox.estate
    estate.create_user("one", created_at=NOON, tags={"team": "x"})
    estate.create_role("one", trust_document=TRUST, created_at=NOON)
    estate.create_group("one", created_at=NOON)
    estate.create_policy("one", document=DOCUMENT, created_at=NOON)
    for each in ("user", "role", "group"):
        estate.put_inline(each, "one", "inline", DOCUMENT)
    (found,) = [one for one in sandbox.config.look_around() if (one.resource_type, one.resource_name) == (kind, "one")]
    answer = config.get_resource_config_history(resourceType=kind, resourceId=found.resource_id)
    check_answer(config, "GetResourceConfigHistory", answer)
    (item,) = answer["configurationItems"]
    assert (item["resourceId"], item["resourceName"], item["awsRegion"]) == (found.resource_id, "one", "global")
    configuration = json.loads(item["configuration"])
    assert members <= set(configuration)
    assert configuration["createDate"] == "2026-11-24T12:00:00.000Z"
    missing = refusal(lambda: config.get_resource_config_history(resourceType=kind, resourceId="AROANOBODY"))
    assert missing[:2] == (400, "ResourceNotDiscoveredException")


def test_a_toy_rule_goes_the_whole_way(sandbox: Sandbox, connect: Connect, config: Client) -> None:
    function = make_toy(sandbox, connect, EVALUATE)
    config.put_config_rule(ConfigRule=rule(function, InputParameters='{"say":"COMPLIANT"}'))
    config.start_config_rules_evaluation(ConfigRuleNames=["r"])
    sandbox.functions.wait_until_idle(WAIT)
    assert sandbox.functions.failures == ()
    assert kept(sandbox) == {"AROAEXAMPLE": "COMPLIANT"}
    (result,) = sandbox.config.evaluations("r")
    assert (result.ordered_at, result.evaluation.annotation) == (datetime(2026, 11, 24, 12, tzinfo=UTC), "toy")


def test_calls_over_the_rate_are_throttled(start: Callable[..., Sandbox], connect: Connect, refusal: Refusal) -> None:
    config = connect(start(config_calls_per_second=2), "config")
    config.describe_config_rules()
    config.describe_config_rules()
    assert refusal(config.describe_config_rules) == (400, "ThrottlingException", "Rate exceeded")


def test_the_recorder_is_still_answered_by_moto(config: Client) -> None:
    with pytest.raises(ClientError, match="NoSuchConfigurationRecorder"):
        config.describe_configuration_recorders(ConfigurationRecorderNames=["none"])
