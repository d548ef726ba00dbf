"""The way of a call through the sandbox: trouble, who calls, what is recorded, who answers."""

from collections.abc import Callable, Iterable, Mapping
from io import BytesIO
from typing import Any, Final
from urllib.parse import parse_qsl
from uuid import uuid4

import msgspec

from leastwise.sandbox.access_analyzer import AccessAnalyzer
from leastwise.sandbox.assuming import check_assume_role
from leastwise.sandbox.callers import Callers, unknown_key
from leastwise.sandbox.enforcing import check_rights
from leastwise.sandbox.event_history import CallSeen, EventHistory
from leastwise.sandbox.exchange import Asked, OwnService
from leastwise.sandbox.faults import DroppedConnectionError, Faults
from leastwise.sandbox.house import Caller, House
from leastwise.sandbox.list_operations import LIST_OPERATIONS
from leastwise.sandbox.operations import Checked, checked_action
from leastwise.sandbox.parameters import check_parameters
from leastwise.sandbox.refusals import Refusal, error_body, in_words_of
from leastwise.sandbox.rendering import answer
from leastwise.sandbox.report_operations import REPORT_OPERATIONS, Call
from leastwise.sandbox.s3_targets import s3_target
from leastwise.sandbox.signatures import Scope, SignedRequest, is_signed_with, read_scope
from leastwise.sandbox.table_targets import table_arns
from leastwise.sandbox.tally import Tally

__all__ = ["Environ", "StartResponse", "Traffic", "WsgiApplication"]

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
WsgiApplication = Callable[[Environ, StartResponse], Iterable[bytes]]
OperationFinder = Callable[[str, Environ], str | None]
"""Finds the operation of a call that names it only by method and path."""

_REST_JSON: Final = frozenset({"access-analyzer", "lambda", "securityhub"})
"""Services of which we answer calls in this format."""
_OBJECT_READERS: Final = frozenset({"s3:GetObject", "s3:HeadObject"})


class _Incoming(msgspec.Struct, frozen=True):
    request: SignedRequest
    form: Mapping[str, str]
    scope: Scope | None
    operation: str | None
    wire: str

    @property
    def checked(self) -> Checked:
        return checked_action(self.service, self.operation, method=self.request.method)

    @property
    def label(self) -> str:
        return f"{self.checked.namespace}:{self.operation or 'unknown'}"

    @property
    def service(self) -> str:
        return self.scope.service if self.scope else ""


