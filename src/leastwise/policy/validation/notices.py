"""What validation says of a document, and where in its text."""

from enum import StrEnum

from msgspec import Struct

__all__ = ["Notice", "Severity"]


class Severity(StrEnum):
    """How sure it is that something is wrong."""

    ERROR = "error"
    """IAM refuses the document."""
    WARNING = "warning"
    """IAM takes it, and it surely does not do what was meant."""
    SUGGESTION = "suggestion"
    """It may be meant; someone should look."""


class Notice(Struct, frozen=True):
    """One thing that is wrong, or may be."""

    code: str
    """What kind of thing, e.g. `unknown-action`."""
    severity: Severity
    """How sure it is."""
    message: str
    """What is wrong there, one line, without the place."""
    path: str
    """Where, e.g. `Statement[1].Action[3]`; empty for the document itself."""
    line: int
    """Line of the fault, from 1."""
    column: int
    """Column of the fault, from 1, in characters."""
    start: int
    """Offset of the first character of the pattern, key or value at fault."""
    end: int
    """Offset behind its last character."""
