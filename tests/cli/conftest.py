"""The command line, run in this process or in one of its own, on a sandbox or on saved files."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from leastwise.cli.main import main
from leastwise.sandbox import Sandbox, SandboxOptions
from ran import ROLE, Environment, Ran, Run, Spawn


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """An environment without any AWS configuration, and without what this machine says of terminals."""
    home = tmp_path_factory.mktemp("home")
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "LD_LIBRARY_PATH", "PYTHONPATH"}}
    return {
        **kept,
        "HOME": str(home),
        "AWS_CONFIG_FILE": str(home / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(home / "credentials"),
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": "127.0.0.1",
        "TERM": "xterm-256color",
        "PYTHONUTF8": "1",
    }


@pytest.fixture
def run(bare: Environment, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Runs a command in this process, in an empty folder, with no AWS configuration at all."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in bare.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> Ran:
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        said = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return Ran(ended.value.code, said.out, said.err)

    return run


@pytest.fixture(scope="session")
def served() -> Iterator[Sandbox]:
    """The sample company, served for all tests of the command line."""
    with Sandbox(SandboxOptions(job_seconds=0, account_id="333333333333")) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def at_sandbox(bare: Environment, served: Sandbox) -> Environment:
    """An environment with the sandbox as its AWS."""
    return environment_of(bare, served)


def environment_of(bare: Environment, sandbox: Sandbox) -> Environment:
    key = sandbox.admin_credentials
    return {
        **bare,
        "AWS_ENDPOINT_URL": sandbox.endpoint_url,
        "AWS_ACCESS_KEY_ID": key.access_key_id,
        "AWS_SECRET_ACCESS_KEY": key.secret_access_key,
        "AWS_DEFAULT_REGION": "us-east-1",
    }


@pytest.fixture
def stuck(bare: Environment) -> Iterator[Environment]:
    """An environment with the sandbox as its AWS whose reports never come."""
    with Sandbox(SandboxOptions(job_seconds=36_000, account_id="222222222222")) as sandbox:
        yield environment_of(bare, sandbox)


@pytest.fixture
def live(run: Run, at_sandbox: Environment, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command in this process with the sandbox as its AWS."""
    for name, value in at_sandbox.items():
        monkeypatch.setenv(name, value)
    return run


@pytest.fixture(scope="session")
def scanned_once(at_sandbox: Environment, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a scan of one role that finds something: `scan.json`, and `saved` with what it was made of."""
    folder = tmp_path_factory.mktemp("once")
    command = [sys.executable, "-m", "leastwise", "scan", "--principal", ROLE, "--exit-zero"]
    kept = ["--save", "saved", "--format", "json", "--output", "scan.json"]
    subprocess.run([*command, *kept], env=at_sandbox, cwd=folder, check=True, capture_output=True)  # noqa: S603 - our own interpreter and module
    return folder


@pytest.fixture
def saved(scanned_once: Path, tmp_path: Path) -> Path:
    """What the scan was made of, as `saved` in the folder of the test, which may change it."""
    return Path(shutil.copytree(scanned_once / "saved", tmp_path / "saved"))


@pytest.fixture
def report(scanned_once: Path) -> tuple[str, ...]:
    """The arguments that print the scan, which exits with 3; the quickest way to a table."""
    return ("report", str(scanned_once / "scan.json"))


@pytest.fixture
def spawn(bare: Environment, tmp_path: Path) -> Spawn:
    """Runs a command in a process of its own, with its streams piped unless told otherwise."""

    def spawn(
        *arguments: str, environment: Environment | None = None, stdout: int = subprocess.PIPE, given: bytes = b""
    ) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", "leastwise", *arguments],
            env={**bare, **(environment or {})},
            cwd=tmp_path,
            check=False,
            timeout=60,
            input=given,
            stdout=stdout,
            stderr=subprocess.PIPE,
        )

    return spawn
