"""`scan --send securityhub` and `--format asff`, as a user types them, on a sandbox with a Security Hub."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from asff_shape import complaints
from aws_client import client_of
from leastwise.pipeline.permissions import permissions_policy
from leastwise.report import read_json
from leastwise.sandbox import Sandbox, SandboxOptions
from ran import Environment, Run

ACCOUNT: Final = "777777777777"
REGION: Final = "eu-central-1"
SEND: Final = ("scan", "--send", "securityhub", "--region", REGION)
LONG_AGO: Final = datetime.now(UTC) - timedelta(days=800)
DOCUMENT: Final = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:*", "sqs:*"], "Resource": "*"}]}
)
TRUST: Final = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
    }
)
Serve = Callable[..., Sandbox]


def furnish(sandbox: Sandbox) -> None:
    """A role that uses nothing of what it is granted for long, a policy that nobody holds, a group of nobody."""
    estate = sandbox.estate
    for name in ("worker", "helper"):
        estate.create_role(name, trust_document=TRUST, created_at=LONG_AGO)
        estate.put_inline("role", name, "work", DOCUMENT)
    sandbox.ledger.record(
        f"arn:aws:iam::{ACCOUNT}:role/worker",
        service="s3",
        action=None,
        at=datetime.now(UTC) - timedelta(days=2),
        region=REGION,
    )
    estate.create_policy("old", document=DOCUMENT, created_at=LONG_AGO)
    estate.create_group("nobody", created_at=LONG_AGO)


@pytest.fixture
def serve(run: Run, bare: Environment, monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """Makes a small account, on a sandbox with these knobs, the AWS of the commands that follow."""
    assert run is not None
    assert bare
    with ExitStack() as stack:

        def serve(**knobs: Any) -> Sandbox:  # noqa: ANN401 - those of SandboxOptions
            quiet: dict[str, Any] = {"company": False, "job_seconds": 0, "account_id": ACCOUNT}
            sandbox = stack.enter_context(Sandbox(SandboxOptions(**{**quiet, **knobs})))
            furnish(sandbox)
            key = sandbox.admin_credentials
            monkeypatch.setenv("AWS_ENDPOINT_URL", sandbox.endpoint_url)
            monkeypatch.setenv("AWS_ACCESS_KEY_ID", key.access_key_id)
            monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", key.secret_access_key)
            return sandbox

        yield serve


def findings_of(sandbox: Sandbox, region: str = REGION) -> list[dict[str, Any]]:
    return [dict(one) for one in sandbox.security_hub.findings(region=region)]


def open_rules(sandbox: Sandbox) -> list[tuple[str, str]]:
    """Rule and resource of the findings that are not archived."""
    return sorted(
        (one["GeneratorId"].removeprefix("leastwise/"), one["Resources"][0]["Id"].rpartition(":")[2])
        for one in findings_of(sandbox)
        if one["RecordState"] == "ACTIVE"
    )


FOUND: Final = [
    ("empty-group", "group/nobody"),
    ("unattached-policy", "policy/old"),
    ("unused-action", "role/worker"),
    ("unused-role", "role/helper"),
    ("unused-service", "role/helper"),
    ("unused-service", "role/worker"),
]


def test_findings_are_sent_and_those_that_are_resolved_are_archived(run: Run, serve: Serve) -> None:
    sandbox = serve()
    ran = run(*SEND, "--format", "json", "--exclude", "user/*")
    document = read_json(ran.out, source="test")
    there = findings_of(sandbox)
    assert complaints(there) == []
    assert {one["Id"] for one in there} == {f"leastwise/{ACCOUNT}/{one.id}" for one in document.findings}
    assert (ran.code, ran.err) == (
        3,
        f"leastwise: Security Hub in {REGION}: 6 findings sent, 0 resolved ones archived\n",
    )
    assert findings_of(sandbox, "us-east-1") == []
    assert open_rules(sandbox) == FOUND

    client_of(sandbox).delete_policy(PolicyArn=f"arn:aws:iam::{ACCOUNT}:policy/old")
    client_of(sandbox).delete_role_policy(RoleName="worker", PolicyName="work")
    ran = run(*SEND, "--principal", "group/*")
    assert (open_rules(sandbox), ran.code) == (FOUND, 3)
    assert "1 finding sent, 0 resolved ones archived, 5 earlier ones left open" in ran.err
    ran = run(*SEND, "--quiet")
    assert (ran.code, ran.err) == (3, "")
    assert [one for one in open_rules(sandbox) if not one[1].startswith("user/")] == [
        ("empty-group", "group/nobody"),
        ("unused-role", "role/helper"),
        ("unused-service", "role/helper"),
    ]
    assert {one["Compliance"]["Status"] for one in findings_of(sandbox) if one["RecordState"] != "ACTIVE"} == {"PASSED"}


def test_a_saved_scan_is_sent_too_and_only_once(run: Run, serve: Serve) -> None:
    sandbox = serve()
    assert run("scan", "--save", "saved", "--exclude", "user/*", "--region", REGION).code == 3
    assert findings_of(sandbox) == []
    ran = run(*SEND, "--from", "saved", "--exclude", "user/*")
    assert (ran.code, open_rules(sandbox)) == (3, FOUND)
    ran = run(*SEND, "--from", "saved", "--exclude", "user/*")
    assert (ran.code, open_rules(sandbox)) == (3, FOUND)
    assert "0 findings sent, 0 resolved ones archived, 6 already there from this scan or a later one" in ran.err


def test_a_file_that_may_have_been_filtered_does_not_prove_that_anything_is_gone(run: Run, serve: Serve) -> None:
    sandbox = serve()
    assert run(*SEND, "--quiet").code == 3
    before = open_rules(sandbox)
    listed = client_of(sandbox).get_account_authorization_details(Filter=["Group"])
    text = json.dumps({name: value for name, value in listed.items() if name != "ResponseMetadata"}, default=str)
    Path("details.json").write_text(text, encoding="utf-8")
    ran = run(*SEND, "--from", "details.json")
    assert "0 resolved ones archived" in ran.err
    assert open_rules(sandbox) == before


def test_where_security_hub_is_not_enabled_the_scan_is_shown_and_what_to_do_is_said(run: Run, serve: Serve) -> None:
    serve(security_hub=False)
    ran = run(*SEND, "--quiet")
    assert ran.code == 4
    assert "unattached-policy" in ran.out or "attached to nobody" in ran.out
    first, second, third = ran.err.splitlines()
    assert first.endswith("0 findings sent, 0 resolved ones archived, not all were sent")
    assert re.search(r"securityhub:GetFindings: InvalidAccessException: .*not subscribed", second)
    assert f"aws securityhub enable-security-hub --region {REGION}" in third


@pytest.mark.parametrize("operation", ["BatchImportFindings", "GetFindings"])
def test_without_either_right_the_exit_code_is_4_and_the_rights_are_named(
    run: Run, serve: Serve, operation: str
) -> None:
    serve(deny=frozenset({f"securityhub:{operation}"}))
    ran = run(*SEND)
    assert ran.code == 4
    assert f"securityhub:{operation}" in ran.err
    assert "leastwise permissions scan --send securityhub" in ran.err


def test_a_finding_that_fails_for_a_while_is_sent_again_and_one_that_keeps_failing_is_told(
    run: Run, serve: Serve
) -> None:
    sandbox = serve(fail_imports=("*unattached-policy*",), fail_times=1)
    assert run(*SEND).code == 3
    assert ("unattached-policy", "policy/old") in open_rules(sandbox)


def test_a_finding_that_keeps_failing_is_told(run: Run, serve: Serve) -> None:
    sandbox = serve(fail_imports=("*unattached-policy*",))
    ran = run(*SEND)
    assert ran.code == 4
    assert re.search(r", 1 failed\n", ran.err)
    assert re.search(rf"error: leastwise/{ACCOUNT}/unattached-policy-\w+: InternalError: ", ran.err)
    assert ("unattached-policy", "policy/old") not in open_rules(sandbox)
    assert ("empty-group", "group/nobody") in open_rules(sandbox)


def test_what_permissions_prints_is_enough(run: Run, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox = serve(enforce_policies=True)
    printed = run("permissions", "scan", "--send", "securityhub").out
    assert printed == permissions_policy("scan", with_security_hub=True) + "\n"
    sandbox.estate.create_user("sender", created_at=LONG_AGO)
    sandbox.estate.put_inline("user", "sender", "send", printed)
    key = sandbox.estate.create_access_key("sender", created_at=LONG_AGO)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key.access_key_id)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", key.secret_access_key)
    assert run(*SEND).code == 3
    assert set(FOUND) <= set(open_rules(sandbox))


@pytest.mark.usefixtures("saved")
@pytest.mark.parametrize(
    "command",
    [("scan", "--send", "securityhub"), ("scan", "--from", "saved", "--send", "securityhub"),
     ("scan", "--from", "saved", "--format", "asff")],
)  # fmt: skip
def test_without_a_region_the_work_does_not_begin(run: Run, command: tuple[str, ...]) -> None:
    ran = run(*command)
    assert (ran.code, ran.out) == (2, "")
    assert "needs a region, and none is configured" in ran.err
    assert "--region" in ran.err


def test_a_report_for_security_hub_is_a_list_for_the_region(run: Run, scanned_once: Path) -> None:
    scan = str(scanned_once / "scan.json")
    findings = json.loads(run("report", scan, "--format", "asff", "--region", "eu-west-1").out)
    assert complaints(findings) == []
    assert {one["ProductArn"].split(":")[3] for one in findings} == {"eu-west-1"}
    assert len(findings) == len(read_json(Path(scan).read_bytes(), source=scan).findings)
    assert run("report", scan, "--format", "asff").code == 2


@pytest.mark.usefixtures("saved")
def test_a_saved_scan_is_written_for_a_region_without_aws(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    typed = run("scan", "--from", "saved", "--format", "asff", "--region", "eu-west-1")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    assert run("scan", "--from", "saved", "--format", "asff").out == typed.out
    assert run("scan", "--from", "saved", "--region", "eu-west-1").code == 2
