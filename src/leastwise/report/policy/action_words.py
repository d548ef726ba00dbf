"""A set of actions in the fewest words: wide patterns, and what is excepted from them."""

from collections.abc import Iterator
from functools import reduce
from operator import and_, or_

from leastwise.catalog import Catalog, indexes, literal_prefix
from leastwise.policy import ActionSet, minimal_patterns

__all__ = ["action_words"]


def action_words(actions: ActionSet) -> tuple[str, ...]:
    """The set in words, e.g. `s3:* except s3:Get*`, a service at a time; true of known actions and of all others.

    What is too entangled to be said in words is `some of` what is said, and its known actions are listed beside it.

    >>> from leastwise.catalog import load_catalog
    >>> catalog = load_catalog()
    >>> action_words(ActionSet.of(["sqs:*", "s3:*"], catalog) - ActionSet.of(["s3:Get*", "s3:ListBucket"], catalog))
    ('s3:* except s3:Get*, s3:ListBucket', 'sqs:*')
    """
    if not actions.rest:
        return tuple(words for namespace in _namespaces(actions) for words in _service(actions, namespace))
    excepted = action_words(~actions)
    return (f"* except {'; '.join(excepted)}" if excepted else "*",)


def _namespaces(actions: ActionSet) -> list[str]:
    return sorted(
        {service.namespace for service in actions.catalog.services_of(actions.known)}
        | {namespace for namespace, names in actions.open.items() if names}
    )


def _service(actions: ActionSet, namespace: str) -> Iterator[str]:
    """A text for each region of the service's unknown names, and one for the known actions that lie in none."""
    catalog, known = actions.catalog, actions.known_in(namespace)
    left = known
    for inside, outside, is_part in sorted(
        (sorted(region.inside), sorted(region.outside), bool(region.besides)) for region in actions.names(namespace)
    ):
        reached = reduce(and_, (_mask(catalog, namespace, one) for one in inside))
        excepted = reached & reduce(or_, (_mask(catalog, namespace, one) for one in outside), 0)
        texts = [_cased(catalog, namespace, one) for one in outside]
        texts += _listed(catalog, reached & ~excepted & ~known)
        wide = " and ".join(_cased(catalog, namespace, one) for one in inside)
        yield ("some of " if is_part else "") + wide + (f" except {', '.join(sorted(texts))}" if texts else "")
        left &= left if is_part else ~reached | excepted
    yield from _listed(catalog, left)


def _mask(catalog: Catalog, namespace: str, name: str) -> int:
    return catalog.expand(f"{namespace}:{name}").mask


def _listed(catalog: Catalog, mask: int) -> tuple[str, ...]:
    known = ActionSet(catalog, mask, rest=False, open={})
    return minimal_patterns(known).patterns


def _cased(catalog: Catalog, namespace: str, name: str) -> str:
    """The pattern in AWS's own case, as far as a known action shows it."""
    prefix = literal_prefix(name)
    first = next(indexes(_mask(catalog, namespace, f"{prefix}*")), None) if prefix else None
    shown = prefix if first is None else catalog.actions(1 << first)[0].name[: len(prefix)]
    return f"{namespace}:{shown}{name[len(prefix) :]}"
