"""Ctrl-C and SIGTERM: at once, without a traceback, and with what is known."""

import asyncio
import fcntl
import json
import os
import signal
import socket
import termios
import time
from array import array
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from leastwise.aws import PoliciesGrantingPage
from leastwise.cli.interrupt import run_until_interrupted
from leastwise.cli.signals import handling, interrupt
from leastwise.collect import NoProgress
from leastwise.errors import LeastwiseError
from leastwise.findings import ScanParameters
from leastwise.pipeline.scan import ScanRequest, _verified, scan_saved
from pseudo_terminal import CTRL_C, Terminal, screen
from ran import ROLE, Environment

Stop = Callable[[Terminal], None]


def type_ctrl_c(terminal: Terminal) -> None:
    terminal.type(CTRL_C)


def send_sigterm(terminal: Terminal) -> None:
    terminal.kill(signal.SIGTERM)


STOPS = pytest.mark.parametrize("stop", [type_ctrl_c, send_sigterm])


def last_line(terminal: Terminal) -> str:
    return screen(terminal.text)[-1].removeprefix("^C")


def wait_until_full(pipe: int) -> None:
    """Return when whoever writes to the pipe has to wait for a reader."""
    waiting = array("i", [0])
    while waiting[0] < 65_536 - 4_096:
        fcntl.ioctl(pipe, termios.FIONREAD, waiting)
        time.sleep(0.02)


@STOPS
def test_the_first_ends_the_collection_and_prints_and_saves_what_is_known(
    stuck: Environment, tmp_path: Path, stop: Stop
) -> None:
    arguments = ("scan", "--format", "json", "--output", "out.json", "--save", "saved", "--principal", "role/*")
    with Terminal(arguments, environment=stuck, folder=tmp_path) as terminal:
        terminal.wait_for("0 of ")
        stop(terminal)
        assert terminal.ended() == 4
        said = last_line(terminal)
    document = json.loads((tmp_path / "out.json").read_bytes())
    errors = [error for error in document["accounts"][0]["errors"] if error["arn"]]
    assert (
        said == f"leastwise: interrupted: {len(errors)} of {len(errors)} reports were not read; what is known follows"
    )
    assert {error["code"] for error in errors} == {"interrupted"}
    # What needs no report is known all the same.
    assert "unused-role" in {finding["rule"] for finding in document["findings"]}
    assert json.loads((tmp_path / "saved" / "account.json").read_bytes())["complete"] is False


@STOPS
def test_before_the_account_was_read_nothing_is_known_and_one_line_says_so(
    stuck: Environment, tmp_path: Path, stop: Stop
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        arguments = ("scan", "--endpoint-url", url)
        with Terminal(arguments, environment=stuck, folder=tmp_path) as terminal:
            terminal.wait_for("reading the account")
            stop(terminal)
            assert terminal.ended() == 130
            assert [line.removeprefix("^C") for line in screen(terminal.text) if line.strip("^C ")] == [
                "leastwise: interrupted"
            ]


@STOPS
def test_a_login_that_hangs_does_not_hold_it_up(bare: Environment, tmp_path: Path, stop: Stop) -> None:
    (tmp_path / "config").write_text("[default]\nregion = us-east-1\ncredential_process = sh login.sh\n")
    (tmp_path / "login.sh").write_text("echo waiting for you > /dev/tty\nexec sleep 100\n")
    environment = {**bare, "AWS_CONFIG_FILE": str(tmp_path / "config")}
    with Terminal(("scan",), environment=environment, folder=tmp_path) as terminal:
        terminal.wait_for("waiting for you")
        stop(terminal)
        assert terminal.ended() == 130
        assert last_line(terminal) == "leastwise: interrupted"


@STOPS
def test_the_second_ends_everything_without_a_traceback(stuck: Environment, tmp_path: Path, stop: Stop) -> None:
    # Nobody reads the result, so that the command is caught while it writes.
    reading, writing = os.pipe()
    arguments = ("scan", "--format", "json")
    with Terminal(arguments, environment=stuck, folder=tmp_path, stdout=writing) as terminal:
        terminal.wait_for("0 of ")
        stop(terminal)
        terminal.wait_for("what is known follows")
        wait_until_full(reading)
        stop(terminal)
        assert terminal.ended() == 130
        assert last_line(terminal) == "leastwise: interrupted"
        assert "Traceback" not in terminal.text
    os.close(reading)
    os.close(writing)


def test_a_file_that_is_being_written_when_it_ends_is_as_it_was(stuck: Environment, tmp_path: Path) -> None:
    (tmp_path / "out.json").write_text("old")
    arguments = ("scan", "--principal", ROLE, "--output", "out.json")
    with Terminal(arguments, environment=stuck, folder=tmp_path) as terminal:
        terminal.wait_for("reading the account")
        terminal.kill(signal.SIGKILL)
        terminal.ended()
    assert (tmp_path / "out.json").read_text() == "old"


def test_ctrl_c_in_a_demo_ends_its_collection_as_that_of_any_scan(bare: Environment, tmp_path: Path) -> None:
    arguments = ("demo", "--format", "json", "--output", "out.json")
    with Terminal(arguments, environment=bare, folder=tmp_path) as terminal:
        terminal.wait_for("0 of ")
        type_ctrl_c(terminal)
        assert terminal.ended() == 4
    errors = json.loads((tmp_path / "out.json").read_bytes())["accounts"][0]["errors"]
    assert {error["code"] for error in errors} == {"interrupted"}


def test_an_error_that_the_signal_itself_brought_about_is_no_news() -> None:
    async def work(stop: asyncio.Event) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        await stop.wait()
        raise LeastwiseError("the login command was interrupted")

    with pytest.raises(KeyboardInterrupt):
        run_until_interrupted(work)


def test_an_error_without_a_signal_is_what_it_is() -> None:
    async def work(stop: asyncio.Event) -> None:
        raise LeastwiseError(f"the login command failed, {stop.is_set()}")

    with pytest.raises(LeastwiseError):
        run_until_interrupted(work)


async def test_a_check_that_is_stopped_says_so_and_takes_nothing_else(saved: Path) -> None:
    scanned = scan_saved(ScanRequest(), saved)
    stop = asyncio.Event()

    class StuckDoor:
        async def policies_granting_service_access(
            self, arn: str, namespaces: Sequence[str], *, marker: str | None = None
        ) -> PoliciesGrantingPage:
            stop.set()
            await asyncio.Event().wait()
            raise AssertionError((arn, namespaces, marker))

    notes = await _verified(
        ScanRequest(ScanParameters(verify=True)),
        scanned.collected.snapshot,
        grants=scanned.grants,
        door=StuckDoor(),
        progress=NoProgress(),
        stop=stop,
    )
    assert notes == ("The attribution was not checked against AWS's: the scan was interrupted.",)


def test_a_signal_that_our_parent_ignores_stays_ignored() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with handling(interrupt):
            assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
            assert signal.getsignal(signal.SIGTERM) is interrupt
        assert signal.getsignal(signal.SIGTERM) is not interrupt
    finally:
        signal.signal(signal.SIGINT, before)
