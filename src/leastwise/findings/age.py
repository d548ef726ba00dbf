"""Whether a grant is too young for its silence to mean anything."""

from msgspec import Struct

from leastwise.findings.model import Parameters
from leastwise.findings.ruling import Holder
from leastwise.findings.sight import is_within
from leastwise.inventory import GrantedBy, Grants, ManagedPolicy

__all__ = ["AgeBench", "has_young_version"]

_Names = tuple[str, ...]


def has_young_version(policy: ManagedPolicy, parameters: Parameters) -> bool:
    """Whether a version of the policy, in force or not, was made within the days."""
    return any(is_within(version.created_at, parameters) for version in policy.versions)


class AgeBench(Struct, frozen=True):
    """Tells young grants; holders with the same grants share each answer."""

    parameters: Parameters
    """The moment and the days."""
    services: dict[tuple[Grants, str], bool] = {}
    """Answers that were given on services."""
    actions: dict[tuple[Grants, str, _Names], frozenset[str]] = {}
    """Answers that were given on a service's actions: the young ones."""

    def is_young(self, namespace: str, holder: Holder, *, granted_by: tuple[GrantedBy, ...]) -> bool:
        """Whether the holder, or its grant of the service, is at most D days old."""
        if holder.is_young or not _may_be_young(holder, granted_by):
            return holder.is_young
        key = (holder.granted, namespace)
        if key not in self.services:
            self.services[key] = is_within(holder.granted.granted_since(namespace), self.parameters)
        return self.services[key]

    def young_actions(
        self, namespace: str, holder: Holder, *, names: _Names, granted_by: tuple[GrantedBy, ...]
    ) -> frozenset[str]:
        """Those of the actions of which the holder, or its grant, is at most D days old."""
        if holder.is_young:
            return frozenset(names)
        # Only a young version makes a young grant, and looking for one costs more than all the rest.
        if not _may_be_young(holder, granted_by):
            return frozenset()
        key = (holder.granted, namespace, names)
        if key not in self.actions:
            dated = ((name, holder.granted.granted_since(namespace, name)) for name in names)
            self.actions[key] = frozenset(name for name, since in dated if is_within(since, self.parameters))
        return self.actions[key]


def _may_be_young(holder: Holder, granted_by: tuple[GrantedBy, ...]) -> bool:
    return bool(holder.young_policies) and any(grant.policy in holder.young_policies for grant in granted_by)
