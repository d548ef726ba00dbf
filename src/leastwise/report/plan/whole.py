"""Why a text comes or goes as a whole: what is said where the plan tells of no single statement."""

from collections.abc import Iterator

from leastwise.errors import PolicyError
from leastwise.plan import Change, ChangeKind, DocumentChange
from leastwise.policy import ActionClause, Effect, parse_document
from leastwise.report.layout import clean
from leastwise.report.plan.naming import any_of, few, policy_name
from leastwise.report.plan.reasons import holders_of, reasons, since_words, statement_name

__all__ = ["whole_words", "why_words"]


def why_words(change: Change, *, most: int | None) -> Iterator[str]:
    """Why what the change's documents grant goes, a sentence a document or a statement; for what is not shown as texts.

    Of each list there are at most so many names, and all without `most`.
    """
    for document in change.documents:
        whole = whole_words(change, document, most=most)
        if whole:
            yield whole
        for one in document.statements:
            words = reasons(one, holders_of(change), most=most)
            yield f"{policy_name(document.policy)}, {statement_name(one)}: {words}"


def whole_words(change: Change, document: DocumentChange, *, most: int | None) -> str:
    """The actions that the text grants, or denies, and since when nobody uses them; empty where statements are told of.

    Of each list there are at most so many names, and all without `most`.
    """
    if document.statements or (document.before is not None and document.after is not None):
        return ""
    if change.kind is ChangeKind.LIFT_QUARANTINE:
        return f"{few(list(_patterns(document.before, Effect.DENY)), most)}: denied by it no more"
    if not change.principals:
        return "Nobody holds it, so that nobody uses what it grants."
    # What goes with an old text is what it allows; what goes by a new one is what it denies.
    is_gone = document.after is None
    text, effect = (document.before, Effect.ALLOW) if is_gone else (document.after, Effect.DENY)
    names = few(list(_patterns(text, effect)), most)
    if not change.risk.stale:
        return f"{names}: {since_words(None, holders_of(change))}"
    stale = few([clean(one) for one in change.risk.stale], most)
    return f"{names}: not in use by {any_of(change.principals)}; used once, but not lately: {stale}"


def _patterns(text: str | None, effect: Effect) -> Iterator[str]:
    """What the statements of that effect name, each once."""
    try:
        statements = parse_document(text or "").statements
    except PolicyError:
        return
    told = (name for one in statements if one.effect is effect for name in _names(one.actions))
    yield from dict.fromkeys(told)


def _names(clause: ActionClause) -> tuple[str, ...]:
    shown = tuple(map(clean, clause.patterns))
    return (f"all but {' and '.join(shown)}",) if clause.negated else shown
