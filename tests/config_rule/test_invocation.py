"""Which account an event is answered for, and with whose credentials."""

import asyncio
import json
from typing import Final

import pytest
from msgspec.structs import replace

from aws_environment import only_keys
from config_rule.stage import ACCOUNT, REGION
from leastwise.aws import ConnectionOptions, SystemClock
from leastwise.aws.config_rules import connect_config
from leastwise.aws.connect import connect
from leastwise.compliance import RuleName, RuleParameters, RuleParametersError, parse_event
from leastwise.config_rule import handler
from leastwise.errors import UsageError
from leastwise.pipeline.config_rule.invocation import account_options
from leastwise.policy import AccountId, Arn
from leastwise.sandbox import Sandbox, SandboxOptions
from sandbox.toys import MADE_AT

OTHER: Final = AccountId("222222222222")
EVENT: Final = parse_event(
    {
        "invokingEvent": json.dumps(
            {"messageType": "ScheduledNotification", "notificationCreationTime": "2026-11-25T04:00:00Z"}
        ),
        "ruleParameters": '{"rule": "unused-services"}',
        "resultToken": "token",
        "accountId": OTHER,
        "executionRoleArn": "arn:aws-us-gov:iam::222222222222:role/config",
    }
)
PARAMETERS: Final = RuleParameters(RuleName.UNUSED_SERVICES, role_name="leastwise-config-rule")
CONNECTION: Final = ConnectionOptions()


def test_another_account_is_reached_through_its_role() -> None:
    options = account_options(EVENT, PARAMETERS, CONNECTION, own=ACCOUNT)
    assert options.role_arn == f"arn:aws-us-gov:iam::{OTHER}:role/leastwise-config-rule"


def test_its_own_account_is_reached_with_its_own_credentials() -> None:
    assert account_options(EVENT, PARAMETERS, CONNECTION, own=OTHER) == CONNECTION


def test_another_account_without_a_role_is_refused() -> None:
    with pytest.raises(
        UsageError, match=f"the event is of account {OTHER}, and the function is in {ACCOUNT}"
    ) as caught:
        account_options(EVENT, replace(PARAMETERS, role_name=None), CONNECTION, own=ACCOUNT)
    assert "roleName" in caught.value.hint


def test_a_role_is_assumed_and_calls_in_place_of_who_assumed_it() -> None:
    with Sandbox(SandboxOptions(account_id=ACCOUNT, company=False)) as sandbox:
        trust = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "sts:AssumeRole"}
        role = sandbox.estate.create_role(
            "reader", trust_document=json.dumps({"Version": "2012-10-17", "Statement": trust}), created_at=MADE_AT
        )
        key = sandbox.admin_credentials
        options = ConnectionOptions(region=REGION, endpoint_url=sandbox.endpoint_url, role_arn=role)

        async def work() -> str:
            async with connect(options, clock=SystemClock()) as door:
                return (await door.caller_identity()).arn

        with only_keys(key.access_key_id, key.secret_access_key):
            assert asyncio.run(work()) == f"arn:aws:sts::{ACCOUNT}:assumed-role/reader/leastwise"


def test_an_item_that_config_does_not_have_is_none() -> None:
    with Sandbox(SandboxOptions(account_id=ACCOUNT, company=False)) as sandbox:
        key = sandbox.admin_credentials
        options = ConnectionOptions(region=REGION, endpoint_url=sandbox.endpoint_url)

        async def work() -> object:
            async with connect_config(options, clock=SystemClock()) as door:
                return await door.newest_item("AWS::IAM::Role", "AROANOBODY")

        with only_keys(key.access_key_id, key.secret_access_key):
            assert asyncio.run(work()) is None


class Context:
    """A context of Lambda's."""

    invoked_function_arn: Final = Arn(f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f")

    def get_remaining_time_in_millis(self) -> int:
        return 900_000


def test_what_is_wrong_with_the_parameters_is_in_the_log_with_what_to_do(caplog: pytest.LogCaptureFixture) -> None:
    event = {
        "invokingEvent": json.dumps(
            {"messageType": "ScheduledNotification", "notificationCreationTime": "2026-11-25T04:00:00Z"}
        ),
        "ruleParameters": '{"rule": "unused"}',
        "resultToken": "token",
        "accountId": ACCOUNT,
    }
    with pytest.raises(RuleParametersError, match="unused-services, stale-services"):
        handler(event, Context())
    assert "Correct the parameters of the Config rule." in caplog.text


def test_a_place_for_the_state_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEASTWISE_STATE_URI", "kept/state")
    with pytest.raises(UsageError, match="LEASTWISE_STATE_URI is kept/state"):
        handler({}, Context())
