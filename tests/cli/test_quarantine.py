"""Quarantine and watch from the command line: denied, noticed, lifted, promoted."""

import json
from collections.abc import Iterator
from pathlib import Path

import botocore.exceptions
import pytest

from aws_client import client_of
from leastwise.sandbox import Sandbox, SandboxOptions
from ran import Run

NOW = ("--yes", "--quiet", "--settle", "0.2")


@pytest.fixture
def strict() -> Iterator[Sandbox]:
    """A company whose callers may do what their policies say, and no more."""
    with Sandbox(SandboxOptions(job_seconds=0, account_id="777777777777", enforce_policies=True)) as sandbox:
        yield sandbox


@pytest.fixture
def live(run: Run, strict: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Run:
    key = strict.admin_credentials
    monkeypatch.setenv("AWS_ENDPOINT_URL", strict.endpoint_url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key.access_key_id)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", key.secret_access_key)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    return run


@pytest.mark.parametrize("how", ["lift", "auto-rollback"])
def test_a_quarantine_is_listed_complained_of_and_lifted(live: Run, strict: Sandbox, how: str) -> None:
    admin = client_of(strict)
    own = admin.create_access_key(UserName="mai.tran")["AccessKey"]
    mai = client_of(strict, key_id=own["AccessKeyId"], secret=own["SecretAccessKey"])
    admin.update_account_password_policy(MinimumPasswordLength=14)
    # The plan goes by the report, which has not seen this yet.
    assert live("plan", "--quarantine", "--principal", "user/mai.tran", "--plan-file", "q.json").code == 3
    made = live("apply", "q.json", *NOW, "--format", "json")
    assert made.code == 0
    [quarantine] = json.loads(live("quarantine", "list", "--format", "json").out)["quarantines"]
    assert quarantine["principal"] == "arn:aws:iam::777777777777:user/mai.tran"
    assert "iam:GetAccountPasswordPolicy" in quarantine["denies"]

    run_id = json.loads(made.out)["run"]
    assert live("watch", run_id, "--plan", "q.json").code == 0
    with pytest.raises(botocore.exceptions.ClientError, match="explicit deny"):
        mai.get_account_password_policy()
    ran = live("watch", run_id, "--plan", "q.json")
    assert ran.code == 3
    assert "iam:GetAccountPasswordPolicy" in ran.out
    assert f"leastwise rollback {run_id} --change" in " ".join(ran.out.split())

    if how == "lift":
        assert live("quarantine", "lift", "--principal", "user/mai.tran", *NOW).code == 0
    else:
        put_back = live("watch", run_id, "--plan", "q.json", "--auto-rollback", "--quiet", "--format", "json")
        assert put_back.code == 0
        assert json.loads(put_back.out)["schema"] == "leastwise/watch/1", "one document, and no other after it"
        assert "1 done" in put_back.err
    assert json.loads(live("quarantine", "list", "--format", "json").out)["quarantines"] == []
    assert mai.get_account_password_policy()["PasswordPolicy"]


def test_a_quarantine_that_nobody_complained_of_is_promoted_and_then_lifted(live: Run) -> None:
    role = "role/service-role/web-orders-lambda"
    assert live("plan", "--quarantine", "--principal", role, "--plan-file", "q.json").code == 3
    assert live("apply", "q.json", *NOW).code == 0
    assert live("plan", "--promote-quarantine", "30").code == 0
    assert live("plan", "--promote-quarantine", "0", "--plan-file", "p.json").code == 3
    kinds = {one["kind"] for one in json.loads(Path("p.json").read_text(encoding="utf-8"))["changes"]}
    assert "lift-quarantine" not in kinds
    assert live("apply", "p.json", *NOW).code == 0
    assert live("plan", "--promote-quarantine", "0", "--plan-file", "l.json").code == 3
    [lift] = json.loads(Path("l.json").read_text(encoding="utf-8"))["changes"]
    assert lift["kind"] == "lift-quarantine"
    assert live("apply", "l.json", *NOW).code == 0
    assert json.loads(live("quarantine", "list", "--format", "json").out)["quarantines"] == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("quarantine", "lift", "--principal", "role/none", "--yes"), "there is no quarantine of role/none"),
        (("plan", "--quarantine", "--promote-quarantine", "3"), "are two steps"),
        (("plan", "--services-only", "--promote-quarantine", "3"), "cannot go with --promote-quarantine"),
        (("watch", "none", "--plan", "none.json"), "cannot read none.json"),
        (("apply", "none.json", "--lock", "ftp://x"), "ftp://x"),
        (("apply", "none.json", "--copy-journal", "dynamodb://x"), "dynamodb://x"),
    ],
)
def test_what_does_not_fit_is_said_in_one_line(live: Run, arguments: tuple[str, ...], said: str) -> None:
    ran = live(*arguments)
    assert ran.code == 2
    assert said in ran.err.splitlines()[0]


def test_a_lock_that_all_machines_share_and_a_copy_of_the_journal(live: Run, strict: Sandbox) -> None:
    buckets = client_of(strict, "s3")
    buckets.create_bucket(Bucket="runs")
    assert live("plan", "--principal", "role/service-role/platform-backup", "--plan-file", "plan.json").code == 3
    buckets.put_object(Bucket="runs", Key="locks/777777777777.lock", Body=b"{}")
    held = live("apply", "plan.json", *NOW, "--lock", "s3://runs/locks")
    assert held.code == 1
    assert "s3://runs/locks/777777777777.lock" in held.err
    buckets.delete_object(Bucket="runs", Key="locks/777777777777.lock")
    made = live("apply", "plan.json", *NOW, "--lock", "s3://runs/locks", "--copy-journal", "s3://runs/journals")
    assert (made.code, made.err) == (0, "")
    [path] = Path("leastwise-runs").glob("*.jsonl")
    copied = buckets.get_object(Bucket="runs", Key=f"journals/{path.name}")["Body"].read()
    assert copied == path.read_bytes()
    assert "Contents" not in buckets.list_objects_v2(Bucket="runs", Prefix="locks/")
    assert live("rollback", path.stem, *NOW).code == 0
