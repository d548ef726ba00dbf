"""AWS Config as a rule sees it: its earlier results, and a place for new ones."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from random import Random
from typing import Final

import msgspec
from msgspec import Struct

from leastwise.aws.caller import Caller
from leastwise.aws.config_records import (
    FailedEvaluation,
    NewResult,
    RecordedItem,
    RecordedResultsPage,
    read_failed_evaluations,
    read_item_history,
    read_results,
)
from leastwise.aws.options import ConnectionOptions
from leastwise.aws.paging import follow_pages
from leastwise.aws.slow_service import slow_caller
from leastwise.aws.wire import Call
from leastwise.clock import Clock
from leastwise.errors import AwsError

__all__ = ["MAXIMUM_EVALUATIONS", "ConfigDoor", "connect_config"]

MAXIMUM_EVALUATIONS: Final = 100
"""Most evaluations of one PutEvaluations (botocore's model of config 2014-11-12)."""
_SERVICE: Final = "config"
_TARGET: Final = "StarlingDoveService."
"""What the protocol, AWS JSON 1.1, puts before an operation's name (the same model)."""
_RATES: Final = (5.0, 20.0)
"""Calls a second to begin with, and never to exceed. AWS names no limit of these operations; it throttles."""
_PAGE: Final = 100
"""Most results in one answer (the same model)."""
_SHOWN: Final = ("COMPLIANT", "NON_COMPLIANT")

_NO_HISTORY: Final = ("NoAvailableConfigurationRecorderException", "ResourceNotDiscoveredException")


class _Put(Struct, rename="pascal"):
    result_token: str
    evaluations: tuple[NewResult, ...]
    test_mode: bool


class _Details(Struct, rename="pascal", omit_defaults=True):
    config_rule_name: str
    compliance_types: tuple[str, ...]
    limit: int
    next_token: str | None = None


class _History(Struct, rename="camel"):
    resource_type: str
    resource_id: str
    limit: int = 1


class ConfigDoor:
    """AWS Config in one region of an account; `connect_config` opens it.

    Every method is one signed call with its retries, throttling included, but for the iterator, which is one a page.
    Each raises the narrow `AwsError` for what went wrong.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def put_evaluations(
        self, evaluations: Sequence[NewResult], *, token: str, is_test: bool
    ) -> tuple[FailedEvaluation, ...]:
        """Those of at most 100 evaluations that were not taken. In a test nothing is stored.

        To put one twice is to put it once.
        """
        body = msgspec.json.encode(_Put(token, tuple(evaluations), is_test))
        return await self._caller.call(_call("PutEvaluations", body), read_failed_evaluations)

    async def results(self, rule: str) -> AsyncIterator[RecordedResultsPage]:
        """The rule's results that show, COMPLIANT and NON_COMPLIANT, in pages of at most 100."""
        call = _call("GetComplianceDetailsByConfigRule", b"")

        async def fetch(marker: str | None) -> RecordedResultsPage:
            body = msgspec.json.encode(_Details(rule, _SHOWN, _PAGE, marker))
            return await self._caller.call(msgspec.structs.replace(call, json=body), read_results)

        async for page in follow_pages(fetch, refuse=partial(self._caller.response_error, call)):
            yield page

    async def newest_item(self, resource_type: str, resource_id: str) -> RecordedItem | None:
        """The newest configuration item of a resource; None where Config has none."""
        body = msgspec.json.encode(_History(resource_type, resource_id))
        try:
            return await self._caller.call(_call("GetResourceConfigHistory", body), read_item_history)
        except AwsError as error:
            if error.code not in _NO_HISTORY:
                raise
            return None


def _call(operation: str, body: bytes) -> Call:
    return Call(service=_SERVICE, operation=operation, path="/", target=f"{_TARGET}{operation}", json=body)


@asynccontextmanager
async def connect_config(
    options: ConnectionOptions, *, clock: Clock, random: Random | None = None
) -> AsyncIterator[ConfigDoor]:
    """AWS Config in the region of the options, or of the environment or the profile, for as long as the context lasts.

    Makes no call by itself; raises as `slow_caller`.
    """
    async with slow_caller(options, _SERVICE, clock=clock, random=random, rates=_RATES) as caller:
        yield ConfigDoor(caller)
