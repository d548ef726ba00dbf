"""What becomes of requests, and which statements make it so."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, Literal

from msgspec import Struct

from leastwise.policy import (
    Decision,
    Document,
    Layer,
    Outcome,
    Policies,
    Reason,
    Request,
    Stance,
    completed,
    keys_of,
)
from leastwise.report.layout import Line, Span, Tone, wrap
from leastwise.report.paint import paint
from leastwise.report.policy.shared import (
    Look,
    RequestEntry,
    StatementPlace,
    place_words,
    request_entry,
    request_lines,
    statement_place,
)

__all__ = ["Simulated", "SimulationDocument", "render_simulation", "simulation_document"]

_SCHEMA: Final = "leastwise/policy-simulate/1"
_LAYERS: Final = {
    Layer.IDENTITY: "identity policies",
    Layer.BOUNDARY: "permissions boundary",
    Layer.SESSION: "session policies",
    Layer.RESOURCE: "resource policy",
    Layer.SERVICE_CONTROL: "SCPs",
    Layer.RESOURCE_CONTROL: "RCPs",
}
_OUTCOMES: Final = {
    Outcome.ALLOWED: ("allowed", Tone.GOOD),
    Outcome.EXPLICIT_DENY: ("denied: a statement denies it", Tone.BAD),
    Outcome.IMPLICIT_DENY: ("denied: what would have to allow it does not", Tone.BAD),
}
_STANCES: Final = {
    Stance.ALLOW: "allow",
    Stance.EXPLICIT_DENY: "deny",
    Stance.NO_STATEMENT: "have no statement that allows it",
}


class Simulated(Struct, frozen=True):
    """A request and what became of it."""

    request: Request
    """As it was asked."""
    decision: Decision
    """The answer."""
    is_known: bool
    """Whether the catalog knows the action."""


class ReasonEntry(Struct, frozen=True):
    """What one kind of policy had to do with a decision."""

    layer: Layer
    """The kind of policy."""
    level: int | None
    """For SCPs and RCPs the place in the organization, from 0 for its root; null for all others."""
    stance: Stance
    """What it says."""
    statements: tuple[StatementPlace, ...]
    """The statements that make it say so."""


class DecisionEntry(Struct, frozen=True):
    """What became of a request."""

    request: RequestEntry
    """The request, with the keys that follow from its caller and resource."""
    implied_keys: tuple[str, ...]
    """The keys among those that follow."""
    outcome: Outcome
    """The answer."""
    reasons: tuple[ReasonEntry, ...]
    """What made it so."""
    is_known_action: bool
    """Whether the catalog knows the action."""
    missing_keys: tuple[str, ...]
    """Condition keys and variables of the policies that the request has no value for, sorted, in lower case."""


class SimulationDocument(Struct, frozen=True):
    """What became of requests."""

    schema: Literal["leastwise/policy-simulate/1"]
    """Which shape this is."""
    decisions: tuple[DecisionEntry, ...]
    """In the order in which they were asked."""


def simulation_document(simulated: Iterable[Simulated], policies: Policies) -> SimulationDocument:
    """The decisions in the shape in which they are written."""
    documents = {policy.name: policy.document for policy in policies.all()}
    keys = frozenset[str]().union(*map(keys_of, documents.values()))
    return SimulationDocument(_SCHEMA, tuple(_decision(one, documents, keys) for one in simulated))


def _decision(one: Simulated, documents: Mapping[str, Document], keys: frozenset[str]) -> DecisionEntry:
    request = completed(one.request)
    return DecisionEntry(
        request=request_entry(request),
        implied_keys=tuple(sorted(request.context.keys() - one.request.context.keys())),
        outcome=one.decision.outcome,
        reasons=tuple(_reason(reason, documents) for reason in one.decision.reasons),
        is_known_action=one.is_known,
        missing_keys=tuple(sorted(keys - request.context.keys())),
    )


def _reason(reason: Reason, documents: Mapping[str, Document]) -> ReasonEntry:
    places = (statement_place(documents[one.policy].statements[one.index], one.policy) for one in reason.statements)
    return ReasonEntry(reason.layer, reason.level, reason.stance, tuple(places))


def render_simulation(document: SimulationDocument, *, look: Look) -> str:
    """Each request, its outcome, and the statements behind it."""
    return paint(_lines(document, look), color=look.color)


def _lines(document: SimulationDocument, look: Look) -> Iterator[Line]:
    for place, decision in enumerate(document.decisions):
        if place:
            yield ()
        yield from _decision_lines(decision, look)


def _decision_lines(decision: DecisionEntry, look: Look) -> Iterator[Line]:
    words, tone = _OUTCOMES[decision.outcome]
    yield (Span(words, tone),)
    yield from request_lines(decision.request, indent=2, look=look, implied=decision.implied_keys)
    for reason in decision.reasons:
        yield from _reason_lines(reason, look)
    if decision.missing_keys:
        text = f"The policies ask for keys that the request does not have: {', '.join(decision.missing_keys)}."
        yield from wrap(text, width=look.width, indent=2, hang=4, tone=Tone.DIM)
    if not decision.is_known_action:
        text = f"No known action is called {decision.request.action}."
        yield from wrap(text, width=look.width, indent=2, hang=4, tone=Tone.WARN)


def _reason_lines(reason: ReasonEntry, look: Look) -> Iterator[Line]:
    level = "" if reason.level is None else f" of level {reason.level}"
    says = _STANCES[reason.stance]
    yield from wrap(f"{_LAYERS[reason.layer]}{level} {says}", width=look.width, indent=2, hang=4)
    for place in reason.statements:
        yield (Span("    "), Span(place_words(place), Tone.NAME))
