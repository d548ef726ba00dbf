"""The sandbox's Security Hub: findings that are imported, checked as AWS checks them, and read."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any, Final

import pytest

from leastwise.sandbox import Sandbox, SteppingClock
from leastwise.sandbox.security_hub.asff import fault_of
from sandbox.toys import Client, Connect, Json, Refusal, check_answer

LATER: Final = "2026-11-24T13:00:00.123Z"


@pytest.fixture
def hub(sandbox: Sandbox, connect: Connect) -> Client:
    return connect(sandbox, "securityhub")


def finding(sandbox: Sandbox, identifier: str = "f1", **more: Json) -> dict[str, Any]:
    account = sandbox.account_id
    made = {
        "SchemaVersion": "2018-10-08",
        "Id": identifier,
        "ProductArn": f"arn:aws:securityhub:us-east-1:{account}:product/{account}/default",
        "GeneratorId": "leastwise/unused-services",
        "AwsAccountId": account,
        "CreatedAt": "2026-11-24T12:00:00Z",
        "UpdatedAt": "2026-11-24T12:00:00Z",
        "Types": ["Software and Configuration Checks/AWS Security Best Practices"],
        "Severity": {"Label": "MEDIUM"},
        "Title": "t",
        "Description": "d",
        "Resources": [{"Type": "AwsIamRole", "Id": f"arn:aws:iam::{account}:role/it"}],
        **more,
    }
    return {name: value for name, value in made.items() if value is not None}


def send(client: Client, *findings: dict[str, Any]) -> dict[str, str]:
    """The messages of the findings that failed, by id."""
    answer = client.batch_import_findings(Findings=list(findings))
    check_answer(client, "BatchImportFindings", answer)
    failed = {one["Id"]: one["ErrorMessage"] for one in answer["FailedFindings"]}
    assert answer["FailedCount"] == len(failed)
    assert answer["SuccessCount"] == len(findings) - len(failed)
    return failed


def test_what_is_imported_can_be_read_with_what_aws_adds(sandbox: Sandbox, hub: Client) -> None:
    assert send(hub, finding(sandbox)) == {}
    answer = hub.get_findings()
    check_answer(hub, "GetFindings", answer)
    (told,) = answer["Findings"]
    assert told == sandbox.security_hub.findings()[0]
    assert told["Severity"] == {"Label": "MEDIUM", "Normalized": 40}
    assert (told["RecordState"], told["Workflow"], told["Region"]) == ("ACTIVE", {"Status": "NEW"}, "us-east-1")
    assert told["FindingProviderFields"]["Types"] == told["Types"]


BAD: Final[dict[str, tuple[dict[str, Any], str]]] = {
    "another schema": ({"SchemaVersion": "2019-01-01"}, "SchemaVersion"),
    "no id": ({"Id": ""}, "data.Id should NOT be shorter"),
    "an id over 512": ({"Id": "f" * 513}, "data.Id should NOT be longer than 512"),
    "no product": ({"ProductArn": None}, "ProductArn"),
    "no generator": ({"GeneratorId": None}, "GeneratorId"),
    "another account": ({"AwsAccountId": "999999999999"}, "data.AwsAccountId"),
    "no creation": ({"CreatedAt": None}, "CreatedAt"),
    "no such day": ({"UpdatedAt": "2026-02-30T00:00:00Z"}, "data.UpdatedAt should match format date-time"),
    "a day without a time": ({"UpdatedAt": "2026-02-20"}, "data.UpdatedAt should match format date-time"),
    "no severity": ({"Severity": None}, "FindingProviderFields"),
    "another severity": ({"Severity": {"Label": "BAD"}}, "data.Severity.Label should be equal to one of"),
    "no types": ({"Types": None}, "FindingProviderFields"),
    "another type": ({"Types": ["Unused"]}, "'Unused'"),
    "a title over 256": ({"Title": "t" * 257}, "data.Title should NOT be longer than 256"),
    "a description over 1024": ({"Description": "d" * 1025}, "data.Description should NOT be longer than 1024"),
    "no description": ({"Description": None}, "Description"),
    "no resources": ({"Resources": []}, "data.Resources should have 1 to 32 items"),
    "33 resources": ({"Resources": [{"Type": "Other", "Id": "i"}] * 33}, "data.Resources should have 1 to 32 items"),
    "a resource without id": ({"Resources": [{"Type": "Other"}]}, "Id"),
    "a number for a text": ({"Title": 7}, "Title"),
    "51 product fields": ({"ProductFields": {str(n): "x" for n in range(51)}}, "data.ProductFields"),
    "another record state": ({"RecordState": "GONE"}, "data.RecordState"),
    "over 240 KB": ({"Resources": [{"Type": "Other", "Id": "i", "Tags": {"k": "x" * 245_760}}]}, "245760"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_finding_comes_back_and_the_others_are_kept(sandbox: Sandbox, hub: Client, name: str) -> None:
    more, message = BAD[name]
    bad = finding(sandbox, "bad", **more)
    failed = send(hub, finding(sandbox, "before"), bad, finding(sandbox, "after"))
    assert list(failed) == [bad["Id"]]
    assert failed[bad["Id"]].startswith("Finding does not adhere to Amazon Finding Format. ")
    assert message in failed[bad["Id"]]
    assert [one["Id"] for one in sandbox.security_hub.findings()] == ["before", "after"]


def test_a_member_that_the_format_does_not_have_is_a_fault(sandbox: Sandbox) -> None:
    assert fault_of(finding(sandbox), account_id=sandbox.account_id) is None
    fault = fault_of(finding(sandbox, Colour="red"), account_id=sandbox.account_id)
    assert fault is not None
    assert "Colour" in fault


def test_what_is_just_within_the_limits_is_taken(sandbox: Sandbox, hub: Client) -> None:
    large = finding(
        sandbox,
        "f" * 512,
        Title="t" * 256,
        Description="d" * 1024,
        Resources=[{"Type": "Other", "Id": "i", "Tags": {"k": "x" * 7000}}] * 32,
        ProductFields={str(n): "x" for n in range(50)},
        Severity=None,
        Types=None,
        FindingProviderFields={"Severity": {"Label": "LOW"}, "Types": ["Effects"]},
        UpdatedAt="2026-11-24T12:00:00.123456789+01:00",
    )
    assert send(hub, large) == {}
    (kept,) = sandbox.security_hub.findings()
    assert (kept["Severity"], kept["Types"]) == ({"Label": "LOW", "Normalized": 1}, ["Effects"])


@pytest.mark.parametrize("number", [0, 101])
def test_one_to_100_findings_are_imported_at_once(sandbox: Sandbox, hub: Client, refusal: Refusal, number: int) -> None:
    many = [finding(sandbox, f"f{place}") for place in range(number)]
    refused = refusal(lambda: hub.batch_import_findings(Findings=many))
    assert refused[:2] == (400, "InvalidInputException")
    assert sandbox.security_hub.findings() == ()
    assert send(hub, *(finding(sandbox, f"f{place}") for place in range(100))) == {}


def test_the_product_of_others_is_denied(sandbox: Sandbox, hub: Client, refusal: Refusal) -> None:
    foreign = finding(sandbox, ProductArn="arn:aws:securityhub:us-east-1::product/prowler/prowler")
    refused = refusal(lambda: hub.batch_import_findings(Findings=[foreign, finding(sandbox, "f2")]))
    assert refused[:2] == (403, "AccessDeniedException")
    assert sandbox.security_hub.findings() == ()


@pytest.mark.parametrize(
    ("updated_at", "changes"),
    [
        (LATER, True),
        ("2026-11-24T12:00:00Z", False),
        ("2026-11-24T11:00:00Z", False),
        ("2026-11-24T12:30:00+01:00", False),
    ],
)
def test_an_import_changes_a_finding_only_where_it_is_newer(
    sandbox: Sandbox,
    hub: Client,
    updated_at: str,
    changes: bool,  # noqa: FBT001 - a case
) -> None:
    send(hub, finding(sandbox))
    failed = send(hub, finding(sandbox, UpdatedAt=updated_at, Title="new", RecordState="ARCHIVED"))
    (kept,) = sandbox.security_hub.findings()
    if changes:
        assert (failed, kept["Title"], kept["RecordState"]) == ({}, "new", "ARCHIVED")
    else:
        assert (list(failed), kept["Title"], kept["RecordState"]) == (["f1"], "t", "ACTIVE")


def test_what_belongs_to_the_customer_cannot_be_imported(sandbox: Sandbox, hub: Client) -> None:
    note = {"Text": "x", "UpdatedBy": "us", "UpdatedAt": LATER}
    mine: dict[str, Any] = {"Workflow": {"Status": "SUPPRESSED"}, "Note": note, "UserDefinedFields": {"a": "b"}}
    assert send(hub, finding(sandbox, **mine)) == {}
    assert send(hub, finding(sandbox, UpdatedAt=LATER, **mine)) == {}
    (kept,) = sandbox.security_hub.findings()
    assert (kept["Workflow"], "Note" in kept, "UserDefinedFields" in kept) == ({"Status": "NEW"}, False, False)


@pytest.mark.parametrize("times", [1, None])
def test_single_findings_can_be_made_to_fail(
    start: Callable[..., Sandbox], connect: Connect, times: int | None
) -> None:
    sandbox = start(fail_imports=("bad*",), fail_times=times)
    hub = connect(sandbox, "securityhub")
    both = finding(sandbox, "bad1"), finding(sandbox, "good")
    assert list(send(hub, *both)) == ["bad1"]
    assert list(send(hub, both[0])) == ([] if times == 1 else ["bad1"])


FILTERS: Final[dict[str, tuple[dict[str, Any], set[str]]]] = {
    "an id": ({"Id": [{"Value": "a1", "Comparison": "EQUALS"}]}, {"a1"}),
    "one of two ids": ({"Id": [{"Value": one, "Comparison": "EQUALS"} for one in ("a1", "b1")]}, {"a1", "b1"}),
    "a prefix": ({"Id": [{"Value": "a", "Comparison": "PREFIX"}]}, {"a1", "a2"}),
    "no prefix": ({"Id": [{"Value": "a", "Comparison": "PREFIX_NOT_EQUALS"}]}, {"b1"}),
    "neither of two": ({"Id": [{"Value": one, "Comparison": "NOT_EQUALS"} for one in ("a1", "b1")]}, {"a2"}),
    "a prefix but not an id": (
        {"Id": [{"Value": "a", "Comparison": "PREFIX"}, {"Value": "a1", "Comparison": "NOT_EQUALS"}]},
        {"a2"},
    ),
    "two attributes": (
        {
            "Id": [{"Value": "a", "Comparison": "PREFIX"}],
            "RecordState": [{"Value": "ARCHIVED", "Comparison": "EQUALS"}],
        },
        {"a2"},
    ),
    "a generator": ({"GeneratorId": [{"Value": "stale", "Comparison": "CONTAINS"}]}, {"b1"}),
    "another account": ({"AwsAccountId": [{"Value": "9", "Comparison": "PREFIX"}]}, set()),
    "a product": ({"ProductArn": [{"Value": "arn:aws:securityhub", "Comparison": "PREFIX"}]}, {"a1", "a2", "b1"}),
    "a label": ({"SeverityLabel": [{"Value": "HIGH", "Comparison": "EQUALS"}]}, {"b1"}),
    "a resource": ({"ResourceId": [{"Value": "/it", "Comparison": "CONTAINS"}]}, {"a1", "a2", "b1"}),
    "a field": ({"ProductFields": [{"Key": "k", "Value": "v", "Comparison": "EQUALS"}]}, {"a1"}),
}


@pytest.mark.parametrize("name", FILTERS)
def test_findings_can_be_asked_for_by_what_they_say(sandbox: Sandbox, hub: Client, name: str) -> None:
    send(
        hub,
        finding(sandbox, "a1", ProductFields={"k": "v"}),
        finding(sandbox, "a2", RecordState="ARCHIVED"),
        finding(sandbox, "b1", GeneratorId="leastwise/stale-services", Severity={"Normalized": 75}),
    )
    filters, wanted = FILTERS[name]
    assert {one["Id"] for one in hub.get_findings(Filters=filters)["Findings"]} == wanted


def test_findings_come_in_whole_pages_in_the_order_asked_for(sandbox: Sandbox, hub: Client) -> None:
    send(hub, *(finding(sandbox, f"f{number:02}") for number in range(100)))
    paginator = hub.get_paginator("get_findings")
    sort = [{"Field": "Id", "SortOrder": "desc"}]
    found = list(paginator.paginate(SortCriteria=sort, PaginationConfig={"PageSize": 30}))
    assert [len(page["Findings"]) for page in found] == [30, 30, 30, 10]
    ids = [one["Id"] for page in found for one in page["Findings"]]
    assert ids == [f"f{number:02}" for number in reversed(range(100))]


def test_a_request_is_refused_that_is_not_as_in_the_model(sandbox: Sandbox, hub: Client, refusal: Refusal) -> None:
    send(hub, *(finding(sandbox, f"f{number:02}") for number in range(20)))
    one = {"Value": "x", "Comparison": "EQUALS"}
    token = hub.get_findings(MaxResults=5)["NextToken"]
    cases: list[tuple[dict[str, Any], str]] = [
        ({"MaxResults": 0}, "InvalidInputException"),
        ({"MaxResults": 101}, "InvalidInputException"),
        ({"Filters": {"Id": [one] * 21}}, "InvalidInputException"),
        ({"Filters": {"Id": [{**one, "Comparison": "LIKE"}]}}, "InvalidInputException"),
        ({"NextToken": "nonsense"}, "InvalidInputException"),
        ({"NextToken": token, "Filters": {"Id": [one]}}, "InvalidInputException"),
        ({"Filters": {"Confidence": [{"Gte": 1}]}}, "InvalidInputException"),
        ({"Filters": {"NoteText": [one]}}, "NotImplemented"),
    ]
    for asked, code in cases:
        assert refusal(partial(hub.get_findings, **asked))[1] == code, asked


def test_a_hub_that_is_not_enabled_lets_nobody_in(
    start: Callable[..., Sandbox], connect: Connect, refusal: Refusal
) -> None:
    sandbox = start(security_hub=False)
    hub = connect(sandbox, "securityhub")
    calls: list[Callable[[], object]] = [
        lambda: hub.batch_import_findings(Findings=[finding(sandbox)]),
        hub.get_findings,
        hub.describe_hub,
    ]
    for call in calls:
        assert refusal(call) == (
            401,
            "InvalidAccessException",
            f"Account {sandbox.account_id} is not subscribed to AWS Security Hub",
        )
    hub.enable_security_hub()
    assert send(hub, finding(sandbox)) == {}
    assert refusal(hub.enable_security_hub)[:2] == (409, "ResourceConflictException")
    answer = hub.describe_hub()
    check_answer(hub, "DescribeHub", answer)
    assert answer["HubArn"].endswith(":hub/default")


def test_calls_over_the_rate_are_throttled_after_three_seconds_worth(
    start: Callable[..., Sandbox], connect: Connect, refusal: Refusal, clock: SteppingClock
) -> None:
    hub = connect(start(hub_calls_per_second=1), "securityhub")
    for _ in range(3):
        hub.get_findings()
    assert refusal(hub.get_findings)[:2] == (429, "TooManyRequestsException")
    clock.advance(timedelta(seconds=1))
    hub.get_findings()
