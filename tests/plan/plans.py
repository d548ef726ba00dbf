"""Strategies that draw plans from the types themselves, so that no kind of step or precondition is forgotten."""

from datetime import UTC, datetime
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Final, get_args, get_origin, get_type_hints

from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace

from leastwise.plan import SCHEMA, Change, Plan, Precondition, Step, sealed
from leastwise.policy import Arn

_ODD: Final = ('"', "\\", "\n", "é", "\u2028", "\x00", "😀", "</script>", "\\u0041")
_TEXTS: Final = st.text(max_size=6) | st.sampled_from(_ODD)
_ARNS: Final = ("arn:aws:iam::111122223333:role/ci/deploy", "arn:aws-cn:iam::aws:policy/ReadOnlyAccess")
_LEAVES: Final[dict[object, st.SearchStrategy[object]]] = {
    str: _TEXTS,
    int: st.integers(0, 2**53),
    bool: st.booleans(),
    datetime: st.datetimes(timezones=st.just(UTC)),
    Arn: st.sampled_from(_ARNS).map(Arn),
    NoneType: st.none(),
}

_LEAST: Final[dict[object, object]] = {
    str: "a",
    int: 1,
    bool: True,
    datetime: datetime(2026, 11, 24, 12, tzinfo=UTC),
    Arn: Arn(_ARNS[0]),
}


@cache
def values(kind: Any) -> st.SearchStrategy[Any]:  # noqa: ANN401 - any type that a plan is made of
    """Values of the type of a field, of every kind of a union."""
    if kind in _LEAVES:
        return _LEAVES[kind]
    if isinstance(kind, UnionType):
        return st.one_of([values(one) for one in get_args(kind)])
    if get_origin(kind) is tuple:
        return st.lists(values(get_args(kind)[0]), max_size=2).map(tuple)
    if issubclass(kind, Struct):
        return st.builds(kind, **{name: values(hint) for name, hint in get_type_hints(kind).items()})
    assert issubclass(kind, Enum), kind
    return st.sampled_from(kind)


def plans() -> st.SearchStrategy[Plan]:
    """Plans with their digest."""
    return values(Plan).map(lambda plan: sealed(replace(plan, schema=SCHEMA)))


def whole_plan() -> Plan:
    """One sealed plan with a change that holds a step and a precondition of every kind."""
    steps = tuple(map(_least, get_args(Step)))
    checks = tuple(map(_least, get_args(Precondition)))
    change = replace(_least(Change), steps=steps, inverse=steps, preconditions=checks)
    return sealed(replace(_least(Plan), schema=SCHEMA, changes=(change,)))


def _least(kind: Any) -> Any:  # noqa: ANN401 - a value of that type
    """The least value of the type: no items, the first kind of a union."""
    if kind in _LEAST:
        return _LEAST[kind]
    if isinstance(kind, UnionType):
        return _least(get_args(kind)[0])
    if get_origin(kind) is tuple:
        return ()
    if issubclass(kind, Struct):
        return kind(**{name: _least(hint) for name, hint in get_type_hints(kind).items()})
    assert issubclass(kind, Enum), kind
    return next(iter(kind))
