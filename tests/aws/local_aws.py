"""A local server that speaks AWS's query protocol, checks every signature, and misbehaves as it is told."""

import asyncio
import ssl
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import Enum
from urllib.parse import parse_qsl

from aiohttp import web
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import ReadOnlyCredentials
from msgspec import Struct

__all__ = ["Arrival", "Fault", "LocalAws", "serve_locally"]

SECRETS = {"AKIDEXAMPLE": "wJalrXUtnFEMI", "AKIDSECOND": "second"}
"""Secret by access key."""


class Fault(Enum):
    """Ways to misbehave."""

    NONE = "none"
    INTERNAL = "internal"
    UNAVAILABLE_HTML = "html"
    THROTTLED = "throttled"
    DROPPED = "dropped"
    CUT_SHORT = "cut short"
    SILENT = "silent"


class Arrival(Struct, frozen=True):
    """A call that arrived."""

    form: dict[str, str]
    """Its parameters."""
    access_key: str
    """Who signed it."""
    scope: str
    """Region and service that it is signed for."""
    user_agent: str
    """Who says to have sent it."""
    path: str
    """Where it was sent."""


class LocalAws:
    """What the server answers, and what has arrived."""

    def __init__(self) -> None:
        self.url = ""
        self.arrivals: list[Arrival] = []
        self.faults: deque[Fault] = deque()
        self.answers: dict[str, str] = {
            "GetCallerIdentity": "<Account>111122223333</Account><Arn>arn:aws:iam::111122223333:user/u</Arn>"
            "<UserId>AIDAU</UserId>",
            "GetAccountSummary": "<SummaryMap><entry><key>Users</key><value>3</value></entry></SummaryMap>",
        }
        self.latency_seconds = 0.0

    async def handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        fault = self.faults.popleft() if self.faults else Fault.NONE
        await asyncio.sleep(60 if fault is Fault.SILENT else self.latency_seconds)
        if fault is Fault.DROPPED:
            assert request.transport is not None
            request.transport.abort()
        if fault is not Fault.NONE:
            return await misbehave(fault, request)
        if not is_signed(request, body):
            return refuse("SignatureDoesNotMatch", 403)
        self.arrivals.append(note(request, body))
        operation = self.arrivals[-1].form["Action"]
        if operation not in self.answers:
            return refuse("InvalidAction", 400)
        result = f"<{operation}Result>{self.answers[operation]}</{operation}Result>"
        xml = f"<{operation}Response>{result}</{operation}Response>"
        return web.Response(text=xml, content_type="text/xml", headers={"x-amzn-RequestId": "r-local"})


async def misbehave(fault: Fault, request: web.Request) -> web.StreamResponse:
    """The answer of a server with this fault."""
    match fault:
        case Fault.THROTTLED:
            return refuse("Throttling", 400)
        case Fault.UNAVAILABLE_HTML:
            return web.Response(status=503, text="<html>busy</html>", content_type="text/html")
        case Fault.CUT_SHORT:
            answer = web.StreamResponse(headers={"Content-Length": "1000"})
            await answer.prepare(request)
            await answer.write(b"<GetAccountSum")
            assert request.transport is not None
            request.transport.abort()
            return answer
        case _:
            return refuse("InternalFailure", 500)


def refuse(code: str, status: int) -> web.Response:
    """AWS's refusal."""
    error = f"<Error><Code>{code}</Code><Message>no</Message></Error>"
    xml = f"<ErrorResponse>{error}<RequestId>r-no</RequestId></ErrorResponse>"
    return web.Response(status=status, text=xml, content_type="text/xml")


def note(request: web.Request, body: bytes) -> Arrival:
    """What is remembered of a call."""
    access_key, _, region, service, _ = credential_of(request).split("/")
    return Arrival(
        form=dict(parse_qsl(body.decode(), keep_blank_values=True)),
        access_key=access_key,
        scope=f"{region}/{service}",
        user_agent=request.headers["User-Agent"],
        path=request.path,
    )


def credential_of(request: web.Request) -> str:
    """The credential scope of a signed request."""
    return request.headers["Authorization"].partition("Credential=")[2].partition(",")[0]


def is_signed(request: web.Request, body: bytes) -> bool:
    """Whether the signature is the one that botocore makes of what arrived."""
    access_key, _, region, service, _ = credential_of(request).split("/")
    signed = request.headers["Authorization"].partition("SignedHeaders=")[2].partition(",")[0].split(";")
    arrived = AWSRequest(
        method=request.method,
        url=f"http://{request.host}{request.path_qs}",
        headers={name: request.headers[name] for name in signed},
        data=body,
    )
    token = request.headers.get("X-Amz-Security-Token")
    auth = SigV4Auth(ReadOnlyCredentials(access_key, SECRETS[access_key], token), service, region)
    arrived.context["timestamp"] = request.headers["X-Amz-Date"]
    canonical = auth.canonical_request(arrived)
    signature = auth.signature(auth.string_to_sign(arrived, canonical), arrived)
    return request.headers["Authorization"].endswith(f"Signature={signature}")


@asynccontextmanager
async def serve_locally(tls: ssl.SSLContext | None = None) -> AsyncIterator[LocalAws]:
    """A server on a port of its own for as long as the context lasts."""
    aws = LocalAws()
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", aws.handle)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
    await site.start()
    aws.url = f"{'https' if tls else 'http'}://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield aws
    finally:
        await runner.cleanup()
