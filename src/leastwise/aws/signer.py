"""Calls into signed requests (AWS Signature Version 4, by botocore)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import quote, urlencode

from botocore.auth import SIGV4_TIMESTAMP, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import ReadOnlyCredentials

from leastwise.aws.wire import Call, Endpoint, Keys, SignedRequest
from leastwise.clock import Clock

__all__ = ["Signer"]

_LEAST_SKEW = timedelta(minutes=1)
"""AWS accepts five minutes; a smaller difference than this cannot be why it refused a signature."""


class Signer:
    """Signs calls with the clock's time, corrected by what AWS said of it."""

    def __init__(self, endpoints: Mapping[str, Endpoint], *, clock: Clock) -> None:
        self._endpoints = endpoints
        self._clock = clock
        self._skew = timedelta()

    def sign(self, call: Call, keys: Keys) -> SignedRequest:
        """The call as a request that AWS accepts for some minutes from now."""
        endpoint = self._endpoints[call.service]
        url, body, headers = _in_rest(call, endpoint) if call.path else _in_query(call, endpoint)
        request = AWSRequest(method="POST", url=url, headers=headers, data=body)
        moment = self._clock.now() + self._skew
        _TimedAuth(keys, endpoint=endpoint, moment=moment).add_auth(request)
        signed = tuple(request.headers.items())
        return SignedRequest(url, headers=signed, body=body, keys=keys, signed_at=moment)

    def correct_time(self, refused: SignedRequest, *, server_date: str) -> bool:
        """Whether a request was signed for a wrong time by the server's `Date` header; if so the next are not."""
        try:
            server_time = parsedate_to_datetime(server_date)
        except (TypeError, ValueError):
            return False
        if abs(server_time - refused.signed_at) < _LEAST_SKEW:
            return False
        self._skew = server_time - self._clock.now()
        return True


def _in_query(call: Call, endpoint: Endpoint) -> tuple[str, bytes, dict[str, str]]:
    form = {"Action": call.operation, "Version": endpoint.api_version, **dict(call.parameters)}
    return endpoint.url, urlencode(form).encode(), dict(endpoint.headers)


def _in_rest(call: Call, endpoint: Endpoint) -> tuple[str, bytes, dict[str, str]]:
    # What is signed has %20 for a space in the URL, where a form has a plus.
    query = urlencode(call.parameters, quote_via=quote, safe="")
    url = f"{endpoint.url.rstrip('/')}{call.path}{'?' if query else ''}{query}"
    headers = {**dict(endpoint.headers), "Content-Type": "application/json"}
    if call.target:
        headers |= {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": call.target}
    return url, call.json, headers


class _TimedAuth(SigV4Auth):
    """botocore's signature at a given time instead of at the system's."""

    def __init__(self, keys: Keys, *, endpoint: Endpoint, moment: datetime) -> None:
        credentials = ReadOnlyCredentials(keys.access_key, keys.secret_key, keys.token)
        super().__init__(credentials, endpoint.signing_name, endpoint.region)
        self._moment = moment

    def _modify_request_before_signing(self, request: AWSRequest) -> None:
        request.context["timestamp"] = self._moment.strftime(SIGV4_TIMESTAMP)
        super()._modify_request_before_signing(request)  # type: ignore[misc] # the stubs leave it out
