"""Lambda's operations on its functions, of which the sandbox has what a rule of AWS Config needs.

There are no versions, layers and code from S3. The requests, answers and errors are those of botocore's model of lambda
2015-03-31, protocol REST-JSON.
"""

import re
from base64 import b64encode
from collections.abc import Callable
from typing import Annotated, Any, Final
from urllib.parse import unquote

import msgspec
from msgspec import Meta, Struct

from leastwise.sandbox.exchange import Answered, Asked, read_request
from leastwise.sandbox.functions.functions import NO_ROLE, Functions
from leastwise.sandbox.functions.packages import Package
from leastwise.sandbox.functions.permissions import Permission
from leastwise.sandbox.functions.runs import Function, Run
from leastwise.sandbox.house import House
from leastwise.sandbox.refusals import Refusal

__all__ = ["LambdaService"]

_MOST_EVENT: Final = {"RequestResponse": 6 * 1024 * 1024, "Event": 1024 * 1024}
"""Bytes of an event (AWS Lambda quotas)."""
_MOST_ENVIRONMENT: Final = 4096
_TAIL: Final = 4096
_RESERVED: Final = frozenset(
    [
        "_HANDLER",
        "_X_AMZN_TRACE_ID",
        "AWS_DEFAULT_REGION",
        "AWS_REGION",
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_ACCESS_KEY",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_LAMBDA_RUNTIME_API",
        "LAMBDA_TASK_ROOT",
        "LAMBDA_RUNTIME_DIR",
    ]
)
"""Variables that Lambda sets itself (AWS Lambda Developer Guide, "Environment variables")."""
_NAME: Final = re.compile(
    r"(?:(?:arn:aws:lambda:(?P<region>[a-z0-9-]+):)?(?:(?P<account>\d{12}):)?function:)?(?P<name>[\w-]+)(?::(?P<version>.+))?",
    re.ASCII,
)


class _Code(Struct, frozen=True, rename="pascal"):
    zip_file: bytes | None = None


class _Environment(Struct, frozen=True, rename="pascal"):
    variables: dict[Annotated[str, Meta(pattern=r"^[a-zA-Z][a-zA-Z0-9_]+$")], str] = {}


class _Create(Struct, frozen=True, rename="pascal"):
    function_name: Annotated[str, Meta(pattern=r"^[a-zA-Z0-9-_]{1,64}$")]
    role: Annotated[str, Meta(pattern=r"^arn:aws:iam::\d{12}:role/[a-zA-Z_0-9+=,.@\-_/]+$")]
    code: _Code
    handler: Annotated[str, Meta(pattern=r"^\S{1,128}$")]
    runtime: Annotated[str, Meta(pattern=r"^python3\.\d+$")]
    timeout: Annotated[int, Meta(ge=1, le=900)] = 3
    memory_size: Annotated[int, Meta(ge=128, le=10240)] = 128
    environment: _Environment = _Environment()
    description: Annotated[str, Meta(max_length=256)] = ""


