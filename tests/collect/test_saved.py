"""Saved directories and the AWS command line's files: read back as they were, and refused with a reason."""

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from leastwise.collect import Collected, SavedWriter, mark_missing, read_saved
from leastwise.collect.cli_json import AuthorizationDetails
from leastwise.errors import SavedScanError, UsageError
from leastwise.evidence import Gap, GapReason, ServiceUse, Source, evidence_of, report_usage, role_uses
from leastwise.inventory import Account, Snapshot
from leastwise.policy import AccountId, Arn

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
ACCOUNT = "111122223333"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/ci/deploy"
TEXT = '{\n  "Version": "2012-10-17",\n  "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}\n}\n'
TRUST = (
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},'
    '"Action":"sts:AssumeRole"}]}'
)


def details(**role: object) -> dict[str, Any]:
    """What the AWS command line prints of an account with one role and one user."""
    return {
        "UserDetailList": [
            {
                "Path": "/",
                "UserName": "ann",
                "UserId": "AIDAANN",
                "Arn": f"arn:aws:iam::{ACCOUNT}:user/ann",
                "CreateDate": "2024-01-02T03:04:05+00:00",
                "GroupList": ["zeta", "alpha"],
                "AttachedManagedPolicies": [],
                "Tags": [{"Key": "team", "Value": "dätä"}],
            }
        ],
        "GroupDetailList": [],
        "RoleDetailList": [
            {
                "Path": "/ci/",
                "RoleName": "deploy",
                "RoleId": "AROADEPLOY",
                "Arn": ROLE,
                "CreateDate": "2024-01-02T03:04:05+00:00",
                "AssumeRolePolicyDocument": json.loads(TRUST),
                "InstanceProfileList": [],
                "RolePolicyList": [{"PolicyName": "work", "PolicyDocument": json.loads(TEXT)}],
                "AttachedManagedPolicies": [],
                "RoleLastUsed": {"LastUsedDate": "2026-11-20T00:00:00+00:00", "Region": "eu-west-1"},
                **role,
            }
        ],
        "Policies": [],
    }


def report(created_at: datetime = NOON) -> dict[str, Any]:
    return {
        "JobStatus": "COMPLETED",
        "JobType": "ACTION_LEVEL",
        "JobCreationDate": created_at.isoformat(),
        "ServicesLastAccessed": [
            {"ServiceName": "Amazon S3", "ServiceNamespace": "s3", "TotalAuthenticatedEntities": 0}
        ],
        "IsTruncated": False,
    }


