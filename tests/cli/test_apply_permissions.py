"""The policy that `leastwise permissions apply` prints: enough for a plan with everything in it, and no more."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from aws_client import client_of
from leastwise.apply.aws_account import CHECKED_BESIDES
from leastwise.apply.places import bucket_place, lock_place
from leastwise.pipeline.permissions import COMMANDS, copy_rights, lock_rights, permissions_policy
from leastwise.sandbox import Sandbox, SandboxOptions
from ran import Run

NOW = ("--yes", "--quiet", "--settle", "0.2")


@pytest.fixture(scope="module")
def strict() -> Iterator[Sandbox]:
    """A company whose callers may do what their policies say, and no more."""
    with Sandbox(SandboxOptions(job_seconds=0, account_id="666666666666", enforce_policies=True)) as sandbox:
        yield sandbox


def act_as(monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox, key_id: str, secret: str) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", sandbox.endpoint_url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key_id)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", secret)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")


def operator(sandbox: Sandbox, name: str, command: str) -> tuple[str, str]:
    """The key of a user who may do what the command needs."""
    iam = client_of(sandbox)
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName="leastwise", PolicyDocument=permissions_policy(command))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return key["AccessKeyId"], key["SecretAccessKey"]


def test_the_printed_policy_is_enough_and_no_right_of_it_is_idle(
    run: Run, strict: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = strict.admin_credentials
    act_as(monkeypatch, strict, key.access_key_id, key.secret_access_key)
    assert run("plan", "--plan-file", "plan.json", "--quiet", "--split-shared", "--delete-passwords").code == 3
    # A policy of the plan comes to two who were not there when it was scanned: whoever they are has to be asked for.
    iam = client_of(strict)
    shared = _planned_policy("new-version")
    for kind in ("user", "role"):
        _newcomer(iam, kind, shared)
    deleted = _planned_policy("delete-policy")
    tags = [{"Key": "owner", "Value": "ann"}]
    iam.tag_policy(PolicyArn=deleted, Tags=tags)

    denied = strict.tally.outcomes("AccessDenied")
    before = {action: strict.tally.calls(action) for action in COMMANDS["apply"]}
    act_as(monkeypatch, strict, *operator(strict, "applier", "apply"))
    made = run("apply", "plan.json", "--delete-passwords", *NOW, "--format", "json")
    results = [one["result"] for one in json.loads(made.out)["outcomes"]]
    assert set(results) <= {"done", "refused"}
    assert results.count("refused") == 1, "the one whose policy has new holders"
    act_as(monkeypatch, strict, *operator(strict, "restorer", "rollback"))
    back = run("rollback", json.loads(made.out)["run"], *NOW, "--format", "json")
    assert not [
        one for one in json.loads(back.out)["comparisons"] if not one["is_back"] and "password" not in one["object"]
    ]
    assert iam.get_policy(PolicyArn=deleted)["Policy"]["Tags"] == tags
    idle = {action for action, calls in before.items() if strict.tally.calls(action) == calls}
    assert idle == set(CHECKED_BESIDES), "no call is named for these"
    assert strict.tally.outcomes("AccessDenied") == denied


def _planned_policy(kind: str) -> str:
    """A customer-managed policy for which the plan has a change of this kind."""
    plan = json.loads(Path("plan.json").read_text(encoding="utf-8"))
    return next(str(one["policy"]["policy"]) for one in plan["changes"] if one["kind"] == kind)


def _newcomer(iam: Any, kind: str, policy: str) -> None:  # noqa: ANN401 - botocore makes its clients at run time
    if kind == "user":
        iam.create_user(UserName="newcomer")
        iam.attach_user_policy(UserName="newcomer", PolicyArn=policy)
        return
    trust = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    iam.create_role(RoleName="newcomer", AssumeRolePolicyDocument=document)
    iam.attach_role_policy(RoleName="newcomer", PolicyArn=policy)


@pytest.mark.parametrize("command", ["apply", "rollback"])
def test_a_right_that_is_missing_changes_nothing_of_the_change_that_needs_it(
    run: Run, strict: Sandbox, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    key = strict.admin_credentials
    act_as(monkeypatch, strict, key.access_key_id, key.secret_access_key)
    role = "role/service-role/platform-backup"
    assert run("plan", "--plan-file", "plan.json", "--quiet", "--principal", role).code == 3
    iam, name = client_of(strict), {"RoleName": "platform-backup", "PolicyName": "backup-and-snapshots"}
    if command == "rollback":
        assert run("apply", "plan.json", *NOW).code == 0
    there = iam.get_role_policy(**name)["PolicyDocument"]
    key_id, secret = operator(strict, f"handicapped-{command}", command)
    policy = json.loads(permissions_policy(command))
    policy["Statement"][0]["Action"].remove("iam:PutRolePolicy")
    who = {"UserName": f"handicapped-{command}", "PolicyName": "leastwise"}
    iam.put_user_policy(**who, PolicyDocument=json.dumps(policy))
    act_as(monkeypatch, strict, key_id, secret)
    runs = [path.stem for path in Path("leastwise-runs").glob("*.jsonl")]
    ran = run(command, *(("plan.json",) if command == "apply" else (runs[0],)), *NOW)
    assert ran.code == 5
    assert "is not authorized to perform: iam:PutRolePolicy" in ran.out
    assert iam.get_role_policy(**name)["PolicyDocument"] == there
    if command == "rollback":
        act_as(monkeypatch, strict, key.access_key_id, key.secret_access_key)
        assert run("rollback", runs[0], *NOW).code == 0


PLACES: dict[str, tuple[str, ...]] = {
    "s3://runs/locks": ("s3:DeleteObject", "s3:GetObject", "s3:PutObject"),
    "dynamodb://locks": ("dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem"),
}
"""What each lock cannot do without; s3:ListBucket is for the one that goes between two looks at it."""


@pytest.fixture
def kept(strict: Sandbox) -> Iterator[None]:
    """A bucket and a table for locks, with nothing in them."""
    buckets, tables = client_of(strict, "s3"), client_of(strict, "dynamodb")
    buckets.create_bucket(Bucket="runs")
    tables.create_table(
        TableName="locks",
        KeySchema=[{"AttributeName": "LockID", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "LockID", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    yield
    tables.delete_table(TableName="locks")
    for one in buckets.list_objects_v2(Bucket="runs").get("Contents", ()):
        buckets.delete_object(Bucket="runs", Key=one["Key"])
    buckets.delete_bucket(Bucket="runs")


def keeper(strict: Sandbox, name: str, lock: str, without: str = "") -> tuple[str, str]:
    """The key of a user who may apply with this lock and with copies of the journal, but for one action."""
    iam = client_of(strict)
    besides = (*lock_rights(lock_place(lock)), *copy_rights(bucket_place("s3://runs/journals")))
    document = json.loads(permissions_policy("apply", besides=besides))
    for statement in document["Statement"]:
        statement["Action"] = [one for one in statement["Action"] if one != without]
    document["Statement"] = [one for one in document["Statement"] if one["Action"]]
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName="leastwise", PolicyDocument=json.dumps(document))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return key["AccessKeyId"], key["SecretAccessKey"]


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize(
    ("lock", "without"), [(lock, action) for lock, actions in PLACES.items() for action in ("", *actions)]
)
def test_a_lock_and_copies_take_just_what_is_printed_for_them(
    run: Run, strict: Sandbox, monkeypatch: pytest.MonkeyPatch, lock: str, without: str
) -> None:
    key = strict.admin_credentials
    act_as(monkeypatch, strict, key.access_key_id, key.secret_access_key)
    role = "role/service-role/platform-backup"
    assert run("plan", "--plan-file", "plan.json", "--quiet", "--principal", role).code == 3
    name = f"keeper-{abs(hash((lock, without)))}"
    act_as(monkeypatch, strict, *keeper(strict, name, lock, without))
    ran = run("apply", "plan.json", *NOW, "--lock", lock, "--copy-journal", "s3://runs/journals")
    complaints = ran.err + ran.out
    if not without:
        assert (ran.code, ran.err) == (0, "")
    else:
        assert "not authorized" in complaints or "denied" in complaints.lower()
        assert ran.code == 1 or "warning: " in ran.err
    act_as(monkeypatch, strict, key.access_key_id, key.secret_access_key)
    for path in sorted(Path("leastwise-runs").glob("*.jsonl")):
        assert run("rollback", path.stem, *NOW).code == 0


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("scan", "--lock", "s3://runs/locks"), "options of apply and rollback, and not of scan"),
        (("apply", "--lock", "ftp://x"), "ftp://x is no place for a lock"),
        (("rollback", "--copy-journal", "dynamodb://x"), "dynamodb://x is no place for copies of journals"),
    ],
)
def test_a_place_that_does_not_fit_is_refused(run: Run, arguments: tuple[str, ...], complaint: str) -> None:
    ran = run("permissions", *arguments)
    assert ran.code == 2
    assert complaint in ran.err
