"""Whether a condition holds for a request.

Source of all: IAM User Guide, "Condition operators" and "Conditions with multiple context keys or values". Where it is
silent, one rule decides: what cannot be compared matches nothing, and a negated operator holds where its positive one
finds no match. So of a malformed number, date or address a positive test is false and a negated one true, which is
also what the guide says of a key that is missing.
"""

from leastwise.policy.document.model import Condition
from leastwise.policy.document.operators import Operator, Quantifier, operator_named
from leastwise.policy.document.variables import resolved, unquoted
from leastwise.policy.evaluation.operators import Test, test_of
from leastwise.policy.evaluation.request import Context

__all__ = ["holds"]


def holds(condition: Condition, context: Context, *, variables: bool) -> bool:
    """Whether the condition holds in this context; `variables` if its document has version 2012-10-17.

    A key with several values needs ForAllValues or ForAnyValue ("Single-valued vs. multivalued context keys"); without
    them its values match nothing. An operator that IAM does not know never holds. Nothing raises.

    >>> condition = Condition("StringLike", "s3:prefix", ("home/${aws:username}/*",))
    >>> holds(condition, {"s3:prefix": ("home/ann/a",), "aws:username": ("ann",)}, variables=True)
    True
    """
    operator = operator_named(condition.operator)
    if operator is None:
        return False
    values = context.get(condition.key.lower(), ())
    test = test_of(operator)
    if test is None:
        return ("false" if values else "true") in (value.lower() for value in condition.values)
    if not values:
        return _holds_without_values(operator)
    wanted = _wanted(condition.values, context, operator) if variables and operator.has_variables else condition.values
    if wanted is None:
        return False
    return _holds_for(values, wanted, operator, test)


def _holds_without_values(operator: Operator) -> bool:
    """ForAllValues holds and ForAnyValue does not, negated or not; a plain operator holds if it is negated."""
    if operator.if_exists or operator.quantifier is Quantifier.ALL:
        return True
    return operator.is_negated and operator.quantifier is Quantifier.ONE


def _holds_for(values: tuple[str, ...], wanted: tuple[str, ...], operator: Operator, test: Test) -> bool:
    if operator.quantifier is Quantifier.ONE:
        return (len(values) == 1 and test(wanted, values[0])) != operator.is_negated
    if not any(values):
        # "The key values in the request resolve to an empty data set (for example, an empty string)".
        return operator.quantifier is Quantifier.ALL
    passes = (test(wanted, value) != operator.is_negated for value in values)
    return all(passes) if operator.quantifier is Quantifier.ALL else any(passes)


def _wanted(values: tuple[str, ...], context: Context, operator: Operator) -> tuple[str, ...] | None:
    """The values with their variables resolved; None if the test is void.

    Where a variable has no value, "any attempt to match it fails and causes the statement to be invalid" (IAM User
    Guide, "Policy elements: Variables and tags"). So the value that holds it matches nothing, and a negated test, which
    would hold because of that, does not hold either.
    """
    if not any("${" in value for value in values):
        return values
    found = tuple(resolved(value, context) for value in values)
    if operator.is_negated and None in found:
        return None
    filled = (value for value in found if value is not None)
    return tuple(filled) if operator.has_wildcards else tuple(map(unquoted, filled))
