"""The template's resources, deployed into a sandbox, and the rule asked there as AWS Config asks it."""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from typing import Any, Final

import boto3
import pytest

from aws_environment import only_keys
from deploy.stack import ACCOUNT, REGION, Stack
from leastwise.compliance import PARAMETERS
from leastwise.deploy import ARCHITECTURES, TemplateOptions, render_cloudformation
from leastwise.pipeline.lambda_package import Target
from leastwise.sandbox import Sandbox

__all__ = ["ACCOUNT", "HERE", "NEEDS_LINUX", "REGION", "WAIT", "Deployed", "later"]

MADE_AT: Final = datetime(2024, 1, 1, tzinfo=UTC)
_BUCKET: Final = "leastwise-state"
_FUNCTION: Final = "leastwise-config-rule"
Json = Any
WAIT: Final = 100.0
"""Seconds that a busy machine may need for a few processes."""
HERE: Final = next(
    (one for name in ARCHITECTURES if (one := Target(name, f"python3.{sys.version_info.minor}")).is_here), None
)
"""The kind of machine that this is; None for one that Lambda has not."""
NEEDS_LINUX: Final = pytest.mark.skipif(HERE is None, reason="Lambda has no machine like this one")
_days: Final = count(1)


class Deployed:
    """The stack of the template in a sandbox whose account is that of the stack."""

    def __init__(self, sandbox: Sandbox, package: bytes, *, rules: Sequence[str], **parameters: str) -> None:
        options = TemplateOptions(rules=tuple(rules))
        self.sandbox = sandbox
        self.stack = Stack(render_cloudformation(options, PARAMETERS), parameters)
        self.role_arn = f"arn:aws:iam::{ACCOUNT}:role/leastwise-function"
        self.function_arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{_FUNCTION}"
        self._make_role()
        self.client("s3").create_bucket(Bucket=_BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        self._make_function(package)
        for properties in self.stack.of_type("AWS::Config::ConfigRule").values():
            self._make_rule(properties)

    def client(self, service: str) -> Any:  # noqa: ANN401 - boto3 makes its classes at run time
        """boto3's client of the sandbox, which may do everything."""
        key = self.sandbox.admin_credentials
        make: Any = boto3.client
        return make(
            service,
            region_name=REGION,
            endpoint_url=self.sandbox.endpoint_url,
            aws_access_key_id=key.access_key_id,
            aws_secret_access_key=key.secret_access_key,
        )

    def _known(self, node: Json) -> Json:
        """The node with what was deployed in the place of references to it."""
        names = {
            "StateBucket": _BUCKET,
            "StateBucket.Arn": f"arn:aws:s3:::{_BUCKET}",
            "Role.Arn": self.role_arn,
            "Function": _FUNCTION,
            "Function.Arn": self.function_arn,
            "DeadLetters.Arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:dead-letters",
            "LogGroup.Arn": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/lambda/{_FUNCTION}:*",
            "LogGroup": f"/aws/lambda/{_FUNCTION}",
        }
        text = json.dumps(node)
        for name, value in names.items():
            text = text.replace(f"<{name}>", value)
        return json.loads(text)

    def _make_role(self) -> None:
        (role,) = (one for name, one in self.stack.resources.items() if name == "Role")
        trust = json.dumps(role["AssumeRolePolicyDocument"])
        self.sandbox.estate.create_role("leastwise-function", trust_document=trust, created_at=MADE_AT)
        self.grant(self.statements())

    def statements(self) -> list[Json]:
        """What the template lets the function do."""
        found: list[Json] = self._known(self.stack.statements())
        return found

    def grant(self, statements: Sequence[Json]) -> None:
        """Let the function do these, and no more."""
        document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
        self.sandbox.estate.put_inline("role", "leastwise-function", "leastwise", document)

    def _make_function(self, package: bytes) -> None:
        ((_, properties),) = self.stack.of_type("AWS::Lambda::Function").items()
        known = self._known(properties)
        client = self.client("lambda")
        client.create_function(
            FunctionName=known["FunctionName"],
            Role=known["Role"],
            Handler=known["Handler"],
            Runtime=known["Runtime"],
            MemorySize=known["MemorySize"],
            Timeout=known["Timeout"],
            Environment=known["Environment"],
            Code={"ZipFile": package},
        )
        ((_, permission),) = self.stack.of_type("AWS::Lambda::Permission").items()
        client.add_permission(
            FunctionName=known["FunctionName"],
            StatementId="config",
            Action=permission["Action"],
            Principal=permission["Principal"],
            SourceAccount=permission["SourceAccount"],
        )

    def _make_rule(self, properties: Mapping[str, Json]) -> None:
        known = self._known(properties)
        self.client("config").put_config_rule(
            ConfigRule={
                "ConfigRuleName": known["ConfigRuleName"],
                "Source": known["Source"],
                "InputParameters": json.dumps(known["InputParameters"]),
            }
        )

    @contextmanager
    def as_function(self) -> Iterator[None]:
        """With the credentials of the function's role, in this process, and the sandbox for AWS."""
        session = self.sandbox.functions._session(self.role_arn, _FUNCTION, REGION)
        assert session is not None
        more = {
            "AWS_SESSION_TOKEN": session.token,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ENDPOINT_URL": self.sandbox.endpoint_url,
            "LEASTWISE_STATE_URI": f"s3://{_BUCKET}/state",
        }
        with only_keys(session.access_key_id, session.secret_access_key, **more):
            yield


def later(event: Mapping[str, Json]) -> dict[str, Json]:
    """The event of another day, with a token that Config still takes."""
    invoking = {**json.loads(event["invokingEvent"]), "notificationCreationTime": f"2030-01-{next(_days):02}T00:00:00Z"}
    return {**event, "invokingEvent": json.dumps(invoking)}
