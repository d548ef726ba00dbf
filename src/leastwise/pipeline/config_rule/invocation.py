"""The Config rule: an event of AWS Config's handled whole, from the parameters to the next invocation."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, nullcontext
from datetime import UTC, datetime
from math import inf
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from leastwise.apply.places import BucketPlace, bucket_named
from leastwise.aws import ConnectionOptions
from leastwise.aws.config_records import RecordedItem
from leastwise.aws.config_rules import connect_config
from leastwise.clock import Clock
from leastwise.compliance import (
    ConfigEvent,
    ConfigItem,
    ItemStatus,
    MessageType,
    RuleParameters,
    continued,
    parse_event,
    parse_parameters,
)
from leastwise.errors import UsageError
from leastwise.findings import Scan, ScanParameters
from leastwise.pipeline.config_rule.account import JudgedPart, RuleAccount, live_account, saved_account
from leastwise.pipeline.config_rule.answering import PART_SIZE, Answered, RuleRun, answer_event
from leastwise.pipeline.config_rule.results import ItemStore, Told
from leastwise.pipeline.config_rule.store import Nowhere, fetched_scan, state_bucket
from leastwise.pipeline.config_rule.walking import After, Budget
from leastwise.policy import Arn

__all__ = ["Invocation", "account_options", "evaluate_locally", "handle_event", "opened_account"]

_MOST_PARTS: Final = 15
"""Invocations in a row; they are enough for more than 100,000 identities at 20 calls a second.

Lambda ends a function that invokes itself some sixteen times (Lambda Developer Guide, recursive loop detection)."""


class Invocation(Struct, frozen=True):
    """One invocation of the function."""

    function: Arn
    """Which function, to be invoked again where the account is too large."""
    connection: ConnectionOptions
    """How to reach AWS with the function's own rights."""
    state: BucketPlace | None
    """Where it keeps how far it came; None for nowhere."""
    part_size: int = PART_SIZE
    """How many resources are judged together."""


async def handle_event(
    event: Mapping[str, object], invocation: Invocation, *, budget: Budget, clock: Clock
) -> Answered:
    """What came of an event as Lambda hands it over; where the account is not through, the function is invoked again.

    Raises:
        EventError: it is no event of AWS Config's.
        RuleParametersError: the rule's parameters cannot be taken.
        UsageError: the event is of another account and no role is named, or the account is too large for any function.
        AwsError: as `answer_event` says; or the function could not be invoked again.
    """
    parsed = parse_event(event)
    parameters = parse_parameters(parsed.rule_parameters)
    options = account_options(parsed, parameters, invocation.connection, own=invocation.function.account)
    async with (
        connect_config(options, clock=clock) as store,
        # Of a test nothing is kept: the same one may be tried again.
        state_bucket(None if parsed.is_test else invocation.state, invocation.connection) as bookmark,
    ):
        run = RuleRun(await _completed(parsed, store), parameters, invocation.part_size)
        answered = await answer_event(
            run,
            store,
            lambda: opened_account(run, options, invocation.connection, clock=clock),
            bookmark=bookmark,
            budget=budget,
            clock=clock,
            after=_sender(run, options, clock) if parameters.security_hub and not parsed.is_test else None,
        )
    await _go_on(event, answered, invocation)
    return answered


def account_options(
    event: ConfigEvent, parameters: RuleParameters, connection: ConnectionOptions, *, own: str
) -> ConnectionOptions:
    """How to reach the event's account: through the role that the parameters name, unless it is our own account.

    Raises:
        UsageError: it is another account, and no role is named.
    """
    if event.account == own:
        return connection
    if parameters.role_name is None:
        problem = f"the event is of account {event.account}, and the function is in {own}"
        raise UsageError(problem, hint="name the role to assume there in the rule's parameter roleName")
    partition = "aws" if event.execution_role is None else event.execution_role.aws_partition
    return replace(connection, role_arn=f"arn:{partition}:iam::{event.account}:role/{parameters.role_name}")


