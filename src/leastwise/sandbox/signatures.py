"""Signature Version 4, as the side that checks it (AWS General Reference, "Signing AWS API requests").

Only the `Authorization` header is checked; a presigned address is taken as it is.
"""

import hmac
from collections.abc import Mapping, Sequence
from hashlib import sha256
from urllib.parse import quote, unquote

import msgspec

__all__ = ["Scope", "SignedRequest", "is_signed_with", "read_scope"]


class Scope(msgspec.Struct, frozen=True):
    """The credential scope of a signed call."""

    access_key_id: str
    """Whose key."""
    day: str
    """`YYYYMMDD`."""
    region: str
    """The region that the call was signed for."""
    service: str
    """The service that the call was signed for."""


class SignedRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A request as it came over the wire."""

    method: str
    """In capitals."""
    path: str
    """As sent, percent-encoded, without the query."""
    query: str
    """As sent, without the question mark."""
    headers: Mapping[str, str]
    """By lower-case name."""
    body: bytes
    """As sent."""


def read_scope(request: SignedRequest) -> Scope | None:
    """The scope of a request that is signed in its header or in its address, or None."""
    credential = _fields(request).get("Credential") or _query(request.query).get("X-Amz-Credential")
    parts = (credential or "").split("/")
    return Scope(*parts[:4]) if len(parts) == 5 else None  # noqa: PLR2004 - key, day, region, service, aws4_request


def is_signed_with(secret: str, request: SignedRequest, scope: Scope) -> bool:
    """Whether the request's signature was made with this secret key over what has arrived."""
    fields = _fields(request)
    if not fields:
        return True
    names = fields.get("SignedHeaders", "").split(";")
    digest = sha256(_canonical(request, names, scope.service).encode()).hexdigest()
    place = f"{scope.day}/{scope.region}/{scope.service}/aws4_request"
    moment = request.headers.get("x-amz-date", "")
    text = f"AWS4-HMAC-SHA256\n{moment}\n{place}\n{digest}"
    return hmac.compare_digest(_sign(_key(secret, scope), text).hex(), fields.get("Signature", ""))


def _fields(request: SignedRequest) -> Mapping[str, str]:
    algorithm, _, rest = request.headers.get("authorization", "").partition(" ")
    if algorithm != "AWS4-HMAC-SHA256":
        return {}
    pairs = (part.strip().partition("=") for part in rest.split(","))
    return {name: value for name, _, value in pairs}


def _query(query: str) -> Mapping[str, str]:
    pairs = (part.partition("=") for part in query.split("&"))
    return {unquote(name): unquote(value) for name, _, value in pairs}


def _key(secret: str, scope: Scope) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in (scope.day, scope.region, scope.service, "aws4_request"):
        key = _sign(key, part)
    return key


def _sign(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), sha256).digest()


def _canonical(request: SignedRequest, names: Sequence[str], service: str) -> str:
    path = request.path if service == "s3" else quote(request.path, safe="/~")
    query = "&".join(sorted(_with_equals(part) for part in request.query.split("&") if part))
    headers = "".join(f"{name}:{' '.join(request.headers.get(name, '').split())}\n" for name in names)
    payload = request.headers.get("x-amz-content-sha256") or sha256(request.body).hexdigest()
    return "\n".join((request.method, path or "/", query, headers, ";".join(names), payload))


def _with_equals(part: str) -> str:
    return part if "=" in part else f"{part}="
