"""Lambda functions, started without waiting for what they answer."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import msgspec

from leastwise.aws.conditional_writes import ServiceCalls
from leastwise.aws.options import ConnectionOptions

__all__ = ["FunctionDoor", "connect_functions"]


class FunctionDoor:
    """The functions of one region; `connect_functions` opens it."""

    def __init__(self, calls: ServiceCalls) -> None:
        self._calls = calls

    async def start(self, function: str, event: Mapping[str, object]) -> None:
        """Start a function, by name or ARN, with an event of at most 256 KB (Lambda Developer Guide, quotas).

        Raises:
            AwsError: Lambda did not take the event.
        """
        body = msgspec.json.encode(event)
        await self._calls.call("Invoke", {"FunctionName": function, "InvocationType": "Event", "Payload": body})


@asynccontextmanager
async def connect_functions(options: ConnectionOptions) -> AsyncIterator[FunctionDoor]:
    """The functions of the region of the options, or of the environment; makes no call by itself.

    Raises:
        UsageError: no region, no such region, or an endpoint URL that is none.
        CredentialsError: no such profile, or a broken configuration file.
    """
    # botocore costs 0.2 s of CPU, which only a real connection should pay.
    from leastwise.aws.service_client import open_client  # noqa: PLC0415 - see above

    async with open_client(options, "lambda") as client:
        yield FunctionDoor(client)
