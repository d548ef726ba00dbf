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
_MOST: Final = 1000
"""Patterns of a set that is worth compiling and keeping: compiling costs as much as matching some fifty texts."""


class Globs(Struct, frozen=True):
    """Some patterns, of which a text needs to match one."""

    texts: frozenset[str]
    """Those without wildcards."""
    expressions: tuple[re.Pattern[str], ...]
    """Those with wildcards."""
    plain: tuple[str, ...]
    """Those with wildcards that are too long, or too many, to be compiled."""

    def match(self, text: str) -> bool:
        """Whether some pattern matches the whole text; case counts. Time is at most the patterns times the text.

        >>> globs(("a*", "b")).match("ab"), globs(("a*", "b")).match("bb")
        (True, False)
        """
        return (
            text in self.texts
            or any(one.fullmatch(text) for one in self.expressions)
            or any(matches(one, text) for one in self.plain)
        )


def globs(patterns: tuple[str, ...]) -> Globs:
    """The patterns, made ready. Those that were made ready lately are kept."""
    return _kept(patterns) if _is_small(patterns) else _globs(patterns)


def globs_in_any_case(patterns: tuple[str, ...]) -> Globs:
    """The patterns in lower case, made ready for texts in lower case."""
    return _kept_in_any_case(patterns) if _is_small(patterns) else _globs(map(str.lower, patterns))


def _is_small(patterns: tuple[str, ...]) -> bool:
    return len(patterns) <= _MOST and max(map(len, patterns), default=0) <= _LONGEST


@lru_cache(_CACHED)
def _kept(patterns: tuple[str, ...]) -> Globs:
    return _globs(patterns)


@lru_cache(_CACHED)
def _kept_in_any_case(patterns: tuple[str, ...]) -> Globs:
    return _globs(map(str.lower, patterns))


def _globs(patterns: Iterable[str]) -> Globs:
    distinct = dict.fromkeys(patterns)
    wild = [pattern for pattern in distinct if "*" in pattern or "?" in pattern]
    short = [pattern for pattern in wild if len(pattern) <= _LONGEST] if len(wild) <= _MOST else []
    long = [pattern for pattern in wild if len(pattern) > _LONGEST] if short else wild
    return Globs(frozenset(distinct.keys() - set(wild)), tuple(map(compiled, short)), tuple(long))
