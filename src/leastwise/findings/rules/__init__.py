"""The rules: each a module of its own, with a case file and a docs page of the same name."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

from leastwise.findings.context import Context, Subject
from leastwise.findings.model import Finding, Rule
from leastwise.findings.rules import (
    empty_group,
    stale_service,
    unattached_policy,
    unused_access_key,
    unused_action,
    unused_group_grant,
    unused_password,
    unused_role,
    unused_service,
    unused_user,
)

__all__ = ["CHECKS", "Check"]

Check = Callable[[Subject, Context], Iterator[Finding]]
"""Asked about every principal and policy; yields what it finds, nothing for subjects that it is not about."""

CHECKS: Final[Mapping[Rule, Check]] = MappingProxyType(
    {
        Rule.UNUSED_SERVICE: unused_service.check,
        Rule.STALE_SERVICE: stale_service.check,
        Rule.UNUSED_ACTION: unused_action.check,
        Rule.UNUSED_ROLE: unused_role.check,
        Rule.UNUSED_USER: unused_user.check,
        Rule.UNUSED_ACCESS_KEY: unused_access_key.check,
        Rule.UNUSED_PASSWORD: unused_password.check,
        Rule.UNATTACHED_POLICY: unattached_policy.check,
        Rule.EMPTY_GROUP: empty_group.check,
        Rule.UNUSED_GROUP_GRANT: unused_group_grant.check,
    }
)
"""Every rule and what checks it."""
