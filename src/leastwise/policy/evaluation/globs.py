"""Sets of patterns with `*` and `?`, made ready once to be matched against many texts."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from msgspec import Struct

from leastwise.catalog.pattern import compiled, matches

__all__ = ["Globs", "globs", "globs_in_any_case"]

_CACHED: Final = 2048
"""Sets that are kept; a policy has about two a statement."""
_LONGEST: Final = 1000
"""Characters of a pattern that is worth compiling; matching a longer one as it stands is slower, but not starting."""


class Globs(Struct, frozen=True):
    """Some patterns, of which a text needs to match one."""

    texts: frozenset[str]
    """Those without wildcards."""
    expressions: tuple[re.Pattern[str], ...]
    """Those with wildcards."""
    long: tuple[str, ...]
    """Those with wildcards that are too long to be compiled."""

    def match(self, text: str) -> bool:
        """Whether some pattern matches the whole text; case counts. Time is at most the patterns times the text.

        >>> globs(("a*", "b")).match("ab"), globs(("a*", "b")).match("bb")
        (True, False)
        """
        return (
            text in self.texts
            or any(one.fullmatch(text) for one in self.expressions)
            or any(matches(one, text) for one in self.long)
        )


@lru_cache(_CACHED)
def globs(patterns: tuple[str, ...]) -> Globs:
    """The patterns, made ready. Those that were made ready lately are kept."""
    return _globs(patterns)


@lru_cache(_CACHED)
def globs_in_any_case(patterns: tuple[str, ...]) -> Globs:
    """The patterns in lower case, made ready for texts in lower case."""
    return _globs(pattern.lower() for pattern in patterns)


def _globs(patterns: Iterable[str]) -> Globs:
    distinct = dict.fromkeys(patterns)
    wild = [pattern for pattern in distinct if "*" in pattern or "?" in pattern]
    short = tuple(compiled(pattern) for pattern in wild if len(pattern) <= _LONGEST)
    long = tuple(pattern for pattern in wild if len(pattern) > _LONGEST)
    return Globs(frozenset(distinct.keys() - set(wild)), short, long)
