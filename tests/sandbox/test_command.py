"""`leastwise sandbox` as a process of its own, and the AWS command line against it."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from leastwise.sandbox import Sandbox
from sandbox.toys import make_role, zipped

AWS = shutil.which("aws")
MADE_AT = datetime(2025, 1, 1, tzinfo=UTC)
ALLOW = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}'
REPORT = """
import boto3, json

def handler(event, context):
    account, moment = event["accountId"], json.loads(event["invokingEvent"])["notificationCreationTime"]
    evaluation = {
        "ComplianceResourceType": "AWS::IAM::User",
        "ComplianceResourceId": "AIDAEXAMPLE",
        "ComplianceType": "NON_COMPLIANT",
        "OrderingTimestamp": moment,
    }
    boto3.client("config").put_evaluations(Evaluations=[evaluation], ResultToken=event["resultToken"])
    finding = {
        "SchemaVersion": "2018-10-08",
        "Id": "toy",
        "ProductArn": f"arn:aws:securityhub:us-east-1:{account}:product/{account}/default",
        "GeneratorId": event["configRuleName"],
        "AwsAccountId": account,
        "CreatedAt": moment,
        "UpdatedAt": moment,
        "Types": ["Software and Configuration Checks"],
        "Severity": {"Label": "LOW"},
        "Title": "toy",
        "Description": "toy",
        "Resources": [{"Type": "AwsIamUser", "Id": "AIDAEXAMPLE"}],
    }
    boto3.client("securityhub").batch_import_findings(Findings=[finding])
