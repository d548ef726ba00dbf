"""A service by botocore's own client, in threads: for calls that are few. This module loads botocore.

IAM, called thousands of times, has a leaner way (`caller`). A lock and a journal's copy are a handful of calls to two
services that speak protocols of their own.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

import msgspec
from botocore import xform_name
from botocore.client import BaseClient
from botocore.config import Config
from botocore.exceptions import ClientError, IncompleteReadError
from botocore.session import Session

from leastwise import __version__
from leastwise.aws.botocore_errors import botocore_errors
from leastwise.aws.options import ConnectionOptions
from leastwise.aws.refusal import failure_of_answer
from leastwise.aws.wire import Answer, Call
from leastwise.errors import AwsError, ConnectionFailedError, DeadlineExceededError, UsageError

__all__ = ["ServiceClient", "open_client"]

_MAXIMUM_ATTEMPTS: Final = 4
_SETTLING_SECONDS: Final = 2.0
"""How long one who no longer wants an answer waits for it, so that what the call did can be seen and undone."""


class ServiceClient:
    """One service; `open_client` opens it."""

    def __init__(self, client: BaseClient, service: str, *, deadline_seconds: float) -> None:
        self._client = client
        self._service = service
        self._deadline_seconds = deadline_seconds

    async def call(self, operation: str, parameters: Mapping[str, object]) -> dict[str, Any]:
        """What botocore makes of the answer, its body read; sent again by botocore where no answer came.

        After a missed deadline the call may still take effect.

        Raises:
            AwsError: the narrow one for what went wrong.
        """
        # asyncio.wait leaves the thread alone when it is given up: whoever waits may be, what it does is not.
        work = asyncio.create_task(asyncio.to_thread(self._call, operation, parameters))
        work.add_done_callback(_heed)
        try:
            done, _ = await asyncio.wait({work}, timeout=self._deadline_seconds)
        except asyncio.CancelledError:
            await asyncio.wait({work}, timeout=_SETTLING_SECONDS)
            raise
        if not done:
            message = f"no answer within {self._deadline_seconds:.0f} s, retries included"
            raise DeadlineExceededError(message, operation=f"{self._service}:{operation}")
        return work.result()

    def _call(self, operation: str, parameters: Mapping[str, object]) -> dict[str, Any]:
        call = Call(service=self._service, operation=operation)
        with botocore_errors(login_hint=""):
            try:
                answer: dict[str, Any] = getattr(self._client, xform_name(operation))(**parameters)
                return answer | {"Body": answer["Body"].read()} if "Body" in answer else answer
            except IncompleteReadError as error:
                raise ConnectionFailedError(str(error), operation=call.name) from error
            except ClientError as error:
                raise _refused(call, error) from error


def _heed(work: asyncio.Task[dict[str, Any]]) -> None:
    """Take note of how a call ended that nobody waits for any more, which asyncio would complain of."""
    if not work.cancelled():
        work.exception()


def _refused(call: Call, error: ClientError) -> AwsError:
    """A refusal that botocore has read, told as `refusal` tells it."""
    details, metadata = error.response.get("Error", {}), error.response.get("ResponseMetadata", {})
    body = msgspec.json.encode({"code": details.get("Code", ""), "message": details.get("Message", "")})
    answer = Answer(metadata.get("HTTPStatusCode", 0), body, request_id=metadata.get("RequestId", ""))
    return failure_of_answer(answer, call, account="").error


@asynccontextmanager
async def open_client(options: ConnectionOptions, service: str) -> AsyncIterator[ServiceClient]:
    """A client of the service, by botocore's name, for as long as the context lasts; makes no call by itself.

    Raises:
        UsageError: no region where the service needs one, no such region, or an endpoint URL that is none.
        CredentialsError: no such profile, or a broken configuration file.
    """
    client = await asyncio.to_thread(_create, options, service)
    try:
        yield ServiceClient(client, service, deadline_seconds=options.deadline_seconds)
    finally:
        client.close()


def _create(options: ConnectionOptions, service: str) -> BaseClient:
    config = Config(
        connect_timeout=options.connect_seconds,
        read_timeout=options.read_seconds,
        retries={"mode": "standard", "total_max_attempts": min(_MAXIMUM_ATTEMPTS, options.maximum_attempts)},
    )
    with botocore_errors(login_hint=""):
        session = Session(profile=options.profile)
        session.user_agent_name, session.user_agent_version = "leastwise", __version__
        try:
            return session.create_client(
                service, region_name=options.region, endpoint_url=options.endpoint_url, config=config
            )
        except ValueError as error:
            raise UsageError(str(error), hint="an endpoint URL begins with http:// or https:// and a host") from error
