"""A live report as evidence: the same that it is when it was kept and is read back."""

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from fake_aws import page
from leastwise.aws import JobStatus, LastAccessedRow, TrackedActions, TrackedUse
from leastwise.collect.usage import usage_of
from leastwise.evidence import parse_last_accessed_json, render_last_accessed_json
from leastwise.policy import Arn
from virtual_time import START

SUBJECT = Arn("arn:aws:iam::111122223333:group/g")
MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2026, 11, 1), timezones=st.just(UTC))  # noqa: DTZ001 - zones are drawn
ENTITIES = st.none() | st.sampled_from(["arn:aws:iam::111122223333:user/ann", "arn:aws:iam::111122223333:role/ci"])
REGIONS = st.none() | st.sampled_from(["eu-west-1", "us-east-1"])
NAMES = ("ListBuckets", "GetObject", "Beta", "alpha", "Zeta")


@st.composite
def tracked(draw: st.DrawFn) -> TrackedActions | None:
    """Actions in any order; AWS promises none."""
    names = draw(st.lists(st.sampled_from(NAMES), unique=True))
    used = draw(st.lists(st.sampled_from(names), unique=True)) if names else []
    uses = tuple(TrackedUse(name, draw(MOMENTS), draw(ENTITIES), draw(REGIONS)) for name in used)
    return draw(st.sampled_from([TrackedActions(tuple(names), uses), None]))


@st.composite
def rows(draw: st.DrawFn) -> tuple[LastAccessedRow, ...]:
    namespaces = draw(st.lists(st.sampled_from(["s3", "ec2", "iam", "sqs"]), unique=True))
    moments = st.none() | MOMENTS
    return tuple(
        LastAccessedRow(name, name.upper(), draw(moments), draw(ENTITIES), draw(REGIONS), 1, draw(tracked()))
        for name in namespaces
    )


@given(rows(), st.integers(0, 4))
@settings(deadline=None, max_examples=100)
def test_a_report_that_was_kept_says_what_the_live_one_said(drawn: tuple[LastAccessedRow, ...], cut: int) -> None:
    pages = [
        page(JobStatus.COMPLETED, created_at=START, rows=drawn[:cut], marker="1"),
        page(JobStatus.COMPLETED, created_at=START, rows=drawn[cut:]),
    ]
    live = usage_of(SUBJECT, pages)
    kept = parse_last_accessed_json(render_last_accessed_json(live), subject=SUBJECT)
    assert kept.usages == {SUBJECT: (live,)}
    assert not kept.gaps
