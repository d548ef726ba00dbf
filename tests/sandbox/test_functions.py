"""The sandbox's Lambda: code runs as its role in a process of its own, and fails as Lambda's does."""

import base64
import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from leastwise.errors import SandboxError
from leastwise.sandbox import Sandbox
from sandbox.toys import (
    ECHO,
    TRUST,
    WAIT,
    Client,
    Connect,
    Json,
    Refusal,
    check_answer,
    make_function,
    make_role,
    zipped,
)

WHO: Final = """
import boto3, os
def handler(event, context):
    print("hello from the log")
    return {
        "caller": boto3.client("sts").get_caller_identity()["Arn"],
        "name": context.function_name,
        "arn": context.invoked_function_arn,
        "id": context.aws_request_id,
        "left": context.get_remaining_time_in_millis(),
        "mine": os.environ["MINE"],
        "region": os.environ["AWS_REGION"],
        "function": os.environ["AWS_LAMBDA_FUNCTION_NAME"],
        "foreign": os.environ.get("FOREIGN"),
    }
"""


@pytest.fixture
def lambda_(sandbox: Sandbox, connect: Connect) -> Client:
    return connect(sandbox, "lambda")


@pytest.fixture
def role(sandbox: Sandbox) -> str:
    return make_role(sandbox)


def invoke(client: Client, event: object = None, *, name: str = "toy", **more: Json) -> dict[str, Any]:
    answer: dict[str, Any] = client.invoke(FunctionName=name, Payload=json.dumps(event), **more)
    return {**answer, "Payload": json.loads(answer["Payload"].read() or b"null")}


