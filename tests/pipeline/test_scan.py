"""A scan as a whole: the same result however the way to AWS behaves, and however the facts arrive."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from aws_environment import only_keys
from leastwise.aws import ConnectionOptions, SystemClock
from leastwise.collect import NoProgress, Progress
from leastwise.errors import AccessDeniedError, AwsError
from leastwise.findings import Reason, ScanParameters, ScanStatus
from leastwise.pipeline.scan import Scanned, ScanRequest, scan_account, scan_saved
from leastwise.report import document_of, render_json
from leastwise.sandbox import Sandbox, SandboxOptions
from leastwise.settings import Settings

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
OTHERS = ScanRequest(ScanParameters(exclude=("user/leastwise-auditor",)))
"""Everybody but the one who scans: what that user is seen to use depends on the order of the scan's own calls."""


class NoonClock(SystemClock):
    """Real waiting, but a scan that is always made at noon."""

    def now(self) -> datetime:
        return NOON


def scan(
    sandbox: Sandbox,
    request: ScanRequest | None = None,
    stop: asyncio.Event | None = None,
    progress: Progress | None = None,
) -> Scanned:
    key = sandbox.admin_credentials
    connection = ConnectionOptions(region="us-east-1", endpoint_url=sandbox.endpoint_url)
    with only_keys(key.access_key_id, key.secret_access_key):
        return asyncio.run(
            scan_account(
                request or OTHERS,
                connection,
                clock=NoonClock(),
                progress=progress or NoProgress(),
                stop=stop or asyncio.Event(),
            )
        )


def as_json(scanned: Scanned) -> str:
    return "".join(render_json(document_of(scanned.scan, version="test")))


def sample(**knobs: object) -> Sandbox:
    return Sandbox(msgspec.structs.replace(SandboxOptions(now=lambda: NOON, job_seconds=0), **knobs))


@pytest.fixture(scope="module")
def quiet() -> Scanned:
    with sample() as sandbox:
        return scan(sandbox)


def test_the_same_account_twice_gives_the_same_bytes(quiet: Scanned) -> None:
    with sample() as sandbox:
        assert as_json(scan(sandbox)) == as_json(quiet)


def test_faults_drops_and_throttling_change_nothing_of_the_result(quiet: Scanned) -> None:
    with sample(error_rate=0.05, drop_rate=0.02, seed=0) as sandbox:
        noisy = scan(sandbox)
    assert noisy.scan.accounts[0].status is ScanStatus.COMPLETE
    assert as_json(noisy) == as_json(quiet)


def test_short_pages_change_nothing_of_the_result(quiet: Scanned) -> None:
    with sample(short_pages=True) as sandbox:
        assert as_json(scan(sandbox)) == as_json(quiet)


def test_a_saved_scan_gives_the_same_as_the_live_one(company: tuple[Scanned, Path]) -> None:
    live, directory = company
    request = ScanRequest(live.scan.parameters, Settings(allow_tag_exemptions=True))
    assert as_json(scan_saved(request, directory)) == as_json(live)


def test_without_its_reports_a_saved_scan_knows_less_and_says_so(company: tuple[Scanned, Path], tmp_path: Path) -> None:
    _, directory = company
    (tmp_path / "gaad.json").write_bytes((directory / "authorization-details.json").read_bytes())
    scanned = scan_saved(ScanRequest(), tmp_path)
    assert scanned.scan.accounts[0].status is ScanStatus.PARTIAL
    reasons = {service.reason for judged in scanned.judgement.principals for service in judged.services}
    assert Reason.NOT_COLLECTED in reasons
    awake = [one for one in scanned.judgement.principals if one.services and not one.is_idle]
    assert all(service.verdict.value == "unknown" for one in awake for service in one.services)


def test_failed_jobs_and_refused_reports_are_unknown_and_the_rest_is_as_ever(quiet: Scanned) -> None:
    failing, refused = "*:role/web-frontend-task", "*:user/anna.lindqvist"
    with sample(fail_jobs=(failing,), deny_reports=(refused,)) as sandbox:
        scanned = scan(sandbox)
    account = scanned.scan.accounts[0]
    assert account.status is ScanStatus.PARTIAL
    assert {error.arn.rpartition("/")[2] for error in account.errors} == {"web-frontend-task", "anna.lindqvist"}
    expected = {judged.principal.arn: judged for judged in quiet.judgement.principals}
    for judged in scanned.judgement.principals:
        if judged.principal.name == "web-frontend-task":
            assert {service.reason for service in judged.services} == {Reason.REPORT_FAILED}
        elif judged.principal.name == "anna.lindqvist":
            assert {service.reason for service in judged.services} == {Reason.NOT_READABLE}
        else:
            assert judged == expected[judged.principal.arn]


def test_lost_jobs_are_generated_again_and_change_nothing(quiet: Scanned) -> None:
    with sample(lose_jobs=("*:role/*",)) as sandbox:
        assert as_json(scan(sandbox)) == as_json(quiet)


