"""The one module that starts moto: its backends, its WSGI applications, its routers; imported late."""

import json
from collections.abc import Iterable
from datetime import datetime
from functools import cache

import msgspec
from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.request import Request
from moto.core.routing import get_service_router
from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.models import AWSManagedPolicy, IAMBackend, iam_backends
from moto.moto_server.werkzeug_app import BackendRequest, DomainDispatcherApplication, create_backend_app
from moto.sts.models import STSBackend, sts_backends
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from leastwise.sandbox.house import House
from leastwise.sandbox.iam_responses import bound_to
from leastwise.sandbox.refusals import Refusal
from leastwise.sandbox.traffic import Environ, StartResponse, WsgiApplication

__all__ = ["find_operation", "fresh_backend", "iam_application", "other_applications", "sts_backend", "wipe"]


_MODELS = {"access-analyzer": "accessanalyzer"}
"""What botocore calls the model of a service whose calls are signed under another name, where we need it."""


class _ManagedPolicy(msgspec.Struct, rename="pascal"):
    default_version_id: str
    path: str
    document: msgspec.Raw
    create_date: datetime
    update_date: datetime


def fresh_backend(account_id: str) -> IAMBackend:
    """An account with nothing in it but AWS's own managed policies."""
    wipe(account_id)
    backend = iam_backends[account_id]["aws"]
    for name, data in _managed_policies().items():
        policy = AWSManagedPolicy(  # type: ignore[abstract]  # moto makes them so itself
            name,
            account_id=account_id,
            region="us-east-1",
            default_version_id=data.default_version_id,
            path=data.path,
            document=_text(name),
            create_date=data.create_date,
            update_date=data.update_date,
        )
        backend.managed_policies[policy.arn] = policy
        backend.aws_managed_policies.append(policy)
    return backend


@cache
def _managed_policies() -> dict[str, _ManagedPolicy]:
    return msgspec.json.decode(aws_managed_policies_data, type=dict[str, _ManagedPolicy])


@cache
def _text(name: str) -> str:
    return json.dumps(json.loads(bytes(_managed_policies()[name].document)), separators=(",", ":"))


def sts_backend(account_id: str) -> STSBackend:
    """The STS that moto has for an account."""
    return sts_backends[account_id]["aws"]


def wipe(account_id: str) -> None:
    """Forget all that moto knows of an account, in every service."""
    every: list[BackendDict[BaseBackend]] = BackendDict._instances  # type: ignore[misc]  # noqa: SLF001 - moto has no public way
    for backends in list(every):
        if account_id in backends:
            if backends.service_name == "s3":
                backends[account_id].reset()  # closes the files that hold objects
            del backends[account_id]


def iam_application(house: House) -> WsgiApplication:
    """IAM as moto has it, made strict, as a WSGI application."""
    response_class = bound_to(house)

    def serve(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        request = BackendRequest(environ)
        try:
            status, headers, body = response_class.dispatch(request, request.raw_url, request.headers)
        except NotImplementedError as error:
            message = f"Could not find operation {request.form.get('Action')} for version 2010-05-08"
            raise Refusal(400, "InvalidAction", message) from error
        return Response(body, status=status, headers=headers)(environ, start_response)

    return serve


def other_applications() -> WsgiApplication:
    """Every service that moto serves, as a WSGI application that looks at the signature to find the right one."""
    dispatcher: WsgiApplication = DomainDispatcherApplication(create_backend_app)

    def serve(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        try:
            return dispatcher(environ, start_response)
        except NotImplementedError as error:
            raise Refusal(501, "NotImplemented", f"The sandbox does not have this operation: {error}") from error
        except ModuleNotFoundError as error:
            message = f"The sandbox needs {error.name} for this service: pip install 'moto[server]'"
            raise Refusal(501, "NotImplemented", message) from error

    return serve


def find_operation(service: str, environ: Environ) -> str | None:
    """The operation of a REST call, by method and path, or None where moto's router does not know."""
    model = _MODELS.get(service, service)
    if model not in _services():
        return None
    router = get_service_router(model)
    try:
        operation, _ = router.match(Request(dict(environ)))
    except (NotFound, NotImplementedError):
        return None
    return str(operation.name)


@cache
def _services() -> frozenset[str]:
    from botocore.session import get_session  # noqa: PLC0415 - it costs 50 ms and only REST calls need it

    return frozenset(get_session().get_available_services())
