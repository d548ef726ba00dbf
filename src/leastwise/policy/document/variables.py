"""Policy variables such as `${aws:username}`: finding them in a text, and putting values in their place.

Only documents of version 2012-10-17 have variables (IAM User Guide, "Policy elements: Variables and tags"); in others
`${aws:username}` is plain text. `${*}`, `${?}` and `${$}` stand for the character itself.
"""

import re
from collections.abc import Mapping
from typing import Final

from msgspec import Struct

__all__ = ["LITERAL_QUESTION", "LITERAL_STAR", "Variable", "pieces", "quoted", "resolved", "unquoted"]

LITERAL_STAR: Final = "\ufdd0"
"""Stands in a pattern for the character `*` itself; U+FDD0 is no character and stands in no text."""
LITERAL_QUESTION: Final = "\ufdd1"
"""Stands in a pattern for the character `?` itself."""

_VARIABLE: Final = re.compile(r"\$\{([*?$])\}|\$\{([^{},'$*?]+)(?:,\s*'([^']*)'\s*)?\}")
_QUOTED: Final = str.maketrans({"*": LITERAL_STAR, "?": LITERAL_QUESTION})
_UNQUOTED: Final = str.maketrans({LITERAL_STAR: "*", LITERAL_QUESTION: "?"})


class Variable(Struct, frozen=True):
    """A variable within a text."""

    key: str
    """The condition key whose value it stands for, in lower case."""
    default: str | None
    """What stands for it where the request has no such key; None if it names none."""


def quoted(text: str) -> str:
    """The pattern that matches this text alone: its `*` and `?` stand for themselves.

    >>> from leastwise.policy.sets.language import matches
    >>> matches(quoted("a*"), quoted("a*")), matches(quoted("a*"), quoted("ab"))
    (True, False)
    """
    return text.translate(_QUOTED)


def unquoted(text: str) -> str:
    """The text that a pattern without wildcards matches.

    >>> unquoted(quoted("a*?"))
    'a*?'
    """
    return text.translate(_UNQUOTED)


def pieces(text: str) -> tuple[str | Variable, ...]:
    r"""The text in pieces: patterns, where `${*}` has become the quoted character, and variables between them.

    What is no well-formed variable is plain text. Linear.

    >>> pieces("home/${aws:username}/${*}")
    ('home/', Variable(key='aws:username', default=None), '/\ufdd0')
    """
    if "${" not in text:
        return (text,)
    found: list[str | Variable] = []
    plain, end = "", 0
    for match in _VARIABLE.finditer(text):
        plain += text[end : match.start()]
        end = match.end()
        if match[1]:
            plain += quoted(match[1])
            continue
        found += [plain] if plain else []
        found.append(Variable(match[2].strip().lower(), match[3]))
        plain = ""
    plain += text[end:]
    return (*found, plain) if plain or not found else tuple(found)


def resolved(text: str, context: Mapping[str, tuple[str, ...]]) -> str | None:
    """The pattern with the request's values in place of its variables; None where a variable has no value.

    `context` has its keys in lower case. A key with several values is no value for a variable, and a value's own
    wildcards stand for themselves (IAM User Guide, "Policy elements: Variables and tags").

    >>> resolved("home/${aws:username}/*", {"aws:username": ("ann",)}), resolved("${aws:username}", {})
    ('home/ann/*', None)
    """
    filled: list[str] = []
    for piece in pieces(text):
        value = piece if isinstance(piece, str) else _value(piece, context)
        if value is None:
            return None
        filled.append(value)
    return "".join(filled)


def _value(variable: Variable, context: Mapping[str, tuple[str, ...]]) -> str | None:
    values = context.get(variable.key, ())
    if len(values) == 1:
        return quoted(values[0])
    return None if variable.default is None or values else quoted(variable.default)
