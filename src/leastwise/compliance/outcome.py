"""What a rule finds of one resource, before it is known what was said of it earlier."""

from collections.abc import Sequence

from msgspec import Struct

from leastwise.compliance.annotation import named, told
from leastwise.compliance.results import Compliance
from leastwise.findings import Reason

__all__ = ["Outcome", "Unknown", "compliant", "non_compliant", "not_applicable", "unknown_in_part", "unknown_whole"]


class Unknown(Struct, frozen=True, order=True):
    """Something that would count, if it were known."""

    name: str
    """A service, an action, or a policy whose document is not known."""
    reason: Reason
    """Why it is not known."""


class Outcome(Struct, frozen=True):
    """What is to be said, unless something was said earlier that a failure does not undo."""

    compliance: Compliance
    """COMPLIANT and NON_COMPLIANT are known to be true; all else is NOT_APPLICABLE."""
    annotation: str
    """Why; 1 to 256 characters."""
    failure: Reason | None = None
    """Which failure hides the truth, so that what was true earlier is still to be feared; None if none does."""


def compliant(text: str) -> Outcome:
    """All is well, and known to be."""
    return Outcome(Compliance.COMPLIANT, told(text))


def non_compliant(text: str) -> Outcome:
    """Something is wrong."""
    return Outcome(Compliance.NON_COMPLIANT, told(text))


def not_applicable(text: str) -> Outcome:
    """The rule is not about this resource, whatever it does."""
    return Outcome(Compliance.NOT_APPLICABLE, told(text))


def unknown_in_part(things: Sequence[Unknown]) -> Outcome:
    """It cannot be told, since these things are not known."""
    reasons = sorted({thing.reason for thing in things})
    names = list(dict.fromkeys(thing.name for thing in sorted(things)))
    failure = next((reason for reason in reasons if reason.is_failure), None)
    return Outcome(Compliance.NOT_APPLICABLE, named(f"Unknown: {', '.join(reasons)} (", names, tail=")"), failure)


def unknown_whole(reason: Reason, *, why: str = "") -> Outcome:
    """It cannot be told of the resource as a whole; `why` says it in words, where the reason's own does not."""
    return Outcome(Compliance.NOT_APPLICABLE, told(f"Unknown: {why or reason}"), reason if reason.is_failure else None)
