"""A whole account judged part by part, as far as the time goes, and from where an earlier invocation stopped."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Final

from leastwise.clock import Clock
from leastwise.compliance import (
    ConfigEvent,
    Continuation,
    EarlierResult,
    Resource,
    ResourceType,
    RuleParameters,
    evaluate,
    gone,
    resources_of,
)
from leastwise.findings import ScanError
from leastwise.pipeline.config_rule.account import JudgedPart, OpenAccount, RuleAccount
from leastwise.pipeline.config_rule.results import Teller
from leastwise.pipeline.config_rule.store import Bookmark
from leastwise.policy import Arn

__all__ = ["After", "Budget", "Walk", "denials", "stopping"]

_RESERVE_SECONDS: Final = 45.0
"""What judging a part, putting its evaluations and starting the next invocation take at most when reports are there."""
_RESERVE: Final = 0.2
"""The part of the time at the beginning that is kept for that, where that is less."""
_POLICY: Final = "ANPA"
"""How the unique ids of managed policies begin (IAM User Guide, Unique identifiers)."""

After = Callable[[JudgedPart, RuleAccount, bool], Awaitable[Sequence[str]]]
"""Told of each part when it is put, and whether that is the whole account; gives back what went wrong, a line each."""


class Budget:
    """How much time is left, and how much of it is kept for telling what is known."""

    def __init__(self, seconds_left: Callable[[], float]) -> None:
        self._seconds_left = seconds_left
        self._reserve = min(_RESERVE_SECONDS, _RESERVE * seconds_left())

    def seconds_left(self) -> float:
        """Until no more should be asked for."""
        return self._seconds_left() - self._reserve


@asynccontextmanager
async def stopping(budget: Budget, clock: Clock) -> AsyncIterator[asyncio.Event]:
    """What is set when there is only time left to tell what is known."""
    stop = asyncio.Event()

    async def wait() -> None:
        await clock.sleep(budget.seconds_left())
        stop.set()

    waiting = asyncio.create_task(wait())
    try:
        yield stop
    finally:
        waiting.cancel()


class Walk:
    """Goes through the resources of an account: principals first, then policies, each by unique id."""

    def __init__(
        self,
        event: ConfigEvent,
        parameters: RuleParameters,
        teller: Teller,
        *,
        bookmark: Bookmark,
        budget: Budget,
        clock: Clock,
        after: After | None,
    ) -> None:
        self._event, self._parameters, self._teller = event, parameters, teller
        self._bookmark, self._budget, self._clock, self._after = bookmark, budget, clock, after
        self._earlier: Mapping[str, EarlierResult] = {}
        self._failed: list[str] = []
        self._denied: list[ScanError] = []
        self.gaps = 0
        """How many answers could not be had."""
        self.arns: dict[str, Arn] = {}
        """The ARNs of those that were looked at, by unique id."""

    @property
    def problems(self) -> tuple[str, ...]:
        """What went wrong besides, a sentence each."""
        return (*denials(self._denied), *self._failed)

    async def go(self, open_account: OpenAccount, *, part_size: int) -> Continuation | None:
        """How far it came where time ran out, and the number of the next invocation; None at the end of the account.

        The first part of an invocation is put however it comes, what could not be had as unknown: each invocation gets
        further than the one before.

        Raises:
            AwsError: as `answer_event` says.
        """
        begun = self._event.continuation
        reached = _furthest(begun, await self._bookmark.found(self._event))
        self._earlier = await self._teller.earlier()
        async with open_account() as account, stopping(self._budget, self._clock) as stop:
            if reached is None:
                await self._teller.tell(gone(self._earlier, account.snapshot, ordered_at=self._event.ordered_at))
            parts = list(_parts(list(self._resources(account, reached)), part_size))
            number = 1 if begun is None else begun.part
            last_seconds = 0.0
            for done, part in enumerate(parts):
                started = self._clock.monotonic()
                is_first = done == 0
                if not is_first and self._budget.seconds_left() < last_seconds:
                    return reached
                is_whole = len(parts) == 1 and reached is None and self._is_for_every_kind
                if not await self._put(account, part, stop, is_first=is_first, is_whole=is_whole):
                    return reached
                reached = Continuation(part[-1].id, number + 1)
                await self._bookmark.keep(self._event, reached)
                last_seconds = self._clock.monotonic() - started
        return None

    @property
    def _is_for_every_kind(self) -> bool:
        return set(self._parameters.principal_types) == set(ResourceType)

    def _resources(self, account: RuleAccount, reached: Continuation | None) -> Iterator[Resource]:
        """Of whom something is to be said and was not yet, in order."""
        for resource in sorted(resources_of(account.snapshot), key=lambda one: _place(one.id)):
            before = self._earlier.get(resource.id)
            is_shown = before is not None and before.compliance.is_shown
            is_wanted = resource.type in self._parameters.principal_types or is_shown
            if is_wanted and (reached is None or _place(resource.id) > _place(reached.cursor)):
                yield resource

    async def _put(
        self, account: RuleAccount, part: Sequence[Resource], stop: asyncio.Event, *, is_first: bool, is_whole: bool
    ) -> bool:
        """Whether the part was judged and told; one that time cut short is left to the next invocation if it may be."""
        judged = await account.judged([one.arn for one in part], stop)
        if judged.is_cut_short and not is_first:
            return False
        evaluations = evaluate(
            judged.judgement,
            self._parameters,
            grants=account.grants,
            snapshot=account.snapshot,
            earlier=self._earlier,
            now=account.now,
            ordered_at=self._event.ordered_at,
            only={one.id for one in part},
        )
        await self._teller.tell(evaluations)
        self.gaps += len(judged.scan.errors)
        self._denied += [error for error in judged.scan.errors if _is_denial(error)]
        self.arns |= {one.id: one.arn for one in part}
        if self._after is not None:
            self._failed += await self._after(judged, account, is_whole)
        return True


def denials(errors: Iterable[ScanError]) -> Iterator[str]:
    """The operations that AWS denied, a sentence each: whoever set the rights up has to know."""
    counts = Counter(error.operation for error in errors if _is_denial(error))
    for operation, number in sorted(counts.items()):
        yield f"AWS denied {operation} {number:,} times; what rests on it is unknown"


def _is_denial(error: ScanError) -> bool:
    return error.code.startswith("AccessDenied")


def _place(identity: str) -> tuple[bool, str]:
    """The place of a resource in the order; a policy comes after all whom it may reach."""
    return identity.startswith(_POLICY), identity


def _furthest(*reached: Continuation | None) -> Continuation | None:
    found = [one for one in reached if one is not None]
    return max(found, key=lambda one: _place(one.cursor)) if found else None


def _parts(resources: Sequence[Resource], size: int) -> Iterator[Sequence[Resource]]:
    for start in range(0, len(resources), size):
        yield resources[start : start + size]
