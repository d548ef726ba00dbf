"""One invocation of a function: a fresh Python that runs its code, and is ended when its time is over."""

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any, Final

import msgspec

from leastwise.sandbox.functions.packages import Package

__all__ = ["Function", "Processes", "Run"]

_BOOTSTRAP: Final = Path(__file__).with_name("bootstrap.py")
_INIT_SECONDS: Final = 10.0
"""Time to load the code in, which does not count (AWS Lambda Developer Guide, "Lambda execution environments")."""
_MOST_ANSWER: Final = 6 * 1024 * 1024
"""Bytes of an answer (AWS Lambda quotas: 6 MB)."""


class Function(msgspec.Struct, frozen=True, kw_only=True):
    """A function of Lambda."""

    name: str
    """Its name."""
    arn: str
    """Its ARN, without a version."""
    region: str
    """Where it is."""
    role_arn: str
    """The role that it runs as."""
    handler: str
    """`module.function`."""
    runtime: str
    """As `python3.11`; the code is run by this Python all the same."""
    timeout_seconds: int
    """When an invocation is ended."""
    memory_mb: int
    """As told to the handler; nothing enforces it."""
    environment: Mapping[str, str]
    """Variables of its own."""
    description: str
    """What it is for."""
    changed_at: str
    """When it was made, as Lambda writes it."""
    package: Package
    """Its code."""


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One invocation that has ended."""

    function_name: str
    """Whose."""
    request_id: str
    """The same for every attempt at one event."""
    event: bytes
    """JSON that the handler was given."""
    result: bytes
    """JSON that it returned, or that tells of the error."""
    failed: bool
    """Whether it ended with an error."""
    log: str
    """What it wrote to its standard output and error."""
    seconds: float
    """How long it took, in real time."""


class Processes:
    """Runs invocations; `close()` ends those that still run."""

    def __init__(self, *, see_packages: bool) -> None:
        self._flags = ("-P",) if see_packages else ("-P", "-S")
        self._running: set[subprocess.Popen[bytes]] = set()
        self._lock = Lock()
        self._closed = False

    def run(self, function: Function, event: bytes, *, request_id: str, environment: Mapping[str, str]) -> Run:
        """The invocation, when it has ended."""
        began = time.monotonic()
        with TemporaryDirectory(prefix="sandbox-invocation-", ignore_cleanup_errors=True) as folder:
            work = Path(folder)
            (work / "event.json").write_bytes(event)
            result, failed = self._outcome(function, work, request_id=request_id, environment=environment)
            log = (work / "log").read_text("utf-8", errors="replace") if (work / "log").exists() else ""
        return Run(
            function_name=function.name,
            request_id=request_id,
            event=event,
            result=result,
            failed=failed,
            log=log,
            seconds=time.monotonic() - began,
        )

    def close(self) -> None:
        """End every process, and start no other."""
        with self._lock:
            self._closed = True
            for process in self._running:
                _end(process)

    def _outcome(
        self, function: Function, work: Path, *, request_id: str, environment: Mapping[str, str]
    ) -> tuple[bytes, bool]:
        if function.package.unreadable:
            place = f"/var/task/{function.package.unreadable[0]}"
            return error_json(request_id, "PermissionError", f"[Errno 13] Permission denied: '{place}'"), True
        try:
            status = self._wait(function, work, request_id=request_id, environment=environment)
        except OSError as error:  # its code is gone, or this machine has no room for another process
            return error_json(request_id, "Runtime.StartError", f"The function cannot be started: {error}"), True
        if status is None:
            message = f"RequestId: {request_id} Error: Task timed out after {function.timeout_seconds:.2f} seconds"
            return error_json(request_id, "Sandbox.Timedout", message), True
        outcome = work / "outcome.json"
        if status or not outcome.exists():
            reason = f"with error: {_said(status)}" if status else "without providing a reason"
            message = f"RequestId: {request_id} Error: Runtime exited {reason}"
            return error_json(request_id, "Runtime.ExitError", message), True
        return _read(outcome.read_bytes(), request_id)

    def _wait(self, function: Function, work: Path, *, request_id: str, environment: Mapping[str, str]) -> int | None:
        """The status that the process ended with; None where its time was over first."""
        heard, told = os.pipe()
        try:
            _tell(function, work, request_id=request_id, ready=told)
            process = self._start(function, work, environment=environment, ready=told)
        finally:
            os.close(told)
        try:
            select.select([heard], [], [], _INIT_SECONDS)
            return process.wait(function.timeout_seconds)
        except subprocess.TimeoutExpired:
            return None
        finally:
            os.close(heard)
            _end(process)
            process.wait()
            with self._lock:
                self._running.discard(process)

    def _start(
        self, function: Function, work: Path, *, environment: Mapping[str, str], ready: int
    ) -> "subprocess.Popen[bytes]":
        with self._lock, (work / "log").open("wb") as log:
            process = subprocess.Popen(  # noqa: S603 - running what it is given is what a function is for
                [sys.executable, *self._flags, str(_BOOTSTRAP), str(work)],
                cwd=function.package.root,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                pass_fds=(ready,),
                start_new_session=True,
            )
            self._running.add(process)
            if self._closed:
                _end(process)
        return process


def error_json(request_id: str, kind: str, message: str) -> bytes:
    """What Lambda answers in place of a result."""
    return msgspec.json.encode({"errorMessage": message, "errorType": kind, "requestId": request_id})


def _tell(function: Function, work: Path, *, request_id: str, ready: int) -> None:
    told = {
        "root": str(function.package.root),
        "handler": function.handler,
        "function_name": function.name,
        "arn": function.arn,
        "memory_mb": function.memory_mb,
        "timeout_seconds": function.timeout_seconds,
        "request_id": request_id,
        "ready": ready,
    }
    (work / "told.json").write_bytes(msgspec.json.encode(told))


def _read(outcome: bytes, request_id: str) -> tuple[bytes, bool]:
    content: Any = msgspec.json.decode(outcome)
    if "error" in content:
        return msgspec.json.encode(content["error"]), True
    result = str(content["result"]).encode()
    if len(result) > _MOST_ANSWER:
        message = f"Response payload size exceeded maximum allowed payload size ({_MOST_ANSWER} bytes)."
        return error_json(request_id, "Function.ResponseSizeTooLarge", message), True
    return result, False


def _said(status: int) -> str:
    return f"exit status {status}" if status > 0 else f"signal: {signal.Signals(-status).name}"


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End a process, and what it has started, if it still runs."""
    if process.poll() is None:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:  # it has ended in between
            return