def write(path: Path, content: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


@pytest.mark.parametrize("name", ["gaad.json", "account.json"])
def test_a_file_of_the_aws_command_line_is_read_with_the_reports_beside_it(tmp_path: Path, name: str) -> None:
    path = write(tmp_path / name, details())
    write(tmp_path / "role-deploy.json", report())
    collected = read_saved(path)
    assert collected.snapshot.account == Account(AccountId(ACCOUNT), "aws")
    assert [role.name for role in collected.snapshot.roles] == ["deploy"]
    assert collected.snapshot.users[0].groups == ("alpha", "zeta")
    assert "s3" in collected.evidence.usages[Arn(ROLE)][0].services
    assert collected.snapshot.taken_at == NOON
    assert collected.notes


@pytest.mark.parametrize(
    "name",
    [
        "role-deploy.json",
        "role_deploy.json",
        "deploy.json",
        "AROADEPLOY.json",
        "arn_aws_iam__111122223333_role_ci_deploy.json",
        "last-accessed/role-deploy.json",
    ],
)
def test_a_report_is_matched_with_its_subject_by_name(tmp_path: Path, name: str) -> None:
    write(tmp_path / "gaad.json", details())
    write(tmp_path / name, report())
    assert Arn(ROLE) in read_saved(tmp_path).evidence.usages


def test_a_report_that_names_nobody_is_refused_and_never_dropped(tmp_path: Path) -> None:
    write(tmp_path / "gaad.json", details())
    write(tmp_path / "whoever.json", report())
    with pytest.raises(SavedScanError, match=r"whoever\.json: no principal"):
        read_saved(tmp_path)


def test_a_name_that_two_subjects_have_is_refused(tmp_path: Path) -> None:
    both = details()
    both["UserDetailList"][0] |= {"UserName": "deploy", "Arn": f"arn:aws:iam::{ACCOUNT}:user/deploy"}
    write(tmp_path / "gaad.json", both)
    write(tmp_path / "deploy.json", report())
    with pytest.raises(SavedScanError, match="more than one"):
        read_saved(tmp_path)


def test_without_a_report_the_files_time_is_the_accounts(tmp_path: Path) -> None:
    path = write(tmp_path / "gaad.json", details())
    taken_at = read_saved(path).snapshot.taken_at
    assert abs(taken_at - datetime.now(UTC)) < timedelta(minutes=5)


def test_roles_are_idle_only_where_the_answer_speaks_of_last_use(tmp_path: Path) -> None:
    never = read_saved(write(tmp_path / "a" / "gaad.json", details(RoleLastUsed={})))
    assert never.evidence.principals[Arn(ROLE)][0].last_used_at is None
    silent = details()
    del silent["RoleDetailList"][0]["RoleLastUsed"]
    unsaid = read_saved(write(tmp_path / "b" / "gaad.json", silent))
    assert Arn(ROLE) not in unsaid.evidence.principals


def saved(directory: Path, *, complete: bool = True) -> Collected:
    """What was kept in the directory."""
    writer = SavedWriter(directory)
    writer.begin()
    given = details()
    given["RoleDetailList"][0]["RolePolicyList"][0]["PolicyDocument"] = TEXT
    writer.details(msgspec.json.decode(json.dumps(given).encode(), type=AuthorizationDetails))
    snapshot = Snapshot(Account(AccountId(ACCOUNT), "aws", "prod"), NOON)
    usage = report_usage(
        Arn(ROLE), [ServiceUse("s3", "Amazon S3", NOON, "eu-west-1", tracked=("A",))], generated_at=NOON
    )
    writer.usage(usage)
    gap = Gap(Arn(f"arn:aws:iam::{ACCOUNT}:user/ann"), Source.LAST_ACCESSED, GapReason.NOT_READABLE, "no", "iam:X", "Y")
    writer.finish(snapshot, gaps=(gap,), complete=complete)
    snapshot = read_saved(directory).snapshot
    return Collected(snapshot, evidence_of([usage], role_uses(snapshot), gaps=[gap]))


def test_a_saved_directory_is_read_back_as_it_was(tmp_path: Path) -> None:
    written = saved(tmp_path / "scan")
    collected = read_saved(tmp_path / "scan")
    assert collected.evidence == written.evidence
    assert collected.snapshot.account == Account(AccountId(ACCOUNT), "aws", "prod")
    assert collected.snapshot.taken_at == NOON
    assert collected.snapshot.roles[0].inline[0].policy.text == TEXT
    assert not collected.notes


def test_an_interrupted_collection_says_so(tmp_path: Path) -> None:
    saved(tmp_path / "scan", complete=False)
    assert "interrupted" in read_saved(tmp_path / "scan").notes[0]


def test_a_directory_without_its_manifest_is_no_complete_scan(tmp_path: Path) -> None:
    saved(tmp_path / "scan")
    (tmp_path / "scan" / "account.json").unlink()
    collected = read_saved(tmp_path / "scan")
    missing = mark_missing(
        collected.evidence, subjects=(), users=collected.snapshot.users, reason=GapReason.NOT_COLLECTED
    )
    assert [gap.reason for gap in missing.gaps[collected.snapshot.users[0].arn]] == [GapReason.NOT_COLLECTED]


def test_saving_again_leaves_nothing_of_the_earlier_scan(tmp_path: Path) -> None:
    saved(tmp_path / "scan")
    write(tmp_path / "scan" / "last-accessed" / "role-gone.json", report())
    saved(tmp_path / "scan")
    assert [path.name for path in (tmp_path / "scan" / "last-accessed").iterdir()] == ["role-deploy.json"]


def test_a_directory_with_other_files_is_not_written_to(tmp_path: Path) -> None:
    write(tmp_path / "thesis.txt", "years of work")
    with pytest.raises(UsageError, match="thesis"):
        SavedWriter(tmp_path).begin()


def edited(path: Path, old: str, new: str) -> None:
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


def test_another_schema_is_refused_with_both_names(tmp_path: Path) -> None:
    saved(tmp_path / "scan")
    edited(tmp_path / "scan" / "account.json", "leastwise/saved/1", "leastwise/saved/9")
    with pytest.raises(SavedScanError, match=r"saved/9.*saved/1"):
        read_saved(tmp_path / "scan")


@pytest.mark.parametrize("wrong", ["null", "3", '"user/ann"'])
def test_a_manifest_with_no_arn_where_one_belongs_is_refused_in_one_line(tmp_path: Path, wrong: str) -> None:
    saved(tmp_path / "scan")
    edited(tmp_path / "scan" / "account.json", f'"arn:aws:iam::{ACCOUNT}:user/ann"', wrong)
    with pytest.raises(SavedScanError, match=r"account\.json: not the manifest of a saved scan: .*\$\.gaps\[0\]"):
        read_saved(tmp_path / "scan")


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("{", "not account details"),
        ('{"RoleDetailList": [{"Arn": 3}]}', "not account details"),
        ({"schema": "leastwise/scan/1"}, "the result of a scan"),
        (details() | {"IsTruncated": True}, "first page"),
        (details(Arn="role/deploy"), "not an ARN"),
        ({"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": [], "Policies": []}, "account is not known"),
    ],
)
def test_a_file_that_is_something_else_is_refused_in_one_line(tmp_path: Path, content: object, complaint: str) -> None:
    path = write(tmp_path / "file.json", content)
    with pytest.raises(SavedScanError, match=complaint) as caught:
        read_saved(path)
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)


