from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from evidence.draws import NOW, SUBJECTS, evidences, usages
from leastwise.evidence import (
    ActionUse,
    Evidence,
    Gap,
    GapReason,
    Granularity,
    ServiceUse,
    Source,
    Usage,
    evidence_of,
    merge,
    report_window,
)
from leastwise.policy import Arn


@given(evidences, evidences)
def test_merge_does_not_care_which_comes_first(first: Evidence, second: Evidence) -> None:
    assert merge(first, second) == merge(second, first)


@given(evidences, evidences, evidences)
def test_merge_does_not_care_how_it_is_grouped(first: Evidence, second: Evidence, third: Evidence) -> None:
    assert merge(merge(first, second), third) == merge(first, merge(second, third))


@given(evidences)
def test_what_is_known_twice_is_known_once(evidence: Evidence) -> None:
    assert merge(evidence, evidence) == evidence
    assert merge(evidence, evidence_of()) == evidence


@given(evidences, evidences)
def test_equal_evidence_is_written_alike(first: Evidence, second: Evidence) -> None:
    assert repr(merge(first, second)) == repr(merge(second, first))


@given(st.lists(usages(), max_size=5), st.randoms())
def test_the_order_of_usages_does_not_matter(drawn: list[Usage], random: object) -> None:
    shuffled = sorted(drawn, key=lambda _: random.random())  # type: ignore[attr-defined]  # hypothesis' own Random
    assert evidence_of(drawn) == evidence_of(shuffled)


@given(evidences, evidences)
def test_merge_loses_no_use_and_no_tracked_action(first: Evidence, second: Evidence) -> None:
    merged = merge(first, second)
    for subject, place, at in _uses(first):
        assert max(when for who, where, when in _uses(merged) if (who, where) == (subject, place)) >= at
    assert _tracked(first) | _tracked(second) == _tracked(merged)


def _uses(evidence: Evidence) -> list[tuple[Arn, str, datetime]]:
    services = [
        (subject, service)
        for subject, group in evidence.usages.items()
        for usage in group
        for service in usage.services.values()
    ]
    whole = [(who, service.namespace, service.last_used_at) for who, service in services if service.last_used_at]
    return whole + [
        (who, f"{service.namespace}:{use.name}", use.at) for who, service in services for use in service.used
    ]


def _tracked(evidence: Evidence) -> set[tuple[Arn, str, str]]:
    return {
        (subject, service.namespace, name)
        for subject, group in evidence.usages.items()
        for usage in group
        for service in usage.services.values()
        for name in service.tracked or ()
    }


def _report(*services: ServiceUse) -> Usage:
    by_namespace = {service.namespace: service for service in services}
    return Usage(SUBJECTS[0], Source.LAST_ACCESSED, Granularity.ACTION, report_window(NOW), by_namespace)


def test_one_report_known_twice_keeps_the_later_use_with_its_region() -> None:
    earlier = ActionUse("CreateBucket", NOW - timedelta(days=3), "us-east-1")
    later = ActionUse("CreateBucket", NOW - timedelta(days=2), "eu-west-1")
    first = _report(ServiceUse("s3", "Amazon S3", earlier.at, "us-east-1", None, ("CreateBucket",), (earlier,)))
    second = _report(ServiceUse("s3", "Amazon S3", later.at, "eu-west-1", None, ("GetBucketAcl",), (later,)))
    merged = merge(evidence_of([first]), evidence_of([second]))
    assert merged.usages[SUBJECTS[0]] == (
        _report(ServiceUse("s3", "Amazon S3", later.at, "eu-west-1", None, ("CreateBucket", "GetBucketAcl"), (later,))),
    )


def test_canonical_usages_are_kept_as_they_are() -> None:
    report = _report(ServiceUse("iam", "IAM", None), ServiceUse("s3", "Amazon S3", None))
    assert evidence_of([report]).usages[SUBJECTS[0]][0] is report


def test_gaps_stand_once_and_in_order() -> None:
    denied = Gap(SUBJECTS[0], Source.LAST_ACCESSED, GapReason.NOT_READABLE)
    failed = Gap(SUBJECTS[0], Source.LAST_ACCESSED, GapReason.REPORT_FAILED)
    assert evidence_of(gaps=[failed, denied, failed]).gaps[SUBJECTS[0]] == (denied, failed)
