"""Which findings a later scan proves to be resolved: a case a line, and what is unknown never is."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from msgspec.structs import replace

from leastwise.evidence import Granularity, Source
from leastwise.findings import Reason, Rule, Scan, ScanParameters, ScanStatus, Severity, Verdict
from leastwise.inventory import PolicyKind, PrincipalType
from leastwise.pipeline.resolved_findings import resolved_ids
from leastwise.report import (
    AccountEntry,
    ActionEntry,
    ErrorEntry,
    EvidenceEntry,
    FindingEntry,
    GainEntry,
    GrantEntry,
    PolicyEntry,
    PrincipalEntry,
    ScanDocument,
    ServiceEntry,
    document_of,
)
from leastwise.report.asff import asff_findings, asff_id
from leastwise.report.asff_finding import AsffFinding

NOW: Final = datetime(2026, 11, 24, 12, tzinfo=UTC)
ACCOUNT: Final = "111122223333"
NO_GAIN: Final = GainEntry(0, 0, 0, 0)
LONG_AGO: Final = NOW - timedelta(days=400)
GRANTED: Final = (GrantEntry("work", PolicyKind.INLINE, "direct", (0,)),)
EMPTY: Final = document_of(Scan(NOW, ScanParameters(), ()), version="0.1.0")
RESOURCES: Final = {
    Rule.UNUSED_USER: "user/ann",
    Rule.UNUSED_ACCESS_KEY: "user/ann",
    Rule.UNUSED_PASSWORD: "user/ann",
    Rule.EMPTY_GROUP: "group/team",
    Rule.UNUSED_GROUP_GRANT: "group/team",
    Rule.UNATTACHED_POLICY: "policy/old",
}


def arn_of(rule: Rule) -> str:
    return f"arn:aws:iam::{ACCOUNT}:{RESOURCES.get(rule, 'role/deploy')}"


def note(source: Source, granularity: Granularity, *, days: int = 400) -> EvidenceEntry:
    return EvidenceEntry(source, NOW - timedelta(days=days), NOW, granularity)


ACTIONS: Final = note(Source.LAST_ACCESSED, Granularity.ACTION)
SERVICES: Final = note(Source.LAST_ACCESSED, Granularity.SERVICE)
CREDENTIALS: Final = note(Source.CREDENTIAL_REPORT, Granularity.PRINCIPAL)


def document(**changes: Any) -> ScanDocument:  # noqa: ANN401 - those of a document
    account = AccountEntry(ACCOUNT, None, "aws", ScanStatus.COMPLETE, (), ())
    return replace(EMPTY, **{"accounts": (account,), **changes})


def narrowed(**changes: Any) -> ScanDocument:  # noqa: ANN401 - those of the parameters
    return document(parameters=replace(EMPTY.parameters, **changes))


def found(rule: Rule, services: Sequence[str] = (), actions: Sequence[str] = ()) -> AsffFinding:
    """A finding of an earlier scan."""
    arn = arn_of(rule)
    kind = arn.rpartition(":")[2].partition("/")[0]
    entry = FindingEntry(
        "found", rule, Severity.LOW, ACCOUNT, arn, kind, "t", "d", tuple(services), tuple(actions), (), None, NO_GAIN
    )
    (finding,) = asff_findings(document(findings=(entry,)), region="eu-central-1")
    assert finding.id == asff_id(entry)
    return finding


def service(
    namespace: str,
    verdict: Verdict,
    *actions: tuple[str, Verdict],
    reason: Reason | None = None,
    granted: tuple[GrantEntry, ...] = GRANTED,
) -> ServiceEntry:
    listed = tuple(ActionEntry(f"{namespace}:{name}", one, None, None) for name, one in actions)
    return ServiceEntry(namespace, namespace, verdict, reason, None, None, granted, listed, 3)


def principal(
    rule: Rule,
    *services: ServiceEntry,
    evidence: tuple[EvidenceEntry, ...] = (ACTIONS,),
    last_used_at: datetime | None = None,
) -> PrincipalEntry:
    arn = arn_of(rule)
    kind = PrincipalType(arn.rpartition(":")[2].partition("/")[0])
    return PrincipalEntry(
        arn, kind, ACCOUNT, "ID", "/", LONG_AGO, last_used_at, "n", None, False, True, NO_GAIN, evidence, services
    )  # fmt: skip


def policy() -> PolicyEntry:
    arn = arn_of(Rule.UNATTACHED_POLICY)
    return PolicyEntry(arn, "old", PolicyKind.MANAGED, (arn,), ACCOUNT, (), (), ())


def is_resolved(finding: AsffFinding, scan: ScanDocument, *entries: PrincipalEntry, is_whole: bool = True) -> bool:
    later = replace(scan, principals=entries, policies=(policy(),))
    return finding.id in resolved_ids(later, ACCOUNT, missing=[finding], is_whole=is_whole)


BY_NAME: Final = [Rule.UNUSED_SERVICE, Rule.STALE_SERVICE, Rule.UNUSED_GROUP_GRANT]
USED, UNUSED, STALE, UNKNOWN = Verdict.USED, Verdict.UNUSED, Verdict.STALE, Verdict.UNKNOWN


@pytest.mark.parametrize("rule", BY_NAME)
@pytest.mark.parametrize(
    ("services", "expected"),
    [
        ([service("s3", USED), service("sqs", USED)], True),
        ([service("s3", USED)], True),  # sqs is not granted any more
        ([], True),
        ([service("s3", STALE), service("sqs", UNUSED)], True),  # that is another rule's
        ([service("s3", USED), service("sqs", UNKNOWN, granted=())], True),
        ([service("s3", USED), service("sqs", USED), service("ec2", UNKNOWN)], True),  # it was not about ec2
        *(([service("s3", USED), service("sqs", UNKNOWN, reason=reason)], False) for reason in Reason),
    ],
)
def test_a_finding_on_services_is_resolved_where_each_is_known(
    rule: Rule,
    services: list[ServiceEntry],
    expected: bool,  # noqa: FBT001 - a column
) -> None:
    assert is_resolved(found(rule, ["s3", "sqs"]), document(), principal(rule, *services)) is expected


@pytest.mark.parametrize(
    ("services", "evidence", "expected"),
    [
        ([service("s3", USED, ("CreateBucket", USED))], ACTIONS, True),
        ([service("s3", USED, ("ListBucket", UNKNOWN))], ACTIONS, True),  # CreateBucket is not granted any more
        ([service("s3", USED, ("CreateBucket", UNKNOWN))], ACTIONS, False),
        ([service("s3", UNKNOWN, ("CreateBucket", UNUSED))], ACTIONS, False),
        ([service("s3", USED)], SERVICES, False),  # this report lists no actions
        ([service("s3", UNUSED)], SERVICES, True),  # none of its actions is used, which is another rule's
        ([], SERVICES, True),
    ],
)
def test_a_finding_on_actions_is_resolved_where_each_is_known(
    services: list[ServiceEntry],
    evidence: EvidenceEntry,
    expected: bool,  # noqa: FBT001 - a column
) -> None:
    entry = principal(Rule.UNUSED_ACTION, *services, evidence=(evidence,))
    assert is_resolved(found(Rule.UNUSED_ACTION, ["s3"], ["s3:CreateBucket"]), document(), entry) is expected


def test_a_finding_that_names_more_than_was_kept_is_resolved_where_everything_is_known() -> None:
    names = [f"s3:{'x' * 90}{index}" for index in range(2000)]
    finding = found(Rule.UNUSED_ACTION, ["s3"], names)
    known, unknown = service("s3", USED, ("a", USED)), service("s3", USED, ("a", UNKNOWN))
    assert is_resolved(finding, document(), principal(Rule.UNUSED_ACTION, known))
    assert not is_resolved(finding, document(), principal(Rule.UNUSED_ACTION, unknown))
    assert not is_resolved(finding, narrowed(services=("s3",)), principal(Rule.UNUSED_ACTION, known))


@pytest.mark.parametrize(("services", "expected"), [(("s3", "sqs"), True), (("s3",), False), ((), True)])
def test_a_service_that_was_not_asked_for_is_not_known_to_be_gone(services: tuple[str, ...], expected: bool) -> None:  # noqa: FBT001 - a column
    scan = narrowed(services=services)
    entry = principal(Rule.UNUSED_SERVICE, service("s3", USED))
    assert is_resolved(found(Rule.UNUSED_SERVICE, ["s3", "sqs"]), scan, entry) is expected


@pytest.mark.parametrize("rule", [Rule.UNUSED_ROLE, Rule.UNUSED_USER])
@pytest.mark.parametrize(("days", "expected"), [(1, True), (90, True), (91, False), (None, False)])
def test_an_idle_principal_is_resolved_where_it_was_used(rule: Rule, days: int | None, expected: bool) -> None:  # noqa: FBT001 - a column
    last_used_at = None if days is None else NOW - timedelta(days=days)
    assert is_resolved(found(rule, ["s3"]), document(), principal(rule, last_used_at=last_used_at)) is expected


@pytest.mark.parametrize("rule", [Rule.UNUSED_ACCESS_KEY, Rule.UNUSED_PASSWORD])
@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        ((CREDENTIALS, ACTIONS), True),
        ((ACTIONS,), False),
        ((), False),
        ((note(Source.CREDENTIAL_REPORT, Granularity.PRINCIPAL, days=30),), False),
    ],
)
def test_a_credential_is_resolved_where_the_credential_report_was_had(
    rule: Rule,
    evidence: tuple[EvidenceEntry, ...],
    expected: bool,  # noqa: FBT001 - a column
) -> None:
    assert is_resolved(found(rule), document(), principal(rule, evidence=evidence)) is expected


def test_what_every_scan_reads_resolves_a_group_and_a_policy() -> None:
    assert is_resolved(found(Rule.EMPTY_GROUP), document(), principal(Rule.EMPTY_GROUP))
    assert is_resolved(found(Rule.UNATTACHED_POLICY), document())


@pytest.mark.parametrize("rule", list(Rule))
def test_what_is_gone_is_resolved_where_the_whole_account_was_looked_at(rule: Rule) -> None:
    finding = found(rule, ["s3"])
    gone = document(principals=(), policies=())
    assert resolved_ids(gone, ACCOUNT, missing=[finding], is_whole=True) == {finding.id}
    for scan, is_whole in (
        (gone, False),
        (narrowed(principals=("user/else",)), True),
        (narrowed(exclude=("user/else",)), True),
        (document(accounts=()), True),
        (document(accounts=(replace(gone.accounts[0], status=ScanStatus.FAILED),)), True),
    ):
        assert not resolved_ids(scan, ACCOUNT, missing=[finding], is_whole=is_whole)


@pytest.mark.parametrize("rule", list(Rule))
def test_where_something_of_the_resource_could_not_be_read_nothing_of_it_is_resolved(rule: Rule) -> None:
    finding = found(rule, ["s3"])
    entries: tuple[PrincipalEntry, ...] = ()
    if rule is not Rule.UNATTACHED_POLICY:
        entries = (principal(rule, service("s3", USED), evidence=(CREDENTIALS, ACTIONS), last_used_at=NOW),)
    assert is_resolved(finding, document(), *entries)
    for arn, expected in ((arn_of(rule), False), (f"{arn_of(rule)}-2", True)):
        error = ErrorEntry("not-a-policy", "work: no policy", "", arn)
        account = AccountEntry(ACCOUNT, None, "aws", ScanStatus.PARTIAL, (error,), ())
        assert is_resolved(finding, document(accounts=(account,)), *entries) is expected


def test_a_finding_of_a_rule_that_there_is_not_is_left_alone() -> None:
    finding = replace(found(Rule.UNATTACHED_POLICY), generator_id="leastwise/rule-of-tomorrow")
    assert not is_resolved(finding, document())


def test_a_finding_without_just_one_resource_is_left_alone() -> None:
    finding = found(Rule.EMPTY_GROUP)
    for resources in ((), finding.resources * 2):
        assert not is_resolved(replace(finding, resources=resources), document(), principal(Rule.EMPTY_GROUP))
