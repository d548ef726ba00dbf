"""Findings sent to Security Hub: all of them, in batches that it takes, and what failed is told."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from asff_shape import complaints
from fake_hub import FakeHub
from leastwise import errors
from leastwise.aws import MAXIMUM_BATCH_BYTES, FailedFinding
from leastwise.findings import ScanParameters, ScanStatus
from leastwise.pipeline.scan import Scanned, ScanRequest, scan_saved
from leastwise.pipeline.security_hub import Sent, send_findings
from leastwise.report import FindingEntry, ScanDocument, document_of
from leastwise.report.asff import asff_findings, asff_id
from leastwise.report.json_format import encode
from leastwise.settings import Settings
from virtual_time import VirtualClock, run_virtually

REGION: Final = "eu-central-1"
HOUR: Final = timedelta(hours=1)
SLOW: Final = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
SETTINGS: Final = Settings(allow_tag_exemptions=True)


def send(document: ScanDocument, hub: FakeHub, *, is_whole: bool = True) -> Sent:
    return run_virtually(send_findings(document, hub, region=REGION, clock=VirtualClock(), is_whole=is_whole))


def ids(document: ScanDocument, *, exempt: bool = False) -> set[str]:
    return {asff_id(one) for one in document.findings if (one.exempt is not None) is exempt}


def later(document: ScanDocument, **changes: Any) -> ScanDocument:  # noqa: ANN401 - those of a document
    return replace(document, **{"generated_at": document.generated_at + HOUR, **changes})


@pytest.fixture(scope="session")
def document(company: tuple[Scanned, Path]) -> ScanDocument:
    scanned, _ = company
    return document_of(scanned.scan, version="0.1.0")


@pytest.fixture
def hub(document: ScanDocument) -> FakeHub:
    """A Security Hub that has the company's findings."""
    filled = FakeHub()
    assert send(document, filled).is_complete
    return filled


def test_all_findings_of_the_company_are_sent_in_a_shape_that_security_hub_takes(
    document: ScanDocument, hub: FakeHub
) -> None:
    assert complaints(list(hub.findings.values())) == []
    assert hub.active == ids(document)
    assert set(hub.findings) - hub.active == ids(document, exempt=True) != set()


def test_what_was_sent_is_counted(document: ScanDocument) -> None:
    sent = send(document, FakeHub())
    assert sent == Sent(sent=len(ids(document)), exempt=len(ids(document, exempt=True)))


def test_the_same_account_scanned_again_keeps_since_when_a_finding_is_known(
    document: ScanDocument, hub: FakeHub
) -> None:
    before = dict(hub.findings)
    sent = send(later(document), hub)
    assert (sent.sent, sent.archived, sent.left_open) == (len(ids(document)), 0, 0)
    assert set(hub.findings) == set(before)
    for key, one in hub.findings.items():
        assert one["CreatedAt"] == one["FirstObservedAt"] == before[key]["CreatedAt"]
        assert one["UpdatedAt"] == one["LastObservedAt"] > before[key]["UpdatedAt"]


PATTERNS: Final = st.sampled_from(["role/web-*", "user/*", "group/*", "*", "role/*", "*data*"])
NARROWINGS: Final = st.builds(
    ScanParameters,
    st.just(90),
    st.lists(PATTERNS, max_size=2).map(tuple),
    st.lists(st.sampled_from(["s3", "iam", "ec2", "athena", "sqs"]), max_size=2).map(tuple),
    st.lists(PATTERNS, max_size=1).map(tuple),
)


@SLOW
@given(narrowing=NARROWINGS, is_whole=st.booleans())
def test_a_scan_that_looks_at_less_of_the_same_account_archives_nothing(
    document: ScanDocument,
    company: tuple[Scanned, Path],
    narrowing: ScanParameters,
    is_whole: bool,  # noqa: FBT001 - drawn
) -> None:
    hub = FakeHub()
    send(document, hub)
    narrow = later(document_of(scan_saved(ScanRequest(narrowing, SETTINGS), company[1]).scan, version="0.1.0"))
    sent = send(narrow, hub, is_whole=is_whole)
    assert sent.archived == 0
    assert hub.active == ids(document)
    assert sent.left_open == len(ids(document) - ids(narrow))


@SLOW
@given(lost=st.sets(st.integers(0, 10_000), max_size=200), loses_credentials=st.booleans())
def test_a_scan_that_lacks_evidence_of_the_same_account_archives_nothing(
    document: ScanDocument,
    company: tuple[Scanned, Path],
    tmp_path_factory: pytest.TempPathFactory,
    lost: set[int],
    loses_credentials: bool,  # noqa: FBT001 - drawn
) -> None:
    hub = FakeHub()
    send(document, hub)
    directory = without(company[1], tmp_path_factory.mktemp("less"), lost, loses_credentials=loses_credentials)
    poorer = later(
        document_of(scan_saved(ScanRequest(ScanParameters(policies=True), SETTINGS), directory).scan, version="0.1.0")
    )
    sent = send(poorer, hub)
    assert (sent.archived, hub.active) == (0, ids(document))


