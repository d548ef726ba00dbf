"""`leastwise apply` and `leastwise rollback` against the sample company: what users type and what they get back."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from aws_client import client_of
from leastwise.sandbox import Sandbox, SandboxOptions
from pseudo_terminal import CTRL_C, Terminal
from ran import Environment, Run

ROLE = "role/service-role/platform-backup"
NOW = ("--yes", "--quiet", "--settle", "0.2")
"""Without asking, and without waiting for an AWS that is never late here."""
ID = re.compile(r"^Run (?P<run>\S+); to put it back: leastwise rollback (?P=run)$", re.MULTILINE)


@pytest.fixture(scope="module")
def changing() -> Iterator[Sandbox]:
    """A company of its own, since it is changed."""
    with Sandbox(SandboxOptions(job_seconds=0, account_id="444444444444")) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def surroundings(bare: Environment, changing: Sandbox) -> Environment:
    key = changing.admin_credentials
    return {
        **bare,
        "AWS_ENDPOINT_URL": changing.endpoint_url,
        "AWS_ACCESS_KEY_ID": key.access_key_id,
        "AWS_SECRET_ACCESS_KEY": key.secret_access_key,
        "AWS_DEFAULT_REGION": "us-east-1",
    }


@pytest.fixture(scope="module")
def planned(surroundings: Environment, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The plan of the company as it is at first."""
    folder = tmp_path_factory.mktemp("planned")
    command = [sys.executable, "-m", "leastwise", "plan", "--plan-file", "plan.json", "--exit-zero", "--quiet"]
    subprocess.run(command, env=surroundings, cwd=folder, check=True, capture_output=True)  # noqa: S603 - our own interpreter and module
    return folder / "plan.json"


@pytest.fixture
def live(run: Run, surroundings: Environment, monkeypatch: pytest.MonkeyPatch) -> Run:
    for name, value in surroundings.items():
        monkeypatch.setenv(name, value)
    return run


def state(sandbox: Sandbox) -> dict[str, object]:
    """All that can be seen of the account but dates and ids."""
    client = client_of(sandbox)
    found: dict[str, object] = {}
    for page in client.get_paginator("get_account_authorization_details").paginate():
        for part in ("UserDetailList", "RoleDetailList", "GroupDetailList", "Policies"):
            found |= {one["Arn"]: _steady(one) for one in page.get(part, [])}
    for user in [arn for arn in found if ":user/" in arn]:
        keys = client.list_access_keys(UserName=user.rpartition("/")[2])["AccessKeyMetadata"]
        found[f"{user} keys"] = sorted((one["AccessKeyId"], one["Status"]) for one in keys)
    return found


_MOVING = {"RoleLastUsed", "UpdateDate", "PolicyId", "CreateDate"}


def _steady(value: object) -> object:
    if isinstance(value, dict):
        return {name: _steady(one) for name, one in value.items() if name not in _MOVING}
    if isinstance(value, list):
        return sorted(map(_steady, value), key=str)
    return value


def test_a_plan_is_carried_out_and_put_back_to_the_byte(live: Run, planned: Path, changing: Sandbox) -> None:
    before = state(changing)
    tried = live("apply", str(planned), "--dry-run")
    assert tried.code == 0
    assert tried.out.splitlines()[-1] == f"{len(json.loads(planned.read_text())['changes'])} could be made"
    assert state(changing) == before
    assert not Path("leastwise-runs").exists()

    canary = live("apply", str(planned), "--canary", *NOW)
    made = live("apply", str(planned), *NOW)
    assert (canary.code, made.code, made.err) == (0, 0, "")
    assert state(changing) != before
    again = live("apply", str(planned), "--yes")
    assert (again.code, again.out) == (0, "")
    assert "there is nothing to do" in again.err
    assert json.loads(live("apply", str(planned), "--yes", "--format", "json").out)["outcomes"] == []

    for ran in (made, canary):
        found = ID.search(ran.out)
        assert found is not None
        back = live("rollback", found["run"], *NOW)
        assert back.code == 0
        counts = re.search(r"(\d+) of (\d+) objects are as they were", back.out)
        assert counts is not None
        assert counts[1] == counts[2]
    assert state(changing) == before


