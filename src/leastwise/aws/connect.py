"""How an account is opened."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random

from leastwise.aws.door import AccountDoor
from leastwise.aws.options import ConnectionOptions
from leastwise.clock import Clock

__all__ = ["connect"]


@asynccontextmanager
async def connect(
    options: ConnectionOptions, *, clock: Clock, random: Random | None = None
) -> AsyncIterator[AccountDoor]:
    """The account that the options lead to, for as long as the context lasts; makes no call to AWS by itself.

    `random` draws the waits before retries; the system's randomness where it is not given.

    Raises:
        UsageError: no such region, or an endpoint URL that is none.
        CredentialsError: no such profile, no credentials, a login that has ended, a broken configuration file.
        ConnectionFailedError: the credentials' source could not be reached.
    """
    # botocore and aiohttp cost half a second of CPU together, which only a real connection should pay.
    from leastwise.aws.opening import open_caller  # noqa: PLC0415 - see above

    async with open_caller(options, clock=clock, random=random or Random()) as caller:  # noqa: S311 - spreads waits
        yield AccountDoor(caller)
