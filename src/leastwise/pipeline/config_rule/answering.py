"""One event of AWS Config's, answered: what changed, or the whole account, judged and told."""

import logging
from collections import Counter
from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from leastwise.clock import Clock
from leastwise.compliance import (
    ConfigEvent,
    Continuation,
    Evaluation,
    RuleParameters,
    evaluate_item,
    evaluate_unseen,
    left_out,
    resources_of,
)
from leastwise.pipeline.config_rule.account import OpenAccount
from leastwise.pipeline.config_rule.results import ResultsStore, Teller
from leastwise.pipeline.config_rule.store import Bookmark
from leastwise.pipeline.config_rule.walking import After, Budget, Walk, denials, stopping
from leastwise.policy import Arn

__all__ = ["PART_SIZE", "Answered", "RuleRun", "answer_event"]

_log: Final = logging.getLogger(__name__)

PART_SIZE: Final = 250
"""Resources that are judged together: the reports of so many take half a minute, and some ten megabytes."""


class RuleRun(Struct, frozen=True):
    """What is to be answered, and how."""

    event: ConfigEvent
    """What AWS Config sent."""
    parameters: RuleParameters
    """The rule's."""
    part_size: int = PART_SIZE
    """How many resources are judged together."""


class Answered(Struct, frozen=True):
    """What came of an event."""

    evaluations: tuple[Evaluation, ...]
    """What Config took in this invocation."""
    refused: tuple[Evaluation, ...] = ()
    """What it did not take."""
    problems: tuple[str, ...] = ()
    """What else went wrong, a sentence each."""
    gaps: int = 0
    """How many answers could not be had; what rests on them is unknown, and told so."""
    arns: Mapping[str, Arn] = {}
    """The ARNs of the resources that were looked at, by unique id."""
    goes_on: Continuation | None = None
    """How far this invocation came, and the number of the next; None if the account is through."""

    @property
    def counts(self) -> Mapping[str, int]:
        """How many evaluations there are of each kind."""
        return dict(sorted(Counter(one.compliance.value for one in self.evaluations).items()))


async def answer_event(
    run: RuleRun,
    store: ResultsStore,
    open_account: OpenAccount,
    *,
    bookmark: Bookmark,
    budget: Budget,
    clock: Clock,
    after: After | None = None,
) -> Answered:
    """What came of the event; every evaluation is put before anything is noted as done.

    A periodic event is answered in parts, in an order that is the same each time, until the account is through or time
    runs out; then it says how far it came. Killed anywhere and begun again, every resource ends with one evaluation,
    since putting one again changes nothing. A change is answered from the event alone where that settles it. Of an
    account that the parameters leave out no more is said than that, and only where something was said before.

    Raises:
        AwsError: the account, or the rule's earlier results, cannot be read; or a call that puts evaluations failed.
    """
    teller = Teller(store, run.event, clock)
    if not run.parameters.takes(run.event.account):
        _log.info("account %s is left out by the parameter accounts", run.event.account)
        await teller.tell(left_out(await teller.earlier(), run.parameters, ordered_at=run.event.ordered_at))
        return Answered(tuple(teller.taken), tuple(teller.refused))
    if not run.event.message_type.is_periodic:
        found, problems, gaps = await _changed(run, teller, open_account, budget=budget, clock=clock)
        await teller.tell([found])
        return Answered(tuple(teller.taken), tuple(teller.refused), problems, gaps)
    walk = Walk(run.event, run.parameters, teller, bookmark=bookmark, budget=budget, clock=clock, after=after)
    goes_on = await walk.go(open_account, part_size=run.part_size)
    return Answered(tuple(teller.taken), tuple(teller.refused), walk.problems, walk.gaps, walk.arns, goes_on)


async def _changed(
    run: RuleRun, teller: Teller, open_account: OpenAccount, *, budget: Budget, clock: Clock
) -> tuple[Evaluation, tuple[str, ...], int]:
    """What is to be said of the one resource that changed, what went wrong, and how many answers could not be had."""
    found = evaluate_unseen(run.event, run.parameters, now=clock.now())
    if found is not None:
        return found, (), 0
    earlier = await teller.earlier()
    async with open_account() as account, stopping(budget, clock) as stop:
        item = run.event.item
        arns = [one.arn for one in resources_of(account.snapshot) if item is not None and one.id == item.id]
        part = await account.judged(arns, stop)
        found = evaluate_item(
            run.event,
            run.parameters,
            judgement=part.judgement,
            grants=account.grants,
            snapshot=account.snapshot,
            earlier=earlier,
            now=account.now,
        )
        return found, tuple(denials(part.scan.errors)), len(part.scan.errors)