def test_a_credential_report_that_may_not_be_read_is_a_reason() -> None:
    with sample(deny=frozenset({"iam:GetCredentialReport"})) as sandbox:
        scanned = scan(sandbox)
    account = scanned.scan.accounts[0]
    assert account.status is ScanStatus.PARTIAL
    assert [(error.operation, error.arn) for error in account.errors] == [("iam:GetCredentialReport", "")]
    assert scanned.judgement.findings


def test_an_alias_that_may_not_be_read_is_no_failure() -> None:
    with sample(deny=frozenset({"iam:ListAccountAliases"})) as sandbox:
        assert scan(sandbox).scan.accounts[0].status is ScanStatus.COMPLETE


def test_an_account_that_may_not_be_read_is_an_error_with_operation_and_account() -> None:
    with sample(deny=frozenset({"iam:GetAccountAuthorizationDetails"})) as sandbox, pytest.raises(AwsError) as caught:
        scan(sandbox)
    assert isinstance(caught.value, AccessDeniedError)
    assert caught.value.operation == "iam:GetAccountAuthorizationDetails"
    assert caught.value.account == "111111111111"


class StopWhenReportsBegin(NoProgress):
    """Says stop as soon as the account was read."""

    def __init__(self, stop: asyncio.Event) -> None:
        self._stop = stop

    def begin(self, what: str, *, total: int | None) -> None:
        if "report" in what:
            assert total
            self._stop.set()


def test_stopped_it_ends_at_once_and_keeps_what_is_known() -> None:
    stop = asyncio.Event()
    with sample(job_seconds=3600) as sandbox:
        scanned = scan(sandbox, stop=stop, progress=StopWhenReportsBegin(stop))
    assert scanned.scan.accounts[0].status is ScanStatus.PARTIAL
    reasons = {service.reason for judged in scanned.judgement.principals for service in judged.services}
    assert Reason.INTERRUPTED in reasons
    assert any(judged.is_idle for judged in scanned.judgement.principals), "idle roles need no report"


def test_stopped_before_the_account_was_read_there_is_nothing_to_keep() -> None:
    stop = asyncio.Event()
    stop.set()
    with sample() as sandbox, pytest.raises(asyncio.CancelledError):
        scan(sandbox, stop=stop)


def test_one_principal_is_judged_as_in_the_whole_account_and_asks_for_one_report(quiet: Scanned) -> None:
    with sample() as sandbox:
        scanned = scan(sandbox, ScanRequest(ScanParameters(principals=("role/web-frontend-task",))))
    (judged,) = scanned.judgement.principals
    assert judged in quiet.judgement.principals
    assert len(scanned.collected.evidence.usages) == 1
    assert {finding.resource for finding in scanned.judgement.findings} <= {judged.principal.arn}


def test_a_shared_policy_is_not_unused_because_its_other_holders_were_left_out(quiet: Scanned) -> None:
    whole = {one.policy.arn: {s.namespace: s.verdict for s in one.services} for one in quiet.judgement.policies}
    with sample() as sandbox:
        scanned = scan(sandbox, ScanRequest(ScanParameters(principals=("role/*",))))
    for judged in scanned.judgement.policies:
        for service in judged.services:
            if service.verdict.value == "unused":
                assert whole[judged.policy.arn][service.namespace].value == "unused"


def test_services_narrow_verdicts_and_findings_alike() -> None:
    with sample() as sandbox:
        scanned = scan(sandbox, ScanRequest(ScanParameters(services=("s3",))))
    assert {service.namespace for one in scanned.judgement.principals for service in one.services} == {"s3"}
    assert all(set(finding.services) <= {"s3"} for finding in scanned.judgement.findings)
    assert all(action.startswith("s3:") for finding in scanned.judgement.findings for action in finding.actions)


def test_excluded_principals_are_neither_asked_about_nor_shown() -> None:
    with sample() as sandbox:
        scanned = scan(sandbox, ScanRequest(ScanParameters(exclude=("role/*",))))
    assert not [one for one in scanned.judgement.principals if one.principal.type.value == "role"]
    assert not [arn for arn in scanned.collected.evidence.usages if arn.kind == "role"]


def test_our_attribution_agrees_with_aws_own_but_where_a_resource_cannot_belong_to_the_action() -> None:
    with sample() as sandbox:
        scanned = scan(sandbox, ScanRequest(ScanParameters(verify=True)))
    differences = [note for note in scanned.judgement.notes if "AWS" in note]
    # AWS looks at the service in the ARN of the resource, `arn:aws:ssm:*:*:session/*`, and finds that the statement's
    # action, ssmmessages:OpenDataChannel, is of another. We do not, and say so.
    assert len(differences) == 1
    assert "AmazonECSServiceRolePolicy, AWS does not" in differences[0]
