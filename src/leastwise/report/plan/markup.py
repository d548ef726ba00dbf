"""Text as GitHub's Markdown that shows just that text: nothing in it is a link, a mention, a table's end or HTML."""

import re
from typing import Final

from leastwise.report.layout import clean

__all__ = ["code", "fenced", "html_text", "prose"]

_MEANT: Final = re.compile(r"[\\`*_{}\[\]<>&|~!$^]")
"""Punctuation that means something within a line; text is never put at the beginning of one."""
_CALLS: Final = re.compile(r"[@#]")
"""What GitHub makes a link of, and a message to whom it names, even where Markdown does not."""
_LINKS: Final = re.compile(r"(?<=:)/(?=/)|(?<=www)\.", re.IGNORECASE)
_BARRIER: Final = "&#8203;"
"""A space of no width."""
_PLAIN_CODE: Final = re.compile(r"[A-Za-z0-9 +=,.@_/:*?${}()#%'-]+")
_OTHER: Final = re.compile(r"[^A-Za-z0-9 ]")
_TICKS: Final = re.compile(r"`+")
_LEAST_FENCE: Final = 3


def prose(text: str) -> str:
    r"""The text on one line, for a sentence or the cell of a table.

    >>> prose("s3:* of <b>@acme</b>")
    's3:\\* of \\<b\\>@&#8203;acme\\</b\\>'
    """
    marked = _MEANT.sub(r"\\\g<0>", clean(text))
    return _CALLS.sub(rf"\g<0>{_BARRIER}", _LINKS.sub(r"\\\g<0>", marked))


def code(text: str) -> str:
    """The text on one line as code, which is neither linked nor mentioned, for a sentence or the cell of a table.

    >>> code("role/ci/deploy"), code("a|b")
    ('`role/ci/deploy`', '<code>a&#124;b</code>')
    """
    shown = clean(text)
    if _PLAIN_CODE.fullmatch(shown) and shown == shown.strip():
        return f"`{shown}`"
    return f"<code>{_OTHER.sub(lambda found: f'&#{ord(found[0])};', shown)}</code>"


def html_text(text: str) -> str:
    """The text on one line, for the inside of an HTML element that Markdown does not look into.

    >>> html_text("<b> of @acme")
    '&lt;b&gt; of @&#8203;acme'
    """
    return _CALLS.sub(rf"\g<0>{_BARRIER}", clean(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))


def fenced(lines: list[str], *, language: str) -> str:
    """The lines as a block of code, whose fence is longer than any run of backticks in it."""
    longest = max((len(run) for line in lines for run in _TICKS.findall(line)), default=0)
    fence = "`" * max(_LEAST_FENCE, longest + 1)
    return "\n".join([f"{fence}{language}", *lines, fence])
