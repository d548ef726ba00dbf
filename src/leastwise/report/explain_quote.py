"""A statement in its own words, with the line numbers of its document."""

from collections.abc import Iterator
from typing import Final

from leastwise.policy import Effect
from leastwise.report.explanation import Quote
from leastwise.report.layout import Line, Span, Tone, cells, clean, fitted, prefix, wrap
from leastwise.report.table_view import View

__all__ = ["quoted"]

_TAB: Final = 4


def quoted(quote: Quote, *, view: View) -> list[Line]:
    """The policy, where the statement stands in it, what it does to a request, and its text.

    The text is that of the document, but for its common indentation; a line that is too long goes on beneath.
    """
    name = quote.policy.rpartition("/")[2]
    kind, _, group = quote.via.partition(":")
    via = f"via {kind} {group}" if group else "attached directly"
    head: Line = (Span("  "), Span(clean(name), Tone.NAME), Span(clean(f" [{quote.kind}], {via}")))
    lines = [fitted(head, view.width)]
    if name != quote.policy:
        lines += wrap(quote.policy, width=view.width, indent=2, hang=4, tone=Tone.DIM)
    lines += wrap(_place(quote), width=view.width, indent=2, hang=4)
    return [*lines, *_text(quote, view=view)]


def _place(quote: Quote) -> str:
    statement = quote.statement
    sid = f' "{statement.sid}"' if statement.sid is not None else ""
    at = f"line {statement.position.line}, column {statement.position.column}"
    return f"statement {statement.index}{sid}, {at}{_effect(quote)}"


def _effect(quote: Quote) -> str:
    if quote.statement.effect is Effect.ALLOW:
        return ", under conditions" if quote.statement.conditions else ""
    if quote.statement.is_unconditional:
        return ": denies every request, so it is subtracted from what is granted"
    return ": may deny, depending on the request; nothing is subtracted"


def _text(quote: Quote, *, view: View) -> list[Line]:
    rows = list(_rows(quote))
    gutter = max(len(str(number)) for number, _ in rows) + 4
    lines: list[Line] = []
    for number, text in rows:
        for index, piece in enumerate(_folded(text, width=view.width - gutter - 3)):
            label = "" if index else str(number)
            lines.append((Span(f"{label:>{gutter}} │ ", Tone.DIM), Span(piece)))
    return lines


def _folded(text: str, *, width: int) -> Iterator[str]:
    """The text in pieces that fit, parted behind a space where there is one in the latter half."""
    while cells(text) > width:
        end = len(prefix(text, width))
        space = text.rfind(" ", end // 2, end)
        end = end if space < 0 else space + 1
        yield text[:end]
        text = text[end:]
    yield text


def _rows(quote: Quote) -> Iterator[tuple[int, str]]:
    """Each line with its number. The first comes without its indentation, so the others lose as much of theirs."""
    first, *rest = (line.removesuffix("\r") for line in quote.text.split("\n"))
    position = quote.statement.position
    indents = [len(line) - len(line.lstrip(" \t")) for line in rest if line.strip(" \t")]
    common = min([*indents, position.column - 1])
    yield position.line, _shown(first)
    for offset, line in enumerate(rest, start=1):
        yield position.line + offset, _shown(line[common:])


def _shown(line: str) -> str:
    return clean(line.expandtabs(_TAB))
