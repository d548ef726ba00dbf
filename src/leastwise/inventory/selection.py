"""Which principals a user wants to look at."""

from msgspec import Struct

from leastwise.catalog import matches
from leastwise.inventory.model import Principal

__all__ = ["Selection"]


class Selection(Struct, frozen=True):
    """Patterns with `*` and `?` over a principal's ARN, name, `type/name`, or `type/path/name`; case counts."""

    include: tuple[str, ...] = ()
    """Principals to look at; empty for all."""
    exclude: tuple[str, ...] = ()
    """Principals to leave out; wins over include."""

    @property
    def is_narrow(self) -> bool:
        """Whether only named principals are looked at."""
        return bool(self.include)

    def takes(self, principal: Principal) -> bool:
        """Whether the principal is to be looked at."""
        names = principal.arn.names
        included = not self.include or _any_match(names, self.include)
        return included and not _any_match(names, self.exclude)


def _any_match(names: tuple[str, ...], patterns: tuple[str, ...]) -> bool:
    return any(matches(pattern, name) for name in names for pattern in patterns)
