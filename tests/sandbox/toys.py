"""Functions for a sandbox's Lambda, made where they are needed, and what they need around them."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from typing import Any, Final
from zipfile import ZipFile, ZipInfo

from botocore.validate import ParamValidator

from leastwise.sandbox import Sandbox

Connect = Callable[..., Any]
Client = Any
"""boto3 makes its classes at run time."""
Json = Any
"""Whatever a call takes."""
Refusal = Callable[[Callable[[], object]], tuple[int, str, str]]

MADE_AT: Final = datetime(2025, 1, 1, tzinfo=UTC)
WAIT: Final = 60.0
"""Seconds that a busy machine may need for a few processes."""
TRUST: Final = json.dumps(
    {"Statement": {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}}
)

ECHO: Final = """
def handler(event, context):
    return event
"""
EVALUATE: Final = """
import json
import boto3

def handler(event, context):
    invoking = json.loads(event["invokingEvent"])
    item = invoking.get("configurationItem") or invoking.get("configurationItemSummary") or {}
    evaluation = {
        "ComplianceResourceType": item.get("resourceType", "AWS::IAM::Role"),
        "ComplianceResourceId": item.get("resourceId", "AROAEXAMPLE"),
        "ComplianceType": json.loads(event.get("ruleParameters", "{}")).get("say", "NON_COMPLIANT"),
        "Annotation": "toy",
        "OrderingTimestamp": invoking["notificationCreationTime"],
    }
    boto3.client("config").put_evaluations(Evaluations=[evaluation], ResultToken=event["resultToken"])
"""
"""A rule's function: one evaluation of what it is told of."""


def zipped(code: str, *, name: str = "toy.py", mode: int = 0o644) -> bytes:
    """A package of one file."""
    content = BytesIO()
    with ZipFile(content, "w") as archive:
        entry = ZipInfo(name)
        entry.external_attr = mode << 16
        archive.writestr(entry, code)
    return content.getvalue()


def make_role(sandbox: Sandbox, *statements: dict[str, Any], name: str = "toy-role", trust: str = TRUST) -> str:
    """A role of Lambda with these rights."""
    arn = sandbox.estate.create_role(name, trust_document=trust, created_at=MADE_AT)
    if statements:
        document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **one} for one in statements]}
        sandbox.estate.put_inline("role", name, "rights", json.dumps(document))
    return arn


def make_function(client: Client, role: str, code: str = ECHO, *, name: str = "toy", **more: Json) -> str:
    """The ARN of a new function."""
    made = {"Runtime": "python3.11", "Handler": "toy.handler", "Timeout": 30, "Code": {"ZipFile": zipped(code)}, **more}
    return str(client.create_function(FunctionName=name, Role=role, **made)["FunctionArn"])


def let_config(client: Client, sandbox: Sandbox, *, name: str = "toy", **more: Json) -> None:
    """Let AWS Config invoke a function."""
    client.add_permission(
        FunctionName=name,
        StatementId="config",
        Action="lambda:InvokeFunction",
        Principal=more.pop("principal", "config.amazonaws.com"),
        SourceAccount=more.pop("account", sandbox.account_id),
        **more,
    )


def check_answer(client: Client, operation: str, answer: dict[str, Any]) -> None:
    """Hold an answer against botocore's model of it: unknown, missing and wrong members."""
    said = {name: value for name, value in answer.items() if name != "ResponseMetadata"}
    report = ParamValidator().validate(said, client.meta.service_model.operation_model(operation).output_shape)
    assert not report.has_errors(), report.generate_report()