class LambdaService:
    """Answers the calls of Lambda."""

    def __init__(self, house: House, functions: Functions) -> None:
        self._house, self._functions = house, functions
        self._operations: dict[str, Callable[[Asked], Answered]] = {
            "AddPermission": self._add_permission,
            "CreateFunction": self._create,
            "DeleteFunction": self._delete,
            "GetFunction": self._get,
            "GetFunctionConfiguration": self._get_configuration,
            "Invoke": self._invoke,
        }

    @property
    def operations(self) -> frozenset[str]:
        """The operations that it answers."""
        return frozenset(self._operations)

    def answer(self, asked: Asked) -> Answered:
        """The answer to one call.

        Raises:
            Refusal: as Lambda refuses it.
        """
        return self._operations[asked.operation](asked)

    def resources(self, asked: Asked) -> tuple[str, ...]:
        """The ARN of the function that a call names."""
        name = _path_name(asked)
        if not name:
            body: Any = read_request(asked.request.body, dict[str, Any])
            name = str(body.get("FunctionName", ""))
        found = _NAME.fullmatch(name)
        return (self._arn(found["name"], asked.region),) if found else ()

    def _arn(self, name: str, region: str) -> str:
        return f"arn:aws:lambda:{region}:{self._house.account.id}:function:{name}"

    def _found(self, asked: Asked) -> Function:
        named = _NAME.fullmatch(_path_name(asked))
        arn = self._arn(named["name"] if named else _path_name(asked), asked.region)
        function = self._functions.find(arn)
        here = named is not None and {named["region"], named["account"]} <= {None, asked.region, self._house.account.id}
        if function is None or not here or (named and named["version"] not in {None, "$LATEST"}):
            raise Refusal(404, "ResourceNotFoundException", f"Function not found: {arn}", members={"Type": "User"})
        return function

    def _create(self, asked: Asked) -> Answered:
        request = read_request(asked.request.body, _Create)
        _check_environment(request.environment.variables)
        if request.code.zip_file is None:
            raise Refusal(501, "NotImplemented", "The sandbox takes code as Code.ZipFile only")
        if not self._functions.can_run_as(request.role, name=request.function_name, region=asked.region):
            raise Refusal(400, "InvalidParameterValueException", NO_ROLE)
        package = Package(request.code.zip_file)
        function = self._made(request, asked.region, package)
        if not self._functions.add(function):
            package.close()
            raise Refusal(409, "ResourceConflictException", f"Function already exist: {request.function_name}")
        return Answered(msgspec.json.encode({**_shown(function), "State": "Pending"}), 201)

    def _made(self, request: _Create, region: str, package: Package) -> Function:
        return Function(
            name=request.function_name,
            arn=self._arn(request.function_name, region),
            region=region,
            role_arn=request.role,
            handler=request.handler,
            runtime=request.runtime,
            timeout_seconds=request.timeout,
            memory_mb=request.memory_size,
            environment=request.environment.variables,
            description=request.description,
            changed_at=self._house.now.strftime("%Y-%m-%dT%H:%M:%S.000+0000"),
            package=package,
        )

    def _get(self, asked: Asked) -> Answered:
        return Answered(msgspec.json.encode({"Configuration": _shown(self._found(asked)), "Code": {}}))

    def _get_configuration(self, asked: Asked) -> Answered:
        return Answered(msgspec.json.encode(_shown(self._found(asked))))

    def _delete(self, asked: Asked) -> Answered:
        self._functions.remove(self._found(asked))
        return Answered(b"", 204)

    def _add_permission(self, asked: Asked) -> Answered:
        function = self._found(asked)
        statement = self._functions.permit(function, read_request(asked.request.body, Permission))
        return Answered(msgspec.json.encode({"Statement": statement}), 201)

    def _invoke(self, asked: Asked) -> Answered:
        function, event = self._found(asked), asked.request.body or b"{}"
        kind = asked.request.headers.get("x-amz-invocation-type", "RequestResponse")
        _check_event(event, kind)
        if kind == "DryRun":
            return Answered(b"", 204)
        if kind == "Event":
            self._functions.invoke_later(function, event)
            return Answered(b"", 202)
        run = self._functions.invoke(function, event)
        headers = {"X-Amz-Executed-Version": "$LATEST", **({"X-Amz-Function-Error": "Unhandled"} if run.failed else {})}
        if asked.request.headers.get("x-amz-log-type") == "Tail":
            headers["X-Amz-Log-Result"] = b64encode(_logged(run).encode()[-_TAIL:]).decode()
        return Answered(run.result, headers=headers)


def _path_name(asked: Asked) -> str:
    """The function that a path names, or nothing."""
    parts = asked.request.path.split("/")
    return unquote(parts[3]) if len(parts) > 3 else ""  # noqa: PLR2004 - /2015-03-31/functions/NAME


def _check_environment(variables: dict[str, str]) -> None:
    said = "Lambda was unable to configure your environment variables because the environment variables you have "
    reserved = sorted(_RESERVED & set(variables))
    if reserved:
        keys = f"Reserved keys used in this request: {', '.join(reserved)}"
        message = f"{said}provided contains reserved keys that are currently not supported for modification. {keys}"
        raise Refusal(400, "InvalidParameterValueException", message)
    if len(msgspec.json.encode(variables)) > _MOST_ENVIRONMENT:
        message = f"{said}provided exceeded the 4KB limit."
        raise Refusal(400, "InvalidParameterValueException", message)


def _check_event(event: bytes, kind: str) -> None:
    most = _MOST_EVENT.get(kind, _MOST_EVENT["Event"])
    if kind not in {*_MOST_EVENT, "DryRun"}:
        raise Refusal(400, "InvalidParameterValueException", f"There is no invocation type {kind}")
    if len(event) > most:
        message = f"{len(event)} byte payload is too large for the {kind} invocation type (limit {most} bytes)"
        raise Refusal(413, "RequestTooLargeException", message)
    try:
        msgspec.json.decode(event)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        message = f"Could not parse request body into json: {error}"
        raise Refusal(400, "InvalidRequestContentException", message) from error


def _shown(function: Function) -> dict[str, Any]:
    return {
        "FunctionName": function.name,
        "FunctionArn": function.arn,
        "Runtime": function.runtime,
        "Role": function.role_arn,
        "Handler": function.handler,
        "CodeSize": function.package.size,
        "CodeSha256": function.package.digest,
        "Description": function.description,
        "Timeout": function.timeout_seconds,
        "MemorySize": function.memory_mb,
        "LastModified": function.changed_at,
        "Version": "$LATEST",
        "Environment": {"Variables": dict(function.environment)},
        "PackageType": "Zip",
        "Architectures": ["x86_64"],
        "State": "Active",
        "LastUpdateStatus": "Successful",
    }


def _logged(run: Run) -> str:
    text = run.log if run.log.endswith("\n") or not run.log else f"{run.log}\n"
    head, tail = f"START RequestId: {run.request_id} Version: $LATEST\n", f"END RequestId: {run.request_id}\n"
    return f"{head}{text}{tail}REPORT RequestId: {run.request_id}\tDuration: {run.seconds * 1000:.2f} ms\n"
