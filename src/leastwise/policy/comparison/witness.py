"""Single requests out of a box, such as a person would believe: what is drawn here is still to be checked."""

from collections.abc import Iterable, Iterator
from itertools import chain, count, islice, product
from typing import Final

from leastwise.catalog import Action, Catalog, arn_example, arn_pattern, indexes
from leastwise.policy.arn import Arn
from leastwise.policy.comparison.box import Box
from leastwise.policy.comparison.literal import Literal, Literals
from leastwise.policy.comparison.samples import condition_of, plain_values, values_for
from leastwise.policy.document.variables import quoted, unquoted
from leastwise.policy.evaluation.condition import holds
from leastwise.policy.evaluation.request import Caller, CallerKind, Context, Request
from leastwise.policy.sets import names as name_sets
from leastwise.policy.sets.action_set import ActionSet
from leastwise.policy.sets.language import Effort
from leastwise.policy.sets.names import NameSet, names_matching

__all__ = ["requests_in"]

_ACTIONS: Final = 3
_RESOURCES: Final = 6
_VALUES: Final = 3
_CONTEXTS: Final = 12
_LOOKED_AT: Final = 50
"""Values of a key that are tried for all that must hold of it."""
_CHARACTERS: Final = 1_000_000
"""Characters of tests that these are tried on, but for the first."""
_LONGEST: Final = 2048
"""Characters of a text that is worth trying: no ARN has more (IAM API, arnType)."""
_PARTS: Final = {1: "aws", 3: "us-east-1", 4: "111122223333"}
"""Plain values for a wildcard that is a whole part of an ARN."""
_ACCOUNT: Final = "111122223333"


def requests_in(box: Box, catalog: Catalog, *, variables: Iterable[str], effort: Effort) -> Iterator[Request]:
    """Requests that probably lie in the box, at most a few hundred; none if none was thought of within the effort.

    `variables` are keys whose values the policies use elsewhere: each is given a plain value.
    """
    contexts = list(_contexts(box.literals, plain_values(variables)))
    callers = list(_callers(box.literals))
    for action in _actions(box, catalog, effort):
        text = action if isinstance(action, str) else action.text
        known = None if isinstance(action, str) else action
        for resource in islice(_resources(box.resources, known, catalog, effort), _RESOURCES):
            for context, caller in product(contexts, callers):
                yield Request(text, resource, context, caller)


def _actions(box: Box, catalog: Catalog, effort: Effort) -> Iterator[Action | str]:
    first = [catalog.actions(1 << place)[0] for place in islice(indexes(box.actions.known), _LOOKED_AT)]
    # A person believes a request whose action takes its resource; the first that does comes first.
    fitting = next((one for one in first if _takes_one_of(one, box.resources, catalog, effort)), None)
    yield from islice(dict.fromkeys([fitting, *first] if fitting else first), _ACTIONS)
    yield from islice(_unlisted(box.actions, effort), _ACTIONS)


def _takes_one_of(action: Action, resources: NameSet, catalog: Catalog, effort: Effort) -> bool:
    """Whether an ARN of the kinds that the action takes may be among the resources."""
    types = catalog.resource_types(action)
    if not types or len(resources) > _RESOURCES:
        return types == () and name_sets.holds(resources, "*")
    patterns = names_matching(arn_pattern(one.arn_format) for one in types)
    return isinstance(name_sets.example(name_sets.intersection(resources, patterns), effort), str)


def _unlisted(actions: ActionSet, effort: Effort) -> Iterator[str]:
    """Actions that the catalog does not know."""
    for namespace, names in sorted(actions.open.items()):
        found = name_sets.example(name_sets.intersection(names, names_matching(["?*"])), effort)
        if isinstance(found, str):
            yield f"{namespace}:{found}"
    if actions.rest:
        yield f"{_new_namespace(actions)}:Act"
        quiet = (one.namespace for one in actions.catalog.services if one.namespace not in actions.open)
        yield from (f"{namespace}:NotYetInvented" for namespace in islice(quiet, 1))


def _new_namespace(actions: ActionSet) -> str:
    taken = {service.namespace for service in actions.catalog.services} | actions.open.keys()
    return next(name for name in chain(("example",), (f"example{place}" for place in count())) if name not in taken)


