"""Users, roles, groups and policies as AWS Config records them.

An item's configuration has the members of GetAccountAuthorizationDetails, each with a small first letter (AWS Config
Developer Guide, "Components of a configuration item"; resource schemas of awslabs/aws-config-resource-schema).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import md5
from typing import Any, Final

import msgspec

from leastwise.sandbox.account import EntityKind
from leastwise.sandbox.details import DetailRef, Details, detail_refs
from leastwise.sandbox.house import House

__all__ = ["Item", "items_of", "stamp"]

_TYPES: Final[Mapping[EntityKind, str]] = {
    "user": "AWS::IAM::User",
    "role": "AWS::IAM::Role",
    "group": "AWS::IAM::Group",
    "policy": "AWS::IAM::Policy",
}
_KINDS: Final = ("User", "Role", "Group", "LocalManagedPolicy")


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One resource as Config records it."""

    resource_type: str
    """As `AWS::IAM::Role`."""
    resource_id: str
    """Its unique id."""
    resource_name: str
    """Its name."""
    arn: str
    """Its ARN."""
    created_at: str
    """When it was made, as AWS writes it."""
    tags: dict[str, str]
    """Its tags."""
    configuration: Mapping[str, Any]
    """What it is."""

    @property
    def state_hash(self) -> str:
        """Hash of the configuration."""
        return md5(msgspec.json.encode(self.configuration), usedforsecurity=False).hexdigest()


def items_of(house: House, *, resource_id: str | None = None) -> list[Item]:
    """Every user, role, group and policy of the account's own, or the one of this unique id."""
    with house.lock:
        details = Details(house.account, house.ledger, now=house.now)
        refs = detail_refs(house.account, _KINDS)
        return [_item(ref, details) for ref in refs if resource_id in {None, ref.entity.id}]


def stamp(moment: datetime) -> str:
    """A moment as Config writes it in an event: to the millisecond, `Z`."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z"


def _item(ref: DetailRef, details: Details) -> Item:
    configuration = _camel(details.of(ref))
    configuration.pop("roleLastUsed", None)  # no part of what Config records
    return Item(
        resource_type=_TYPES[ref.entity.kind],
        resource_id=ref.entity.id,
        resource_name=ref.entity.name,
        arn=ref.entity.arn,
        created_at=configuration["createDate"],
        tags={tag["key"]: tag["value"] for tag in configuration.get("tags", ())},
        configuration=configuration,
    )


def _camel(value: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, Mapping):
        return {name[0].lower() + name[1:]: _camel(part) for name, part in value.items()}
    if isinstance(value, datetime):
        return stamp(value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_camel(part) for part in value]
    return value
