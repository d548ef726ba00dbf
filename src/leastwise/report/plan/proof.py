"""The proofs of changes as a person reads them whose permissions are reduced."""

from collections.abc import Iterator, Sequence
from typing import Final

from leastwise.findings import Verdict
from leastwise.plan import Change, DocumentChange, EvidenceSeen, Plan, ProofMethod, StatementChange
from leastwise.policy import Arn
from leastwise.report.explain_verdict import VERDICT_TONES
from leastwise.report.layout import Atom, Line, Span, Tone, clean, folded, pack, wrap
from leastwise.report.paint import paint
from leastwise.report.phrases import count
from leastwise.report.plan.facts import evidence_words, goes_words, risk_words, undo_words
from leastwise.report.plan.naming import each_of, policy_name, principal_name
from leastwise.report.plan.proof_words import first_half, second_half
from leastwise.report.plan.reasons import (
    gone_by_reason,
    holders_of,
    kept_names,
    kept_words,
    reasons,
    seen_words,
    statement_name,
)
from leastwise.report.plan.rows import title
from leastwise.report.plan.step_words import step_words
from leastwise.report.plan.summary import heading_words
from leastwise.report.plan.whole import whole_words
from leastwise.report.table_view import View

__all__ = ["render_proof"]

_LEAST_WIDTH: Final = 60


def render_proof(
    plan: Plan, changes: Sequence[Change], *, width: int, color: bool, principal: Arn | None = None
) -> str:
    """What was shown of these changes of the plan, in sentences, and all that they rest on; nothing is shortened.

    No line takes more than `width` columns (at least 60). The principal who asks is named first.
    """
    view = View(max(width, _LEAST_WIDTH), verbose=True, many_accounts=False)
    return paint(_lines(plan, changes, principal, view=view), color=color)


def _lines(plan: Plan, changes: Sequence[Change], principal: Arn | None, *, view: View) -> Iterator[Line]:
    yield from wrap(heading_words(plan), width=view.width, indent=0, hang=0, tone=Tone.DIM)
    if not changes:
        who = "anybody" if principal is None else principal_name(principal)
        yield from wrap(f"No change of the plan is about {who}.", width=view.width, indent=0, hang=0)
    for change in changes:
        yield from title(change.title, ids=f"{change.id} ({change.kind})", view=view)
        yield from _halves(change, plan, principal, view=view)
        yield from _evidence(change, view=view)
        yield from _goes(change, view=view)
        yield from _stays(change, view=view)
        yield from _section("RISK", risk_words(change, most=None), view=view)
        yield from _undone(change, view=view)


def _section(name: str, sentences: Sequence[str], *, view: View, hang: int = 4) -> Iterator[Line]:
    yield ()
    yield (Span(f"  {name}", Tone.STRONG),)
    for one in sentences:
        yield from wrap(one, width=view.width, indent=4, hang=hang)


def _halves(change: Change, plan: Plan, principal: Arn | None, *, view: View) -> Iterator[Line]:
    is_restored = change.proof.method is ProofMethod.RESTORED
    head = "WHAT IS GRANTED AGAIN" if is_restored else "NOTHING NEW IS GRANTED"
    yield from _section(head, [first_half(change)], view=view)
    yield from _section("NOTHING IN USE GOES", [second_half(change, plan)], view=view)
    yield from _shown(change, principal, view=view)
    if principal is not None and principal not in change.principals:
        words = f"It does not reach {principal_name(principal)}."
        yield from wrap(words, width=view.width, indent=4, hang=4, tone=Tone.WARN)


def _shown(change: Change, principal: Arn | None, *, view: View) -> list[Line]:
    """For whom the second half was shown, the one who asks first and in another tone."""
    shown = [*sorted(change.proof.principals, key=lambda one: (one != principal, one))]
    if not shown:
        return []
    atoms = [Atom((Span(f"Shown for {len(shown):,}:"),), " ")]
    for one in shown:
        *before, last = folded([principal_name(one)], width=view.width - 7, tone=_tone(one, principal))
        atoms += [*before, Atom(last.spans, ", ")]
    return pack(atoms, width=view.width, indent=4, hang=6)


def _tone(one: Arn, principal: Arn | None) -> Tone:
    return Tone.STRONG if one == principal else Tone.NAME


def _evidence(change: Change, *, view: View) -> Iterator[Line]:
    found = [f"{evidence_words(one)}, of {_whom(one, change)}." for one in change.evidence]
    yield from _section("ON WHAT IT RESTS", found or ["No evidence of use was needed."], view=view)


def _whom(seen: EvidenceSeen, change: Change) -> str:
    if seen.principals == change.principals:
        return each_of(seen.principals)
    return ", ".join(map(principal_name, seen.principals))


def _goes(change: Change, *, view: View) -> Iterator[Line]:
    yield from _section("WHAT GOES", [f"{goes_words(change)}."], view=view)
    holders = holders_of(change)
    for document in change.documents:
        whole = whole_words(change, document, most=None)
        yield from wrap(whole, width=view.width, indent=4, hang=6) if whole else ()
    for document, statement in _statements(change):
        yield from _place(document, statement, view=view)
        for verdict, words, names in gone_by_reason(statement.gone, holders):
            yield from _judged(verdict, f"{', '.join(names)}: {words}", view=view)
        if not statement.gone:
            yield from wrap(reasons(statement, holders, most=None, with_seen=False), width=view.width, indent=6, hang=8)


def _stays(change: Change, *, view: View) -> Iterator[Line]:
    found = [(document, one) for document, one in _statements(change) if _has_stays(one)]
    if found:
        yield from _section("WHAT STAYS", [], view=view)
    for document, statement in found:
        yield from _place(document, statement, view=view)
        for seen in statement.seen:
            yield from _judged(seen.verdict, f"{seen.service}: {seen_words(seen)}", view=view)
        for gone in statement.gone:
            if gone.kept:
                yield from _judged(Verdict.UNKNOWN, f"{', '.join(kept_names(gone))}: {kept_words(gone)}", view=view)
        if statement.more_seen:
            yield (Span(f"      {count(statement.more_seen, 'more service')}", Tone.DIM),)


def _has_stays(statement: StatementChange) -> bool:
    return bool(statement.seen or statement.more_seen or any(gone.kept for gone in statement.gone))


def _statements(change: Change) -> Iterator[tuple[DocumentChange, StatementChange]]:
    return ((document, statement) for document in change.documents for statement in document.statements)


def _place(document: DocumentChange, statement: StatementChange, *, view: View) -> list[Line]:
    words = f"{policy_name(document.policy)}, {statement_name(statement)}"
    return wrap(words, width=view.width, indent=4, hang=6, tone=Tone.DIM)


def _judged(verdict: Verdict, text: str, *, view: View) -> list[Line]:
    words = folded(clean(text).split(), width=view.width - 14, tone=Tone.PLAIN)
    head = Atom((Span(f"{verdict:<7}", VERDICT_TONES[verdict]),), " ")
    return pack([head, *words], width=view.width, indent=6, hang=14)


def _undone(change: Change, *, view: View) -> Iterator[Line]:
    if not change.risk.is_reversible:
        yield from _section("UNDONE BY", [], view=view)
        yield from wrap(undo_words(change), width=view.width, indent=4, hang=4, tone=Tone.BAD)
        return
    steps = (step_words(step, is_undoing=True) for step in change.inverse)
    yield from _section("UNDONE BY", [f"{number}. {words}" for number, words in enumerate(steps, 1)], view=view, hang=7)
