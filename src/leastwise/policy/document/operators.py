"""Condition operators taken apart.

Source of all: IAM User Guide, "IAM JSON policy elements: Condition operators", unless another is named.
"""

from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from typing import Final

from msgspec import Struct

__all__ = ["OPERATOR_NAMES", "Family", "Operator", "Quantifier", "operator_named"]

_CACHED: Final = 1024
"""Spellings of operators that are kept."""
_LONGEST: Final = 64
"""Characters; no operator has as many, with all that can stand before and behind it."""


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


OPERATOR_NAMES: Final[Mapping[str, str]] = {
    name.lower(): name
    for name in (
        *("StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnLike"),
        *("Bool", "BinaryEquals", "IpAddress", "Null"),
        *(f"{kind}{rest}" for kind in ("Numeric", "Date") for rest in ("Equals", "LessThan", "LessThanEquals")),
        *(f"{kind}{rest}" for kind in ("Numeric", "Date") for rest in ("GreaterThan", "GreaterThanEquals")),
    )
}
"""The operators without Not, by their names in lower case, as IAM writes them; ArnLike stands for ArnEquals too."""
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


def operator_named(text: str) -> Operator | None:
    """The operator of this name, in any case; None if IAM knows no such operator.

    Null has neither prefix nor suffix: it asks for the key itself, so they change nothing.

    >>> found = operator_named("ForAnyValue:StringNotLikeIfExists")
    >>> found.quantifier, found.is_negated, found.if_exists
    (<Quantifier.ANY: 'any'>, True, True)
    """
    return _operator(text.lower()) if len(text) <= _LONGEST else None


@lru_cache(_CACHED)
def _operator(folded: str) -> Operator | None:
    prefix, colon, rest = folded.rpartition(":")
    bare = rest.removesuffix("ifexists")
    positive = _POSITIVE.get(bare) or _SAME.get(bare, bare)
    if positive not in OPERATOR_NAMES or (colon and prefix not in _QUANTIFIERS):
        return None
    return Operator(
        positive=positive,
        family=next(family for family in Family if positive.startswith(family.value.lower())),
        is_negated=bare in _POSITIVE,
        quantifier=_QUANTIFIERS.get(prefix, Quantifier.ONE),
        if_exists=bare != rest,
    )
