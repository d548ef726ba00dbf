"""What stands above a difference and above each of its hunks: which text it is, and who uses what since when."""

from collections.abc import Iterator
from typing import Final

from leastwise.plan import Change, CreatePolicy, DocumentChange
from leastwise.report.plan.diff import Hunk
from leastwise.report.plan.naming import managed_name, policy_name
from leastwise.report.plan.placing import Told
from leastwise.report.plan.reasons import Holders, holders_of, reasons, statement_name
from leastwise.report.plan.whole import whole_words

__all__ = ["LAID_OUT", "file_names", "hunk_words"]

LAID_OUT: Final = "Laid out to be read: white space is not what it is in the policy. The plan holds the very text."
"""What is said above a difference whose white space is not that of the texts."""
_NOTHING: Final = "/dev/null"


def file_names(change: Change, document: DocumentChange) -> tuple[str, str]:
    """What is before and after it; `/dev/null` for nothing, as in any unified diff."""
    name = policy_name(document.policy)
    made = (step for step in change.steps if isinstance(step, CreatePolicy) and step.document == document.after)
    copy = next((managed_name(step.policy) for step in made), name)
    return _NOTHING if document.before is None else name, _NOTHING if document.after is None else copy


def hunk_words(change: Change, document: DocumentChange, hunk: Hunk, *, most: int | None) -> Iterator[str]:
    """What a hunk does to each statement that it changes, and why; of each list at most so many names."""
    whole = whole_words(change, document, most=most)
    if whole:
        yield whole
    holders = holders_of(change)
    yield from (_told(one, holders, most=most) for one in hunk.told)


def _told(told: Told, holders: Holders, *, most: int | None) -> str:
    name = statement_name(told.statement)
    if not told.is_first and not told.gone:
        return f"{name}, as above"
    words = reasons(told.statement, holders, most=most, gone=told.gone, with_seen=told.is_first)
    return f"{name}: {words}"