def without(saved: Path, copy: Path, lost: set[int], *, loses_credentials: bool) -> Path:
    """A copy of what was saved that lacks some reports."""
    reports = sorted(path.relative_to(saved) for path in saved.rglob("*") if path.is_file())
    gone = {one for index, one in enumerate(reports) if one.parent.name == "last-accessed" and index in lost}
    for one in reports:
        if one not in gone and not (loses_credentials and "credential" in one.name):
            (copy / one).parent.mkdir(parents=True, exist_ok=True)
            (copy / one).write_bytes((saved / one).read_bytes())
    return copy


def test_a_longer_wait_archives_what_is_known_to_be_in_use_and_not_what_is_unknown(
    document: ScanDocument, company: tuple[Scanned, Path]
) -> None:
    def patient(days: int) -> ScanDocument:
        request = ScanRequest(ScanParameters(days, policies=True), SETTINGS)
        return later(document_of(scan_saved(request, company[1]).scan, version="0.1.0"))

    hub = FakeHub()
    send(document, hub)
    assert send(patient(150), hub).archived > 0
    hub = FakeHub()
    send(document, hub)
    unknowing = patient(1000)
    sent = send(unknowing, hub)
    still = {one["GeneratorId"] for key, one in hub.findings.items() if key in hub.active - ids(unknowing)}
    assert sent.left_open > 0
    assert {"leastwise/unused-service", "leastwise/unused-role"} <= still


def test_an_older_scan_undoes_nothing_of_a_newer_one(document: ScanDocument) -> None:
    hub = FakeHub()
    none = later(document, findings=(), principals=(), policies=())
    send(document, hub)
    send(later(document, generated_at=document.generated_at + 2 * HOUR), hub)
    before = dict(hub.findings)
    sent = send(none, hub)
    assert (sent.archived, sent.left_open) == (0, len(ids(document)))
    assert hub.findings == before


def test_a_scan_that_was_sent_is_not_sent_again(document: ScanDocument, hub: FakeHub) -> None:
    before, hub.batches = dict(hub.findings), []
    assert send(document, hub) == Sent(known=len(document.findings))
    earlier = replace(document, generated_at=document.generated_at - HOUR)
    assert send(earlier, hub) == Sent(known=len(document.findings))
    assert (hub.findings, hub.batches) == (before, [])


def test_what_is_gone_is_archived_only_by_a_scan_of_the_whole_account(document: ScanDocument) -> None:
    none = later(document, findings=(), principals=(), policies=())
    for is_whole in (False, True):
        hub = FakeHub()
        send(document, hub)
        sent = send(none, hub, is_whole=is_whole)
        gone = len(ids(document)) if is_whole else 0
        assert (sent.archived, sent.left_open) == (gone, len(ids(document)) - gone)
        assert all(hub.findings[key]["Compliance"]["Status"] == "PASSED" for key in ids(document) - hub.active)
        assert complaints(list(hub.findings.values())) == []


def test_what_comes_again_is_active_again(document: ScanDocument, hub: FakeHub) -> None:
    created = {key: one["CreatedAt"] for key, one in hub.findings.items()}
    send(later(document, findings=(), principals=(), policies=()), hub)
    send(later(document, generated_at=document.generated_at + 2 * HOUR), hub)
    assert hub.active == ids(document)
    assert {key: one["CreatedAt"] for key, one in hub.findings.items()} == created


def test_findings_of_others_are_left_alone(document: ScanDocument, hub: FakeHub) -> None:
    mine = next(iter(hub.findings.values()))
    other = {**mine, "Id": "prowler-1", "GeneratorId": "prowler-iam"}
    odd = {"Id": "leastwise/odd", "GeneratorId": "leastwise/odd", "RecordState": "ACTIVE"}
    odd |= {name: mine[name] for name in ("ProductArn", "AwsAccountId", "CreatedAt", "UpdatedAt")}
    hub.findings |= {"prowler-1": other, "leastwise/odd": odd}
    send(later(document, findings=(), principals=(), policies=()), hub)
    assert hub.active == {"prowler-1", "leastwise/odd"}


def many(document: ScanDocument, number: int, **changes: Any) -> ScanDocument:  # noqa: ANN401 - those of a finding
    first = replace(next(one for one in document.findings if one.exempt is None), **changes)
    copies: tuple[FindingEntry, ...] = tuple(replace(first, id=f"copy-{index:05}") for index in range(number))
    return replace(document, findings=copies)


