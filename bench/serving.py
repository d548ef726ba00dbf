"""The canned server as a child process, and what a measured command cost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Served:
    """A running canned server."""

    url: str

    def statistics(self) -> dict[str, float]:
        """What it was asked so far."""
        with urllib.request.urlopen(self.url + "/statistics") as answer:  # noqa: S310 - our own server
            return json.load(answer)

    def environment(self) -> dict[str, str]:
        """An environment whose AWS is this server."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        return kept | {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "example",
            "AWS_DEFAULT_REGION": "us-east-1",
            "NO_PROXY": "127.0.0.1",
        }


@dataclass(frozen=True)
class Cost:
    """What a command took."""

    wall_seconds: float
    cpu_seconds: float
    peak_megabytes: float
    output: str


@contextmanager
def served(script: str = "canned_server.py", **options: float) -> Iterator[Served]:
    """A server of this folder with these options, as a process of its own (see canned_server.Options, small_iam)."""
    arguments = [f"--{name.replace('_', '-')}={value}" for name, value in options.items()]
    process = subprocess.Popen(  # noqa: S603 - our own script
        [sys.executable, str(HERE / script), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdin is not None
    try:
        yield Served(process.stdout.readline().strip())
    finally:
        process.stdin.close()
        process.wait()


_MEASURE = """
import json, resource, subprocess, sys, time
start = time.monotonic()
done = subprocess.run(sys.argv[1:], capture_output=True, text=True)
wall = time.monotonic() - start
use = resource.getrusage(resource.RUSAGE_CHILDREN)
cost = [wall, use.ru_utime + use.ru_stime, use.ru_maxrss / 1024]
print(json.dumps([*cost, done.returncode, done.stdout[-20000:], done.stderr[-2000:]]))
"""
"""Runs a command in a process of its own, so that the figures are that command's alone."""


def run(command: Sequence[str], environment: Mapping[str, str]) -> Cost:
    """Run the command to its end; exit codes 0, 3 and 4 are results, anything else ends the benchmark."""
    measured = [sys.executable, "-c", _MEASURE, *command]
    done = subprocess.run(measured, env=dict(environment), capture_output=True, text=True, check=True)  # noqa: S603
    wall, cpu, peak, code, output, errors = json.loads(done.stdout)
    if code not in (0, 3, 4):
        raise SystemExit(f"{' '.join(command)} ended with {code}: {errors}")
    return Cost(wall, cpu, peak, output)
