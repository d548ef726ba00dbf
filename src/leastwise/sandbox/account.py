"""The account as the sandbox's own operations read it: moto's objects behind narrow, typed questions."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from leastwise.sandbox.refusals import access_denied, invalid_input, no_such_entity, validation

if TYPE_CHECKING:
    from moto.iam.models import IAMBackend

__all__ = ["Account", "Entity", "EntityKind", "HeldPolicy"]

EntityKind = Literal["user", "role", "group", "policy"]

_KINDS: Mapping[str, EntityKind] = {"user": "user", "role": "role", "group": "group", "policy": "policy"}
_SERVICE_PART = 2
_ACCOUNT_PART = 4


class Entity(msgspec.Struct, frozen=True):
    """A user, role, group or managed policy."""

    kind: EntityKind
    """Which of the four."""
    name: str
    """The name without its path."""
    arn: str
    """The ARN with its real path."""
    id: str
    """The unique id."""
    path: str
    """The path, with its slashes."""


class HeldPolicy(msgspec.Struct, frozen=True):
    """A policy that a principal holds, directly or through a group."""

    name: str
    """The policy's name."""
    document: str
    """The JSON text of its default version."""
    arn: str = ""
    """The ARN of a managed policy; empty for an inline one."""
    holder: Entity | None = None
    """The principal that an inline policy is embedded in; None for a managed one."""


class Account:
    """Questions about one account of moto."""

    def __init__(self, backend: "IAMBackend") -> None:
        self.backend: Any = backend
        """moto's IAM backend of this account."""

    @property
    def id(self) -> str:
        """The account's twelve digits."""
        return str(self.backend.account_id)

    def users(self) -> list[Entity]:
        """Every user, by name."""
        return _by_name(_entity("user", user) for user in list(self.backend.users.values()))

    def roles(self) -> list[Entity]:
        """Every role, by name."""
        return _by_name(_entity("role", role) for role in list(self.backend.roles.values()))

    def groups(self) -> list[Entity]:
        """Every group, by name."""
        return _by_name(_entity("group", group) for group in list(self.backend.groups.values()))

    def find(self, arn: str, *, caller: str) -> Entity:
        """The entity that an ARN names; its path may be wrong, as live calls show.

        Raises:
            Refusal: the ARN's form, partition, service or account is wrong, or nothing has that name.
        """
        parts = [*arn.split(":", 5), "", "", "", "", ""][:6]
        kind, _, rest = parts[-1].partition("/")
        if parts[:2] != ["arn", "aws"]:
            raise validation("Invalid ARN partition" if parts[0] == "arn" else "Invalid ARN prefix")
        if parts[_SERVICE_PART] != "iam":
            raise validation("Invalid service in ARN")
        if kind not in _KINDS:
            raise invalid_input(f"Invalid Entity Arn: {arn} is not supported.")
        owner = parts[_ACCOUNT_PART]
        if owner != self.id and not (kind == "policy" and owner == "aws"):
            raise access_denied(caller, "the operation", arn)
        name = rest.rsplit("/", 1)[-1]
        found = self._policy(arn, rest) if kind == "policy" else self.named(_KINDS[kind], name)
        if found is None:
            raise no_such_entity(f"ARN {arn} does not exist.")
        return found

    def principal(self, kind: EntityKind, name: str) -> Any:  # noqa: ANN401 - moto's three kinds share no type
        """The user, role or group of this name, as moto has it.

        Raises:
            Refusal: there is none.
        """
        found = self.named(kind, name)
        if found is None:
            raise no_such_entity(f"The {kind} with name {name} cannot be found.")
        return self.object(found)

    def is_taken(self, kind: EntityKind, name: str) -> bool:
        """Whether one of this kind has the name, in whatever case, under whatever path (IAM API Reference)."""
        policies = self.backend.managed_policies.values()
        every = {
            "user": self.backend.users.values(),
            "role": self.backend.roles.values(),
            "group": self.backend.groups.values(),
            "policy": (policy for policy in list(policies) if ":iam::aws:" not in policy.arn),
        }[kind]
        return any(one.name.lower() == name.lower() for one in every)

    def named(self, kind: EntityKind, name: str) -> Entity | None:
        """The user, role or group of this name, or None."""
        if kind == "role":
            role = next((role for role in list(self.backend.roles.values()) if role.name == name), None)
            return _entity("role", role) if role else None
        found = (self.backend.users if kind == "user" else self.backend.groups).get(name)
        return _entity("user" if kind == "user" else "group", found) if found else None

    def _policy(self, arn: str, rest: str) -> Entity | None:
        policies = self.backend.managed_policies
        if arn in policies:
            return _entity("policy", policies[arn])
        prefix, name = arn[: -len(rest)], rest.rsplit("/", 1)[-1]
        same = (policy for other, policy in list(policies.items()) if other.startswith(prefix) and policy.name == name)
        return next((_entity("policy", policy) for policy in same), None)

    def by_id(self, identifier: str) -> Entity | None:
        """The user or role of this unique id as it is named now, or None if it is gone."""
        return next((entity for entity in (*self.users(), *self.roles()) if entity.id == identifier), None)

    def object(self, entity: Entity) -> Any:  # noqa: ANN401 - moto's four kinds share no type
        """The object that moto keeps for an entity.

        Raises:
            KeyError: the entity is no longer there.
        """
        if entity.kind == "policy":
            return self.backend.managed_policies[entity.arn]
        if entity.kind == "role":
            return self.backend.roles[entity.id]
        return (self.backend.users if entity.kind == "user" else self.backend.groups)[entity.name]

    def held_by(self, entity: Entity) -> list[HeldPolicy]:
        """The policies of a principal, a user's groups' included; for a managed policy, that policy."""
        if entity.kind == "policy":
            return [_managed(self.object(entity))]
        own = self._own(entity)
        inherited = (self._own(group) for group in self.groups_of(entity)) if entity.kind == "user" else ()
        return _once(policy for part in (own, *inherited) for policy in part)

    def _own(self, entity: Entity) -> list[HeldPolicy]:
        held = self.object(entity)
        inline = [HeldPolicy(name, text, holder=entity) for name, text in held.policies.items()]
        return [*inline, *(_managed(policy) for policy in held.managed_policies.values())]

    def groups_of(self, user: Entity) -> list[Entity]:
        """The groups that a user is a member of, by name."""
        member = self.object(user)
        return [group for group in self.groups() if member in self.object(group).users]

    def reached_by(self, entity: Entity) -> list[Entity]:
        """The users and roles whose use a report of this entity counts: itself, a group's members, or a policy's
        holders, through groups too."""  # noqa: D205, D209 - one sentence
        if entity.kind == "group":
            return _by_name(_entity("user", user) for user in self.object(entity).users)
        if entity.kind == "policy":
            return [one for one in (*self.users(), *self.roles()) if self._holds(one, entity.arn)]
        return [entity]

    def _holds(self, principal: Entity, policy_arn: str) -> bool:
        return any(policy.arn == policy_arn for policy in self.held_by(principal))

    def attachments(self) -> Mapping[str, int]:
        """How many users, roles and groups each managed policy is attached to, by ARN."""
        counts: dict[str, int] = {}
        for principal in self._principals():
            for arn in principal.managed_policies:
                counts[arn] = counts.get(arn, 0) + 1
        return counts

    def boundary_uses(self) -> Mapping[str, int]:
        """How many users and roles have each managed policy as their permissions boundary, by ARN."""
        counts: dict[str, int] = {}
        for principal in self._principals():
            arn = boundary_of(principal)
            if arn:
                counts[arn] = counts.get(arn, 0) + 1
        return counts

    def _principals(self) -> Iterator[Any]:
        for collection in (self.backend.users, self.backend.roles, self.backend.groups):
            yield from list(collection.values())


