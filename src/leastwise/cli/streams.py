"""The process's own streams: what they can show, and what happens when nobody reads them."""

import codecs
import os
import stat
import sys
from collections.abc import Iterable
from contextlib import suppress
from io import TextIOWrapper
from typing import Final, TextIO

from leastwise.errors import LeastwiseError

__all__ = ["abandon", "is_pipe", "is_terminal", "read_input", "say", "say_block", "write_data", "write_text"]

_LIKENESSES: Final = {"─": "-", "│": "|", "…": "~"}
"""What stands for the drawing characters of our tables where a stream cannot encode them; anything else is a `?`."""
_REPLACE: Final = "leastwise-likeness"


def say(line: str) -> None:
    """Put one line of ours on standard error; where nobody can hear it, it is lost."""
    say_block([f"leastwise: {line}"])


def say_block(lines: Iterable[str]) -> None:
    """Put some lines that speak for themselves on standard error."""
    with suppress(OSError):
        if sys.stderr is not None:
            # A bar that is shown stands in for the stream, and makes room.
            sys.stderr.write("".join(f"{line}\n" for line in lines))
            sys.stderr.flush()


def is_terminal(stream: TextIO | None) -> bool:
    """Whether a person is looking at the stream; a process may also have been started without it."""
    return stream is not None and stream.isatty()


def is_pipe(stream: TextIO | None) -> bool:
    """Whether another program reads the stream, as a pager does."""
    try:
        return stream is not None and stat.S_ISFIFO(os.fstat(stream.fileno()).st_mode)
    except OSError:
        return False


def read_input() -> bytes:
    """All of standard input; nothing if the process was started without it."""
    return sys.stdin.buffer.read() if sys.stdin is not None else b""


def write_text(chunks: Iterable[str]) -> None:
    """Write what a person reads to standard output, in its own encoding; what that lacks gets a likeness.

    Raises:
        LeastwiseError: it cannot be written, as on a full disk. A reader that has gone away is no error.
    """
    codecs.register_error(_REPLACE, _likeness)
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors=_REPLACE)
    _write(chunks)


def write_data(chunks: Iterable[str]) -> None:
    """Write what programs read to standard output: UTF-8 with its line ends as they are, whatever the locale says.

    Raises:
        LeastwiseError: it cannot be written, as on a full disk. A reader that has gone away is no error.
    """
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="strict", newline="")
    _write(chunks)


def _write(chunks: Iterable[str]) -> None:
    stream = sys.stdout
    try:
        for chunk in chunks:
            stream.write(chunk)
        stream.flush()
    except BrokenPipeError:
        # The reader has seen enough, as `| head` has: that is its choice, and the exit code still says what was found.
        abandon(stream)
    except OSError as error:
        abandon(stream)
        raise LeastwiseError(f"cannot write to standard output: {error.strerror}") from error


def abandon(stream: TextIO | None) -> None:
    """Let what is still to be written there go nowhere, so that the end of the process does not fail on it."""
    with suppress(OSError):
        if stream is not None:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _likeness(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeEncodeError)  # noqa: S101 - it is registered for writing alone
    lost = error.object[error.start : error.end]
    return "".join(_LIKENESSES.get(character, "?") for character in lost), error.end
