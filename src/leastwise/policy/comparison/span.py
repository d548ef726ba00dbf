"""Numeric and date tests as stretches of one line."""

from decimal import Decimal
from typing import Final

from msgspec import Struct

from leastwise.policy.comparison.literal import Predicate
from leastwise.policy.evaluation.values import moment, number

__all__ = ["Span", "spans_of"]

_INFINITY: Final = Decimal("Infinity")


class Span(Struct, frozen=True):
    """The numbers from one to another."""

    low: Decimal
    """Where it begins."""
    high: Decimal
    """Where it ends."""
    is_open: bool = False
    """Whether its ends are not in it; an end that is infinite never is."""

    def lies_within(self, other: "Span") -> bool:
        """Whether every number of it is in the other."""
        shared = {self.low, self.high} & {other.low, other.high} - {_INFINITY, -_INFINITY}
        touches = bool(shared) and other.is_open and not self.is_open
        return other.low <= self.low and self.high <= other.high and not touches

    def meets(self, other: "Span") -> bool:
        """Whether the two have a number in common."""
        low, high = max(self.low, other.low), min(self.high, other.high)
        return low < high or (low == high and not self.is_open and not other.is_open)


def spans_of(test: Predicate) -> tuple[Span, ...] | None:
    """The numbers, or seconds since 1970, that pass a numeric or date test; None if it is neither.

    >>> from leastwise.policy.document.operators import Quantifier
    >>> spans_of(Predicate("numericlessthan", Quantifier.ONE, "k", frozenset({"5", "many"}), False))
    (Span(low=Decimal('-Infinity'), high=Decimal('5'), is_open=True),)
    """
    if not test.operator.startswith(("numeric", "date")):
        return None
    read = number if test.operator.startswith("numeric") else _seconds
    shape = test.operator.removeprefix("numeric").removeprefix("date")
    # What is no number, or no date, is passed by nothing.
    values = sorted(value for value in map(read, test.values) if value is not None)
    return tuple(_span(shape, value) for value in values)


def _seconds(text: str) -> Decimal | None:
    found = moment(text)
    return None if found is None else found[0] + Decimal(f"0.{found[1]}0")


def _span(shape: str, value: Decimal) -> Span:
    low = -_INFINITY if shape.startswith("less") else value
    high = _INFINITY if shape.startswith("greater") else value
    return Span(low, high, is_open=shape in ("lessthan", "greaterthan"))
