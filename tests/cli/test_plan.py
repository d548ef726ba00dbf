"""`leastwise plan`, and what explain and report make of a plan: what users type and what they get back."""

import json
import re
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from leastwise.report import schema_text
from pseudo_terminal import Terminal, screen
from ran import Environment, Run

CHANGED = "role/platform-node"
"""A role of the company whose AWS-managed policies are replaced."""


@pytest.fixture(scope="session")
def company_saved(at_sandbox: Environment, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the scan of the whole company kept."""
    folder = tmp_path_factory.mktemp("company")
    command = [sys.executable, "-m", "leastwise", "scan", "--save", "saved", "--exit-zero", "--quiet", "--output", "x"]
    subprocess.run(command, env=at_sandbox, cwd=folder, check=True, capture_output=True)  # noqa: S603 - our own interpreter and module
    return folder / "saved"


@pytest.fixture
def plan_file(run: Run, company_saved: Path) -> Path:
    assert run("plan", "--from", str(company_saved), "--plan-file", "plan.json").code == 3
    return Path("plan.json")


def test_a_plan_is_printed_with_its_diffs_and_exits_with_3(run: Run, company_saved: Path) -> None:
    ran = run("plan", "--from", str(company_saved))
    assert ran.code == 3
    assert ran.err == ""
    assert "Plan for account 333333333333" in ran.out
    assert re.search(r"^# .*never used in 400 days by", ran.out, re.MULTILINE)
    assert '\n-        "backup:*"\n+        "backup:StartBackupJob"\n' in ran.out
    assert run("plan", "--from", str(company_saved), "--exit-zero").code == 0


def test_nothing_to_change_exits_with_0(run: Run, company_saved: Path) -> None:
    ran = run("plan", "--from", str(company_saved), "--min-age-days", "3650")
    assert ran.code == 0
    assert "othing" in ran.out


def test_a_live_plan_is_that_of_what_was_saved(live: Run, company_saved: Path) -> None:
    live_plan, saved_plan = (
        json.loads(live("plan", *source, "--principal", CHANGED, "--format", "json").out)
        for source in ((), ("--from", str(company_saved)))
    )
    assert [one["id"] for one in live_plan["changes"]] == [one["id"] for one in saved_plan["changes"]]
    assert {target for one in live_plan["changes"] for target in one["targets"]} == {
        f"arn:aws:iam::333333333333:{CHANGED}"
    }


def test_the_plan_file_is_valid_and_says_the_same_as_json_on_standard_output(
    run: Run, company_saved: Path, plan_file: Path
) -> None:
    text = plan_file.read_text(encoding="utf-8")
    assert run("plan", "--from", str(company_saved), "--format", "json").out == text
    jsonschema.validate(json.loads(text), json.loads(schema_text("leastwise/plan/1")))


@pytest.mark.usefixtures("plan_file")
@pytest.mark.parametrize(
    ("format_name", "beginning"),
    [
        ("text", "Plan for account"),
        ("json", "{"),
        ("markdown", "#"),
        ("terraform", "# What leastwise"),
        ("cloudformation", "{"),
    ],
)
def test_a_plan_is_rendered_again_in_every_format(run: Run, format_name: str, beginning: str) -> None:
    ran = run("report", "plan.json", "--format", format_name)
    assert (ran.code, ran.err) == (3, "")
    assert ran.out.startswith(beginning)
    assert ran.out.endswith("\n")


@pytest.mark.usefixtures("plan_file")
def test_report_takes_the_first_format_of_what_it_reads(run: Run) -> None:
    assert run("report", "plan.json").out.startswith("Plan for account")
    ran = run("report", "plan.json", "--format", "csv")
    assert ran.code == 2
    assert "--format csv does not fit a plan" in ran.err


@pytest.mark.usefixtures("plan_file")
def test_explain_shows_the_proof_of_what_is_changed_for_a_role(run: Run) -> None:
    ran = run("explain", CHANGED, "--plan", "plan.json")
    assert (ran.code, ran.err) == (0, "")
    assert "NOTHING NEW IS GRANTED" in ran.out
    assert "NOTHING IN USE GOES" in ran.out
    assert ran.out.endswith("\n")
    found = json.loads(run("explain", CHANGED, "--plan", "plan.json", "--format", "json").out)
    assert found["schema"] == "leastwise/proof/1"
    first = found["changes"][0]["id"]
    alone = json.loads(run("explain", first, "--plan", "plan.json", "--format", "json").out)
    assert [one["id"] for one in alone["changes"]] == [first]


@pytest.mark.usefixtures("plan_file")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((CHANGED, "s3"), "--plan explains the changes to a principal, not an action"),
        (("role/platform-nodes",), "the plan changes nothing of role/platform-nodes"),
        (("role/platform-nodes",), "did you mean platform-node"),
    ],
)
def test_explain_says_what_of_the_question_does_not_fit_the_plan(
    run: Run, arguments: tuple[str, ...], said: str
) -> None:
    ran = run("explain", *arguments, "--plan", "plan.json")
    assert ran.code == 2
    assert said in ran.err


@pytest.mark.parametrize("command", [("report", "plan.json"), ("explain", CHANGED, "--plan", "plan.json")])
def test_a_plan_that_was_edited_is_refused(run: Run, plan_file: Path, command: tuple[str, ...]) -> None:
    text = plan_file.read_text(encoding="utf-8")
    plan_file.write_text(text.replace("s3:GetObject", "s3:GetObjects", 1), encoding="utf-8")
    ran = run(*command)
    assert ran.code == 2
    assert len(ran.err.splitlines()) == 2
    assert "the plan was edited after leastwise wrote it" in ran.err


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "not JSON"),
        ('{"schema": "leastwise/scan/1"}', "a scan, and no plan"),
        ('{"schema": "leastwise/plan/9"}', "a plan of schema 'leastwise/plan/9'"),
        ('{"schema": "leastwise/plan/1"}', "missing"),
        ("[]", "no plan of leastwise"),
    ],
)
def test_what_is_no_plan_is_refused_with_one_line(run: Run, content: str, said: str) -> None:
    Path("odd.json").write_text(content, encoding="utf-8")
    ran = run("explain", CHANGED, "--plan", "odd.json")
    assert ran.code == 2
    assert said in ran.err.splitlines()[0]
    assert "cannot read none.json" in run("explain", CHANGED, "--plan", "none.json").err


def test_an_incomplete_scan_is_refused_unless_told(run: Run, company_saved: Path, tmp_path: Path) -> None:
    part = tmp_path / "part"
    for file in company_saved.rglob("*"):
        if file.is_file() and file.name != "role-web-frontend-task.json":
            (part / file.relative_to(company_saved)).parent.mkdir(parents=True, exist_ok=True)
            (part / file.relative_to(company_saved)).write_bytes(file.read_bytes())
    ran = run("plan", "--from", "part", "--plan-file", "plan.json")
    assert ran.code == 4
    assert ran.out == ""
    assert ran.err.splitlines()[0].endswith("is incomplete: not-collected (1)")
    assert not Path("plan.json").exists()
    allowed = run("plan", "--from", "part", "--allow-incomplete")
    assert allowed.code == 4
    assert "web-frontend-task" not in allowed.out.partition("LEFT AS THEY ARE")[0]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--account", "12"), "--account 12 is no account id"),
        (("--account", "999999999999"), "the scan is of account 333333333333, not of 999999999999"),
        (("--keep", "kms"), "--keep kms names no action"),
        (("--from", "none"), "none"),
        (("--plan-file", "no/such/plan.json"), "there is no folder"),
        (("--rate", "5"), "--rate cannot go with --from"),
        (("--min-unused-days", "0"), "--min-unused-days"),
    ],
)
def test_what_does_not_fit_is_said_in_one_line_before_anything_is_written(
    run: Run, company_saved: Path, arguments: tuple[str, ...], said: str
) -> None:
    source = () if "--from" in arguments else ("--from", str(company_saved))
    ran = run("plan", *source, *arguments)
    assert ran.code == 2
    assert said in ran.err.splitlines()[0]
    assert ran.out == ""


def test_a_slip_in_whom_to_plan_for_is_said(run: Run, company_saved: Path) -> None:
    ran = run("plan", "--from", str(company_saved), "--principal", "role/platform-nodes")
    assert ran.code == 0
    assert "warning: --principal role/platform-nodes matches no principal" in ran.err


def test_settings_protect_principals_and_actions(run: Run, company_saved: Path) -> None:
    Path("leastwise.toml").write_text(f'break_glass = ["{CHANGED}"]\nkeep = ["backup:*"]\n', encoding="utf-8")
    plan = json.loads(run("plan", "--from", str(company_saved), "--format", "json").out)
    assert not [one for one in plan["changes"] if f"arn:aws:iam::333333333333:{CHANGED}" in one["principals"]]
    gone = [
        gone
        for one in plan["changes"]
        for text in one["documents"]
        for part in text["statements"]
        for gone in part["gone"]
    ]
    assert gone
    assert not [one for one in gone if one["service"] == "backup"]


def test_longer_unused_and_stale_widen_and_narrow_what_goes(run: Run, company_saved: Path) -> None:
    def size(*arguments: str) -> int:
        plan = json.loads(run("plan", "--from", str(company_saved), "--format", "json", *arguments).out)
        return sum(one["gain"]["actions"] for one in plan["changes"])

    plain = size()
    assert size("--services-only") < plain < size("--include-stale")
    assert size("--min-unused-days", "399") <= plain
    assert size("--min-age-days", "3000") == 0


def test_verifying_asks_access_analyzer_and_says_so(live: Run, company_saved: Path) -> None:
    asked = ("--principal", "role/service-role/platform-backup", "--verify-with", "aws", "--format", "json")
    ran = live("plan", "--from", str(company_saved), *asked)
    assert ran.code == 3
    [note] = [one for one in json.loads(ran.out)["notes"] if "Access Analyzer" in one]
    assert note == "IAM Access Analyzer found no new access in 1 of 1 documents and no new error in 1 of 1."


@pytest.mark.parametrize("columns", [80, 200])
def test_a_plan_fits_a_terminal(bare: Environment, company_saved: Path, tmp_path: Path, columns: int) -> None:
    command = ("plan", "--from", str(company_saved), "--principal", "role/service-role/platform-backup")
    with Terminal(command, environment=bare, folder=tmp_path, columns=columns) as terminal:
        assert terminal.ended() == 3
        lines = screen(terminal.text)
    assert "\x1b[" in terminal.text
    assert any("backup:StartBackupJob" in line for line in lines)
    assert all(len(line.rstrip()) <= columns for line in lines)
