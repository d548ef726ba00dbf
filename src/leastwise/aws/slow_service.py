"""A service that allows few calls, in the region of the options."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random
from typing import TYPE_CHECKING

from msgspec.structs import replace

from leastwise.aws.options import ConnectionOptions
from leastwise.clock import Clock

if TYPE_CHECKING:
    from leastwise.aws.caller import Caller

__all__ = ["slow_caller"]


@asynccontextmanager
async def slow_caller(
    options: ConnectionOptions, service: str, *, clock: Clock, random: Random | None, rates: tuple[float, float]
) -> AsyncIterator["Caller"]:
    """A caller of one service in the region of the options, the environment or the profile, while the context lasts.

    Makes no call by itself. `rates` are the calls a second to begin with, and never to exceed. `random` draws the waits
    before retries; the system's randomness where it is None.

    Raises:
        UsageError: no region, no such region, or an endpoint URL that is none.
        CredentialsError: no such profile, no credentials, a login that has ended, a broken configuration file.
        ConnectionFailedError: the credentials' source could not be reached.
    """
    # botocore and aiohttp cost half a second of CPU together, which only a real connection should pay.
    from leastwise.aws.opening import open_caller  # noqa: PLC0415 - see above

    start, ceiling = rates
    slow = replace(
        options,
        calls_per_second=min(start, options.calls_per_second),
        maximum_calls_per_second=min(ceiling, options.maximum_calls_per_second),
    )
    chance = random or Random()  # noqa: S311 - spreads waits
    async with open_caller(slow, clock=clock, random=chance, services=(service,)) as caller:
        yield caller
