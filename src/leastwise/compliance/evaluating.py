"""What AWS Config is to be told of an account, or of a part of it, by one rule."""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime

from leastwise.compliance.annotation import again, named
from leastwise.compliance.aside import aside_by_type
from leastwise.compliance.inquiry import Inquiry
from leastwise.compliance.outcome import Outcome
from leastwise.compliance.parameters import RuleParameters
from leastwise.compliance.resources import resources_of
from leastwise.compliance.results import Compliance, EarlierResult, Evaluation
from leastwise.findings import Judgement
from leastwise.inventory import GrantIndex, Snapshot

__all__ = ["evaluate", "evaluation_of", "gone", "left_out"]


def evaluate(
    judgement: Judgement,
    parameters: RuleParameters,
    *,
    grants: GrantIndex,
    snapshot: Snapshot,
    earlier: Mapping[str, EarlierResult],
    now: datetime,
    ordered_at: datetime,
    only: AbstractSet[str] | None = None,
) -> tuple[Evaluation, ...]:
    """One evaluation of every resource of the kinds asked for, by unique id; of `only` these ids, where given.

    A resource of another kind has one only where an earlier result has to be taken out. `grants` is of the same
    snapshot, `earlier` by unique id, and `ordered_at` the event's ordering timestamp. The judgement must not leave
    services out; what is not judged is unknown. The ids that are gone are told by `gone`. Costs a look at every
    granted service, and for `unused-actions` at every tracked action.

    Raises:
        ValueError: the judgement is by other days than the rule's.
    """
    inquiry = Inquiry(judgement, parameters, grants=grants, snapshot=snapshot, now=now)
    found: list[Evaluation] = []
    for resource in resources_of(snapshot):
        if only is not None and resource.id not in only:
            continue
        before = earlier.get(resource.id)
        aside = aside_by_type(resource.type, parameters)
        if aside is None or (before is not None and before.compliance.is_shown):
            outcome = aside or inquiry.outcome(resource)
            found.append(evaluation_of(resource.type, resource.id, outcome, before=before, ordered_at=ordered_at))
    return tuple(found)


def gone(earlier: Mapping[str, EarlierResult], snapshot: Snapshot, *, ordered_at: datetime) -> tuple[Evaluation, ...]:
    """NOT_APPLICABLE for every resource with an earlier result that counts and that the account no longer has, by id.

    What was judged after the snapshot was taken may have been made after it, and is left alone.
    """
    return tuple(_gone(earlier, snapshot, ordered_at))


def left_out(
    earlier: Mapping[str, EarlierResult], parameters: RuleParameters, *, ordered_at: datetime
) -> tuple[Evaluation, ...]:
    """NOT_APPLICABLE for every earlier result that counts, in an account that the parameters leave out, by id."""
    text = named("Not looked at: accounts is ", parameters.accounts)
    return tuple(
        Evaluation(before.resource_type, identity, Compliance.NOT_APPLICABLE, text, ordered_at)
        for identity, before in sorted(earlier.items())
        if before.compliance.is_shown
    )


def evaluation_of(
    resource_type: str, resource_id: str, outcome: Outcome, *, before: EarlierResult | None, ordered_at: datetime
) -> Evaluation:
    """The outcome as it is told, unless a failure hides whether an earlier NON_COMPLIANT still holds: then that."""
    said = outcome
    if outcome.failure is not None and before is not None and before.compliance is Compliance.NON_COMPLIANT:
        said = Outcome(Compliance.NON_COMPLIANT, again(outcome.failure, before.annotation))
    return Evaluation(resource_type, resource_id, said.compliance, said.annotation, ordered_at)


def _gone(earlier: Mapping[str, EarlierResult], snapshot: Snapshot, ordered_at: datetime) -> Iterator[Evaluation]:
    there = {resource.id for resource in resources_of(snapshot)}
    for identity in sorted(earlier.keys() - there):
        before = earlier[identity]
        if before.compliance.is_shown and before.ordered_at <= snapshot.taken_at:
            text = "Gone: the account has it no more"
            yield Evaluation(before.resource_type, identity, Compliance.NOT_APPLICABLE, text, ordered_at)
