"""The condition operators: what each asks of one value of a request.

Source of all: IAM User Guide, "IAM JSON policy elements: Condition operators", unless another is named.
"""

import operator as comparison
from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final, TypeVar

from msgspec import Struct

from leastwise.catalog import matches
from leastwise.policy.document.variables import quoted
from leastwise.policy.evaluation.values import address, lies_in, moment, network, number

__all__ = ["Family", "Operator", "Quantifier", "Test", "operator_named"]

Test = Callable[[tuple[str, ...], str], bool]
"""Whether a value of the request is what some of the policy's values ask for; for a negated operator, before that."""

_CACHED: Final = 1024
"""Spellings of operators that are kept."""
_ARN_PARTS: Final = 6

_Meaning = TypeVar("_Meaning")


class Family(StrEnum):
    """What an operator compares."""

    STRING = "String"
    """Texts."""
    NUMERIC = "Numeric"
    """Numbers."""
    DATE = "Date"
    """Points in time."""
    BOOL = "Bool"
    """True and false."""
    BINARY = "Binary"
    """Bytes, in base64."""
    IP_ADDRESS = "IpAddress"
    """Addresses and ranges of them."""
    ARN = "Arn"
    """ARNs, part by part."""
    NULL = "Null"
    """Nothing: it asks whether the key is there."""


class Quantifier(StrEnum):
    """How many of the request's values must pass."""

    ONE = "one"
    """The key has one value."""
    ANY = "any"
    """ForAnyValue: one of them; none where the key is missing."""
    ALL = "all"
    """ForAllValues: all of them, so also where the key is missing."""


class Operator(Struct, frozen=True):
    """A condition operator, its prefix and suffix included."""

    positive: str
    """Its name in lower case, without prefix, suffix and Not; `arnlike` for ArnEquals, which is the same."""
    family: Family
    """What it compares."""
    test: Test | None
    """What it asks of a value; None for Null, which asks only whether there is one."""
    is_negated: bool
    """Whether a value passes that no value of the policy matches: StringNotEquals and its kin."""
    quantifier: Quantifier
    """How many of the request's values must pass."""
    if_exists: bool
    """Whether it holds where the key is missing, because it ends in IfExists."""

    @property
    def has_variables(self) -> bool:
        """Whether `${...}` is a variable in its values.

        Only in "the string operators or the ARN operators" (IAM User Guide, "Policy elements: Variables and tags").
        """
        return self.family in (Family.STRING, Family.ARN)

    @property
    def has_wildcards(self) -> bool:
        """Whether `*` and `?` are wildcards in its values."""
        return self.positive in ("stringlike", "arnlike")


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
# "The ArnEquals and ArnLike condition operators behave identically."
_SAME: Final = {"arnequals": "arnlike"}
_POSITIVE: Final = {
    "stringnotequals": "stringequals",
    "stringnotequalsignorecase": "stringequalsignorecase",
    "stringnotlike": "stringlike",
    "arnnotequals": "arnlike",
    "arnnotlike": "arnlike",
    "numericnotequals": "numericequals",
    "datenotequals": "dateequals",
    "notipaddress": "ipaddress",
}
_QUANTIFIERS: Final = {
    # IAM's own spellings are ForAllValues and ForAnyValue; the grammar of this room takes these too.
    "forallvalues": Quantifier.ALL,
    "forallvalue": Quantifier.ALL,
    "foranyvalue": Quantifier.ANY,
    "foranyvalues": Quantifier.ANY,
}


@lru_cache(_CACHED)
def operator_named(text: str) -> Operator | None:
    """The operator of this name, in any case; None if IAM knows no such operator.

    Null has neither prefix nor suffix: it asks for the key itself, so they change nothing.

    >>> found = operator_named("ForAnyValue:StringNotLikeIfExists")
    >>> found.quantifier, found.is_negated, found.if_exists
    (<Quantifier.ANY: 'any'>, True, True)
    """
    prefix, colon, rest = text.lower().rpartition(":")
    bare = rest.removesuffix("ifexists")
    positive = _POSITIVE.get(bare) or _SAME.get(bare, bare)
    if positive not in _TESTS or (colon and prefix not in _QUANTIFIERS):
        return None
    return Operator(
        positive=positive,
        family=next(family for family in Family if positive.startswith(family.value.lower())),
        test=_TESTS[positive],
        is_negated=bare in _POSITIVE,
        quantifier=_QUANTIFIERS.get(prefix, Quantifier.ONE),
        if_exists=bare != rest,
    )
