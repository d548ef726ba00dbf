"""Reading the table of dependent actions that ships with the catalog (docs/dependent-actions.md says where from)."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from importlib.resources import files
from typing import Final

from msgspec import Struct
from msgspec.json import Decoder

__all__ = ["DependentsTable", "listed_dependents", "read_dependents"]


class DependentsTable(Struct, frozen=True):
    """The file. Dependents stand in one text, as AWS writes them, with spaces between."""

    made_on: date
    """The day on which it was made from its sources."""
    catalog: str
    """The data, with version, that decided which actions are known."""
    sources: tuple[str, ...]
    """The packages, with version, whose copies of AWS's reference it joins."""
    by_hand: dict[str, dict[str, str]]
    """What the reference leaves out, by the page of AWS that says it: dependents by action."""
    unknown: dict[str, str]
    """What the reference says of names that the catalog did not know: dependents by action. Nothing is made of it."""
    reference: dict[str, dict[str, str]]
    """What the reference says: dependents by service and action name."""

    def rows(self) -> Iterator[tuple[str, str, str]]:
        """Service, action name and dependents; an action may come several times."""
        for namespace, actions in self.reference.items():
            for name, dependents in actions.items():
                yield namespace, name, dependents
        for actions in self.by_hand.values():
            for action, dependents in actions.items():
                namespace, _, name = action.partition(":")
                yield namespace, name, dependents


_TABLE: Final = Decoder(DependentsTable)


def read_dependents() -> DependentsTable:
    """The table that ships with this version of leastwise."""
    return _TABLE.decode((files(__package__) / "data" / "dependents.json").read_bytes())


def listed_dependents() -> Mapping[str, Mapping[str, str]]:
    """The dependents that the table gives, with spaces between, by service and by action name in lower case."""
    found: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for namespace, name, dependents in read_dependents().rows():
        actions, key = found[namespace], name.lower()
        actions[key] = f"{actions[key]} {dependents}" if key in actions else dependents
    return found
