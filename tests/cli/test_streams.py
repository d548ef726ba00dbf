"""Results go to standard output or a file, everything else to standard error, whatever these can take."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ran import Environment, Run, Spawn


@pytest.mark.parametrize(
    "locale",
    [{"PYTHONIOENCODING": "ascii"}, {"PYTHONIOENCODING": "latin-1"}, {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"}],
)
def test_a_stream_that_cannot_draw_lines_gets_likenesses(
    spawn: Spawn, report: tuple[str, ...], locale: Environment
) -> None:
    ran = spawn(*report, environment={"PYTHONUTF8": "0", **locale})
    assert (ran.returncode, ran.stderr) == (3, b"")
    assert ran.stdout.isascii()
    assert b"SUMMARY ----" in ran.stdout


def test_what_programs_read_is_utf_8_whatever_the_locale_says(spawn: Spawn, scanned_once: Path, tmp_path: Path) -> None:
    document = json.loads((scanned_once / "scan.json").read_bytes())
    document["accounts"][0]["alias"] = "größe-大"
    (tmp_path / "scan.json").write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    ascii_only = {"PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}
    ran = spawn("report", "scan.json", "--format", "json", environment=ascii_only)
    assert ran.returncode == 3
    assert json.loads(ran.stdout)["accounts"][0]["alias"] == "größe-大"
    again = spawn("report", "-", "--format", "json", environment=ascii_only, given=ran.stdout)
    assert again.stdout == ran.stdout


def test_csv_keeps_its_own_line_ends(spawn: Spawn, report: tuple[str, ...]) -> None:
    lines = spawn(*report, "--format", "csv").stdout.split(b"\r\n")
    assert len(lines) > 2
    assert not any(b"\n" in line for line in lines)


def test_a_table_has_no_colour_in_a_pipe(spawn: Spawn, report: tuple[str, ...]) -> None:
    assert b"\x1b" not in spawn(*report).stdout


@pytest.mark.parametrize(("columns", "widest"), [("60", 60), ("140", 140), ("", 100), ("wide", 100), ("0", 100)])
def test_a_table_in_a_pipe_is_as_wide_as_columns_says_or_100(
    run: Run, monkeypatch: pytest.MonkeyPatch, report: tuple[str, ...], columns: str, widest: int
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    assert max(map(len, run(*report).out.splitlines())) == widest


def test_a_reader_that_has_seen_enough_is_no_error_and_hides_no_finding(spawn: Spawn, report: tuple[str, ...]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    for format_name in ("table", "json", "csv"):
        ran = spawn(*report, "--format", format_name, stdout=writing)
        assert (ran.returncode, ran.stderr) == (3, b"")
    assert spawn("--help", stdout=writing).stderr == b""
    os.close(writing)


def closing(
    redirection: str, arguments: tuple[str, ...], environment: Environment
) -> subprocess.CompletedProcess[bytes]:
    """The command, started by a shell that closes or redirects streams."""
    shell = ["/bin/sh", "-c", f'exec "$@" {redirection}', "sh", sys.executable, "-m", "leastwise", *arguments]
    return subprocess.run(shell, env=environment, check=False, capture_output=True)  # noqa: S603 - our own module


def test_closed_standard_output_is_said_before_anything_is_done(bare: Environment) -> None:
    ran = closing(">&-", ("scan",), bare)
    assert ran.returncode == 2
    assert ran.stderr.splitlines()[0] == b"leastwise: error: standard output is closed"


def test_closed_standard_output_does_not_matter_where_a_file_is_written(
    bare: Environment, report: tuple[str, ...], tmp_path: Path
) -> None:
    ran = closing(">&-", (*report, "--output", str(tmp_path / "out.txt")), bare)
    assert (ran.returncode, ran.stderr) == (3, b"")
    assert (tmp_path / "out.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("redirection", ["2>&-", "<&-"])
def test_other_streams_may_be_closed(bare: Environment, report: tuple[str, ...], redirection: str) -> None:
    ran = closing(redirection, (*report, "-v"), bare)
    assert ran.returncode == 3
    assert ran.stdout


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a full disk at hand")
@pytest.mark.parametrize("format_name", ["table", "json"])
def test_a_full_disk_is_one_line(bare: Environment, report: tuple[str, ...], format_name: str) -> None:
    ran = closing(">/dev/full", (*report, "--format", format_name), bare)
    assert ran.returncode == 1
    assert ran.stderr == b"leastwise: error: cannot write to standard output: No space left on device\n"


def test_a_file_is_written_whole_and_a_device_stays_a_device(run: Run, report: tuple[str, ...], tmp_path: Path) -> None:
    assert run(*report, "--output", "out.txt").out == ""
    whole = (tmp_path / "out.txt").read_text(encoding="utf-8")
    assert whole.startswith("Account 333333333333")
    assert whole.endswith("\n")
    assert [path.name for path in tmp_path.iterdir()] == ["out.txt"]
    assert run(*report, "--output", "/dev/null").code == 3
    assert Path("/dev/null").is_char_device()


def test_a_link_keeps_pointing_where_it_does(run: Run, report: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "real.txt").write_text("old")
    (tmp_path / "link.txt").symlink_to("real.txt")
    assert run(*report, "--output", "link.txt").code == 3
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "real.txt").read_text(encoding="utf-8") != "old"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_is_said_before_the_work(run: Run, tmp_path: Path) -> None:
    (tmp_path / "locked").mkdir(mode=0o555)
    ran = run("scan", "--output", "locked/out.txt")
    assert ran.code == 2
    assert "may not be written" in ran.err


def test_a_file_that_cannot_be_written_after_all_leaves_nothing_behind(
    run: Run, report: tuple[str, ...], tmp_path: Path
) -> None:
    (tmp_path / ".out.txt.partial").mkdir()
    ran = run(*report, "--output", "out.txt")
    assert ran.code == 2
    assert ran.err.startswith("leastwise: error: cannot write out.txt: ")
    assert not (tmp_path / "out.txt").exists()
