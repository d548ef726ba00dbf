"""A command run in a terminal of its own, as a person runs it: keys go in, and what stays on the screen is read."""

import os
import re
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

__all__ = ["CTRL_C", "Terminal", "screen"]

CTRL_C = b"\x03"
_PATIENCE_SECONDS = 60.0
"""How long anything may take; nothing here waits that long where it works."""
_OWN_TERMINAL = (
    "import fcntl, os, sys, termios; fcntl.ioctl(2, termios.TIOCSCTTY, 0); os.execv(sys.executable, sys.argv[1:])"
)
"""Makes standard error the process's own terminal, so that Ctrl-C typed there reaches it."""
_ESCAPE = re.compile(r"\x1b\[(?P<number>\d*)(?:;\d+)*(?P<command>[A-Za-z])|\x1b\[\?(?P<mode>\d+)(?P<state>[hl])")


class Terminal:
    """A running command; standard output is the terminal too, unless a file is given for it."""

    def __init__(
        self,
        arguments: Sequence[str],
        *,
        environment: Mapping[str, str],
        folder: Path,
        columns: int = 80,
        stdout: int | None = None,
    ) -> None:
        self._master, slave = os.openpty()
        termios.tcsetwinsize(slave, (40, columns))
        self._text = b""
        self._slave = slave
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-c", _OWN_TERMINAL, sys.executable, "-m", "leastwise", *arguments],
            stdin=slave,
            stdout=slave if stdout is None else stdout,
            stderr=slave,
            env=dict(environment),
            cwd=folder,
            start_new_session=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        os.close(self._master)
        os.close(self._slave)

    @property
    def text(self) -> str:
        """Everything that was written to the terminal up to now."""
        return self._text.decode()

    @property
    def echoes(self) -> bool:
        """Whether what is typed is shown, as it should be when the command has ended."""
        return bool(termios.tcgetattr(self._slave)[3] & termios.ECHO)

    def wait_for(self, text: str) -> None:
        """Return when the text has been written."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while text not in self.text:
            assert time.monotonic() < deadline, f"no {text!r} in {self.text!r}"
            assert self._process.poll() is None or self._read(), f"it ended without {text!r}: {self.text!r}"
            self._read()

    def type(self, keys: bytes) -> None:
        """Type these keys."""
        os.write(self._master, keys)

    def kill(self, number: signal.Signals) -> None:
        """Send the command, and nothing else in its terminal, a signal."""
        self._process.send_signal(number)

    def ended(self) -> int:
        """The exit code, when it has ended."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while self._process.poll() is None:
            assert time.monotonic() < deadline, f"it does not end: {self.text!r}"
            self._read()
        while self._read():
            pass
        return self._process.returncode

    def _read(self) -> bool:
        ready, _, _ = select.select([self._master], [], [], 0.05)
        if not ready:
            return False
        with suppress(OSError):
            self._text += os.read(self._master, 65536)
        return True


def screen(text: str) -> list[str]:
    """The lines that a terminal shows after this text, without the empty ones at the end; wide enough for any line."""
    lines, row, column = [""], 0, 0
    position = 0
    while position < len(text):
        escape = _ESCAPE.match(text, position)
        if escape is not None:
            if escape["command"] == "A":
                row = max(0, row - int(escape["number"] or 1))
            elif escape["command"] == "K":
                lines[row] = "" if escape["number"] == "2" else lines[row][:column]
            position = escape.end()
            continue
        character = text[position]
        position += 1
        if character == "\r":
            column = 0
        elif character == "\n":
            row += 1
            lines += [""] * (row + 1 - len(lines))
        else:
            lines[row] = lines[row].ljust(column)[:column] + character + lines[row][column + 1 :]
            column += 1
    while lines and not lines[-1].strip():
        lines.pop()
    return lines
