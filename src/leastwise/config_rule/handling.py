"""The handler that Lambda calls."""

import asyncio
import logging
import os
from collections.abc import Mapping
from typing import Any, Final, Protocol

import msgspec

from leastwise.apply.places import BucketPlace, bucket_named
from leastwise.aws import ConnectionOptions, SystemClock
from leastwise.errors import LeastwiseError, UsageError
from leastwise.pipeline.config_rule.answering import Answered
from leastwise.pipeline.config_rule.invocation import Invocation, handle_event
from leastwise.pipeline.config_rule.walking import Budget
from leastwise.policy import Arn

__all__ = ["STATE_VARIABLE", "LambdaContext", "handler"]

STATE_VARIABLE: Final = "LEASTWISE_STATE_URI"
"""The environment variable that says where the function keeps how far it came: s3://BUCKET/PREFIX."""
_NAMED: Final = 20
"""Evaluations and problems that the log and an error name."""

_log: Final = logging.getLogger("leastwise")


class LambdaContext(Protocol):
    """What of Lambda's context object this needs (Lambda Developer Guide, AWS Lambda context object in Python)."""

    @property
    def invoked_function_arn(self) -> str:
        """The function, with the version or alias that was named."""
        ...

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until Lambda ends the invocation."""
        ...


class IncompleteError(Exception):
    """Something of the answer did not arrive where it should; the rest did."""


def handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, object]:
    """What came of an event of AWS Config's: how many evaluations of each kind, and whether another invocation goes on.

    Raises:
        IncompleteError: Config or Security Hub did not take everything; all else is done, and told.
        LeastwiseError: the event was not answered; Lambda tries again, and then keeps it in the dead-letter queue.
    """
    _log.setLevel(logging.INFO)
    invocation = Invocation(Arn(context.invoked_function_arn), ConnectionOptions(), _state_place())
    budget = Budget(lambda: context.get_remaining_time_in_millis() / 1000)
    try:
        answered = asyncio.run(handle_event(event, invocation, budget=budget, clock=SystemClock()))
    except LeastwiseError as error:
        if error.hint:
            _log.error("%s", error.hint)
        raise
    told = _told(answered)
    _log.info("%s", msgspec.json.encode(told).decode())
    _check(answered)
    return told


def _state_place() -> BucketPlace | None:
    uri = os.environ.get(STATE_VARIABLE, "")
    if not uri:
        return None
    place = bucket_named(uri)
    if place is None:
        raise UsageError(f"{STATE_VARIABLE} is {uri}, which names no bucket", hint="name s3://BUCKET/PREFIX")
    return place


def _told(answered: Answered) -> dict[str, object]:
    return {
        "evaluations": answered.counts,
        "refused": len(answered.refused),
        "gaps": answered.gaps,
        "problems": answered.problems[:_NAMED],
        "goesOn": answered.goes_on is not None,
    }


def _check(answered: Answered) -> None:
    refused = [f"AWS Config did not take the evaluation of {one.resource_id}" for one in answered.refused]
    found = [*refused, *answered.problems]
    if found:
        more = "" if len(found) <= _NAMED else f"; and {len(found) - _NAMED} more"
        raise IncompleteError("; ".join(found[:_NAMED]) + more)
