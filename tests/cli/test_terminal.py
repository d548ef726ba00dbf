"""What a person sees: colours where they are wanted, lines that fit, and a bar that leaves no trace."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from pseudo_terminal import CTRL_C, Terminal, screen
from ran import ROLE, Environment


def shown(
    arguments: tuple[str, ...], environment: Mapping[str, str], folder: Path, *, code: int = 3, columns: int = 80
) -> str:
    """What the command writes to a terminal."""
    with Terminal(arguments, environment=environment, folder=folder, columns=columns) as terminal:
        assert terminal.ended() == code
        return terminal.text


def colours(text: str) -> bool:
    return any(f"\x1b[{number}m" in text for number in ("1", "2", "31", "32", "33", "36", "1;31"))


def test_a_table_has_colours_on_a_terminal(bare: Environment, report: tuple[str, ...], tmp_path: Path) -> None:
    assert colours(shown((*report, "--quiet"), bare, tmp_path))


@pytest.mark.parametrize(
    ("option", "variables"),
    [(("--no-color",), {}), ((), {"NO_COLOR": "1"}), ((), {"TERM": "dumb"})],
)
def test_colours_can_be_refused(
    bare: Environment, report: tuple[str, ...], tmp_path: Path, option: tuple[str, ...], variables: Environment
) -> None:
    assert not colours(shown((*report, *option), {**bare, **variables}, tmp_path))


@pytest.mark.parametrize(("columns", "widest"), [(60, 60), (80, 80), (150, 150), (0, 80)])
def test_a_table_fits_its_terminal_and_80_columns_where_it_says_none(
    bare: Environment, report: tuple[str, ...], tmp_path: Path, columns: int, widest: int
) -> None:
    text = shown((*report, "--no-color"), bare, tmp_path, columns=columns)
    assert max(map(len, screen(text))) == widest


def test_what_goes_to_a_pager_fits_its_terminal(bare: Environment, report: tuple[str, ...], tmp_path: Path) -> None:
    reading, writing = os.pipe()
    with Terminal(report, environment=bare, folder=tmp_path, columns=70, stdout=writing) as terminal:
        os.close(writing)
        with os.fdopen(reading, encoding="utf-8") as pager:
            lines = pager.read().splitlines()
        assert terminal.ended() == 3
    assert max(map(len, lines)) == 70


def test_the_bar_shows_every_phase_and_leaves_no_trace(at_sandbox: Environment, tmp_path: Path) -> None:
    arguments = ("scan", "--principal", ROLE, "--principal", "user/anna.lindqvist", "--verify", "--output", "out.txt")
    text = shown(arguments, at_sandbox, tmp_path)
    for phase in (
        "reading the account",
        "reading last-accessed reports",
        "0 of 2",
        "0:00:0",
        "checking the attribution",
    ):
        assert phase in text
    assert screen(text) == []
    assert text.count("\x1b[?25l") == text.count("\x1b[?25h")


def test_the_bar_keeps_off_results_and_log_lines(at_sandbox: Environment, tmp_path: Path) -> None:
    text = shown(("scan", "--principal", ROLE, "-v", "--no-color"), at_sandbox, tmp_path)
    lines = screen(text)
    first = next(number for number, line in enumerate(lines) if not line.startswith("leastwise: "))
    assert first >= 3
    assert lines[first].startswith("Account 333333333333")
    assert not any("0:00:0" in line for line in lines)


@pytest.mark.parametrize(("options", "variables"), [(("--quiet",), {}), ((), {"TERM": "dumb"})])
def test_no_bar_where_it_is_not_wanted_or_could_not_be_taken_away(
    bare: Environment, scanned_once: Path, tmp_path: Path, options: tuple[str, ...], variables: Environment
) -> None:
    scan = ("scan", "--from", str(scanned_once / "saved"), "--principal", ROLE, "--output", str(tmp_path / "out.txt"))
    assert "judging" in shown(scan, bare, tmp_path)
    assert shown((*scan, *options), {**bare, **variables}, tmp_path) == ""


def test_a_prompt_for_a_code_is_undisturbed_and_leaves_the_echo_on(bare: Environment, tmp_path: Path) -> None:
    (tmp_path / "config").write_text(
        "[profile base]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = secret\n"
        "[profile careful]\nregion = us-east-1\nsource_profile = base\nrole_arn = arn:aws:iam::111111111111:role/x\n"
        "mfa_serial = arn:aws:iam::111111111111:mfa/ann\n"
    )
    environment = {**bare, "AWS_CONFIG_FILE": str(tmp_path / "config")}
    arguments = ("scan", "--profile", "careful")
    with Terminal(arguments, environment=environment, folder=tmp_path) as terminal:
        terminal.wait_for("MFA code")
        terminal.type(CTRL_C)
        assert terminal.ended() == 130
        assert terminal.echoes
        assert "reading" not in terminal.text
        assert screen(terminal.text)[-1] == "leastwise: interrupted"