def test_findings_are_sent_a_hundred_at_once(document: ScanDocument) -> None:
    hub = FakeHub()
    assert send(many(document, 950), hub).sent == 950
    assert hub.batches == [*[100] * 9, 50]


def test_no_batch_is_larger_than_security_hub_takes(document: ScanDocument) -> None:
    names = tuple(f"{'x' * 90}{index}" for index in range(2000))
    heavy = many(document, 200, services=names, actions=tuple(f"ec2:{name}" for name in names))
    size = max(len(encode(one)) for one in asff_findings(heavy, region=REGION))
    assert size * 100 > MAXIMUM_BATCH_BYTES
    hub = FakeHub()
    assert send(heavy, hub).sent == 200
    assert max(hub.sizes) <= MAXIMUM_BATCH_BYTES
    assert complaints(list(hub.findings.values())[:5]) == []


@pytest.mark.parametrize("code", ["InternalFailure", "ThrottlingException", "LimitExceededException"])
def test_what_fails_for_a_passing_reason_is_sent_again_alone(document: ScanDocument, code: str) -> None:
    hub = FakeHub()
    hub.on_import = lambda number, found: [FailedFinding(one, code, "later") for one in found[:3]] if number < 2 else []
    assert send(many(document, 20), hub).is_complete
    assert hub.batches == [20, 3, 3]
    assert len(hub.active) == 20


def test_what_keeps_failing_is_told_in_the_end(document: ScanDocument) -> None:
    hub = FakeHub()
    hub.on_import = lambda _, found: [FailedFinding(one, "InternalFailure", "later") for one in found if "00007" in one]
    sent = send(many(document, 20), hub)
    assert (sent.sent, [one.id[-5:] for one in sent.failed], sent.error) == (19, ["00007"], None)
    assert hub.batches == [20, 1, 1, 1]


def test_waiting_before_another_try_takes_longer_each_time(document: ScanDocument) -> None:
    hub = FakeHub()
    hub.on_import = lambda _, found: [FailedFinding(one, "InternalFailure", "later") for one in found]

    async def work() -> float:
        await send_findings(many(document, 1), hub, region=REGION, clock=VirtualClock())
        return asyncio.get_running_loop().time()

    assert run_virtually(work()) == 0.5 + 1 + 2


def test_what_is_refused_for_good_is_sent_once(document: ScanDocument) -> None:
    hub = FakeHub()
    hub.on_import = lambda _, found: [FailedFinding(found[0], "InvalidInput", "no")]
    sent = send(many(document, 20), hub)
    assert (sent.sent, len(sent.failed), hub.batches) == (19, 1, [20])
    assert not sent.is_complete


def test_a_batch_that_is_refused_as_a_whole_does_not_keep_the_others(document: ScanDocument) -> None:
    def refuse(number: int, _: list[str]) -> Sequence[FailedFinding]:
        if number == 0:
            raise errors.InvalidInputError("no", code="InvalidInputException")
        return ()

    hub = FakeHub()
    hub.on_import = refuse
    sent = send(many(document, 150), hub)
    assert (sent.sent, {one.code for one in sent.failed}, len(sent.failed)) == (50, {"InvalidInputException"}, 100)


def test_an_error_ends_the_sending_is_told_and_archives_nothing(document: ScanDocument, hub: FakeHub) -> None:
    error = errors.AccessDeniedError("no", operation="securityhub:BatchImportFindings")

    def refuse(number: int, _: list[str]) -> Sequence[FailedFinding]:
        if number % 3:
            raise error
        return ()

    hub.on_import, hub.batches = refuse, []
    fewer = many(later(document), 1000)
    sent = send(fewer, hub)
    assert (sent.error, sent.sent, sent.archived, sent.is_complete) == (error, 200, 0, False)
    assert hub.batches == [100] * 4
    assert ids(document) <= hub.active


def test_without_the_right_to_read_findings_nothing_is_sent(document: ScanDocument) -> None:
    hub = FakeHub()
    hub.refusal = errors.AccessDeniedError("no", operation="securityhub:GetFindings")
    sent = send(document, hub)
    assert (sent.error, sent.sent, hub.batches) == (hub.refusal, 0, [])


def test_of_an_account_that_could_not_be_read_nothing_is_said(document: ScanDocument, hub: FakeHub) -> None:
    accounts = tuple(replace(one, status=ScanStatus.FAILED) for one in document.accounts)
    assert send(later(document, accounts=accounts, findings=(), principals=(), policies=()), hub) == Sent()
    assert hub.active == ids(document)
