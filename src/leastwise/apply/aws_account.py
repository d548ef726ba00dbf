"""A live account over AWS: the reading and the writing half in one, and how it is opened."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from random import Random

from leastwise.apply.aws_reading import READS, AwsReading
from leastwise.apply.aws_writing import CHECKED_BESIDES, IRREVERSIBLE, WRITES, AwsWriting
from leastwise.aws import CallerIdentity, ConnectionOptions, IamDoor, connect_iam
from leastwise.clock import Clock
from leastwise.policy import Arn

__all__ = ["CHECKED_BESIDES", "IRREVERSIBLE", "READS", "WRITES", "AwsAccount", "open_account"]


class AwsAccount(AwsReading, AwsWriting):
    """A `LiveAccount`; `open_account` opens one."""

    def __init__(self, door: IamDoor, *, known: Iterable[Arn] = ()) -> None:
        AwsReading.__init__(self, door, known=known)
        AwsWriting.__init__(self, door)

    async def caller_identity(self) -> CallerIdentity:
        """Whose credentials these are, and of which account: to be asked before anything is changed."""
        return await self._door.caller_identity()


@asynccontextmanager
async def open_account(
    options: ConnectionOptions, *, clock: Clock, known: Iterable[Arn] = (), random: Random | None = None
) -> AsyncIterator[AwsAccount]:
    """The account that the options lead to, for as long as the context lasts; makes no call to AWS by itself.

    `known` are principals whose ARNs need not be asked for: those that a plan names.

    Raises:
        LeastwiseError: as `leastwise.aws.connect` says.
    """
    async with connect_iam(options, clock=clock, random=random) as door:
        yield AwsAccount(door, known=known)
