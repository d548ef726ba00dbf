"""The resources of an account that a rule can judge."""

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct

from leastwise.compliance.resource_types import ResourceType
from leastwise.inventory import Group, ManagedPolicy, Principal, PrincipalType, Snapshot
from leastwise.policy import Arn

__all__ = ["Resource", "resources_of"]

_TYPES = {
    PrincipalType.USER: ResourceType.USER,
    PrincipalType.ROLE: ResourceType.ROLE,
    PrincipalType.GROUP: ResourceType.GROUP,
}


class Resource(Struct, frozen=True):
    """A user, role, group or customer-managed policy."""

    type: ResourceType
    """What AWS Config calls its kind."""
    thing: Principal | ManagedPolicy
    """What is known of it."""

    @property
    def id(self) -> str:
        """The unique id, by which AWS Config knows it: AIDA..., AROA..., AGPA..., ANPA..."""
        return self.thing.id

    @property
    def arn(self) -> Arn:
        """Its ARN."""
        return self.thing.arn

    @property
    def created_at(self) -> datetime:
        """When it was made."""
        return self.thing.created_at

    def tag(self, key: str) -> str | None:
        """The value of its tag; None if it has none. Of groups and policies no tags are known."""
        if isinstance(self.thing, Group | ManagedPolicy):
            return None
        return next((tag.value for tag in self.thing.tags if tag.key == key), None)


def resources_of(snapshot: Snapshot) -> tuple[Resource, ...]:
    """Every resource, by id; of the policies only the customer's, since AWS Config records no other."""
    return tuple(sorted(_resources(snapshot), key=lambda resource: resource.id))


def _resources(snapshot: Snapshot) -> Iterator[Resource]:
    for principal in snapshot.principals():
        yield Resource(_TYPES[principal.type], principal)
    for policy in snapshot.policies:
        if not policy.is_aws_managed:
            yield Resource(ResourceType.POLICY, policy)
