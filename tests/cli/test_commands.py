"""What users type and what they get back."""

import json
from pathlib import Path

import jsonschema
import pytest

from leastwise.report import schema_text
from ran import ROLE, Run

SAVED = ("scan", "--from", "saved", "--principal", ROLE)


def test_a_scan_writes_only_its_result_to_standard_output(live: Run) -> None:
    ran = live("scan", "--principal", ROLE, "--format", "json")
    assert ran.code == 3
    assert ran.err == ""
    document = json.loads(ran.out)
    jsonschema.validate(document, json.loads(schema_text()))
    assert [one["arn"].rpartition(":")[2] for one in document["principals"]] == [ROLE]


@pytest.mark.usefixtures("saved")
def test_findings_exit_with_3_and_with_0_where_asked(run: Run) -> None:
    assert run(*SAVED).code == 3
    assert run(*SAVED, "--exit-zero").code == 0


@pytest.mark.usefixtures("saved")
def test_nothing_found_exits_with_0(run: Run) -> None:
    assert run(*SAVED, "--exclude", "*").code == 0


@pytest.mark.usefixtures("saved")
@pytest.mark.parametrize(
    ("narrowing", "warning"),
    [
        (("--principal", "role/web-frontend-tusk"), "--principal role/web-frontend-tusk matches no principal"),
        (("--principal", ROLE, "--service", "s33"), "--service s33 is granted to no principal"),
    ],
)
def test_a_slip_in_what_to_look_at_is_said_rather_than_taken_for_a_clean_account(
    run: Run, narrowing: tuple[str, ...], warning: str
) -> None:
    ran = run("scan", "--from", "saved", *narrowing)
    assert ran.code == 0
    assert f"leastwise: warning: {warning}" in ran.err
    assert run("scan", "--from", "saved", *narrowing, "--quiet").err == ""


def test_incomplete_evidence_exits_with_4_whatever_was_found(run: Run, saved: Path) -> None:
    (saved / "last-accessed" / "role-web-frontend-task.json").unlink()
    ran = run(*SAVED, "--exit-zero")
    assert ran.code == 4
    assert "not-collected" in ran.out
    assert run("explain", ROLE, "--from", "saved").code == 4


@pytest.mark.usefixtures("saved")
def test_the_same_saved_scan_gives_the_same_bytes(run: Run) -> None:
    assert run(*SAVED, "--format", "json").out == run(*SAVED, "--format", "json").out


@pytest.mark.usefixtures("saved")
@pytest.mark.parametrize("format_name", ["table", "json", "csv"])
def test_a_report_of_the_json_scan_is_the_same_as_the_scan_itself(run: Run, format_name: str) -> None:
    assert run(*SAVED, "--format", "json", "--output", "scan.json").code == 3
    ran = run("report", "scan.json", "--format", format_name)
    assert ran.code == 3
    assert ran.out == run(*SAVED, "--format", format_name).out


@pytest.mark.usefixtures("saved")
def test_explain_quotes_the_statement_with_its_place(run: Run) -> None:
    ran = run("explain", ROLE, "s3:GetObject", "--from", "saved")
    assert ran.code == 0
    assert '"Action": "S3:getobject"' in ran.out
    assert "line 14" in ran.out
    assert "untracked" in ran.out


def test_explain_asks_aws_for_what_it_needs(live: Run) -> None:
    ran = live("explain", ROLE, "s3", "--format", "json")
    assert ran.code == 0
    assert json.loads(ran.out)["asked"]
    assert ran.err == ""


def test_permissions_are_what_a_scan_needs(run: Run) -> None:
    document = json.loads(run("permissions", "scan").out)
    actions = document["Statement"][0]["Action"]
    assert "iam:GetAccountAuthorizationDetails" in actions
    assert "iam:ListPoliciesGrantingServiceAccess" not in actions
    verifying = json.loads(run("permissions", "scan", "--verify").out)
    assert "iam:ListPoliciesGrantingServiceAccess" in verifying["Statement"][0]["Action"]
    assert run("permissions", "--output", "policy.json").out == ""
    assert json.loads(Path("policy.json").read_text(encoding="utf-8")) == document


@pytest.mark.usefixtures("saved")
def test_a_settings_file_is_used_and_what_is_typed_wins(run: Run, tmp_path: Path) -> None:
    (tmp_path / "leastwise.toml").write_text("stale_after_days = 30\n")
    scan = (*SAVED, "--format", "json")
    assert json.loads(run(*scan).out)["parameters"]["stale_after_days"] == 30
    assert json.loads(run(*scan, "--stale-after", "60").out)["parameters"]["stale_after_days"] == 60


@pytest.mark.usefixtures("saved")
def test_an_exempt_finding_stays_visible_and_does_not_count(run: Run, tmp_path: Path) -> None:
    (tmp_path / "leastwise.toml").write_text(
        '[[exemptions]]\nrule = "*"\nresource = "*"\nreason = "moving"\nowner = "web"\nuntil = 2999-01-01\n'
    )
    ran = run(*SAVED, "--format", "json")
    assert ran.code == 0
    assert json.loads(ran.out)["findings"][0]["exempt"]["owner"] == "web"


def test_verbose_says_what_is_going_on_and_quiet_wins(live: Run) -> None:
    ran = live("scan", "--principal", ROLE, "-v", "--format", "csv")
    for said in ("reading the account", "reading last-accessed reports (1)", "calls a second", "judging"):
        assert said in ran.err
    assert all(line.startswith("leastwise: ") for line in ran.err.splitlines())
    assert "leastwise:" not in ran.out
    assert live("scan", "--principal", "user/nobody", "-vv", "--quiet").err == ""
