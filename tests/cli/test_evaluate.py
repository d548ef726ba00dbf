"""`leastwise config-rule evaluate`, as a user types it, on the sandbox."""

import io
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import boto3
import pytest

from leastwise.sandbox import Sandbox, SandboxOptions, Trouble
from ran import Run
from sandbox.toys import EVALUATE, MADE_AT, let_config, make_function, make_role
from shapes import validate

ACCOUNT: Final = "777777777777"
RULE: Final = {"rule": "unused-services", "callsPerSecond": "250"}
Serve = Callable[..., Sandbox]


@pytest.fixture
def serve(run: Run, monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """Makes a sandbox with these knobs the AWS of the commands that follow."""
    assert run is not None
    with ExitStack() as stack:

        def serve(**knobs: Any) -> Sandbox:  # noqa: ANN401 - those of SandboxOptions
            sandbox = stack.enter_context(Sandbox(SandboxOptions(job_seconds=0, account_id=ACCOUNT, **knobs)))
            key = sandbox.admin_credentials
            monkeypatch.setenv("AWS_ENDPOINT_URL", sandbox.endpoint_url)
            monkeypatch.setenv("AWS_ACCESS_KEY_ID", key.access_key_id)
            monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", key.secret_access_key)
            monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
            return sandbox

        yield serve


def event_file(path: Path, *, account: str = ACCOUNT, token: str = "TESTMODE", rule: object = None) -> str:  # noqa: S107 - AWS's word
    invoking = {"messageType": "ScheduledNotification", "notificationCreationTime": "2026-11-25T04:00:00Z"}
    event = {
        "invokingEvent": json.dumps(invoking),
        "ruleParameters": json.dumps(rule or RULE),
        "resultToken": token,
        "accountId": account,
        "configRuleName": "r",
    }
    path.write_text(json.dumps(event), encoding="utf-8")
    return str(path)


def test_every_evaluation_is_printed_with_its_reason(run: Run, serve: Serve, tmp_path: Path) -> None:
    sandbox = serve()
    ran = run("config-rule", "evaluate", event_file(tmp_path / "event.json"), "--quiet")
    assert (ran.code, ran.err) == (3, "")
    lines = ran.out.splitlines()
    place = lines.index(next(line for line in lines if "user/farid.rahimi" in line))
    assert lines[place].startswith("NON_COMPLIANT")
    assert lines[place + 1].startswith("  Never accessed: ")
    assert " NON_COMPLIANT, " in lines[-1]
    assert not sandbox.tally.calls("config:PutEvaluations")
    assert not sandbox.tally.calls("config:GetComplianceDetailsByConfigRule")


def test_as_json_it_is_valid_by_its_schema(run: Run, serve: Serve, tmp_path: Path) -> None:
    serve()
    ran = run("config-rule", "evaluate", event_file(tmp_path / "event.json"), "--quiet", "--format", "json")
    assert ran.code == 3
    validate(ran.out, "leastwise/evaluations/1")
    found = json.loads(ran.out)["evaluations"]
    assert len({one["ComplianceResourceId"] for one in found}) == len(found) > 50


def test_what_could_not_be_had_makes_it_incomplete(run: Run, serve: Serve, tmp_path: Path) -> None:
    serve(fail_jobs=("*role/service-role/platform-backup",))
    ran = run("config-rule", "evaluate", event_file(tmp_path / "event.json"), "--quiet")
    assert ran.code == 4
    assert "; 1 answers of AWS's could not be had" in ran.out
    assert "Unknown: report-failed" in ran.out


def rule_of(sandbox: Sandbox) -> str:
    """The result token of a rule that was asked once, in an account with a user."""
    sandbox.estate.create_user("ann", created_at=MADE_AT)
    client: Any = boto3.client  # the key and the endpoint are in the environment
    arn = make_function(client("lambda"), make_role(sandbox), EVALUATE)
    let_config(client("lambda"), sandbox)
    detail = {"EventSource": "aws.config", "MessageType": "ScheduledNotification"}
    source = {"Owner": "CUSTOM_LAMBDA", "SourceIdentifier": arn, "SourceDetails": [detail]}
    client("config").put_config_rule(ConfigRule={"ConfigRuleName": "r", "Source": source})
    token = sandbox.config.ask("r")
    sandbox.functions.wait_until_idle(60)
    return token


@pytest.mark.parametrize("code", [None, "ThrottlingException", "InternalFailure"])
def test_told_to_put_it_puts_however_often_aws_has_to_be_asked(
    run: Run, serve: Serve, tmp_path: Path, code: str | None
) -> None:
    troubles = [] if code is None else [Trouble(operation="config:PutEvaluations", number=2, code=code)]
    sandbox = serve(company=False, troubles=tuple(troubles))
    token = rule_of(sandbox)
    assert run("config-rule", "evaluate", event_file(tmp_path / "e.json", token=token), "--put", "--quiet").code == 0
    kinds = {one.evaluation.compliance_resource_id[:4] for one in sandbox.config.evaluations("r")}
    assert {"AIDA", "AROA"} <= kinds


def test_what_config_does_not_take_is_told(run: Run, serve: Serve, tmp_path: Path) -> None:
    sandbox = serve(company=False, fail_evaluations=("AIDA*",))
    token = rule_of(sandbox)
    ran = run("config-rule", "evaluate", event_file(tmp_path / "e.json", token=token), "--put", "--quiet")
    assert ran.code == 4
    assert "not taken" in ran.out
    kinds = {one.evaluation.compliance_resource_id[:4] for one in sandbox.config.evaluations("r")}
    assert "AIDA" not in kinds
    assert "AROA" in kinds


@pytest.mark.parametrize(
    ("parts", "complaint"),
    [
        ({"account": "123456789012"}, "the event is of 123456789012"),
        ({"rule": {"rule": "unused"}}, "rule must be unused-services"),
        ({"rule": {**RULE, "graceDay": "1"}}, "did you mean graceDays?"),
    ],
)
def test_what_cannot_be_answered_is_refused_in_a_line(
    run: Run, serve: Serve, tmp_path: Path, parts: dict[str, Any], complaint: str
) -> None:
    serve(company=False)
    ran = run("config-rule", "evaluate", event_file(tmp_path / "event.json", **parts), "--quiet")
    assert (ran.code, ran.out) == (2, "")
    assert complaint in ran.err


def test_an_event_comes_from_standard_input_too_and_must_be_one(
    run: Run, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve(company=False)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b'{"a": 1}')))
    ran = run("config-rule", "evaluate", "-")
    assert ran.code == 2
    assert "invokingEvent" in ran.err
