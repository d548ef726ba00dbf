"""Condition operators taken apart."""

from enum import StrEnum
from functools import lru_cache
from typing import Final

from msgspec import Struct

__all__ = ["Family", "Operator", "operator_of"]


class Family(StrEnum):
    """What an operator compares (IAM User Guide, "Condition operators")."""

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


class Operator(Struct, frozen=True):
    """A condition operator."""

    family: Family
    """What it compares."""
    name: str
    """In lower case, without prefix and suffix: `stringnotlike`."""
    for_all: bool
    """Whether it is prefixed with ForAllValues."""
    for_any: bool
    """Whether it is prefixed with ForAnyValue."""
    if_exists: bool
    """Whether it ends with IfExists, so that it holds where the key is missing."""

    @property
    def is_set_operator(self) -> bool:
        """Whether it compares sets of values."""
        return self.for_all or self.for_any

    @property
    def is_negative(self) -> bool:
        """Whether it asks for values to differ."""
        return "not" in self.name

    @property
    def takes_wildcards(self) -> bool:
        """Whether `*` and `?` are wildcards in its values (IAM User Guide, "Condition operators", String and ARN)."""
        return self.family is Family.ARN or self.name in ("stringlike", "stringnotlike")


_ALL: Final = "forallvalues:"
_ANY: Final = "foranyvalue:"
_IF_EXISTS: Final = "ifexists"
_CACHED: Final = 256


@lru_cache(_CACHED)
def operator_of(text: str) -> Operator:
    """The operator of this text, in any case; it must be one that IAM knows.

    >>> operator = operator_of("ForAnyValue:StringNotLikeIfExists")
    >>> operator.family, operator.name, operator.for_any, operator.if_exists
    (<Family.STRING: 'String'>, 'stringnotlike', True, True)
    """
    folded = text.lower()
    bare = folded.removeprefix(_ALL).removeprefix(_ANY)
    name = bare.removesuffix(_IF_EXISTS)
    family = next(one for one in Family if name.removeprefix("not").startswith(one.value.lower()))
    return Operator(family, name, folded.startswith(_ALL), folded.startswith(_ANY), name != bare)
