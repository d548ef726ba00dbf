"""A caller, ready to call an account. This module loads botocore and aiohttp; nothing else of the room does."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from random import Random

from leastwise.aws.caller import Caller
from leastwise.aws.configuration import Configuration, read_configuration
from leastwise.aws.credentials import CredentialSource
from leastwise.aws.endpoints import SERVICES
from leastwise.aws.limiter import RateLimiter
from leastwise.aws.options import ConnectionOptions
from leastwise.aws.rate import AdaptiveRate, RateLimits
from leastwise.aws.retry import RetryPolicy
from leastwise.aws.signer import Signer
from leastwise.aws.transport import HttpTransport, open_transport
from leastwise.clock import Clock

__all__ = ["open_caller"]


@asynccontextmanager
async def open_caller(
    options: ConnectionOptions, *, clock: Clock, random: Random, services: Iterable[str] = SERVICES
) -> AsyncIterator[Caller]:
    """A caller of these services for as long as the context lasts.

    Raises:
        LeastwiseError: as `leastwise.aws.connect` says.
    """
    configuration = await asyncio.to_thread(read_configuration, options, services)
    async with open_transport(options, proxies=configuration.proxies, trust=configuration.trust) as transport:
        yield _assemble(configuration, transport, options, clock=clock, random=random)


def _assemble(
    configuration: Configuration,
    transport: HttpTransport,
    options: ConnectionOptions,
    *,
    clock: Clock,
    random: Random,
) -> Caller:
    limits = RateLimits(start=options.calls_per_second, ceiling=options.maximum_calls_per_second)
    return Caller(
        transport=transport,
        signer=Signer(configuration.endpoints, clock=clock),
        credentials=CredentialSource(configuration.ring, configuration.keys, load=configuration.load, clock=clock),
        limiter=RateLimiter(AdaptiveRate(limits), clock=clock),
        policy=RetryPolicy(maximum_attempts=options.maximum_attempts),
        deadline_seconds=options.deadline_seconds,
        login_hint=configuration.login_hint,
        clock=clock,
        random=random,
    )
