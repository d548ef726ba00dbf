"""What is known of conditions together: that one follows from others, or that they can never hold at once.

What is said here is certain; what is not said may be so all the same.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network
from typing import Final

from leastwise.policy.comparison.literal import ANYONE, PATTERNS, Literal, Literals, Predicate, are_short, negated
from leastwise.policy.comparison.span import spans_of
from leastwise.policy.document.operators import Quantifier
from leastwise.policy.document.variables import unquoted
from leastwise.policy.evaluation.values import network
from leastwise.policy.sets import names as name_sets
from leastwise.policy.sets.language import Answer, Effort, covers, overlaps
from leastwise.policy.sets.names import EVERY_NAME, NameSet, names_matching

__all__ = ["contradicts", "follows"]

_CACHED: Final = 4096
"""Pairs of tests and sets of literals whose answer is kept."""
_PAIRS: Final = 20_000
"""Pairs of values of two tests, or of literals, that are compared; of more nothing is said."""
_STRINGS: Final = frozenset({"stringequals", "stringlike"})
_PRESENT: Final = frozenset({"stringequalsignorecase", "ipaddress", *PATTERNS})


def follows(literal: Literal, given: Literals) -> bool:
    """Whether the literal is seen to hold wherever all of the given ones do.

    >>> from leastwise.policy.comparison.literal import Quantifier, Predicate
    >>> narrow, wide = (Predicate("stringequals", Quantifier.ONE, "k", frozenset(v), False) for v in ("a", "ab"))
    >>> follows(Literal(wide, True), frozenset({Literal(narrow, True)}))
    True
    """
    return literal in given or contradicts(given | {negated(literal)})


def contradicts(literals: Literals) -> bool:
    """Whether the literals are seen never to hold all at once.

    >>> from leastwise.policy.comparison.literal import Quantifier, Predicate
    >>> test = Predicate("stringequals", Quantifier.ONE, "k", frozenset("a"), False)
    >>> contradicts(frozenset({Literal(test, True), Literal(test, False)}))
    True
    """
    if are_short(*(literal.test.values for literal in literals)):
        return _kept_contradicts(literals)
    return _contradicts(literals)


@lru_cache(_CACHED)
def _kept_contradicts(literals: Literals) -> bool:
    return _contradicts(literals)


def _contradicts(literals: Literals) -> bool:
    by_key: dict[str, list[Literal]] = {}
    for literal in literals:
        by_key.setdefault(literal.test.key, []).append(literal)
    return any(_pair_contradicts(same) or _nothing_is_left(same) for same in by_key.values())


def _pair_contradicts(literals: list[Literal]) -> bool:
    if len(literals) ** 2 > _PAIRS:
        return False
    for literal in literals:
        for other in literals:
            if literal.holds and other is not literal:
                clash = _excludes(literal.test, other.test) if other.holds else _implies(literal.test, other.test)
                if clash:
                    return True
    return False


def _implies(one: Predicate, other: Predicate) -> bool:
    """Whether the second test says yes wherever the first one does."""
    if one == other:
        return True
    if one.operator == "null":
        return other.if_exists or other.quantifier is Quantifier.ALL
    if one.operator == other.operator == "principal":
        return one.values <= other.values or ANYONE in other.values
    same_manner = one.quantifier is other.quantifier and (other.if_exists or not one.if_exists)
    return same_manner and _values_within(one, other)


def _values_within(one: Predicate, other: Predicate) -> bool:
    if one.operator == other.operator and not one.operator.startswith("as-written") and one.values <= other.values:
        return True
    if len(one.values) * len(other.values) > _PAIRS:
        return False
    lies_in = _LIES_IN.get((one.operator, other.operator))
    if lies_in is not None:
        return all(any(lies_in(narrow, wide) for wide in other.values) for narrow in one.values)
    spans, others = spans_of(one), spans_of(other)
    if spans is None or others is None or one.operator[:4] != other.operator[:4]:
        return False
    return all(any(narrow.lies_within(wide) for wide in others) for narrow in spans)


def _is_covered(narrow: str, wide: str) -> bool:
    return covers(wide, narrow)


def _is_same_but_for_case(narrow: str, wide: str) -> bool:
    return unquoted(narrow).lower() == wide


def _is_arn_covered(narrow: str, wide: str) -> bool:
    # Each of the six parts is matched for itself (IAM User Guide, "Amazon Resource Name (ARN) condition operators").
    narrow_parts, wide_parts = narrow.split(":", 5), wide.split(":", 5)
    return len(wide_parts) == len(narrow_parts) and all(map(covers, wide_parts, narrow_parts))


def _is_subnet(narrow: str, wide: str) -> bool:
    inner, outer = network(narrow), network(wide)
    if isinstance(inner, IPv4Network) and isinstance(outer, IPv4Network):
        return inner.subnet_of(outer)
    return isinstance(inner, IPv6Network) and isinstance(outer, IPv6Network) and inner.subnet_of(outer)


_LIES_IN: Final[Mapping[tuple[str, str], Callable[[str, str], bool]]] = {
    **{(one, other): _is_covered for one in _STRINGS for other in _STRINGS},
    ("stringequals", "stringequalsignorecase"): _is_same_but_for_case,
    ("arnlike", "arnlike"): _is_arn_covered,
    ("ipaddress", "ipaddress"): _is_subnet,
}
"""By the operators of two tests: whether a value of the first lies in a value of the second."""


def _excludes(one: Predicate, other: Predicate) -> bool:
    """Whether the two tests never both say yes. Of keys with several values nothing is said."""
    if other.operator == "null" or one.operator == "null":
        test = one if other.operator == "null" else other
        needs_it = test.operator in _PRESENT or spans_of(test) is not None
        return needs_it and not test.if_exists and test.quantifier is not Quantifier.ALL
    if Quantifier.ONE is not one.quantifier or one.quantifier is not other.quantifier:
        return False
    return not (one.if_exists and other.if_exists) and _values_apart(one, other)


def _values_apart(one: Predicate, other: Predicate) -> bool:
    if len(one.values) * len(other.values) > _PAIRS:
        return False
    if one.operator in _STRINGS and other.operator in _STRINGS:
        effort = Effort(_PAIRS)
        return all(overlaps((a, b), (), effort) is Answer.NO for a in one.values for b in other.values)
    if one.operator == other.operator and one.operator in ("bool", "binaryequals", "stringequalsignorecase"):
        return not one.values & other.values
    if one.operator == other.operator == "ipaddress":
        return all(_networks_apart(a, b) for a in one.values for b in other.values)
    spans, others = spans_of(one), spans_of(other)
    if spans is None or others is None or one.operator[:4] != other.operator[:4]:
        return False
    return not any(a.meets(b) for a in spans for b in others)


def _networks_apart(one: str, other: str) -> bool:
    # What is no network matches no address.
    return network(one) is None or network(other) is None or not (_is_subnet(one, other) or _is_subnet(other, one))


def _nothing_is_left(literals: Iterable[Literal]) -> bool:
    """Whether the strings that some literals allow are all forbidden by others, the key being there."""
    found = list(literals)
    singles = [one.test for one in found if one.holds and _is_strict(one.test, Quantifier.ONE)]
    if singles:
        left = _left([one.test for one in found if one.holds and _is_string(one.test, Quantifier.ONE)])
        return _is_used_up(left, found, Quantifier.ONE)
    some = (one.test for one in found if one.holds and _is_strict(one.test, Quantifier.ANY))
    return any(_is_used_up(names_matching(test.values), found, Quantifier.ANY) for test in some)


def _left(tests: Iterable[Predicate]) -> NameSet:
    left = EVERY_NAME
    for test in tests:
        left = name_sets.intersection(left, names_matching(test.values))
    return left


def _is_used_up(left: NameSet, literals: Iterable[Literal], quantifier: Quantifier) -> bool:
    for literal in literals:
        if not literal.holds and _is_string(literal.test, quantifier):
            left = name_sets.difference(left, names_matching(literal.test.values))
    return name_sets.is_empty(left) is Answer.YES


def _is_string(test: Predicate, quantifier: Quantifier) -> bool:
    return test.operator in _STRINGS and test.quantifier is quantifier


def _is_strict(test: Predicate, quantifier: Quantifier) -> bool:
    return _is_string(test, quantifier) and not test.if_exists
