"""Conditional writes as AWS promises them: the look and the write are one step.

moto looks whether an object or an item is there, and writes in a second step; two calls that come at once can then both
find nothing, and both succeed.
"""

from collections.abc import Iterable
from threading import Lock
from typing import Final

from leastwise.sandbox.traffic import Environ, StartResponse, WsgiApplication

__all__ = ["one_at_a_time"]

_SERVICES: Final = ("/s3/aws4_request", "/dynamodb/aws4_request")
"""How the scope of a signature ends for the services that have conditional writes."""


def one_at_a_time(application: WsgiApplication) -> WsgiApplication:
    """The application, with the calls of S3 and of DynamoDB carried out one after the other."""
    lock = Lock()

    def serve(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if not any(service in environ.get("HTTP_AUTHORIZATION", "") for service in _SERVICES):
            return application(environ, start_response)
        with lock:
            return list(application(environ, start_response))

    return serve
