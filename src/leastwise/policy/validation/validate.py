"""Saying what is wrong with a policy: what IAM refuses, and what it takes and is surely, or maybe, not meant."""

from collections.abc import Iterator
from typing import Final

from leastwise.catalog import Catalog
from leastwise.errors import PolicyError
from leastwise.policy.document.grammar import DocumentKind
from leastwise.policy.document.json_text import JsonText, path_text
from leastwise.policy.document.parse import parse_document
from leastwise.policy.document.places import Places
from leastwise.policy.document.render import size_in_characters
from leastwise.policy.validation.checks import CHECKS, Check, Fault, Subject
from leastwise.policy.validation.notices import Notice, Severity

__all__ = ["NOTICE_CODES", "validate"]

_REFUSED: Final = "malformed-policy"
_TOO_LARGE: Final = "policy-too-large"

NOTICE_CODES: Final = {
    _REFUSED: Severity.ERROR,
    _TOO_LARGE: Severity.ERROR,
    **{check.code: check.severity for check in CHECKS},
}
"""Every code that a notice may have, with its severity."""


def validate(
    text: str, catalog: Catalog, *, kind: DocumentKind = DocumentKind.IDENTITY, limit: int | None = None
) -> tuple[Notice, ...]:
    """What is wrong with the text as a policy, in the order of the text; empty if nothing is.

    A text that IAM refuses gives one notice, the first fault. `limit` is the quota in characters, white space not
    counted, e.g. 6,144 for a managed policy; without it the size is not looked at. Where the catalog does not know
    something, nothing is said of it. Costs about 1 ms for a policy of 6 KB when the catalog has read its services.

    >>> from leastwise.catalog import load_catalog
    >>> text = '{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "sqs:SendMesage", "Resource": "*"}}'
    >>> [(one.code, one.path, one.column) for one in validate(text, load_catalog())]
    [('unknown-action', 'Statement.Action', 69)]
    """
    try:
        document = parse_document(text, kind)
    except PolicyError as error:
        return (_refusal(text, error),)
    subject = Subject(document, catalog, kind)
    faults = [(check, fault) for check in CHECKS for fault in check.find(subject)]
    faults.sort(key=lambda found: _statement_index(found[1]))
    notices = [*_size_notice(text, limit), *(_notice(subject.places, check, fault) for check, fault in faults)]
    return tuple(sorted(notices, key=lambda notice: (notice.start, notice.end, notice.code)))


def _statement_index(fault: Fault) -> int:
    # Places are looked up statement by statement.
    return next((step for step in fault.path if isinstance(step, int)), -1)


def _notice(places: Places, check: Check, fault: Fault) -> Notice:
    path = places.real(fault.path)
    span = places.find(path, at_key=fault.at_key)
    line, column = places.line_and_column(span.start)
    return Notice(check.code, check.severity, fault.message, path_text(path), line, column, span.start, span.end)


def _refusal(text: str, error: PolicyError) -> Notice:
    start = 0
    for _ in range(error.line - 1):
        start = text.index("\n", start) + 1
    start += error.column - 1
    end = _end_of_fault(text, start)
    return Notice(_REFUSED, Severity.ERROR, error.problem, error.path, error.line, error.column, start, end)


def _end_of_fault(text: str, start: int) -> int:
    """The end of the JSON value or key that starts there; of the one character if none does."""
    try:
        return JsonText(text).value(start).end
    except PolicyError:
        return min(start + 1, len(text))


def _size_notice(text: str, limit: int | None) -> Iterator[Notice]:
    size = size_in_characters(text)
    if limit is not None and size > limit:
        message = f"{size:,} characters without white space, and {limit:,} are allowed"
        yield Notice(_TOO_LARGE, Severity.ERROR, message, "", 1, 1, 0, len(text))
