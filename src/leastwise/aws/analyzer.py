"""IAM Access Analyzer's checks of policies: AWS's own word on a document before it is sent."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from random import Random
from typing import Final

import msgspec

from leastwise.aws.analysis import NewAccess, PolicyFinding, PolicyFindingsPage, read_new_access, read_policy_findings
from leastwise.aws.caller import Caller
from leastwise.aws.options import ConnectionOptions
from leastwise.aws.paging import follow_pages
from leastwise.aws.slow_service import slow_caller
from leastwise.aws.wire import Call
from leastwise.clock import Clock

__all__ = ["AnalyzerDoor", "connect_analyzer"]

_SERVICE: Final = "access-analyzer"
_IDENTITY: Final = "IDENTITY_POLICY"
_AT_ONCE: Final = 4
"""Calls under way at once: each holds one of AWS's provers for a while."""
_START: Final = 5.0
_CEILING: Final = 20.0
"""Calls a second to begin with, and never exceeded. AWS does not publish what it allows, and it is few."""


class AnalyzerDoor:
    """IAM Access Analyzer in one region; `connect_analyzer` opens it.

    It needs no analyzer to exist, and it looks at no account: what it says depends on the documents alone. Every method
    raises the narrow `AwsError` for what went wrong; a document that AWS does not take is an `InvalidInputError`.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._slots = asyncio.Semaphore(_AT_ONCE)

    async def check_no_new_access(self, new: str, existing: str, *, arn: str = "") -> NewAccess:
        """Whether the new identity policy may allow what the existing one does not; `arn` is what errors name.

        Each call costs $0.0020 (AWS, IAM Access Analyzer pricing, custom policy checks), and one whose answer was lost
        is made again.
        """
        body = {"newPolicyDocument": new, "existingPolicyDocument": existing, "policyType": _IDENTITY}
        call = _call("CheckNoNewAccess", "/policy/check-no-new-access", body, arn)
        async with self._slots:
            return await self._caller.call(call, read_new_access)

    async def validate_policy(self, document: str, *, arn: str = "") -> tuple[PolicyFinding, ...]:
        """All that AWS finds wrong with the identity policy, in its order; `arn` is what errors name. Free of charge.

        A text that is no policy has findings too, and is no error.
        """
        call = _call("ValidatePolicy", "/policy/validation", {"policyDocument": document, "policyType": _IDENTITY}, arn)

        async def fetch(marker: str | None) -> PolicyFindingsPage:
            parameters = () if marker is None else (("nextToken", marker),)
            async with self._slots:
                asked = msgspec.structs.replace(call, parameters=parameters)
                return await self._caller.call(asked, read_policy_findings)

        pages = follow_pages(fetch, refuse=partial(self._caller.response_error, call))
        return tuple([finding async for page in pages for finding in page.findings])


def _call(operation: str, path: str, body: dict[str, str], arn: str) -> Call:
    return Call(service=_SERVICE, operation=operation, path=path, json=msgspec.json.encode(body), arn=arn)


@asynccontextmanager
async def connect_analyzer(
    options: ConnectionOptions, *, clock: Clock, random: Random | None = None
) -> AsyncIterator[AnalyzerDoor]:
    """Access Analyzer in the region of the options, or of the environment or the profile, while the context lasts.

    Makes no call by itself; raises as `slow_caller`.
    """
    async with slow_caller(options, _SERVICE, clock=clock, random=random, rates=(_START, _CEILING)) as caller:
        yield AnalyzerDoor(caller)