def test_code_runs_as_the_role_of_its_function_with_the_environment_of_lambda(
    sandbox: Sandbox, lambda_: Client, role: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOREIGN", "of this process")
    arn = make_function(lambda_, role, WHO, Environment={"Variables": {"MINE": "yes"}})
    answer = invoke(lambda_, LogType="Tail")
    said = answer["Payload"]
    assert said["caller"] == f"arn:aws:sts::{sandbox.account_id}:assumed-role/toy-role/toy"
    assert (said["name"], said["function"], said["arn"], said["mine"]) == ("toy", "toy", arn, "yes")
    assert (said["region"], said["foreign"]) == ("us-east-1", None)
    assert 20_000 < said["left"] <= 30_000
    assert (answer["StatusCode"], answer["ExecutedVersion"], "FunctionError" in answer) == (200, "$LATEST", False)
    log = base64.b64decode(answer["LogResult"]).decode()
    assert log.startswith(f"START RequestId: {said['id']}")
    assert "hello from the log" in log
    (run,) = sandbox.functions.runs
    assert (run.request_id, run.failed) == (said["id"], False)


def test_what_is_made_is_told_as_botocore_models_it(sandbox: Sandbox, lambda_: Client, role: str) -> None:
    made = lambda_.create_function(
        FunctionName="toy", Role=role, Runtime="python3.11", Handler="toy.handler", Code={"ZipFile": zipped(ECHO)}
    )
    check_answer(lambda_, "CreateFunction", made)
    got = lambda_.get_function(FunctionName=made["FunctionArn"])
    check_answer(lambda_, "GetFunction", got)
    assert (made["State"], got["Configuration"]["State"]) == ("Pending", "Active")
    assert (got["Configuration"]["Timeout"], got["Configuration"]["MemorySize"]) == (3, 128)
    said = lambda_.add_permission(
        FunctionName="toy",
        StatementId="s",
        Action="lambda:InvokeFunction",
        Principal="config.amazonaws.com",
        SourceAccount=sandbox.account_id,
    )
    statement = json.loads(said["Statement"])
    assert statement["Principal"] == {"Service": "config.amazonaws.com"}
    assert statement["Condition"] == {"StringEquals": {"AWS:SourceAccount": sandbox.account_id}}


FAILURES: Final[dict[str, tuple[str, dict[str, Any], str, str]]] = {
    "it raises": ("def handler(event, context):\n    raise KeyError('no')", {}, "KeyError", "'no'"),
    "it cannot be imported": ("import nothing_of_this_name", {}, "Runtime.ImportModuleError", "nothing_of_this_name"),
    "it has no handler": ("x = 1", {}, "Runtime.HandlerNotFound", "Handler 'handler' missing on module 'toy'"),
    "its handler has no module": (ECHO, {"Handler": "toy"}, "Runtime.MalformedHandlerName", "toy"),
    "it answers no JSON": (
        "def handler(event, context):\n    return {1, 2}",
        {},
        "Runtime.MarshalError",
        "Unable to marshal response",
    ),
    "it exits": ("import os\ndef handler(event, context):\n    os._exit(3)", {}, "Runtime.ExitError", "exit status 3"),
    "it takes too long": (
        "import time\ndef handler(event, context):\n    time.sleep(60)",
        {"Timeout": 1},
        "Sandbox.Timedout",
        "Task timed out after 1.00 seconds",
    ),
    "it may not be read": (
        ECHO,
        {"Code": {"ZipFile": zipped(ECHO, mode=0o600)}},
        "PermissionError",
        "[Errno 13] Permission denied: '/var/task/toy.py'",
    ),
}


@pytest.mark.parametrize("name", FAILURES)
def test_a_failure_is_answered_as_lambda_answers_it(lambda_: Client, role: str, name: str) -> None:
    code, more, kind, message = FAILURES[name]
    make_function(lambda_, role, code, **more)
    answer = invoke(lambda_)
    assert (answer["StatusCode"], answer["FunctionError"]) == (200, "Unhandled")
    assert answer["Payload"]["errorType"] == kind
    assert message in answer["Payload"]["errorMessage"]
    assert kind != "KeyError" or "toy.py" in answer["Payload"]["stackTrace"][0]


def test_time_to_load_the_code_does_not_count(lambda_: Client, role: str) -> None:
    make_function(lambda_, role, f"import time\ntime.sleep(2)\n{ECHO}", Timeout=1)
    assert invoke(lambda_, {"a": 1})["Payload"] == {"a": 1}


def test_what_a_handler_has_started_ends_with_it(sandbox: Sandbox, lambda_: Client, role: str) -> None:
    code = """
import subprocess, time
def handler(event, context):
    child = subprocess.Popen(["/bin/sleep", "600"])
    print("child", child.pid, flush=True)
    time.sleep(60)
"""
    make_function(lambda_, role, code, Timeout=1)
    assert invoke(lambda_)["Payload"]["errorType"] == "Sandbox.Timedout"
    pid = sandbox.functions.runs[0].log.split()[1]
    ends_at = time.monotonic() + 10
    while _is_running(pid) and time.monotonic() < ends_at:
        time.sleep(0.05)
    assert not _is_running(pid)


def _is_running(pid: str) -> bool:
    """Whether a process runs; one that nobody has waited for yet has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_an_event_that_fails_is_tried_twice_more_and_then_given_up(
    sandbox: Sandbox, lambda_: Client, role: str
) -> None:
    make_function(lambda_, role, "def handler(event, context):\n    raise ValueError(event['say'])")
    answer = lambda_.invoke(FunctionName="toy", InvocationType="Event", Payload=b'{"say": "no"}')
    assert answer["StatusCode"] == 202
    sandbox.functions.wait_until_idle(WAIT)
    runs = sandbox.functions.runs
    assert len(runs) == 3
    assert len({run.request_id for run in runs}) == 1
    (failure,) = sandbox.functions.failures
    assert json.loads(failure.result)["errorMessage"] == "no"
    assert json.loads(failure.event) == {"say": "no"}


def test_an_event_that_succeeds_is_tried_once(sandbox: Sandbox, lambda_: Client, role: str) -> None:
    make_function(lambda_, role)
    lambda_.invoke(FunctionName="toy", InvocationType="Event", Payload=b"{}")
    sandbox.functions.wait_until_idle(WAIT)
    assert (len(sandbox.functions.runs), sandbox.functions.failures) == (1, ())


def test_a_function_can_invoke_itself_and_waiting_includes_that(sandbox: Sandbox, lambda_: Client, role: str) -> None:
    code = """
import boto3, json
def handler(event, context):
    if event["left"]:
        boto3.client("lambda").invoke(
            FunctionName=context.function_name, InvocationType="Event", Payload=json.dumps({"left": event["left"] - 1})
        )
"""
    make_function(lambda_, role, code)
    lambda_.invoke(FunctionName="toy", InvocationType="Event", Payload=b'{"left": 2}')
    sandbox.functions.wait_until_idle(WAIT)
    assert [json.loads(run.event)["left"] for run in sandbox.functions.runs] == [2, 1, 0]


def test_waiting_ends_at_its_deadline_and_closing_ends_what_runs(
    start: Callable[..., Sandbox], connect: Connect
) -> None:
    sandbox = start()
    client = connect(sandbox, "lambda")
    make_function(
        client, make_role(sandbox), "import time\ndef handler(event, context):\n    time.sleep(600)", Timeout=900
    )
    client.invoke(FunctionName="toy", InvocationType="Event", Payload=b"{}")
    with pytest.raises(SandboxError, match=r"1 invocations have not ended after 0\.2 s"):
        sandbox.functions.wait_until_idle(0.2)
    closing = threading.Thread(target=sandbox.close)
    closing.start()
    closing.join(30)
    assert not closing.is_alive()


def test_code_can_be_kept_from_the_packages_of_this_python(start: Callable[..., Sandbox], connect: Connect) -> None:
    sandbox = start(functions_see_packages=False)
    client = connect(sandbox, "lambda")
    make_function(client, make_role(sandbox), WHO)
    assert invoke(client)["Payload"]["errorMessage"] == "Unable to import module 'toy': No module named 'boto3'"


def with_code(content: bytes) -> dict[str, Any]:
    return {"Code": {"ZipFile": content}}


REFUSED: Final[dict[str, tuple[dict[str, Any], str, str]]] = {
    "a timeout over 15 minutes": ({"Timeout": 901}, "ValidationException", "<= 900"),
    "too little memory": ({"MemorySize": 64}, "ValidationException", ">= 128"),
    "another language": ({"Runtime": "nodejs22.x"}, "ValidationException", "regex"),
    "a variable of Lambda's": (
        {"Environment": {"Variables": {"AWS_REGION": "x"}}},
        "InvalidParameterValueException",
        "Reserved keys used in this request: AWS_REGION",
    ),
    "variables over 4 KB": (
        {"Environment": {"Variables": {"MINE": "x" * 4096}}},
        "InvalidParameterValueException",
        "exceeded the 4KB limit",
    ),
    "what is no zip": (with_code(b"no zip"), "InvalidParameterValueException", "Could not unzip uploaded file"),
    "a role that is not there": (
        {"Role": "arn:aws:iam::200000000000:role/none"},
        "InvalidParameterValueException",
        "cannot be assumed by Lambda",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_function_is_refused_that_lambda_does_not_take(
    lambda_: Client, role: str, refusal: Refusal, name: str
) -> None:
    more, code, message = REFUSED[name]
    made = {"Role": role, "Runtime": "python3.11", "Handler": "toy.handler", **with_code(zipped(ECHO)), **more}
    status, said, text = refusal(lambda: lambda_.create_function(FunctionName="toy", **made))
    assert (status, said) == (400, code)
    assert message in text


def test_a_role_that_does_not_trust_lambda_is_refused(sandbox: Sandbox, lambda_: Client, refusal: Refusal) -> None:
    other = make_role(sandbox, trust=TRUST.replace("lambda", "ec2"))
    assert refusal(lambda: make_function(lambda_, other))[1] == "InvalidParameterValueException"


def test_a_name_is_taken_once_and_a_function_that_is_gone_is_not_found(
    lambda_: Client, role: str, refusal: Refusal
) -> None:
    arn = make_function(lambda_, role)
    assert refusal(lambda: make_function(lambda_, role))[:2] == (409, "ResourceConflictException")
    assert refusal(lambda: lambda_.invoke(FunctionName="toy:7"))[:2] == (404, "ResourceNotFoundException")
    other_region = arn.replace("us-east-1", "eu-west-1")
    assert refusal(lambda: lambda_.get_function(FunctionName=other_region))[:2] == (404, "ResourceNotFoundException")
    lambda_.delete_function(FunctionName=arn)
    assert refusal(lambda: lambda_.invoke(FunctionName="toy")) == (
        404,
        "ResourceNotFoundException",
        f"Function not found: {arn}",
    )


def test_an_event_is_refused_that_is_no_json_or_too_large(lambda_: Client, role: str, refusal: Refusal) -> None:
    make_function(lambda_, role)
    assert refusal(lambda: lambda_.invoke(FunctionName="toy", Payload=b"{"))[:2] == (
        400,
        "InvalidRequestContentException",
    )
    large = json.dumps("x" * 1_100_000).encode()
    too_large = refusal(lambda: lambda_.invoke(FunctionName="toy", InvocationType="Event", Payload=large))
    assert too_large[:2] == (413, "RequestTooLargeException")
    assert lambda_.invoke(FunctionName="toy", Payload=large)["StatusCode"] == 200
    assert lambda_.invoke(FunctionName="toy", InvocationType="DryRun")["StatusCode"] == 204


def test_a_statement_id_is_taken_once(lambda_: Client, role: str, refusal: Refusal) -> None:
    make_function(lambda_, role)

    def add() -> object:
        return lambda_.add_permission(
            FunctionName="toy", StatementId="s", Action="lambda:InvokeFunction", Principal="config.amazonaws.com"
        )

    add()
    assert refusal(add)[:2] == (409, "ResourceConflictException")