def _resources(resources: NameSet, action: Action | None, catalog: Catalog, effort: Effort) -> Iterator[str]:
    types = None if action is None else catalog.resource_types(action)
    seen: set[str] = set()
    for text in _resource_texts(
        resources, [one.arn_format for one in types or ()], takes_none=types == (), effort=effort
    ):
        if len(text) <= _LONGEST and text not in seen and name_sets.holds(resources, quoted(text)):
            seen.add(text)
            yield text


def _resource_texts(resources: NameSet, formats: Iterable[str], *, takes_none: bool, effort: Effort) -> Iterator[str]:
    if takes_none:
        yield "*"
    yield from (arn_example(one) for one in formats)
    patterns = sorted({pattern for region in resources for pattern in region.inside}, key=lambda one: (-len(one), one))
    yield from (_filled(pattern) for pattern in islice(patterns, _RESOURCES))
    yield from _shortest(resources, effort)
    yield "*"
    for one in formats:
        yield from _shortest(name_sets.intersection(resources, names_matching([arn_pattern(one)])), effort)


def _shortest(resources: NameSet, effort: Effort) -> Iterator[str]:
    found = name_sets.example(resources, effort)
    if isinstance(found, str):
        yield unquoted(found)


def _filled(pattern: str) -> str:
    parts = pattern.split(":", 5)
    named = (_PARTS.get(place, "example") if part == "*" else part for place, part in enumerate(parts))
    return unquoted(":".join(named).replace("*", "example").replace("?", "x"))


def _contexts(literals: Literals, plain: Context) -> Iterator[Context]:
    by_key: dict[str, list[Literal]] = {}
    for literal in sorted(literals, key=lambda one: (one.test.key, one.test.operator, sorted(one.test.values))):
        if literal.test.key:
            by_key.setdefault(literal.test.key, []).append(literal)
    choices = [list(islice(_settings(same, plain), _VALUES)) for same in by_key.values()]
    for chosen in islice(product(*choices), _CONTEXTS):
        keys = dict(chosen)
        others = {key: values for key, values in plain.items() if key not in keys}
        yield others | {key: values for key, values in keys.items() if values is not None}


def _settings(literals: list[Literal], plain: Context) -> Iterator[tuple[str, tuple[str, ...] | None]]:
    """The key, and what it could hold so that all literals are as they must be; None stands for a missing key."""
    key = literals[0].test.key
    size = sum(len(value) for literal in literals for value in literal.test.values)
    for values in islice(values_for(literals, plain), min(_LOOKED_AT, 1 + _CHARACTERS // (size + 1))):
        if any(len(value) > _LONGEST for value in values or ()):
            continue
        context = {name: value for name, value in plain.items() if name != key}
        if values is not None:
            context[key] = values
        if all(_is_so(literal, context) for literal in literals):
            yield key, values


def _is_so(literal: Literal, context: Context) -> bool:
    condition = condition_of(literal.test)
    return condition is None or holds(condition, context, variables=True) is literal.holds


def _callers(literals: Literals) -> Iterator[Caller | None]:
    entries = sorted({entry for literal in literals if not literal.test.key for entry in literal.test.values})
    if not entries:
        yield None
        return
    yield from (_caller(*entry.split(":", 1)) for entry in entries)
    yield _user(_ACCOUNT)


def _caller(kind: str, name: str) -> Caller:
    if kind == "Service":
        return Caller(CallerKind.SERVICE, name, "")
    if kind == "Federated":
        return Caller(CallerKind.FEDERATED, name, "")
    try:
        arn = Arn(name)
    except ValueError:
        return _user(name if name.isdecimal() else _ACCOUNT)
    if arn.kind == "role":
        session = f"arn:{arn.aws_partition}:sts::{arn.account}:assumed-role/{arn.name}/example"
        return Caller(CallerKind.ROLE_SESSION, session, arn.account, name)
    return Caller(CallerKind.USER, name, arn.account) if arn.kind == "user" else _user(arn.account)


def _user(account: str) -> Caller:
    return Caller(CallerKind.USER, f"arn:aws:iam::{account}:user/example", account)
