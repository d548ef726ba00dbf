"""Values that a condition key could hold, drawn from the tests that look at it."""

from collections.abc import Iterable, Iterator
from ipaddress import ip_network
from typing import Final

from leastwise.policy.comparison.literal import Literal, Predicate
from leastwise.policy.document.model import Condition
from leastwise.policy.document.operators import Quantifier
from leastwise.policy.document.variables import resolved, unquoted
from leastwise.policy.evaluation.request import Context

__all__ = ["condition_of", "plain_values", "values_for"]

_PREFIXES: Final = {Quantifier.ONE: "", Quantifier.ANY: "ForAnyValue:", Quantifier.ALL: "ForAllValues:"}
_ACCOUNT: Final = "111122223333"
_PLAIN: Final = "example"
_OTHERS: Final = (_PLAIN, "true", "false", "203.0.113.7", "0", "2030-01-01T00:00:00Z", "arn:aws:s3:::example")
"""Values that a test for something else would not expect; one of each type."""


def condition_of(test: Predicate) -> Condition | None:
    """The condition that the test was made from, or one that says the same; None for the Principal element."""
    if not test.key:
        return None
    if test.operator == "null":
        return Condition("Null", test.key, ("true",))
    if test.operator.startswith("as-written:"):
        operator = test.operator.removeprefix("as-written:").removesuffix(":with-variables")
        return Condition(operator, test.key, tuple(sorted(test.values)))
    operator = _PREFIXES[test.quantifier] + test.operator + ("IfExists" if test.if_exists else "")
    return Condition(operator, test.key, tuple(unquoted(value) for value in sorted(test.values)))


def plain_values(keys: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """A plain value for each of the keys, such as the account of AWS's own examples."""
    return {key: (_ACCOUNT if key.endswith("account") else _PLAIN,) for key in keys}


def values_for(literals: Iterable[Literal], plain: Context) -> Iterator[tuple[str, ...] | None]:
    """Values worth trying, the likeliest first: a single one, several at once, and None for a missing key.

    `plain` says what other keys hold, since a value may name them as variables.
    """
    wanted = [value for one in literals if one.holds for value in _values(one.test, plain)]
    banned = [value for one in literals if not one.holds for value in _values(one.test, plain)]
    singles = list(dict.fromkeys((*wanted, *_OTHERS, *banned)))
    if not wanted:
        yield None
    yield from ((value,) for value in singles)
    if wanted:
        yield None
    yield tuple(dict.fromkeys(wanted)) or (_PLAIN, "other")
    yield from ((wanted[0], other) for other in _OTHERS[:1] if wanted)
    yield ()


def _values(test: Predicate, plain: Context) -> Iterator[str]:
    for value in sorted(test.values):
        filled = resolved(value, plain) if test.operator.endswith(":with-variables") else value
        if test.operator == "ipaddress":
            yield _address(value)
        elif test.operator.startswith("numeric"):
            yield from _numbers(value)
        else:
            yield unquoted((filled or value).replace("*", _PLAIN).replace("?", "x"))


def _address(value: str) -> str:
    try:
        return str(ip_network(value, strict=False)[0])
    except ValueError:
        return value


def _numbers(value: str) -> Iterator[str]:
    yield value
    try:
        yield from (f"{float(value) + step:g}" for step in (-1, 1))
    except ValueError:
        return
