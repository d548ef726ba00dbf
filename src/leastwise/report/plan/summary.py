"""The plan as a whole in words: which account, what goes in all, by what rule, and how it ends."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from leastwise.findings import Gain
from leastwise.plan import Change, Parameters, Plan, ProofMethod
from leastwise.policy import Arn
from leastwise.report.layout import clean
from leastwise.report.phrases import count, moment
from leastwise.report.plan.naming import account_name, gain_words, people

__all__ = ["INCOMPLETE", "heading_words", "no_change_words", "outcome_words", "parameter_words", "total_words"]

INCOMPLETE: Final = "The scan was not complete: what could not be had is unknown, and stays."
"""What is said of a plan from a scan that had not all the evidence that it asked for."""


def heading_words(plan: Plan) -> str:
    """Which account, and when it was scanned."""
    return f"Plan for {account_name(plan.account)}, scanned {moment(plan.scanned_at)}"


def total_words(plan: Plan) -> str:
    """How many changes reach whom, and what goes with them; what two changes take counts for each."""
    number = len(plan.changes)
    verb = "reaches" if number == 1 else "reach"
    total = _summed(change.gain for change in plan.changes)
    return (
        f"{count(number, 'change')} {verb} {people(_reached(plan.changes))}. "
        f"What goes, summed over the changes: {gain_words(total)}."
    )


def _reached(changes: Iterable[Change]) -> list[Arn]:
    return sorted({principal for change in changes for principal in change.principals})


def _summed(gains: Iterable[Gain]) -> Gain:
    found = list(gains)
    return Gain(
        sum(one.services for one in found),
        sum(one.actions for one in found),
        sum(one.writing for one in found),
        sum(one.permissions for one in found),
    )


def parameter_words(plan: Plan) -> str:
    """What a person decided about what goes, and which version made the plan of it."""
    parameters = plan.parameters
    sentences = [
        _rule_words(plan),
        *_narrowed(parameters),
        f"Made by leastwise {clean(plan.version)}.",
    ]
    return " ".join(sentences)


def _rule_words(plan: Plan) -> str:
    """By what rule something goes."""
    parameters = plan.parameters
    if plan.changes and all(change.proof.method is ProofMethod.RESTORED for change in plan.changes):
        return "Quarantines are lifted, and lifting gives back what other policies grant."
    if parameters.promote_after_days is not None:
        days = count(parameters.promote_after_days, "day")
        return f"What a quarantine has denied for {days} goes from those whom it is about; nothing else is changed."
    verb = "goes, too" if parameters.include_stale else "stays"
    return f"What was never used in {count(parameters.unused_days, 'day')} goes; what was used longer ago {verb}."


def _narrowed(parameters: Parameters) -> Iterator[str]:
    if parameters.services_only:
        yield "Only whole services go."
    if parameters.keep:
        yield f"What stays in any case: {', '.join(map(clean, parameters.keep))}."
    if parameters.quarantine:
        yield "What goes is denied first, and nothing else is changed."


def no_change_words(plan: Plan) -> str:
    """What is said where there is nothing to change."""
    return f"{heading_words(plan)}: no changes, nothing that is granted can go."


def outcome_words(plan: Plan) -> str:
    """The last sentence: how much can be undone, and how much is left."""
    changes = _undone(plan.changes) if plan.changes else "No changes."
    if not plan.left:
        return changes
    verb = "is left as it is" if len(plan.left) == 1 else "are left as they are"
    return f"{changes} {count(len(plan.left), 'policy')} {verb}."


def _undone(changes: Sequence[Change]) -> str:
    final = sum(not change.risk.is_reversible for change in changes)
    number = count(len(changes), "change")
    if not final:
        return f"{number}; {'it' if len(changes) == 1 else 'each'} can be undone."
    return f"{number}; {'it' if len(changes) == 1 else f'{final:,} of them'} cannot be undone."
