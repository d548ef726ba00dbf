"""One run an account at a time, and who holds it."""

import json
import os
import socket
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from leastwise.apply import LockedError, LockHolder, account_lock
from leastwise.policy import AccountId
from virtual_time import START

ID = AccountId("111122223333")


class StillClock:
    def now(self) -> datetime:
        return START

    def monotonic(self) -> float:
        return 0.0

    async def sleep(self, seconds: float) -> None:
        raise AssertionError(seconds)


def dead_process() -> int:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


def leave(directory: Path, *, pid: int, host: str) -> Path:
    path = directory / f"{ID}.lock"
    path.write_text(json.dumps({"pid": pid, "host": host, "started": "2026-11-24T12:00:00Z"}))
    return path


def test_a_second_run_is_told_who_holds_the_account_and_since_when(tmp_path: Path) -> None:
    with account_lock(tmp_path, ID, clock=StillClock()):
        with pytest.raises(LockedError) as caught, account_lock(tmp_path, ID, clock=StillClock()):
            raise AssertionError
        assert f"process {os.getpid()} on {socket.gethostname()}" in caught.value.message
        assert "2026-11-24T12:00:00Z" in caught.value.message
        assert f"{ID}.lock" in caught.value.hint


def test_another_account_is_free(tmp_path: Path) -> None:
    with (
        account_lock(tmp_path, ID, clock=StillClock()),
        account_lock(tmp_path, AccountId("444455556666"), clock=StillClock()) as gone,
    ):
        assert gone is None


def test_it_is_free_after_the_run_whatever_the_run_came_to(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), account_lock(tmp_path, ID, clock=StillClock()):
        raise KeyboardInterrupt
    with account_lock(tmp_path, ID, clock=StillClock()) as gone:
        assert gone is None


def test_the_lock_of_a_killed_run_is_taken_over(tmp_path: Path) -> None:
    pid = dead_process()
    leave(tmp_path, pid=pid, host=socket.gethostname())
    with account_lock(tmp_path, ID, clock=StillClock()) as gone:
        assert gone == LockHolder(pid, socket.gethostname(), START)


def test_a_lock_of_another_machine_is_never_taken_over(tmp_path: Path) -> None:
    path = leave(tmp_path, pid=dead_process(), host="elsewhere.example")
    with pytest.raises(LockedError, match=r"elsewhere\.example"), account_lock(tmp_path, ID, clock=StillClock()):
        raise AssertionError
    assert path.exists()


def test_a_lock_that_nobody_can_read_is_left(tmp_path: Path) -> None:
    (tmp_path / f"{ID}.lock").write_text("mine")
    with pytest.raises(LockedError, match="does not say by whom"), account_lock(tmp_path, ID, clock=StillClock()):
        raise AssertionError


def test_a_lock_whose_writer_was_killed_before_it_wrote_is_taken_over(tmp_path: Path) -> None:
    (tmp_path / f"{ID}.lock").touch()
    with account_lock(tmp_path, ID, clock=StillClock()) as gone:
        assert gone is None


def test_a_directory_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(LockedError, match="cannot be taken"), account_lock(tmp_path / "no", ID, clock=StillClock()):
        raise AssertionError
