"""`leastwise demo`: the sample company without an AWS account, and without anything that stays behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ran import Environment, Spawn

on_linux = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="children are found under /proc")


def test_it_shows_the_company_and_what_to_do_next(spawn: Spawn) -> None:
    ran = spawn("demo", "--save", "company", "--principal", "role/web-*")
    assert ran.returncode == 3
    assert b"MOST TO GAIN" in ran.stdout
    said = ran.stderr.decode()
    for command in (
        "leastwise explain role/web-frontend-task s3 --from company",
        "leastwise sandbox",
        "leastwise scan",
    ):
        assert command in said
    assert max(map(len, said.splitlines())) < 80
    explained = spawn("explain", "role/web-frontend-task", "s3", "--from", "company")
    assert explained.returncode == 0
    assert b"GRANTED BY" in explained.stdout


def test_quiet_says_nothing_and_the_users_own_configuration_stays_out(spawn: Spawn) -> None:
    own = {"AWS_PROFILE": "prod", "AWS_ENDPOINT_URL": "http://127.0.0.1:1", "HTTP_PROXY": "http://127.0.0.1:1"}
    ran = spawn("demo", "--quiet", "--principal", "user/*", "--format", "csv", environment=own)
    assert ran.returncode == 3
    assert ran.stderr == b""


def test_without_the_extra_one_line_says_how_to_install_it(spawn: Spawn, tmp_path: Path) -> None:
    (tmp_path / "moto").mkdir()
    (tmp_path / "moto" / "__init__.py").write_text("raise ModuleNotFoundError('No module named moto', name='moto')\n")
    ran = spawn("demo", environment={"PYTHONPATH": str(tmp_path)})
    assert ran.returncode == 1
    assert ran.stdout == b""
    (line,) = ran.stderr.decode().splitlines()
    assert line.startswith("leastwise: error: the sandbox needs a package that is not installed (moto)")
    assert "pip install 'leastwise[sandbox]'" in line


@contextmanager
def running(bare: Environment, folder: Path) -> Iterator["subprocess.Popen[str]"]:
    """A demo, and its end."""
    command = [sys.executable, "-m", "leastwise", "demo", "-v"]
    with subprocess.Popen(  # noqa: S603 - our own interpreter and module
        command, env=bare, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def child_of(process: "subprocess.Popen[str]") -> int:
    (child,) = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return int(child)


def lives(number: int) -> bool:
    """Whether there is such a process, other than one that has ended and was not yet taken note of."""
    try:
        stat = Path(f"/proc/{number}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def ends(number: int) -> bool:
    deadline = time.monotonic() + 60
    while lives(number):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


@on_linux
@pytest.mark.parametrize(
    ("moment", "number", "code"),
    [
        ("starting the sandbox", signal.SIGINT, 130),
        ("starting the sandbox", signal.SIGKILL, -signal.SIGKILL),
        ("reading last-accessed reports", signal.SIGTERM, 4),
        ("reading last-accessed reports", signal.SIGKILL, -signal.SIGKILL),
    ],
)
def test_its_sandbox_ends_with_it_however_it_ends(
    bare: Environment, tmp_path: Path, moment: str, number: signal.Signals, code: int
) -> None:
    with running(bare, tmp_path) as process:
        assert process.stderr is not None
        said = next(line for line in process.stderr if moment in line)
        assert said
        child = child_of(process)
        assert os.getsid(child) == child, "Ctrl-C would reach it before the scan has taken in what is known"
        process.send_signal(number)
        rest = process.stderr.read()
        assert process.wait() == code
    assert ends(child)
    assert "Traceback" not in rest
