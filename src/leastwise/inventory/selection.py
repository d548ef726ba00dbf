"""Which principals a user wants to look at."""

from fnmatch import fnmatchcase

from msgspec import Struct

from leastwise.inventory.model import Principal

__all__ = ["Selection"]


class Selection(Struct, frozen=True):
    """Patterns with `*` and `?` over a principal's ARN, name, or `type/name`; case counts."""

    include: tuple[str, ...] = ()
    """Principals to look at; empty for all."""
    exclude: tuple[str, ...] = ()
    """Principals to leave out; wins over include."""

    def takes(self, principal: Principal) -> bool:
        """Whether the principal is to be looked at."""
        names = (principal.arn, principal.name, f"{principal.type}/{principal.name}")
        included = not self.include or _any_match(names, self.include)
        return included and not _any_match(names, self.exclude)


def _any_match(names: tuple[str, ...], patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(name, pattern) for name in names for pattern in patterns)
