"""Ctrl-C and SIGTERM, both as KeyboardInterrupt, and a terminal that is left as it was found."""

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final, NoReturn

__all__ = ["Handler", "handling", "interrupt", "interruptible"]

Handler = Callable[[int, FrameType | None], None]

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def interruptible() -> Iterator[None]:
    """Within, SIGTERM raises KeyboardInterrupt as SIGINT does, and the terminal's settings are restored at the end."""
    with _terminal_kept(), handling(interrupt):
        yield


@contextmanager
def handling(handler: Handler) -> Iterator[None]:
    """The signals go to the handler, but for those that whoever started us wants ignored, as `nohup` and `&` do."""
    before = {number: signal.getsignal(number) for number in _SIGNALS}
    wanted = [number for number in _SIGNALS if before[number] is not signal.SIG_IGN]
    for number in wanted:
        signal.signal(number, handler)
    try:
        yield
    finally:
        for number in wanted:
            signal.signal(number, before[number])


def interrupt(number: int, frame: FrameType | None) -> NoReturn:
    """Handles a signal by ending what is done at the moment."""
    del number, frame
    raise KeyboardInterrupt


@contextmanager
def _terminal_kept() -> Iterator[None]:
    """A prompt for an MFA code switches the terminal's echo off, and cannot switch it on again when it is left."""
    if sys.stdin is None or not sys.stdin.isatty():
        yield
        return
    import termios  # noqa: PLC0415 - not on every system, and only where there is a terminal

    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    try:
        yield
    finally:
        if termios.tcgetattr(terminal) != before:
            termios.tcsetattr(terminal, termios.TCSADRAIN, before)
