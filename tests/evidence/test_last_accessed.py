from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.draws import SUBJECTS
from leastwise.errors import SavedScanError
from leastwise.evidence import (
    ActionUse,
    Evidence,
    GapReason,
    Granularity,
    ServiceUse,
    Usage,
    parse_last_accessed_json,
    report_window,
)
from leastwise.policy import Arn

ROLE = SUBJECTS[0]
REPORT = """
{
  "JobStatus": "COMPLETED",
  "JobType": "ACTION_LEVEL",
  "JobCreationDate": "2026-11-24T12:00:00.250000+00:00",
  "ServicesLastAccessed": [
    {
      "ServiceName": "Amazon S3",
      "LastAuthenticated": "2026-11-24T13:00:00+01:00",
      "ServiceNamespace": "s3",
      "LastAuthenticatedEntity": "arn:aws:iam::111122223333:role/ci",
      "LastAuthenticatedRegion": "eu-west-1",
      "TotalAuthenticatedEntities": 1,
      "TrackedActionsLastAccessed": [
        {"ActionName": "DeleteBucket"},
        {"ActionName": "CreateBucket", "LastAccessedEntity": "arn:aws:iam::111122223333:role/ci",
         "LastAccessedTime": "2026-11-24T12:00:00Z", "LastAccessedRegion": "eu-west-1"}
      ]
    },
    {"ServiceName": "Amazon SQS", "ServiceNamespace": "sqs", "TotalAuthenticatedEntities": 0}
  ],
  "JobCompletionDate": "2026-11-24T12:00:01+00:00",
  "IsTruncated": false
}
"""


def _only(evidence: Evidence) -> Usage:
    (usage,) = evidence.usages[ROLE]
    return usage


@given(st.text(max_size=60) | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(str))
def test_every_text_is_a_report_or_one_clear_error(text: str) -> None:
    with pytest.raises(SavedScanError, match=r"^report\.json: not a last-accessed report: "):
        parse_last_accessed_json(text, subject=ROLE, source="report.json")


def test_the_three_states_of_an_action_are_told_apart() -> None:
    usage = _only(parse_last_accessed_json(REPORT, subject=ROLE))
    used_at = datetime(2026, 11, 24, 12, tzinfo=UTC)
    assert usage.services == {
        "s3": ServiceUse(
            "s3",
            "Amazon S3",
            used_at,
            "eu-west-1",
            Arn("arn:aws:iam::111122223333:role/ci"),
            ("CreateBucket", "DeleteBucket"),
            (ActionUse("CreateBucket", used_at, "eu-west-1", Arn("arn:aws:iam::111122223333:role/ci")),),
        ),
        "sqs": ServiceUse("sqs", "Amazon SQS", None),
    }
    assert usage.granularity is Granularity.ACTION


def test_the_window_is_that_of_the_moment_the_job_was_made() -> None:
    made_at = datetime(2026, 11, 24, 12, 0, 0, 250_000, UTC)
    assert _only(parse_last_accessed_json(REPORT, subject=ROLE)).window == report_window(made_at)


@pytest.mark.parametrize(
    "written",
    ['"2026-11-24T12:00:00Z"', '"2026-11-24T12:00:00"', '"2026-11-24T17:30:00+05:30"', "1795521600", "1795521600.0"],
)
def test_every_way_to_write_a_moment_is_that_moment(written: str) -> None:
    text = REPORT.replace('"2026-11-24T13:00:00+01:00"', written)
    at = _only(parse_last_accessed_json(text, subject=ROLE)).services["s3"].last_used_at
    assert at == datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize("written", ["null", "0", "0.0", '""'])
def test_an_absent_date_is_no_use(written: str) -> None:
    text = REPORT.replace('"2026-11-24T13:00:00+01:00"', written).replace('"2026-11-24T12:00:00Z"', written)
    service = _only(parse_last_accessed_json(text, subject=ROLE)).services["s3"]
    assert (service.last_used_at, service.used) == (None, ())
    assert service.tracked == ("CreateBucket", "DeleteBucket")


def test_a_service_level_report_tracks_no_action() -> None:
    text = REPORT.replace("ACTION_LEVEL", "SERVICE_LEVEL").replace("TrackedActionsLastAccessed", "Unheard")
    usage = _only(parse_last_accessed_json(text, subject=ROLE))
    assert usage.granularity is Granularity.SERVICE
    assert usage.services["s3"].tracked is None


def test_a_failed_job_is_a_gap_with_the_code_and_message_of_aws() -> None:
    text = """{"JobStatus": "FAILED", "JobCreationDate": "2026-11-24T12:00:00Z", "ServicesLastAccessed": [],
               "Error": {"Code": "InternalError", "Message": "Try later."}}"""
    evidence = parse_last_accessed_json(text, subject=ROLE)
    (gap,) = evidence.gaps[ROLE]
    assert (gap.reason, gap.code, gap.detail) == (
        GapReason.REPORT_FAILED,
        "InternalError",
        "InternalError: Try later.",
    )
    assert not evidence.usages


def test_a_job_still_running_is_a_gap_and_no_empty_report() -> None:
    text = '{"JobStatus": "IN_PROGRESS", "JobCreationDate": "2026-11-24T12:00:00Z"}'
    evidence = parse_last_accessed_json(text, subject=ROLE)
    assert [gap.reason for gap in evidence.gaps[ROLE]] == [GapReason.TIMED_OUT]
    assert not evidence.usages


def test_a_page_that_more_pages_follow_is_evidence_and_a_gap() -> None:
    evidence = parse_last_accessed_json(REPORT.replace("false", "true"), subject=ROLE)
    assert set(_only(evidence).services) == {"s3", "sqs"}
    assert not _only(evidence).is_complete
    assert [gap.reason for gap in evidence.gaps[ROLE]] == [GapReason.NOT_COLLECTED]


@pytest.mark.parametrize(
    "text",
    [
        '{"JobStatus": "SLEEPING", "JobCreationDate": "2026-11-24T12:00:00Z"}',
        '{"JobStatus": "COMPLETED", "ServicesLastAccessed": []}',
        '{"JobStatus": "COMPLETED", "JobCreationDate": "yesterday", "ServicesLastAccessed": []}',
        '{"JobStatus": "COMPLETED", "JobCreationDate": 1e300, "ServicesLastAccessed": []}',
        '{"JobId": "0d5bc5ba-0000-4000-8000-000000000000"}',
    ],
)
def test_an_answer_of_another_shape_is_refused(text: str) -> None:
    with pytest.raises(SavedScanError) as caught:
        parse_last_accessed_json(text, subject=ROLE)
    assert str(ROLE) in caught.value.message
    assert "get-service-last-accessed-details" in caught.value.hint
