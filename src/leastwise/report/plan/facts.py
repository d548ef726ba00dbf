"""What there is to say of a change besides its text: proof, risk, evidence and undoing, a sentence each."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from leastwise.evidence import Granularity, Source
from leastwise.plan import Change, ChangeKind, EvidenceSeen, HasPassword, KeyIs, Precondition, Proof, ProofMethod
from leastwise.report.layout import clean
from leastwise.report.phrases import count, day
from leastwise.report.plan.naming import each_of, few, gain_words
from leastwise.report.plan.step_words import steps_words

__all__ = ["LIFTING", "evidence_words", "goes_words", "proof_words", "risk_words", "shows_texts", "undo_words"]

_METHODS: Final = {
    ProofMethod.COMPARED: "nothing new is granted: the text to be sent was compared with the live one",
    ProofMethod.WITHDRAWN: "nothing new is granted: grants are only taken away, and no Deny is among them",
    ProofMethod.DENIED: "nothing new is granted: only a Deny is added",
    ProofMethod.NEEDLESS: "nothing new is granted: only a Deny goes, and no other policy allows what it denies",
    ProofMethod.RESTORED: "only a Deny goes: lifting gives back what other policies grant",
    ProofMethod.NO_PERMISSION: "no permission changes: it is only about who may come in",
}
LIFTING: Final = (ProofMethod.NEEDLESS, ProofMethod.RESTORED)
"""How it is shown of a Deny that goes."""
_SOURCES: Final = {
    Source.LAST_ACCESSED: "AWS's last-accessed report",
    Source.ROLE_LAST_USED: "RoleLastUsed",
    Source.CREDENTIAL_REPORT: "the credential report",
}
_WITHOUT_TEXTS: Final = (ChangeKind.DETACH, ChangeKind.LEAVE_GROUP)
_NEVER: Final = "nothing: it cannot be put back"
_GRANULARITIES: Final = {
    Granularity.PRINCIPAL: "which tells of a principal as a whole",
    Granularity.SERVICE: "service by service",
    Granularity.ACTION: "action by action",
}


def shows_texts(change: Change) -> bool:
    """Whether the texts of the change's documents change; what is only detached says what it said before."""
    return change.kind not in _WITHOUT_TEXTS


def proof_words(change: Change) -> str:
    """Both halves of the proof in a sentence."""
    proof = change.proof
    if proof.method is ProofMethod.NO_PERMISSION:
        return _METHODS[proof.method]
    checked = f" ({count(proof.checked, 'statement')})" if proof.checked else ""
    if proof.method in LIFTING:
        return f"{_METHODS[proof.method]}{checked}; no grant is taken away"
    shown = f"nothing in use goes, shown for {each_of(proof.principals)}" if proof.principals else "nobody holds it"
    return f"{_METHODS[proof.method]}{checked}; {shown}{_figures(proof)}"


def _figures(proof: Proof) -> str:
    if not proof.kept:
        gone = f"; {count(proof.removed, 'known action')} {'goes' if proof.removed == 1 else 'go'}"
        return gone if proof.removed else ""
    kept = f"{count(proof.kept, 'known action')} {'stays' if proof.kept == 1 else 'stay'}"
    return f"; {kept}, {proof.removed:,} {'goes' if proof.removed == 1 else 'go'}"


def risk_words(change: Change, *, most: int | None) -> tuple[str, ...]:
    """What to know before deciding, a sentence each; of what is stale at most so many names, and all without `most`."""
    risk = change.risk
    seen = "it rests on no evidence of use" if risk.window_days is None else _window(risk.window_days)
    shared = f"shared by {risk.shared_by:,} users and roles; " if risk.shared_by > 1 else ""
    stale = f"; stale, so it was once in use: {few([clean(one) for one in risk.stale], most)}" if risk.stale else ""
    return (f"{shared}{seen}{stale}", *map(clean, risk.notes))


def _window(days: int) -> str:
    return f"a use more than {count(days, 'day')} ago could not be seen"


def undo_words(change: Change) -> str:
    """How the change is undone; `nothing: it cannot be put back` where it cannot."""
    return steps_words(change.inverse, is_undoing=True) if change.risk.is_reversible else _NEVER


def goes_words(change: Change) -> str:
    """What goes: the gain, or what is known of the key or password."""
    credentials = [words for one in change.preconditions for words in _credential(one)]
    return "; ".join(credentials) or gain_words(change.gain)


def _credential(precondition: Precondition) -> Iterator[str]:
    if isinstance(precondition, KeyIs):
        made = day(precondition.created_at)
        yield f"access key {precondition.number}, made on {made}, {_used(precondition.last_used_at)}"
    if isinstance(precondition, HasPassword):
        yield f"the password, {_used(precondition.last_used_at)}"


def _used(at: datetime | None) -> str:
    return "never used" if at is None else f"last used on {day(at)}"


def evidence_words(seen: EvidenceSeen) -> str:
    """What was looked at, over which time; not for whom."""
    # A report tells of 400 days but for the last hours, since a use takes as long to reach it.
    days = round((seen.window_end - seen.window_start) / timedelta(days=1))
    span = f"from {day(seen.window_start)} to {day(seen.window_end)} ({count(days, 'day')})"
    return f"{_SOURCES[seen.source]}, {_GRANULARITIES[seen.granularity]}, {span}"
