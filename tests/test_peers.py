"""Where peers broke: each row of section 13 of our notes on AWS as a test that fails on what the peer did.

The scans are whole ones, over HTTP, of a sandbox that does to us what AWS did to them.

Six rows are about rooms that do not exist yet, and have no test here: the periodic trigger of an AWS Config rule that
was answered NOT_APPLICABLE, the deleted resource in a Config event, the annotation over 256 characters, and the
read-only exemption by policy name (all trek10; rooms `config_rule` and its exemptions); the rollback that deletes what
it has just restored (repokid; room `apply`); and the rewriting that drops Condition and Deny or widens NotResource and
NotAction (zero-iam, repokid; room `recommend`).
"""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest

from lab import NOON, Lab, open_lab, services_of
from leastwise.findings import Reason, Rule, ScanStatus, Verdict
from leastwise.pipeline.scan import Scanned, ScanRequest, scan_saved
from leastwise.report import document_of, render_json

POLL = "GetServiceLastAccessedDetails"


def status(scanned: Scanned) -> ScanStatus:
    return scanned.scan.accounts[0].status


def verdicts(scanned: Scanned, name: str) -> dict[str, str]:
    return {namespace: service.verdict.value for namespace, service in services_of(scanned, name).items()}


def reasons(scanned: Scanned, name: str) -> set[Reason | None]:
    return {service.reason for service in services_of(scanned, name).values()}


def found(scanned: Scanned, rule: Rule, name: str) -> set[str]:
    """The services that findings of this rule name for the principal."""
    of_principal = (one for one in scanned.judgement.findings if one.rule is rule and one.resource.name == name)
    return {service for finding in of_principal for service in finding.services}


def test_a_running_job_is_waited_for_with_pauses_and_is_no_empty_report() -> None:
    """The seed's script and prowler polled without sleep; Steampipe gave up and showed no rows, a false clean."""
    with open_lab(job_seconds=30) as lab:
        lab.add_role("worker", "s3:*", "sqs:*", used={"s3": 1})
        scanned = lab.scan("role/worker")
        assert lab.calls(POLL) <= 6, "it asked without pause"
        assert verdicts(scanned, "worker") == {"s3": "used", "sqs": "unused"}
    with open_lab(job_seconds=1e6) as lab:
        lab.add_role("worker", "s3:*", "sqs:*", used={"s3": 1})
        given_up = lab.scan("role/worker")
        assert lab.calls(POLL) <= 12
    assert reasons(given_up, "worker") == {Reason.TIMED_OUT}
    assert (status(given_up), given_up.judgement.findings) == (ScanStatus.PARTIAL, ())


def test_a_failed_job_ends_the_waiting_and_its_code_and_message_are_told() -> None:
    """Cloud-custodian polled for ever; the seed's script lost code and message; Steampipe showed no rows."""
    with open_lab(fail_jobs=("*:role/worker",)) as lab:
        arn = lab.add_role("worker", "s3:*", "sqs:*", used={"s3": 1})
        lab.add_role("other", "s3:*", used={"s3": 1})
        scanned = lab.scan("role/*")
        assert lab.calls(POLL) <= 6
    assert status(scanned) is ScanStatus.PARTIAL
    (error,) = scanned.scan.accounts[0].errors
    assert (error.arn, error.code) == (arn, "InternalFailure")
    assert "The report could not be generated" in error.message
    assert set(verdicts(scanned, "worker").values()) == {"unknown"}
    assert reasons(scanned, "worker") == {Reason.REPORT_FAILED}
    assert not found(scanned, Rule.UNUSED_SERVICE, "worker")
    assert verdicts(scanned, "other") == {"s3": "used"}


@pytest.mark.timeout(40)
def test_every_page_is_read_once() -> None:
    """NameError on the second page (trek10, the seed's script); the first one again and again (aws-samples' boundary
    tool); all but the first ignored (prowler, cloud-custodian, AirIAM).
    """
    used = {"access-analyzer": 1.0, "s3": 2.0, "xray": 3.0}
    whole, _ = read_crowd(used, short_pages=False)
    cut, pages = read_crowd(used, short_pages=True)
    assert cut == whole
    assert len(cut) == 21
    assert len(cut["admin"]) > 400
    assert {name for name, verdict in cut["admin"].items() if verdict == "used"} == set(used)
    assert pages >= 3, "there were second pages to read"