def put_boundary(principal: Any, policy_arn: str | None) -> None:  # noqa: ANN401 - a user or role of moto
    """Set or take away a permissions boundary, so that moto's GetUser and GetRole show it."""
    principal.permissions_boundary_arn = policy_arn
    if "permissions_boundary" not in dir(type(principal)):
        shown = {"PermissionsBoundaryType": "PermissionsBoundaryPolicy", "PermissionsBoundaryArn": policy_arn}
        principal.permissions_boundary = shown if policy_arn else None


def boundary_of(principal: Any) -> str | None:  # noqa: ANN401 - a user, role or group of moto
    """The ARN of the permissions boundary; moto's users and groups have no such field of their own."""
    return getattr(principal, "permissions_boundary_arn", None) or None


def _entity(kind: EntityKind, found: Any) -> Entity:  # noqa: ANN401 - one of moto's four kinds
    return Entity(kind, found.name, found.arn, found.id, found.path)


def _by_name(entities: Iterable[Entity]) -> list[Entity]:
    return sorted(entities, key=lambda entity: entity.name)


def _managed(policy: Any) -> HeldPolicy:  # noqa: ANN401 - moto's ManagedPolicy
    default = next(version for version in policy.versions if version.version_id == policy.default_version_id)
    return HeldPolicy(policy.name, default.document, arn=policy.arn)


def _once(policies: Iterable[HeldPolicy]) -> list[HeldPolicy]:
    return list({(policy.arn or policy.holder, policy.name): policy for policy in policies}.values())