def test_drift_is_left_alone_and_named_in_both_directions(live: Run, planned: Path, changing: Sandbox) -> None:
    before = state(changing)
    iam = client_of(changing)
    name = {"RoleName": "platform-backup", "PolicyName": "backup-and-snapshots"}
    text = json.dumps(iam.get_role_policy(**name)["PolicyDocument"], indent=4)
    original = _raw_inline(planned, "backup-and-snapshots")
    iam.put_role_policy(**name, PolicyDocument=text)
    refused = live("apply", str(planned), "--principal", ROLE, *NOW)
    assert refused.code == 5
    assert "left alone: " in refused.out
    assert "backup-and-snapshots" in refused.out
    assert json.dumps(iam.get_role_policy(**name)["PolicyDocument"], indent=4) == text

    iam.put_role_policy(**name, PolicyDocument=original)
    made = live("apply", str(planned), "--principal", ROLE, *NOW)
    found = ID.search(made.out)
    assert (made.code, found is None) == (0, False)
    assert found is not None
    iam.put_role_policy(**name, PolicyDocument=text)
    kept = live("rollback", found["run"], *NOW)
    assert kept.code == 5
    assert "left alone: " in kept.out
    forced = live("rollback", found["run"], *NOW, "--force")
    assert forced.code == 0
    assert state(changing) == before


def _raw_inline(planned: Path, policy: str) -> str:
    plan = json.loads(planned.read_text(encoding="utf-8"))
    texts = [text for change in plan["changes"] for text in change["documents"] if text["policy"]["policy"] == policy]
    return str(texts[0]["before"])


def test_a_part_of_a_plan_and_of_a_run_can_be_chosen(live: Run, planned: Path, changing: Sandbox) -> None:
    before = state(changing)
    ids = [change["id"] for change in json.loads(planned.read_text(encoding="utf-8"))["changes"]]
    made = live(
        "apply",
        str(planned),
        "--change",
        ids[3],
        "--change",
        ids[5],
        "--yes",
        "--quiet",
        "--settle",
        "0.2",
        "--format",
        "json",
    )
    assert made.code == 0
    document = json.loads(made.out)
    assert [(one["change"], one["result"]) for one in document["outcomes"]] == [(ids[3], "done"), (ids[5], "done")]
    half = live("rollback", document["run"], "--change", ids[5], *NOW, "--format", "json")
    assert [one["change"] for one in json.loads(half.out)["outcomes"]] == [ids[5]]
    assert live("rollback", document["run"], *NOW).code == 0
    assert state(changing) == before


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("apply", "PLAN"), 2, "there is nobody to ask"),
        (("apply", "PLAN", "--yes", "--change", "edit-inline-0"), 2, "the plan has no change edit-inline-0"),
        (("apply", "PLAN", "--yes", "--principal", "role/none"), 2, "the plan changes nothing of role/none"),
        (("apply", "none.json", "--yes"), 2, "cannot read none.json"),
        (("rollback", "none", "--yes"), 2, "there is no run none"),
        (("apply", "PLAN", "--max", "0"), 2, "--max"),
    ],
)
def test_what_cannot_be_begun_is_said_in_one_line_and_changes_nothing(
    live: Run, planned: Path, changing: Sandbox, arguments: tuple[str, ...], code: int, said: str
) -> None:
    before = state(changing)
    ran = live(*(str(planned) if one == "PLAN" else one for one in arguments))
    assert ran.code == code
    assert said in ran.err.splitlines()[0]
    assert ran.out == ""
    assert state(changing) == before


def test_a_plan_of_another_account_is_refused(
    live: Run, served: Sandbox, planned: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = served.admin_credentials
    monkeypatch.setenv("AWS_ENDPOINT_URL", served.endpoint_url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key.access_key_id)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", key.secret_access_key)
    ran = live("apply", str(planned), *NOW)
    assert ran.code == 2
    assert "the credentials are of account 333333333333, and this is about 444444444444" in ran.err


def test_an_edited_journal_is_not_believed(live: Run, planned: Path) -> None:
    made = live("apply", str(planned), "--canary", *NOW)
    found = ID.search(made.out)
    assert found is not None
    path = Path("leastwise-runs") / f"{found['run']}.jsonl"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("eve.okafor", "eve.okafoo", 1), encoding="utf-8")
    ran = live("rollback", found["run"], "--yes")
    assert ran.code == 1
    assert f"{path}, line 2: " in ran.err
    path.write_text(text, encoding="utf-8")
    assert live("rollback", found["run"], *NOW).code == 0