class Traffic:
    """The WSGI application that stands in front of moto."""

    def __init__(
        self,
        house: House,
        callers: Callers,
        *,
        find_operation: OperationFinder,
        iam: WsgiApplication,
        others: WsgiApplication,
        own: Mapping[str, OwnService],
    ) -> None:
        self._house = house
        self._callers = callers
        self._find_operation = find_operation
        self._iam = iam
        self._others = others
        self._own = own
        self._analyzer = AccessAnalyzer(house.pager)
        self._history = EventHistory(account_id=house.options.account_id, now=house.options.now)
        self._faults = Faults(house.options)
        self.tally = Tally()
        """How many calls came in, and how they ended."""

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """The answer to one call.

        Raises:
            DroppedConnectionError: there is to be none.
        """
        incoming = self._read(environ)
        # Keys come from the seed, so two sandboxes of one process may share one: moto must not guess whose it is.
        environ["HTTP_X_MOTO_ACCOUNT_ID"] = self._house.options.account_id
        try:
            trouble = self._faults.before(incoming.service, incoming.label)
            body = self._serve(incoming, environ, start_response)
            self._faults.after(trouble)
        except Refusal as refusal:
            self.tally.add(incoming.label, refusal.code)
            return _refuse(refusal, incoming, start_response)
        except DroppedConnectionError:
            self.tally.add(incoming.label, "dropped")
            raise
        self.tally.add(incoming.label, "served")
        return body

    def _read(self, environ: Environ) -> _Incoming:
        request = _signed_request(environ)
        scope = read_scope(request)
        form = _form(request)
        operation = form.get("Action") or request.headers.get("x-amz-target", "").rpartition(".")[2] or None
        if operation is None and scope is not None:
            operation = self._find_operation(scope.service, environ)
        return _Incoming(request, form, scope, operation, _wire(request, scope))

    def _serve(self, incoming: _Incoming, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if incoming.scope is None:
            if incoming.form.get("Action") and not incoming.form.get("Action", "").startswith("AssumeRoleWith"):
                raise Refusal(403, "MissingAuthenticationToken", "Request is missing Authentication Token")
            return self._others(environ, start_response)
        caller = self._authenticate(incoming.request, incoming.scope)
        self._record(caller, incoming)
        seen = CallSeen(incoming.scope.service, incoming.operation or "unknown", incoming.scope.region)
        with self._history.noting(caller, seen):
            return self._serve_caller(caller, incoming, incoming.scope, environ, start_response)

    def _serve_caller(
        self, caller: Caller, incoming: _Incoming, scope: Scope, environ: Environ, start_response: StartResponse
    ) -> Iterable[bytes]:
        if f"{incoming.checked.namespace}:{incoming.operation}" in self._house.options.deny:
            message = f"User: {caller.shown_arn} is not authorized to perform: {incoming.label} because no "
            raise Refusal(403, "AccessDenied", f"{message}identity-based policy allows the {incoming.label} action")
        asked = self._asked(caller, incoming, scope)
        if self._is_bound(caller):
            resources = self._resources(incoming, asked)
            with self._house.lock:
                check_rights(
                    self._house, caller, incoming.checked, incoming.form, region=scope.region, resources=resources
                )
        if asked is not None:
            return _serve_own(self._own[scope.service], asked, start_response)
        if scope.service == "iam":
            return self._serve_iam(caller, incoming, environ, start_response)
        if scope.service == "access-analyzer":
            return self._serve_analyzer(incoming, start_response)
        if incoming.label == "cloudtrail:LookupEvents":
            return self._serve_history(incoming, scope, start_response)
        if incoming.label == "sts:AssumeRole":
            check_assume_role(self._house.account, caller, incoming.form.get("RoleArn", ""))
        if incoming.label in _OBJECT_READERS and self._is_bound(caller):
            return self._serve_object(caller, incoming, scope, environ, start_response)
        return self._others(environ, start_response)

    def _asked(self, caller: Caller, incoming: _Incoming, scope: Scope) -> Asked | None:
        """The call as a service of ours is asked it; None where moto answers."""
        own = self._own.get(scope.service)
        if own is None or incoming.operation is None or incoming.operation not in own.operations:
            return None
        return Asked(caller=caller, operation=incoming.operation, region=scope.region, request=incoming.request)

    def _is_bound(self, caller: Caller) -> bool:
        """Whether a caller may do only what its policies allow."""
        return self._house.options.enforce_policies and caller.principal_arn != self._house.admin_arn

    def _resources(self, incoming: _Incoming, asked: Asked | None) -> tuple[str, ...]:
        """ARNs of what a call of another service than IAM works on; nothing where that cannot be known."""
        if asked is not None:
            return self._own[incoming.service].resources(asked)
        if incoming.service == "dynamodb" and incoming.scope is not None:
            return table_arns(incoming.request, region=incoming.scope.region, account=self._house.options.account_id)
        target = s3_target(incoming.checked, incoming.request) if incoming.service == "s3" else None
        return () if target is None else (target.arn,)

    def _authenticate(self, request: SignedRequest, scope: Scope) -> Caller:
        try:
            caller = self._callers.of(scope.access_key_id)
        except Refusal as refusal:
            if scope.service == "s3" and refusal.code == unknown_key().code:
                message = "The AWS Access Key Id you provided does not exist in our records."
                raise Refusal(403, "InvalidAccessKeyId", message) from refusal
            raise
        if self._house.options.check_signatures and not is_signed_with(caller.secret_access_key, request, scope):
            message = "The request signature we calculated does not match the signature you provided."
            raise Refusal(
                403, "SignatureDoesNotMatch", f"{message} Check your AWS Secret Access Key and signing method."
            )
        return caller

    def _record(self, caller: Caller, incoming: _Incoming) -> None:
        checked, now = incoming.checked, self._house.now
        region = incoming.scope.region if incoming.scope else "us-east-1"
        ledger = self._house.ledger
        ledger.record(caller.principal_arn, service=checked.namespace, action=checked.action, at=now, region=region)
        if caller.long_term:
            ledger.record_key(caller.access_key_id, service=checked.namespace, at=now, region=region)

    def _serve_iam(
        self, caller: Caller, incoming: _Incoming, environ: Environ, start_response: StartResponse
    ) -> Iterable[bytes]:
        name = incoming.operation or ""
        operation = REPORT_OPERATIONS.get(name) or LIST_OPERATIONS.get(name)
        check_parameters(name, incoming.form)
        with self._house.at_work(incoming.label):
            if operation is None:
                return self._iam(environ, start_response)
            request_id = str(uuid4())
            text = answer(name, operation(Call(self._house, caller, incoming.form)), request_id=request_id)
        start_response("200 OK", [("Content-Type", "text/xml"), ("x-amzn-RequestId", request_id)])
        return [text.encode()]

    def _serve_object(
        self, caller: Caller, incoming: _Incoming, scope: Scope, environ: Environ, start_response: StartResponse
    ) -> Iterable[bytes]:
        """An object; who may not list its bucket is not told that there is none (S3 API Reference, GetObject)."""
        said: list[tuple[str, list[tuple[str, str]]]] = []
        body = b"".join(self._others(environ, lambda status, headers, *_: said.append((status, headers))))
        status, headers = said[-1]
        target = s3_target(incoming.checked, incoming.request)
        if status.startswith("404") and target is not None and b"NoSuchBucket" not in body:
            listing = Checked("s3", "ListBucket")
            with self._house.lock:
                check_rights(self._house, caller, listing, {}, region=scope.region, resources=(target.bucket,))
        start_response(status, headers)
        return [body]

    def _serve_analyzer(self, incoming: _Incoming, start_response: StartResponse) -> Iterable[bytes]:
        body = self._analyzer.answer(incoming.operation, incoming.request.body, incoming.form)
        start_response("200 OK", [("Content-Type", "application/json"), ("x-amzn-RequestId", str(uuid4()))])
        return [body]

    def _serve_history(self, incoming: _Incoming, scope: Scope, start_response: StartResponse) -> Iterable[bytes]:
        body = self._history.answer(incoming.request.body, region=scope.region)
        start_response("200 OK", [("Content-Type", "application/x-amz-json-1.1"), ("x-amzn-RequestId", str(uuid4()))])
        return [body]


def _signed_request(environ: Environ) -> SignedRequest:
    body: bytes = environ["wsgi.input"].read()
    environ["wsgi.input"] = BytesIO(body)
    headers = {name[5:].replace("_", "-").lower(): str(value) for name, value in environ.items() if name[:5] == "HTTP_"}
    headers["content-type"] = environ.get("CONTENT_TYPE", "")
    headers["content-length"] = environ.get("CONTENT_LENGTH", "")
    path, _, query = environ["RAW_URI"].partition("?")
    return SignedRequest(method=environ["REQUEST_METHOD"], path=path, query=query, headers=headers, body=body)


def _form(request: SignedRequest) -> Mapping[str, str]:
    fields = dict(parse_qsl(request.query, keep_blank_values=True))
    if request.headers["content-type"].startswith("application/x-www-form-urlencoded"):
        fields.update(parse_qsl(request.body.decode(), keep_blank_values=True))
    return fields


def _serve_own(own: OwnService, asked: Asked, start_response: StartResponse) -> Iterable[bytes]:
    answered = own.answer(asked)
    headers = [("Content-Type", answered.content_type), ("x-amzn-RequestId", str(uuid4())), *answered.headers.items()]
    start_response(f"{answered.status} OK", headers)
    return [answered.body]


def _wire(request: SignedRequest, scope: Scope | None) -> str:
    if scope and scope.service == "s3":
        return "s3"
    if scope and scope.service in _REST_JSON:
        return "rest-json"
    content_type = request.headers["content-type"]
    is_query = content_type.startswith("application/x-www-form-urlencoded") or "Action=" in request.query
    return "query" if is_query and "x-amz-target" not in request.headers else "json"


def _refuse(refusal: Refusal, incoming: _Incoming, start_response: StartResponse) -> Iterable[bytes]:
    request_id = str(uuid4())
    refusal = in_words_of(incoming.service, refusal)
    content_type, body = error_body(refusal, wire=incoming.wire, request_id=request_id)
    headers = [("Content-Type", content_type), ("x-amzn-RequestId", request_id), ("x-amzn-ErrorType", refusal.code)]
    start_response(f"{refusal.status} Refused", headers)
    return [body.encode()]