"""
RULE = {
    "ConfigRuleName": "toy",
    "InputParameters": '{"a":"1"}',
    "Source": {
        "Owner": "CUSTOM_LAMBDA",
        "SourceDetails": [
            {
                "EventSource": "aws.config",
                "MessageType": "ScheduledNotification",
                "MaximumExecutionFrequency": "One_Hour",
            }
        ],
    },
}


@pytest.fixture
def serve() -> Iterator[Callable[..., "subprocess.Popen[str]"]]:
    children = []

    def serve(*arguments: str) -> "subprocess.Popen[str]":
        command = [sys.executable, "-m", "leastwise.sandbox", "--no-company", *arguments]
        pipe = subprocess.PIPE
        children.append(subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True))  # noqa: S603 - our own module
        return children[-1]

    yield serve
    for child in children:
        child.kill()
        child.communicate()


def test_json_is_one_line_that_says_where_and_with_which_key(serve: Callable[..., "subprocess.Popen[str]"]) -> None:
    child = serve("--json", "--port", "0")
    assert child.stdout is not None
    said = json.loads(child.stdout.readline())
    assert set(said) == {"endpoint_url", "access_key_id", "secret_access_key", "region", "account"}
    assert said["endpoint_url"].startswith("http://127.0.0.1:")
    assert (said["account"], said["region"]) == ("111111111111", "us-east-1")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_cleanly(serve: Callable[..., "subprocess.Popen[str]"], number: signal.Signals) -> None:
    child = serve("--port", "0")
    assert child.stdout is not None
    exports = [child.stdout.readline() for _ in range(5)]
    child.send_signal(number)
    rest, errors = child.communicate(timeout=20)
    assert [line.split("=")[0] for line in exports[:4]] == [
        "export AWS_ENDPOINT_URL",
        "export AWS_ACCESS_KEY_ID",
        "export AWS_SECRET_ACCESS_KEY",
        "export AWS_DEFAULT_REGION",
    ]
    assert (child.returncode, rest) == (0, "")
    assert "aws iam list-users" in errors
    assert "Traceback" not in errors


def test_it_ends_when_its_parent_closes_standard_input(serve: Callable[..., "subprocess.Popen[str]"]) -> None:
    child = serve("--json", "--port", "0", "--until-stdin-closes")
    assert child.stdout is not None
    child.stdout.readline()
    _, errors = child.communicate(timeout=20)
    assert (child.returncode, errors) == (0, "")


def test_a_taken_port_is_one_line_and_exit_code_1(
    sandbox: Sandbox, serve: Callable[..., "subprocess.Popen[str]"]
) -> None:
    port = sandbox.endpoint_url.rpartition(":")[2]
    output, errors = (child := serve("--port", port)).communicate(timeout=20)
    assert (child.returncode, output, errors.count("\n")) == (1, "", 1)
    assert f"port {port} of 127.0.0.1 cannot be had" in errors


def test_without_moto_one_line_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "moto.py").write_text("raise ModuleNotFoundError(\"No module named 'moto'\", name='moto')\n")
    command = [sys.executable, "-m", "leastwise.sandbox", "--port", "0"]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=30)  # noqa: S603 - our own module
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert "pip install 'leastwise[sandbox]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_importing_the_room_loads_neither_moto_nor_botocore_nor_click() -> None:
    code = "import sys, leastwise.sandbox; print({'moto', 'botocore', 'click'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603 - our own module
    assert done.stdout.strip() == "set()"


@pytest.mark.skipif(AWS is None, reason="the aws command line is not installed")
class TestAwsCommandLine:
    @pytest.fixture
    def aws(self, sandbox: Sandbox, tmp_path: Path) -> Callable[..., str]:
        """Runs `aws` with the key of a user who may use S3."""
        estate = sandbox.estate
        estate.create_user("ann", created_at=MADE_AT)
        estate.put_inline("user", "ann", "work", ALLOW)
        key = estate.create_access_key("ann", created_at=MADE_AT)
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "AWS_ENDPOINT_URL": sandbox.endpoint_url,
            "AWS_ACCESS_KEY_ID": key.access_key_id,
            "AWS_SECRET_ACCESS_KEY": key.secret_access_key,
            "AWS_DEFAULT_REGION": "us-east-1",
        }

        def aws(*arguments: str) -> str:
            command = [str(AWS), *arguments]
            done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)  # noqa: S603 - as a user would
            assert done.returncode == 0, done.stderr
            return done.stdout

        return aws

    def test_what_it_does_shows_up_in_the_users_report(
        self, start: Callable[..., Sandbox], sandbox: Sandbox, aws: Callable[..., str]
    ) -> None:
        del start
        aws("s3", "ls")
        arn = f"arn:aws:iam::{sandbox.account_id}:user/ann"
        assert list(sandbox.ledger.actions(arn)) == [("s3", "listallmybuckets")]
        answer = json.loads(
            aws("iam", "generate-service-last-accessed-details", "--arn", arn, "--granularity", "ACTION_LEVEL")
        )
        pending = json.loads(aws("iam", "get-service-last-accessed-details", "--job-id", answer["JobId"]))
        assert pending["JobStatus"] == "IN_PROGRESS"

    def test_a_rule_of_config_can_be_made_and_asked_with_it(
        self, sandbox: Sandbox, aws: Callable[..., str], tmp_path: Path
    ) -> None:
        role = make_role(sandbox)
        (tmp_path / "toy.zip").write_bytes(zipped(REPORT))
        made = ["--function-name", "toy", "--runtime", "python3.11", "--handler", "toy.handler", "--role", role]
        code = f"fileb://{tmp_path}/toy.zip"
        function = json.loads(aws("lambda", "create-function", *made, "--zip-file", code, "--timeout", "60"))
        permission = ["--statement-id", "config", "--action", "lambda:InvokeFunction"]
        principal = ["--principal", "config.amazonaws.com", "--source-account", sandbox.account_id]
        aws("lambda", "add-permission", "--function-name", "toy", *permission, *principal)
        rule = {**RULE, "Source": {**RULE["Source"], "SourceIdentifier": function["FunctionArn"]}}  # type: ignore[dict-item]  # JSON
        aws("configservice", "put-config-rule", "--config-rule", json.dumps(rule))
        aws("configservice", "start-config-rules-evaluation", "--config-rule-names", "toy")
        sandbox.functions.wait_until_idle(60)
        assert [run.result for run in sandbox.functions.failures] == []
        details = aws("configservice", "get-compliance-details-by-config-rule", "--config-rule-name", "toy")
        (result,) = json.loads(details)["EvaluationResults"]
        qualifier = result["EvaluationResultIdentifier"]["EvaluationResultQualifier"]
        assert (qualifier["ResourceId"], result["ComplianceType"]) == ("AIDAEXAMPLE", "NON_COMPLIANT")
        (finding,) = json.loads(aws("securityhub", "get-findings"))["Findings"]
        assert (finding["Id"], finding["GeneratorId"]) == ("toy", "toy")
