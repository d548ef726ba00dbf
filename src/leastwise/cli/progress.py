"""What is going on, on standard error: a bar on a terminal, and with `-v` a line a phase."""

import logging
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Final

from leastwise.cli.log_lines import log_lines
from leastwise.cli.output import OutputOptions
from leastwise.cli.streams import is_terminal
from leastwise.collect import NoProgress, Progress

__all__ = ["shown_progress"]

_log: Final = logging.getLogger(__name__)


@contextmanager
def shown_progress(options: OutputOptions) -> Iterator[Progress]:
    """Shows how far the work is while the context lasts, and leaves no trace of a bar; says nothing if quiet."""
    with ExitStack() as stack:
        stack.enter_context(log_lines(0 if options.quiet else options.verbosity))
        if options.quiet or not is_terminal(sys.stderr):
            yield _Logged(NoProgress())
            return
        from leastwise.cli.bar import Bar  # noqa: PLC0415 - rich costs time that a pipe need not pay

        bar = Bar(color=not options.no_color)
        stack.callback(bar.close)
        yield _Logged(bar)


class _Logged:
    """Logs each phase as it begins."""

    def __init__(self, shown: Progress) -> None:
        self._shown = shown

    def begin(self, what: str, *, total: int | None) -> None:
        """Log the new phase, and show it."""
        _log.info("%s%s", what, "" if total is None else f" ({total})")
        self._shown.begin(what, total=total)

    def advance(self) -> None:
        """One step on."""
        self._shown.advance()
