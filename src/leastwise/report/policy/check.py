"""Whether one document grants more than another, with the proof's scope or a witness."""

from collections.abc import Iterable, Iterator
from typing import Final, Literal

from msgspec import Struct

from leastwise.policy import (
    Answer,
    Comparison,
    Difference,
    Document,
    Effect,
    Gap,
    Request,
    literal_text,
    matching_statements,
    minimal_patterns,
)
from leastwise.report.layout import Line, Span, Tone, labelled, wrap
from leastwise.report.paint import paint
from leastwise.report.policy.action_words import action_words
from leastwise.report.policy.shared import (
    Look,
    RequestEntry,
    StatementPlace,
    place_words,
    request_entry,
    request_lines,
    statement_place,
)

__all__ = ["CheckDocument", "check_document", "render_check"]

_SCHEMA: Final = "leastwise/policy-check/1"
_GrantsMore = Literal["no", "yes", "unknown"]
_ANSWERS: Final[dict[Answer, _GrantsMore]] = {Answer.YES: "no", Answer.NO: "yes", Answer.UNDECIDED: "unknown"}
_GAPS: Final = 5
"""Gaps that are listed, unless everything is wanted."""
_PATTERNS: Final = 12
"""Patterns that are listed of one gap, unless everything is wanted."""


class WitnessEntry(Struct, frozen=True):
    """A request that the new document allows and the old one does not; both were asked."""

    request: RequestEntry
    """The request."""
    allowed_by: tuple[StatementPlace, ...]
    """The statements of the new document that allow it."""
    denied_by: tuple[StatementPlace, ...]
    """The statements of the old document that deny it; empty where none there allows it."""


class GapEntry(Struct, frozen=True):
    """Requests that the new document may allow and the old one may not."""

    actions: tuple[str, ...]
    """For these actions, in words such as `s3:* except s3:Get*`; true of known actions and of all others."""
    known_actions: tuple[str, ...]
    """Patterns for the known ones among them, which match no other."""
    resources: tuple[str, ...]
    """Each a set of resources in words; variables are written as `*`."""
    conditions: tuple[str, ...]
    """What holds of the requests, in words."""
    is_proved: bool
    """Whether there is such a request for certain: one was found and asked."""


class CheckDocument(Struct, frozen=True):
    """Whether the new document grants something that the old one does not."""

    schema: Literal["leastwise/policy-check/1"]
    """Which shape this is."""
    old: str
    """Where the old document was read."""
    new: str
    """Where the new one was read."""
    grants_more: _GrantsMore
    """`no` is proved, `yes` has a witness; `unknown` is neither, and not to be taken for `no`."""
    witness: WitnessEntry | None
    """Given exactly if the answer is `yes`."""
    gaps: tuple[GapEntry, ...]
    """Outside of these the new document grants nothing that the old one does not; empty if the answer is `no`."""
    is_complete: bool
    """Whether the gaps are all; false where the documents are too entangled to list them."""


def check_document(
    comparison: Comparison, gaps: Difference | None, *, old: tuple[str, Document], new: tuple[str, Document]
) -> CheckDocument:
    """The answer in the shape in which it is written; `gaps` may be None where the answer is YES."""
    witness = comparison.witness
    return CheckDocument(
        schema=_SCHEMA,
        old=old[0],
        new=new[0],
        grants_more=_ANSWERS[comparison.answer],
        witness=None if witness is None else _witness(witness, old=old, new=new),
        gaps=() if gaps is None else tuple(map(_gap, gaps.gaps)),
        is_complete=gaps is None or gaps.is_complete,
    )


def _witness(request: Request, *, old: tuple[str, Document], new: tuple[str, Document]) -> WitnessEntry:
    return WitnessEntry(
        request_entry(request),
        allowed_by=tuple(_places(new, request, Effect.ALLOW)),
        denied_by=tuple(_places(old, request, Effect.DENY)),
    )


def _places(read: tuple[str, Document], request: Request, effect: Effect) -> Iterator[StatementPlace]:
    for statement in matching_statements(read[1], request):
        if statement.effect is effect:
            yield statement_place(statement, read[0])


def _gap(gap: Gap) -> GapEntry:
    return GapEntry(
        actions=action_words(gap.actions),
        known_actions=minimal_patterns(gap.actions).patterns,
        resources=gap.resources.described(),
        conditions=tuple(sorted(map(literal_text, gap.literals))),
        is_proved=gap.witness is not None,
    )


def render_check(document: CheckDocument, *, look: Look) -> str:
    """The answer in a sentence, the witness with the statements that make it one, and what else may be more."""
    return paint(_lines(document, look), color=look.color)


def _lines(document: CheckDocument, look: Look) -> Iterator[Line]:
    yield from wrap(_verdict(document), width=look.width, indent=0, hang=0, tone=_tone(document))
    if document.witness is not None:
        yield from _witness_lines(document.witness, document, look)
    if document.gaps:
        yield from _gap_lines(document, look)
    if not document.is_complete:
        yield ()
        yield from wrap("There may be more: the documents are too entangled to list it all.",
                        width=look.width, indent=0, hang=0)  # fmt: skip


def _verdict(document: CheckDocument) -> str:
    if document.grants_more == "no":
        return (
            f"No: {document.new} grants nothing that {document.old} does not. This is proved, also for actions and "
            "resources that do not exist yet."
        )
    if document.grants_more == "yes":
        return f"Yes: {document.new} grants more than {document.old}. This request, for one:"
    return (
        f"Unknown: it could be proved neither that {document.new} grants more than {document.old} nor that it does "
        "not. Who must be safe takes it for a yes."
    )


def _tone(document: CheckDocument) -> Tone:
    return {"no": Tone.GOOD, "yes": Tone.BAD, "unknown": Tone.WARN}[document.grants_more]


def _witness_lines(witness: WitnessEntry, document: CheckDocument, look: Look) -> Iterator[Line]:
    yield ()
    yield from request_lines(witness.request, indent=2, look=look)
    yield ()
    for place in witness.allowed_by:
        yield (Span("allowed by  "), Span(place_words(place), Tone.NAME))
    for place in witness.denied_by:
        yield (Span("denied by   "), Span(place_words(place), Tone.NAME))
    if not witness.denied_by:
        yield (Span(f"no statement of {document.old} allows it"),)


def _gap_lines(document: CheckDocument, look: Look) -> Iterator[Line]:
    shown = document.gaps if look.verbose else document.gaps[:_GAPS]
    yield ()
    title = "All that may be more:" if document.is_complete else "What may be more:"
    yield (Span(title, Tone.STRONG),)
    for gap in shown:
        yield ()
        certain = "" if gap.is_proved else " (perhaps: no request was found)"
        yield from labelled("actions", _few(gap.actions, look, between="; ") + certain, width=look.width)
        yield from labelled("resources", _few(gap.resources, look, between="; or "), width=look.width)
        for condition in gap.conditions:
            yield from labelled("where", condition, width=look.width)
    if len(shown) < len(document.gaps):
        yield ()
        yield (Span(f"  and {len(document.gaps) - len(shown):,} more; -v lists them.", Tone.DIM),)


def _few(texts: Iterable[str], look: Look, *, between: str = ", ") -> str:
    found = list(texts)
    shown = found if look.verbose else found[:_PATTERNS]
    return between.join(shown) + (f" and {len(found) - len(shown):,} more" if len(shown) < len(found) else "")
