"""The difference of a policy as lines of a terminal: who uses what since when above each hunk, then the hunk."""

from collections.abc import Iterator
from typing import Final

from leastwise.plan import Change, DocumentChange
from leastwise.report.layout import Line, Span, Tone, wrap
from leastwise.report.plan.diff import policy_diff
from leastwise.report.plan.diff_words import LAID_OUT, file_names, hunk_words

__all__ = ["diff_lines"]

_TONES: Final = {"-": Tone.BAD, "+": Tone.GOOD, " ": Tone.PLAIN}


def diff_lines(change: Change, document: DocumentChange, *, width: int, most: int | None) -> Iterator[Line]:
    """The difference; its own lines are never cut, and those above the hunks are wrapped.

    Of what is told above a hunk each list has at most so many names, and all without `most`.
    """
    diff = policy_diff(document)
    before, after = file_names(change, document)
    if diff.is_laid_out:
        yield from _remark(LAID_OUT, width=width)
    yield (Span(f"--- {before}", Tone.STRONG),)
    yield (Span(f"+++ {after}", Tone.STRONG),)
    for hunk in diff.hunks:
        for words in hunk_words(change, document, hunk, most=most):
            yield from _remark(words, width=width)
        yield (Span(hunk.header, Tone.NAME),)
        yield from ((Span(row.mark + row.text, _TONES[row.mark]),) for row in hunk.rows)


def _remark(text: str, *, width: int) -> Iterator[Line]:
    mark = Span("# ", Tone.DIM)
    for line in wrap(text, width=width - 2, indent=0, hang=2):
        yield (mark, *line)