def test_what_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(SavedScanError, match="does not exist"):
        read_saved(tmp_path / "nowhere")
    with pytest.raises(SavedScanError, match="no file with account details"):
        read_saved(tmp_path)


def test_a_report_that_cannot_be_read_is_an_error_with_its_file(tmp_path: Path) -> None:
    path = write(tmp_path / "gaad.json", details())
    write(tmp_path / "role-deploy.json", '{"JobStatus": "COMPLETED", "ServicesLastAccessed": 3}')
    with pytest.raises(SavedScanError, match=r"role-deploy\.json"):
        read_saved(path)


def test_a_credential_report_is_read_from_csv_and_from_the_command_lines_json(tmp_path: Path) -> None:
    header = (
        "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,"
        "mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,"
        "access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,"
        "access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,"
        "cert_1_last_rotated,cert_2_active,cert_2_last_rotated"
    )
    row = (
        f"ann,arn:aws:iam::{ACCOUNT}:user/ann,2024-01-02T03:04:05+00:00,true,no_information,2024-01-02T03:04:05+00:00,"
        "N/A,false,true,2024-01-02T03:04:05+00:00,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A"
    )
    ann = Arn(f"arn:aws:iam::{ACCOUNT}:user/ann")
    write(tmp_path / "a" / "gaad.json", details())
    write(tmp_path / "a" / "credential-report.csv", f"{header}\n{row}\n")
    plain = read_saved(tmp_path / "a").evidence.credentials[ann][0]
    write(tmp_path / "b" / "gaad.json", details())
    printed = {
        "Content": base64.b64encode(f"{header}\n{row}\n".encode()).decode(),
        "ReportFormat": "text/csv",
        "GeneratedTime": NOON.isoformat(),
    }
    write(tmp_path / "b" / "credential-report.json", printed)
    from_json = read_saved(tmp_path / "b").evidence.credentials[ann][0]
    assert plain.keys == from_json.keys
    assert from_json.window.end == NOON
    write(tmp_path / "b" / "credential-report.json", {"Content": 3})
    with pytest.raises(SavedScanError, match="not a credential report"):
        read_saved(tmp_path / "b")