def test_two_runs_on_one_account_do_not_go_side_by_side(live: Run, planned: Path) -> None:
    folder = Path("leastwise-runs")
    folder.mkdir()
    holder = {"pid": os.getpid(), "host": os.uname().nodename, "started": "2026-11-25T12:00:00Z"}
    (folder / "444444444444.lock").write_text(json.dumps(holder), encoding="utf-8")
    ran = live("apply", str(planned), "--canary", *NOW)
    assert ran.code == 1
    assert f"process {os.getpid()} on {os.uname().nodename} works on this account since 2026-11-25T12:00:00Z" in ran.err


@pytest.mark.parametrize(("answer", "code"), [(b"yes\n", 0), (b"y\n", 2), (b"\n", 2)])
def test_a_person_is_asked_and_only_yes_is_a_yes(
    surroundings: Environment, planned: Path, tmp_path: Path, changing: Sandbox, answer: bytes, code: int
) -> None:
    before = state(changing)
    command = ("apply", str(planned), "--principal", ROLE)
    with Terminal(command, environment=surroundings, folder=tmp_path) as terminal:
        terminal.wait_for("Only `yes` is taken as a yes.")
        assert "Make 1 change in account 444444444444?" in terminal.text
        terminal.type(answer)
        assert terminal.ended() == code
    if code:
        assert "nothing was done" in terminal.text
    else:
        [path] = (tmp_path / "leastwise-runs").glob("*.jsonl")
        with Terminal(("rollback", path.stem, "--yes"), environment=surroundings, folder=tmp_path) as terminal:
            assert terminal.ended() == 0
    assert state(changing) == before


def test_ctrl_c_finishes_the_change_in_flight_and_the_same_command_goes_on(
    surroundings: Environment, planned: Path, tmp_path: Path, changing: Sandbox
) -> None:
    before = state(changing)
    command = ("apply", str(planned), "--yes", "--rate", "4")
    with Terminal(command, environment=surroundings, folder=tmp_path) as terminal:
        terminal.wait_for("[2/")
        terminal.type(CTRL_C)
        assert terminal.ended() == 5
    assert "not reached" in terminal.text
    with Terminal(
        ("apply", str(planned), "--yes", "--settle", "0.2"), environment=surroundings, folder=tmp_path
    ) as terminal:
        assert terminal.ended() == 0
    [path] = (tmp_path / "leastwise-runs").glob("*.jsonl")
    with Terminal(("rollback", path.stem, "--yes"), environment=surroundings, folder=tmp_path) as terminal:
        assert terminal.ended() == 0
    assert state(changing) == before


def test_ctrl_c_twice_stops_at_once_and_says_how_to_go_on(
    surroundings: Environment, planned: Path, tmp_path: Path, changing: Sandbox
) -> None:
    before = state(changing)
    command = ("apply", str(planned), "--yes", "--rate", "1")
    with Terminal(command, environment=surroundings, folder=tmp_path) as terminal:
        terminal.wait_for("[2/")
        terminal.type(CTRL_C)
        terminal.wait_for("Ctrl-C once more stops at once")  # the kernel makes one of two signals that nobody has taken
        terminal.type(CTRL_C)
        assert terminal.ended() == 130
    assert "the same command finishes or undoes what was in flight, and goes on" in terminal.text
    again = ("apply", str(planned), "--yes", "--settle", "0.2")
    with Terminal(again, environment=surroundings, folder=tmp_path) as terminal:
        assert terminal.ended() == 0
    [path] = (tmp_path / "leastwise-runs").glob("*.jsonl")
    back = ("rollback", path.stem, "--yes", "--settle", "0.2")
    with Terminal(back, environment=surroundings, folder=tmp_path) as terminal:
        assert terminal.ended() == 0
    assert state(changing) == before
