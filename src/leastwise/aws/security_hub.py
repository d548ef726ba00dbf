"""Security Hub: findings of our own, written and read back. Writing them is the one thing that is changed here."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from random import Random
from typing import Final, TypeVar

import msgspec
from msgspec.structs import replace

from leastwise.aws.caller import Caller
from leastwise.aws.options import ConnectionOptions
from leastwise.aws.paging import follow_pages
from leastwise.aws.security_hub_records import (
    FailedFinding,
    StoredFinding,
    StoredFindingsPage,
    read_failed_findings,
    read_stored_findings,
)
from leastwise.aws.slow_service import slow_caller
from leastwise.aws.wire import Call
from leastwise.clock import Clock
from leastwise.errors import AccessDeniedError, AwsError

__all__ = ["MAXIMUM_BATCH_BYTES", "MAXIMUM_FINDINGS", "SecurityHubDoor", "connect_security_hub"]

Record = TypeVar("Record")

_SERVICE: Final = "securityhub"
MAXIMUM_FINDINGS: Final = 100
"""Findings that one import takes, and that one page gives (Security Hub API Reference)."""
MAXIMUM_BATCH_BYTES: Final = 5_900_000
"""What the findings of one import may weigh: AWS takes 6 MB a batch (Security Hub CSPM Partner Integration Guide,
"Guidelines for using the BatchImportFindings API")."""
_START: Final = 3.0
_CEILING: Final = 10.0
"""Calls a second to begin with, and never exceeded: what AWS allows of GetFindings, and of BatchImportFindings (AWS
Security Hub API Reference, "Welcome")."""
_AT_ONCE: Final = 4
_NOT_ENABLED: Final = "InvalidAccessException"


class SecurityHubDoor:
    """Security Hub of one account in one region; `connect_security_hub` opens it.

    Every method raises the narrow `AwsError` for what went wrong; a hint says what to do where it is not enabled. A
    finding is the JSON text of its ASFF.
    """

    def __init__(self, caller: Caller, region: str) -> None:
        self._caller = caller
        self._region = region
        self._slots = asyncio.Semaphore(_AT_ONCE)

    async def import_findings(self, findings: Sequence[bytes]) -> tuple[FailedFinding, ...]:
        """Those of at most 100 findings that Security Hub did not take; it has the others.

        A finding that it knows by its id is updated where `UpdatedAt` is later than that of the last update, and left
        as it is otherwise. A call whose answer was lost is made again, which changes nothing more.
        """
        body = b'{"Findings":[' + b",".join(findings) + b"]}"
        call = Call(service=_SERVICE, operation="BatchImportFindings", path="/findings/import", json=body)
        return await self._ask(call, read_failed_findings)

    async def stored_findings(self, *, product: str, account: str, generator: str) -> AsyncIterator[StoredFinding]:
        """The findings of this product about the account whose generator begins so, archived ones included."""
        filters = {
            "ProductArn": [{"Value": product, "Comparison": "EQUALS"}],
            "AwsAccountId": [{"Value": account, "Comparison": "EQUALS"}],
            "GeneratorId": [{"Value": generator, "Comparison": "PREFIX"}],
        }
        asked = {"Filters": filters, "MaxResults": MAXIMUM_FINDINGS}
        call = Call(service=_SERVICE, operation="GetFindings", path="/findings")

        async def fetch(marker: str | None) -> StoredFindingsPage:
            body = msgspec.json.encode(asked if marker is None else {**asked, "NextToken": marker})
            return await self._ask(replace(call, json=body), read_stored_findings)

        async for page in follow_pages(fetch, refuse=partial(self._caller.response_error, call)):
            for finding in page.findings:
                yield finding

    async def _ask(self, call: Call, read: Callable[[bytes], Record]) -> Record:
        try:
            async with self._slots:
                return await self._caller.call(call, read)
        except AccessDeniedError as error:
            error.hint = "`leastwise permissions scan --send securityhub` prints the IAM policy that it needs"
            raise
        except AwsError as error:
            if error.code == _NOT_ENABLED:
                error.hint = (
                    f"if Security Hub is not enabled in {self._region}, enable it there "
                    f"(`aws securityhub enable-security-hub --region {self._region}`), or name another --region"
                )
            raise


@asynccontextmanager
async def connect_security_hub(
    options: ConnectionOptions, *, region: str, clock: Clock, random: Random | None = None
) -> AsyncIterator[SecurityHubDoor]:
    """Security Hub of `region`, whatever region the options have, while the context lasts.

    Makes no call by itself; raises as `slow_caller`.
    """
    there = replace(options, region=region)
    async with slow_caller(there, _SERVICE, clock=clock, random=random, rates=(_START, _CEILING)) as caller:
        yield SecurityHubDoor(caller, region)
