"""Toned lines as text, with colours or without."""

from collections.abc import Callable, Iterable
from typing import Final

from leastwise.report.layout import Line, Span, Tone

__all__ = ["paint"]

_STYLES: Final = {
    Tone.PLAIN: "",
    Tone.STRONG: "bold",
    Tone.NAME: "cyan",
    Tone.DIM: "dim",
    Tone.GOOD: "green",
    Tone.WARN: "yellow",
    Tone.BAD: "bold red",
}


def paint(lines: Iterable[Line], *, color: bool) -> str:
    """The lines as text, each ended by a line feed; without `color` there is no escape code in it."""
    show = _colored() if color else _plain
    return "".join("".join(map(show, line)).rstrip() + "\n" for line in lines)


def _plain(span: Span) -> str:
    return span.text


def _colored() -> Callable[[Span], str]:
    from rich.color import ColorSystem  # noqa: PLC0415 - rich is slow to import, and plain output does without it
    from rich.style import Style  # noqa: PLC0415 - the same

    styles = {tone: Style.parse(words) for tone, words in _STYLES.items()}
    return lambda span: styles[span.tone].render(span.text, color_system=ColorSystem.STANDARD)