def read_crowd(used: dict[str, float], *, short_pages: bool) -> tuple[dict[str, dict[str, str]], int]:
    """The verdicts on an administrator and twenty idle roles, and how many pages they came on at least."""
    with open_lab(short_pages=short_pages) as lab:
        lab.add_role("admin", "*", used=used)
        for number in range(20):
            lab.add_role(f"idle-{number:02}", "s3:*")
        scanned = lab.scan("role/*")
        pages = min(lab.calls(POLL), lab.calls("GetAccountAuthorizationDetails"))
    assert status(scanned) is ScanStatus.COMPLETE
    names = [one.principal.name for one in scanned.judgement.principals]
    return {name: verdicts(scanned, name) for name in names}, pages


def test_the_last_page_has_no_marker_and_needs_none() -> None:
    """KeyError (trek10, the seed's script)."""
    with open_lab(job_seconds=0, short_pages=True) as lab:
        arn = lab.add_role("worker", "s3:*", "sqs:*", used={"s3": 1})
        assert not [answer for answer in last_answers(lab, arn) if "Marker" in answer], "AWS leaves it out"
        scanned = lab.scan()
    assert status(scanned) is ScanStatus.COMPLETE
    assert verdicts(scanned, "worker") == {"s3": "used", "sqs": "unused"}


def last_answers(lab: Lab, arn: str) -> Iterator[dict[str, Any]]:
    """The last pages of a report and of the account, as boto3 reads them."""
    key = lab.sandbox.admin_credentials
    iam: Any = boto3.client(
        "iam",
        endpoint_url=lab.sandbox.endpoint_url,
        region_name="us-east-1",
        aws_access_key_id=key.access_key_id,
        aws_secret_access_key=key.secret_access_key,
    )
    job = iam.generate_service_last_accessed_details(Arn=arn, Granularity="ACTION_LEVEL")["JobId"]
    for read, what in (
        (iam.get_service_last_accessed_details, {"JobId": job}),
        (iam.get_account_authorization_details, {}),
    ):
        answer = read(**what)
        while answer["IsTruncated"]:
            answer = read(**what, Marker=answer["Marker"])
        yield answer
    iam.close()


def test_a_granted_service_that_the_report_does_not_list_is_unknown_and_never_unused() -> None:
    """Counted as unused (repokid)."""
    with open_lab() as lab:
        # IAM looks at the resource, too: an ARN of ssm grants nothing of ssmmessages, so that its report is silent.
        lab.add_role("worker", "ssmmessages:*", "ssm:*", resource="arn:aws:ssm:*:*:session/*", used={"ssm": 1})
        scanned = lab.scan("role/worker")
        (usage,) = scanned.collected.evidence.usages.values()
    assert set(usage[0].services) == {"ssm"}
    service = services_of(scanned, "worker")["ssmmessages"]
    assert (service.verdict, service.reason) == (Verdict.UNKNOWN, Reason.NOT_IN_REPORT)
    assert service.granted_by, "it is granted, by what the document says"
    assert not [one for one in scanned.judgement.findings if "ssmmessages" in (*one.services, *one.actions, one.detail)]


def test_used_today_is_used_and_never_used_is_unused_however_old_the_limit() -> None:
    """Used today counted as unused (AirIAM); never used passes the 180-day check (the seed's script)."""
    with open_lab() as lab:
        used = {"s3": 0.0, "s3:ListAllMyBuckets": 0.0, "ec2": 89.0, "sns": 181.0}
        lab.add_role("worker", "s3:*", "ec2:*", "sns:*", "sqs:*", used=used)
        scanned = lab.scan("role/worker")
        half_a_year = lab.scan("role/worker", stale_after_days=180)
    assert verdicts(scanned, "worker") == {"s3": "used", "ec2": "used", "sns": "stale", "sqs": "unused"}
    assert verdicts(half_a_year, "worker") == verdicts(scanned, "worker")
    actions = {one.name: one.verdict for one in services_of(scanned, "worker")["s3"].actions}
    assert (actions["ListAllMyBuckets"], actions["CreateBucket"]) == (Verdict.USED, Verdict.UNUSED)
    for one in (scanned, half_a_year):
        assert found(one, Rule.UNUSED_SERVICE, "worker") == {"sqs"}
        assert found(one, Rule.STALE_SERVICE, "worker") == {"sns"}


