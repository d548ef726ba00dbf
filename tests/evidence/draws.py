"""Evidence drawn at random from so few names and dates that pieces often meet."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from leastwise.evidence import (
    ActionUse,
    CredentialUse,
    Evidence,
    Gap,
    GapReason,
    Granularity,
    KeyUse,
    PasswordUse,
    PrincipalUse,
    ServiceUse,
    Source,
    Usage,
    Window,
    evidence_of,
    report_window,
)
from leastwise.policy import Arn

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SUBJECTS = tuple(Arn(f"arn:aws:iam::111122223333:{name}") for name in ("role/ci", "user/ana", "group/dev"))
ACTIONS = {
    "s3": ("CreateBucket", "DeleteBucket", "ListAllMyBuckets"),
    "iam": ("CreateUser", "GetRole"),
    "sqs": ("CreateQueue",),
}

moments = st.integers(0, 500).map(lambda days: NOW - timedelta(days=days))
regions = st.sampled_from([None, "eu-west-1", "us-east-1"])
subjects = st.sampled_from(SUBJECTS)
windows = st.sampled_from([report_window(NOW), report_window(NOW - timedelta(days=30)), Window(NOW, NOW)])


@st.composite
def service_uses(draw: st.DrawFn, namespace: str) -> ServiceUse:
    names = st.sampled_from(ACTIONS[namespace])
    used_at = draw(st.none() | moments)
    return ServiceUse(
        namespace=namespace,
        name=draw(st.sampled_from([namespace, f"Amazon {namespace}"])),
        last_used_at=used_at,
        region=draw(regions) if used_at else None,
        entity=draw(st.sampled_from([None, SUBJECTS[1]])) if used_at else None,
        tracked=draw(st.none() | st.lists(names).map(tuple)),
        used=tuple(draw(st.lists(st.builds(ActionUse, names, moments, regions), max_size=3))),
    )


@st.composite
def usages(draw: st.DrawFn) -> Usage:
    listed = draw(st.lists(st.sampled_from(sorted(ACTIONS)), unique=True))
    return Usage(
        subject=draw(subjects),
        source=Source.LAST_ACCESSED,
        granularity=draw(st.sampled_from([Granularity.SERVICE, Granularity.ACTION])),
        window=draw(windows),
        services={namespace: draw(service_uses(namespace)) for namespace in listed},
        is_complete=draw(st.booleans()),
    )


principal_uses = st.builds(
    PrincipalUse, subjects, st.just(Source.ROLE_LAST_USED), windows, st.none() | moments, regions
)
keys = st.builds(
    KeyUse, st.sampled_from([1, 2]), st.booleans(), st.none() | moments, st.none() | moments, regions, st.none()
)
passwords = st.builds(PasswordUse, st.booleans(), st.none() | moments, st.none() | moments, st.booleans())
credential_uses = st.builds(CredentialUse, subjects, windows, passwords, st.lists(keys, max_size=3).map(tuple))
gaps = st.builds(Gap, subjects, st.sampled_from(Source), st.sampled_from(GapReason), st.sampled_from(["", "Denied"]))

evidences: st.SearchStrategy[Evidence] = st.builds(
    evidence_of,
    st.lists(usages(), max_size=4),
    st.lists(principal_uses, max_size=3),
    credentials=st.lists(credential_uses, max_size=3),
    gaps=st.lists(gaps, max_size=3),
)
