"""What each condition operator asks of one value of a request.

Source of all: IAM User Guide, "IAM JSON policy elements: Condition operators", unless another is named.
"""

import operator as comparison
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

from leastwise.catalog import matches
from leastwise.policy.document.operators import Operator
from leastwise.policy.document.variables import quoted
from leastwise.policy.evaluation.values import address, lies_in, moment, network, number

__all__ = ["Test", "test_of"]

Test = Callable[[tuple[str, ...], str], bool]
"""Whether a value of the request is what some of the policy's values ask for; for a negated operator, before that."""

_ARN_PARTS: Final = 6

_Meaning = TypeVar("_Meaning")


def _equals(wanted: tuple[str, ...], value: str) -> bool:
    return value in wanted


def _equals_in_any_case(wanted: tuple[str, ...], value: str) -> bool:
    folded = value.lower()
    return any(one.lower() == folded for one in wanted)


def _is_like(wanted: tuple[str, ...], value: str) -> bool:
    text = quoted(value)
    return any(matches(pattern, text) for pattern in wanted)


def _is_arn_like(wanted: tuple[str, ...], value: str) -> bool:
    """Each of the six parts is matched for itself; what has not six parts is no ARN and matches nothing."""
    parts = _arn_parts(quoted(value))
    return len(parts) == _ARN_PARTS and any(
        len(pattern) == _ARN_PARTS and all(map(matches, pattern, parts)) for pattern in map(_arn_parts, wanted)
    )


def _arn_parts(text: str) -> tuple[str, ...]:
    # `Arn` would refuse a pattern such as arn:*:s3:::b.
    return tuple(text.split(":", _ARN_PARTS - 1))


def _is_same_boolean(wanted: tuple[str, ...], value: str) -> bool:
    folded = value.lower()
    return folded in ("true", "false") and any(one.lower() == folded for one in wanted)


def _is_in_network(wanted: tuple[str, ...], value: str) -> bool:
    found = address(value)
    return found is not None and any(
        one is not None and lies_in(found, one) for one in (network(text) for text in wanted)
    )


def _compared(read: Callable[[str], _Meaning | None], compare: Callable[[Any, Any], bool]) -> Test:
    def test(wanted: tuple[str, ...], value: str) -> bool:
        found = read(value)
        return found is not None and any(
            limit is not None and compare(found, limit) for limit in (read(text) for text in wanted)
        )

    return test


_TESTS: Final[Mapping[str, Test | None]] = {
    "stringequals": _equals,
    "stringequalsignorecase": _equals_in_any_case,
    "stringlike": _is_like,
    "arnlike": _is_arn_like,
    "bool": _is_same_boolean,
    # Both sides are texts in base64, and equal bytes have equal texts.
    "binaryequals": _equals,
    "ipaddress": _is_in_network,
    "null": None,
    **{
        kind + name: _compared(read, compare)
        for kind, read in (("numeric", number), ("date", moment))
        for name, compare in (
            ("equals", comparison.eq),
            ("lessthan", comparison.lt),
            ("lessthanequals", comparison.le),
            ("greaterthan", comparison.gt),
            ("greaterthanequals", comparison.ge),
        )
    },
}


def test_of(operator: Operator) -> Test | None:
    """What the operator asks of a value; None for Null, which asks only whether there is one."""
    return _TESTS[operator.positive]