def test_more_than_200_services_are_asked_about_in_calls_of_200() -> None:
    """The call was refused (trek10, the seed's script)."""
    with open_lab() as lab:
        lab.add_role("admin", "*", used={"s3": 1})
        scanned = lab.scan("role/admin", verify=True)
        assert lab.calls("ListPoliciesGrantingServiceAccess") >= 3
        assert lab.sandbox.tally.outcomes("ValidationError") == 0
    assert len(services_of(scanned, "admin")) > 400
    assert not [note for note in scanned.judgement.notes if "AWS" in note or "could not be checked" in note]


@pytest.fixture(params=["Pacific/Kiritimati", "America/Los_Angeles"])
def far_from_utc(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A host whose own time is up to 14 hours from UTC."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    assert datetime(2026, 11, 24, tzinfo=UTC).astimezone().utcoffset() != timedelta(0)
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("far_from_utc")
def test_dates_are_utc_on_a_host_that_is_not_and_an_absent_date_is_never(tmp_path: Path) -> None:
    """Naive local times shifted every date by the host's offset, and an absent date was stored as 0 (Aardvark)."""
    used = {"s3": 1.5, "ec2": 90.0}
    with open_lab() as lab:
        lab.add_role("worker", "s3:*", "ec2:*", "sqs:*", used=used)
        live = lab.scan("role/worker", save=tmp_path / "kept")
    check_dates(live)
    # The AWS command line prints what it likes: without a zone it is UTC, as AWS's dates are, and 0 is no date.
    kept = tmp_path / "kept" / "last-accessed" / "role-worker.json"
    text = kept.read_text(encoding="utf-8").replace("+00:00", "").replace('Z"', '"')
    answer = json.loads(text)
    assert answer["JobCreationDate"].startswith("2026-11-24T12:00:0")
    assert not answer["JobCreationDate"].endswith(("Z", "+00:00"))
    for row in answer["ServicesLastAccessed"]:
        row.setdefault("LastAuthenticated", 0)
    kept.write_text(json.dumps(answer), encoding="utf-8")
    check_dates(scan_saved(ScanRequest(live.scan.parameters), tmp_path / "kept"))


def check_dates(scanned: Scanned) -> None:
    services = services_of(scanned, "worker")
    assert services["s3"].last_used_at == NOON - timedelta(days=1.5)
    assert services["ec2"].last_used_at == NOON - timedelta(days=90)
    assert (services["sqs"].last_used_at, services["sqs"].verdict) == (None, Verdict.UNUSED)
    text = "".join(render_json(document_of(scanned.scan, version="test")))
    assert '"2026-11-23T00:00:00Z"' in text
    assert '"1970-' not in text


def test_an_entity_that_may_not_be_read_is_unknown_and_the_others_are_judged() -> None:
    """The whole scan was aborted (AirIAM)."""
    with open_lab(deny_reports=("*:role/secret", "*:user/hidden")) as lab:
        secret = lab.add_role("secret", "s3:*", used={"s3": 1})
        hidden = lab.add_user("hidden", "s3:*")
        lab.add_role("worker", "s3:*", "sqs:*", used={"s3": 1})
        scanned = lab.scan()
    assert status(scanned) is ScanStatus.PARTIAL
    assert {error.arn: error.code for error in scanned.scan.accounts[0].errors} == {
        secret: "AccessDenied",
        hidden: "AccessDenied",
    }
    assert reasons(scanned, "secret") == reasons(scanned, "hidden") == {Reason.NOT_READABLE}
    assert not {one.resource for one in scanned.judgement.findings if one.services} & {secret, hidden}
    assert verdicts(scanned, "worker") == {"s3": "used", "sqs": "unused"}
    assert found(scanned, Rule.UNUSED_SERVICE, "worker") == {"sqs"}