@asynccontextmanager
async def opened_account(
    run: RuleRun, options: ConnectionOptions, own: ConnectionOptions, *, clock: Clock
) -> AsyncIterator[RuleAccount]:
    """The account to judge: asked now, or as somebody saved it where the parameters say so.

    Raises:
        UsageError: it is another account than the event's.
        SavedScanError: there is no such scan.
        AwsError: the account or the scan cannot be read.
    """
    async with AsyncExitStack() as stack:
        uri = run.parameters.store_of(run.event.account)
        if uri is None:
            account = await stack.enter_async_context(live_account(run.parameters, options, clock=clock))
        else:
            path = await stack.enter_async_context(fetched_scan(_place(uri), own))
            account = saved_account(run.parameters, path, now=clock.now())
        found = account.snapshot.account.id
        if found != run.event.account:
            source = "the credentials are" if uri is None else f"the scan in {uri} is"
            raise UsageError(f"{source} of account {found}, and the event is of {run.event.account}")
        yield account


def _place(uri: str) -> BucketPlace:
    place = bucket_named(uri)
    if place is None:
        raise UsageError(f"storeUri is {uri}, which names no bucket", hint="name s3://BUCKET/PREFIX")
    return place


async def evaluate_locally(
    event: Mapping[str, object] | bytes, connection: ConnectionOptions, *, is_put: bool, clock: Clock
) -> Answered:
    """What the rule says in answer to an event, worked out here with these credentials, and in one go.

    With `is_put` Config is told, and what it was told before counts; else Config is not called at all.

    Raises:
        LeastwiseError: as `handle_event` says.
    """
    parsed = parse_event(event)
    async with connect_config(connection, clock=clock) if is_put else nullcontext(Told()) as store:
        run = RuleRun(await _completed(parsed, store), parse_parameters(parsed.rule_parameters))
        return await answer_event(
            run,
            store,
            lambda: opened_account(run, connection, connection, clock=clock),
            bookmark=Nowhere(),
            budget=Budget(lambda: inf),
            clock=clock,
            after=_sender(run, connection, clock) if run.parameters.security_hub and is_put else None,
        )


async def _completed(event: ConfigEvent, store: ItemStore) -> ConfigEvent:
    """The event; of an item too large for it, with what Config has of the item now."""
    if event.message_type is not MessageType.OVERSIZED_ITEM_CHANGED or event.item is None:
        return event
    found = await store.newest_item(event.item.type, event.item.id)
    return event if found is None else replace(event, item=_item(found, event.item))


def _item(found: RecordedItem, summary: ConfigItem) -> ConfigItem:
    created = found.resource_creation_time
    return ConfigItem(
        type=summary.type,
        id=summary.id,
        status=_status(found.configuration_item_status, summary.status),
        captured_at=summary.captured_at,
        name=found.resource_name or summary.name,
        arn=Arn(found.arn) if found.arn else summary.arn,
        created_at=summary.created_at if created is None else datetime.fromtimestamp(created, UTC),
    )


def _status(said: str, summary: ItemStatus) -> ItemStatus:
    return ItemStatus(said) if said in tuple(ItemStatus) else summary


async def _go_on(event: Mapping[str, object], answered: Answered, invocation: Invocation) -> None:
    """Invoke the function again where the account is not through."""
    if answered.goes_on is None:
        return
    if answered.goes_on.part > _MOST_PARTS:
        raise UsageError(
            f"the account is not through after {_MOST_PARTS} invocations",
            hint="raise callsPerSecond, narrow principalTypes, or judge a saved scan (storeUri)",
        )
    # Few accounts are so large that this has to be loaded.
    from leastwise.aws.functions import connect_functions  # noqa: PLC0415 - see above

    following = continued(event, cursor=answered.goes_on.cursor, part=answered.goes_on.part)
    async with connect_functions(invocation.connection) as functions:
        await functions.start(invocation.function, following)


def _sender(run: RuleRun, options: ConnectionOptions, clock: Clock) -> After:
    """What sends the findings of each part to Security Hub, in the account and the region that are judged."""

    async def send(part: JudgedPart, account: RuleAccount, is_whole: bool) -> Sequence[str]:  # noqa: FBT001 - `After`
        # Reports are loaded only where they are wanted.
        from leastwise.pipeline.config_rule.findings import sent_findings  # noqa: PLC0415 - see above

        parameters = ScanParameters(stale_after_days=run.parameters.stale_after_days, exclude=run.parameters.exclude)
        scan = Scan(account.now, parameters, (part.scan,))
        return await sent_findings(scan, options, clock=clock, is_whole=is_whole)

    return send
