"""A sandbox in a process of its own, which ends with the context, or with this process if that is killed."""

import subprocess
import sys
import tempfile
from threading import Timer
from types import TracebackType
from typing import Final, Self

import msgspec
from msgspec import Struct

from leastwise.errors import SandboxError

__all__ = ["JOB_SECONDS", "SandboxProcess", "StartedSandbox"]

JOB_SECONDS: Final = 0.1
"""How long a job of this sandbox takes; AWS takes 1 to 8 s (public record of live calls, September 2026)."""
_COMMAND: Final = (
    *(sys.executable, "-m", "leastwise.sandbox", "--json", "--port", "0", "--until-stdin-closes"),
    *("--job-seconds", str(JOB_SECONDS)),
)
_PATIENCE_SECONDS: Final = 60.0
"""How long a sandbox may take to start; on a quiet machine it is less than one."""


class StartedSandbox(Struct, frozen=True):
    """What a started sandbox says of itself."""

    endpoint_url: str
    """Where it listens."""
    access_key_id: str
    """Of a user who may scan."""
    secret_access_key: str
    """Its secret."""
    region: str
    """What to sign for."""


class SandboxProcess:
    """A sandbox that starts at once; it is killed at the end, for it has nothing that would have to be put in order."""

    def __init__(self) -> None:
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed in `end`; a pipe that nobody reads would stop it when full
        # In a session of its own, Ctrl-C does not reach it: it must answer until the scan has taken in what is known.
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            _COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, start_new_session=True
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def started(self) -> StartedSandbox:
        """What the sandbox says of itself, once it serves.

        Raises:
            SandboxError: it could not be started; says why.
        """
        assert self._process.stdout is not None  # noqa: S101 - it was asked for
        overdue = Timer(_PATIENCE_SECONDS, self._process.kill)
        overdue.daemon = True
        overdue.start()
        try:
            line = self._process.stdout.readline()
        finally:
            overdue.cancel()
        if not line:
            raise SandboxError(self._last_words())
        return msgspec.json.decode(line, type=StartedSandbox)

    def end(self) -> None:
        """End the process, if it has not ended."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._log):
            if stream is not None:
                stream.close()

    def _last_words(self) -> str:
        self._process.wait()
        self._log.seek(0)
        said = self._log.read().decode(errors="replace").splitlines()
        return (
            said[-1].removeprefix("leastwise: ") if said else f"the sandbox did not start in {_PATIENCE_SECONDS:.0f} s"
        )
