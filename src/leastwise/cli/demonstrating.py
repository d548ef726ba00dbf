"""A scan of a sandbox as of an AWS account, with the user's own AWS configuration left out of it."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Final

from leastwise.aws import ConnectionOptions, SystemClock
from leastwise.catalog import load_catalog
from leastwise.cli.output import OutputOptions
from leastwise.cli.progress import shown_progress
from leastwise.cli.sandbox_process import JOB_SECONDS, SandboxProcess, StartedSandbox
from leastwise.cli.scanning import collect_and_judge, say_if_interrupted
from leastwise.pipeline.scan import Scanned, ScanRequest

__all__ = ["TimeLapseClock", "scan_sandbox"]

_AWS_JOB_SECONDS: Final = 1.0
"""How long AWS takes for a small job (public record of live calls, September 2026)."""
_SPEED: Final = _AWS_JOB_SECONDS / JOB_SECONDS
_DEADLINE_SECONDS: Final = 60.0
"""Time that one call may take, by the machine's own clock."""


class TimeLapseClock:
    """Waits pass `speed` times as fast: what is spaced for AWS's jobs fits a sandbox whose jobs are as much shorter."""

    def __init__(self, speed: float) -> None:
        self._clock = SystemClock()
        self._speed = speed

    def now(self) -> datetime:
        """The present moment, as anywhere."""
        return self._clock.now()

    def monotonic(self) -> float:
        """Seconds from an arbitrary start, `speed` of them in a second."""
        return self._clock.monotonic() * self._speed

    async def sleep(self, seconds: float) -> None:
        """Return after so many of these seconds."""
        await self._clock.sleep(seconds / self._speed)


def scan_sandbox(process: SandboxProcess, request: ScanRequest, output: OutputOptions, *, save: Path | None) -> Scanned:
    """The sandbox's account, scanned over HTTP.

    Raises:
        SandboxError: it could not be started.
    """
    with shown_progress(output) as progress:
        progress.begin("starting the sandbox", total=None)
        # Both would be loaded later all the same; now the sandbox starts meanwhile.
        import_module("leastwise.aws.opening")
        load_catalog()
        sandbox = process.started()
        with _environment(_credentials(sandbox)):
            connection = ConnectionOptions(
                region=sandbox.region,
                endpoint_url=sandbox.endpoint_url,
                deadline_seconds=_DEADLINE_SECONDS * _SPEED,
            )
            clock = TimeLapseClock(_SPEED)
            scanned = collect_and_judge(request, connection, clock=clock, progress=progress, save=save)
    say_if_interrupted(scanned)
    return scanned


def _credentials(sandbox: StartedSandbox) -> Mapping[str, str]:
    """An environment in which nothing of the user's own AWS configuration reaches the demo, nor the demo the user's."""
    return {
        "AWS_ACCESS_KEY_ID": sandbox.access_key_id,
        "AWS_SECRET_ACCESS_KEY": sandbox.secret_access_key,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "NO_PROXY": "127.0.0.1",
        "no_proxy": "127.0.0.1",
    }


@contextmanager
def _environment(wanted: Mapping[str, str]) -> Iterator[None]:
    """The process's environment without any AWS setting but these, while the context lasts."""
    before = dict(os.environ)
    for name in [name for name in before if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ.update(wanted)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
