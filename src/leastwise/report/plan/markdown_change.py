"""A change as a section of Markdown that opens when it is wanted."""

from collections.abc import Iterable, Iterator
from typing import Final

from msgspec import Struct

from leastwise.plan import Change, DocumentChange
from leastwise.policy import Arn
from leastwise.report.plan.diff import policy_diff
from leastwise.report.plan.diff_words import LAID_OUT, file_names, hunk_words
from leastwise.report.plan.facts import evidence_words, goes_words, proof_words, risk_words, shows_texts, undo_words
from leastwise.report.plan.markup import code, fenced, html_text, prose
from leastwise.report.plan.naming import each_of, people, principal_name
from leastwise.report.plan.step_words import steps_words
from leastwise.report.plan.whole import why_words

__all__ = ["Section", "section_of"]

_OMITTED: Final = "The difference is left out here. The plan holds both texts.\n\n"


class Section(Struct, frozen=True):
    """A section in two lengths."""

    whole: str
    """With the differences."""
    brief: str
    """Without them; the same where there is none."""


def section_of(change: Change, number: int) -> Section:
    """The section of the change, by its number in the list; nothing in it is shortened."""
    head = f"<details>\n<summary>{number}. {html_text(change.title)}</summary>\n\n{code(change.id)} ({change.kind})\n\n"
    facts = "".join(f"- **{label}**: {text}\n" for label, text in _facts(change))
    diffs = "".join(_difference(change, one) for one in change.documents) if shows_texts(change) else ""
    end = "</details>\n\n"
    return Section(f"{head}{facts}\n{diffs}{end}", f"{head}{facts}\n{_OMITTED if diffs else ''}{end}")


def _facts(change: Change) -> Iterator[tuple[str, str]]:
    if change.targets and change.targets != change.principals:
        yield "target", _names(change.targets)
    yield "reaches", _reached(change.principals)
    yield "does", prose(steps_words(change.steps))
    yield "goes", prose(goes_words(change))
    if not shows_texts(change):
        yield from (("why", prose(words)) for words in why_words(change, most=None))
    yield "proof", prose(proof_words(change))
    for seen in change.evidence:
        yield "evidence", prose(f"{evidence_words(seen)}, of {each_of(seen.principals)}")
    yield from (("risk", prose(words)) for words in risk_words(change, most=None))
    undone = prose(undo_words(change))
    yield "undone by", undone if change.risk.is_reversible else f"**{undone}**"


def _names(principals: Iterable[Arn]) -> str:
    return ", ".join(code(principal_name(one)) for one in principals)


def _reached(principals: tuple[Arn, ...]) -> str:
    if len(principals) > 1:
        return f"{people(principals)}: {_names(principals)}"
    return _names(principals) or people(principals)


def _difference(change: Change, document: DocumentChange) -> str:
    diff = policy_diff(document)
    before, after = file_names(change, document)
    lines = [f"# {LAID_OUT}"] if diff.is_laid_out else []
    lines += [f"--- {before}", f"+++ {after}"]
    for hunk in diff.hunks:
        lines += [f"# {words}" for words in hunk_words(change, document, hunk, most=None)]
        lines += [hunk.header, *(row.mark + row.text for row in hunk.rows)]
    return f"{fenced(lines, language='diff')}\n\n"
