"""A rule's results in AWS Config: what it said before, and what it says now, put there whole or told to be missing."""

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from typing import Final, Protocol

from msgspec import Struct

from leastwise.aws.config_records import FailedEvaluation, NewResult, RecordedItem, RecordedResult, RecordedResultsPage
from leastwise.clock import Clock
from leastwise.compliance import Compliance, ConfigEvent, EarlierResult, Evaluation, chunks

__all__ = ["ItemStore", "Put", "ResultsStore", "Teller", "Told", "earlier_results", "put_evaluations"]

_MORE_ROUNDS: Final = 3
"""How often evaluations that Config did not take are put again; it does not say why it did not."""
_FIRST_WAIT_SECONDS: Final = 1.0


class ResultsStore(Protocol):
    """What of AWS Config this needs; `leastwise.aws.config_rules.ConfigDoor` is the real one."""

    async def put_evaluations(
        self, evaluations: Sequence[NewResult], *, token: str, is_test: bool
    ) -> tuple[FailedEvaluation, ...]:
        """Those of at most 100 evaluations that were not taken."""
        ...

    def results(self, rule: str) -> AsyncIterator[RecordedResultsPage]:
        """The rule's results that show."""
        ...


class ItemStore(Protocol):
    """What of AWS Config an item takes that is too large for its event."""

    async def newest_item(self, resource_type: str, resource_id: str) -> RecordedItem | None:
        """The newest configuration item of a resource."""
        ...


class Told:
    """Stands in for AWS Config where it is not to be called: it knows nothing, and takes everything."""

    async def put_evaluations(
        self, evaluations: Sequence[NewResult], *, token: str, is_test: bool
    ) -> tuple[FailedEvaluation, ...]:
        """None is refused."""
        del evaluations, token, is_test
        return ()

    async def results(self, rule: str) -> AsyncIterator[RecordedResultsPage]:
        """No earlier ones."""
        del rule
        yield RecordedResultsPage((), None)

    async def newest_item(self, resource_type: str, resource_id: str) -> RecordedItem | None:
        """None."""
        del resource_type, resource_id
        return None


class Teller:
    """Tells Config what one event is answered with, and remembers what became of it."""

    def __init__(self, store: ResultsStore, event: ConfigEvent, clock: Clock) -> None:
        self._store, self._event, self._clock = store, event, clock
        self.taken: list[Evaluation] = []
        """What Config has taken."""
        self.refused: list[Evaluation] = []
        """What it has not, however often it was put."""

    async def earlier(self) -> Mapping[str, EarlierResult]:
        """What the rule said before and still shows, by unique id; raises AwsError."""
        return await earlier_results(self._store, self._event.rule_name)

    async def tell(self, evaluations: Sequence[Evaluation]) -> None:
        """Put the evaluations; raises AwsError where a call fails."""
        token, is_test = self._event.result_token, self._event.is_test
        put = await put_evaluations(self._store, evaluations, token=token, is_test=is_test, clock=self._clock)
        self.taken += put.taken
        self.refused += put.refused


class Put(Struct, frozen=True):
    """What became of evaluations."""

    taken: tuple[Evaluation, ...] = ()
    """Those that Config has now."""
    refused: tuple[Evaluation, ...] = ()
    """Those that it did not take, however often they were put."""


async def earlier_results(store: ResultsStore, rule: str) -> Mapping[str, EarlierResult]:
    """What the rule said before and still shows, by unique id.

    Raises:
        AwsError: it cannot be read.
    """
    return {one.resource_id: _earlier(one) async for page in store.results(rule) for one in page.items}


async def put_evaluations(
    store: ResultsStore, evaluations: Sequence[Evaluation], *, token: str, is_test: bool, clock: Clock
) -> Put:
    """What became of the evaluations, put in chunks; those that fail are put again, some seconds later.

    Raises:
        AwsError: a call failed; the evaluations before it are put. To put one twice is to put it once.
    """
    waiting, taken = list(evaluations), list[Evaluation]()
    for number in range(1 + _MORE_ROUNDS):
        if number:
            await clock.sleep(_FIRST_WAIT_SECONDS * 2 ** (number - 1))
        failed: list[Evaluation] = []
        for chunk in chunks(waiting):
            refused = await store.put_evaluations(tuple(map(_new, chunk)), token=token, is_test=is_test)
            failed += _named(chunk, refused)
            taken += [one for one in chunk if one not in failed]
        waiting = failed
        if not waiting:
            break
    return Put(tuple(taken), tuple(waiting))


def _named(chunk: Iterable[Evaluation], refused: Iterable[FailedEvaluation]) -> Iterator[Evaluation]:
    """The evaluations that Config named as failed."""
    ids = {one.compliance_resource_id for one in refused}
    return (one for one in chunk if one.resource_id in ids)


def _new(evaluation: Evaluation) -> NewResult:
    return NewResult(
        evaluation.resource_type,
        evaluation.resource_id,
        evaluation.compliance,
        evaluation.annotation,
        evaluation.ordered_at.timestamp(),
    )


def _earlier(result: RecordedResult) -> EarlierResult:
    return EarlierResult(
        result.resource_type,
        result.resource_id,
        Compliance(result.compliance),
        result.annotation,
        result.ordered_at,
    )
