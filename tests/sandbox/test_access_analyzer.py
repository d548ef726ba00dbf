"""Access Analyzer's two checks, over HTTP as boto3 and botocore make them, and the laws that the answers hold."""

import json
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from random import Random
from typing import Any

import botocore.session
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leastwise.policy import NOTICE_CODES, Answer, DocumentKind, is_subset, parse_document, validate
from leastwise.policy.validation.checks import CHECKS
from leastwise.sandbox import Sandbox, SteppingClock
from leastwise.sandbox.access_analyzer import AccessAnalyzer
from leastwise.sandbox.analyzer_findings import ISSUES, findings_of
from leastwise.sandbox.paging import Pager
from leastwise.sandbox.server import AUDITOR
from policy_strategies import DOCUMENT_LAW, SMALL, documents, policy_of, texts

Connect = Callable[..., Any]
Refusal = Callable[[Callable[[], object]], tuple[int, str, str]]

SERVICE = "accessanalyzer"
IDENTITY = "IDENTITY_POLICY"
WIDE = policy_of([{"Sid": "Work", "Effect": "Allow", "Action": ["s3:Get*", "sqs:*"], "Resource": "*"}])
NARROW = policy_of([{"Sid": "Work", "Effect": "Allow", "Action": ["s3:GetObject", "sqs:*"], "Resource": "*"}])
ELSEWHERE = policy_of(
    [
        {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"},
        {"Effect": "Allow", "Action": "ec2:RunInstances", "Resource": "*"},
    ]
)


def check(analyzer: Any, new: str, existing: str, kind: str = IDENTITY) -> dict[str, Any]:  # noqa: ANN401 - boto3
    answer: dict[str, Any] = analyzer.check_no_new_access(
        newPolicyDocument=new, existingPolicyDocument=existing, policyType=kind
    )
    return answer


def check_directly(new: str, existing: str) -> dict[str, Any]:
    analyzer = AccessAnalyzer(Pager(short=False, random=Random(0)))  # noqa: S311 - a test's dice
    request = {"newPolicyDocument": new, "existingPolicyDocument": existing, "policyType": IDENTITY}
    answer: dict[str, Any] = json.loads(analyzer.answer("CheckNoNewAccess", json.dumps(request).encode(), {}))
    return answer


@given(new=texts(), existing=texts())
@DOCUMENT_LAW
def test_what_passes_is_never_found_to_grant_more(new: str, existing: str) -> None:
    answer = check_directly(new, existing)
    after, before = (parse_document(text, DocumentKind.IDENTITY) for text in (new, existing))
    assert (answer["result"] == "FAIL") is bool(answer["reasons"])
    if answer["result"] == "PASS":
        assert is_subset(after, before, SMALL) is not Answer.NO
    named = [reason["statementIndex"] for reason in answer["reasons"]]
    assert all(after.statements[index].effect == "Allow" for index in named)


@given(data=documents())
@DOCUMENT_LAW
def test_without_an_allow_there_is_nothing_new_however_little_was_granted(data: dict[str, Any]) -> None:
    statements = data["Statement"] if isinstance(data["Statement"], list) else [data["Statement"]]
    denies = {**data, "Statement": [{**one, "Effect": "Deny"} for one in statements]}
    nothing = policy_of([{"Effect": "Deny", "Action": "*", "Resource": "*"}])
    assert check_directly(json.dumps(denies), nothing)["result"] == "PASS"


@given(text=texts())
@DOCUMENT_LAW
def test_a_findings_path_leads_to_its_span(text: str) -> None:
    for finding in findings_of(text, SMALL, kind=DocumentKind.IDENTITY):
        (location,) = finding.locations
        start, end = location.span.start, location.span.end
        for position in (start, end):
            assert sum(len(line) + 1 for line in text.split("\n")[: position.line - 1]) + position.column == (
                position.offset
            )
        value: Any = json.loads(text)
        step: Any = None
        for element in location.path:
            step = getattr(element, "value", None) or getattr(element, "index", None)
            value = value[getattr(element, "value", None) or getattr(element, "index", 0)]
        assert json.loads(text[start.offset : end.offset]) in (value, step)


def test_a_key_that_begins_like_another_is_told_from_it() -> None:
    keys = ["Source", "Source.Ip", "Source.Ip.Range"]
    allow: dict[str, object] = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
    text = policy_of([{**allow, "Condition": {"StringEquals": dict.fromkeys(keys, "x")}}])
    findings = findings_of(text, SMALL, kind=DocumentKind.IDENTITY)
    last = [getattr(one.locations[0].path[-1], "value", None) for one in findings]
    assert last == keys


@given(text=st.one_of(texts(), st.text()))
@DOCUMENT_LAW
def test_every_notice_that_aws_has_a_check_of_is_a_finding(text: str) -> None:
    notices = validate(text, SMALL, kind=DocumentKind.IDENTITY)
    findings = findings_of(text, SMALL, kind=DocumentKind.IDENTITY)
    assert [one.finding_details for one in findings] == [one.message for one in notices if one.code in ISSUES]


def test_the_issues_are_those_of_which_our_checks_name_awss_own() -> None:
    theirs = {check.code: check.analyzer for check in CHECKS if check.analyzer and check.code != "resource-mismatch"}
    assert set(ISSUES) == {*theirs, "malformed-policy", "policy-too-large"} <= set(NOTICE_CODES)
    for code, names in theirs.items():
        spelled = {name.strip().upper().replace(" ", "") for name in names.split(";")}
        assert ISSUES[code].code.replace("_", "") in spelled


def test_less_access_passes_and_more_is_told_by_statement(sandbox: Sandbox, connect: Connect) -> None:
    analyzer = connect(sandbox, SERVICE)
    less, more, other = check(analyzer, NARROW, WIDE), check(analyzer, WIDE, NARROW), check(analyzer, ELSEWHERE, WIDE)
    assert (less["result"], less["reasons"]) == ("PASS", [])
    assert (more["result"], more["reasons"]) == (
        "FAIL",
        [{"description": "New access in the statement with sid: Work.", "statementIndex": 0, "statementId": "Work"}],
    )
    assert other["reasons"] == [{"description": "New access in the statement with index: 1.", "statementIndex": 1}]
    assert "not by AWS" in less["message"]
    assert more["message"].startswith("The modified permissions grant new access compared to your existing policy.")


def test_a_deny_that_goes_is_new_access_and_one_that_stays_is_not(sandbox: Sandbox, connect: Connect) -> None:
    allow: dict[str, object] = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    deny: dict[str, object] = {"Effect": "Deny", "Action": "s3:Put*", "Resource": "*"}
    analyzer = connect(sandbox, SERVICE)
    assert check(analyzer, policy_of([allow]), policy_of([deny, allow]))["result"] == "FAIL"
    assert check(analyzer, policy_of([allow, deny]), policy_of([deny, allow]))["result"] == "PASS"


def test_what_cannot_be_decided_counts_as_new_access(sandbox: Sandbox, connect: Connect) -> None:
    allow: dict[str, object] = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    whole, halves = (
        policy_of([{**allow, "Condition": {"IpAddress": {"aws:SourceIp": ranges}}}])
        for ranges in (["10.0.0.0/8"], ["10.0.0.0/9", "10.128.0.0/9"])
    )
    new, existing = parse_document(whole), parse_document(halves)
    assert is_subset(new, existing, SMALL) is Answer.UNDECIDED, "or this test shows nothing"
    answer = check(connect(sandbox, SERVICE), whole, halves)
    assert answer["result"] == "FAIL"
    assert "could not be decided" in answer["reasons"][0]["description"]


def test_resource_policies_are_compared_with_their_principals(sandbox: Sandbox, connect: Connect) -> None:
    one, two = (
        policy_of(
            [
                {
                    "Effect": "Allow",
                    "Principal": {"AWS": accounts},
                    "Action": "s3:GetObject",
                    "Resource": "arn:aws:s3:::b/*",
                }
            ]
        )
        for accounts in (["111122223333"], ["111122223333", "444455556666"])
    )
    analyzer = connect(sandbox, SERVICE)
    assert check(analyzer, one, two, "RESOURCE_POLICY")["result"] == "PASS"
    assert check(analyzer, two, one, "RESOURCE_POLICY")["result"] == "FAIL"


def test_findings_have_awss_types_codes_and_places(sandbox: Sandbox, connect: Connect) -> None:
    text = '{"Version": "2012-10-17",\n "Statement": [{"Effect": "Allow", "Action": ["sqs:*",\n  "sqs:SendMesage"],\n'
    text += '  "Resource": "*", "Condition": {"StringEquals": {"cognito-identity.amazonaws.com:odd": "x"}}}]}'
    answer = connect(sandbox, SERVICE).validate_policy(policyDocument=text, policyType=IDENTITY)
    assert "nextToken" not in answer
    by_code = {one["issueCode"]: one for one in answer["findings"]}
    action = by_code["INVALID_ACTION"]
    assert (action["findingType"], by_code["REDUNDANT_ACTION"]["findingType"]) == ("ERROR", "SUGGESTION")
    assert action["learnMoreLink"].endswith("#access-analyzer-reference-policy-checks-error-invalid-action")
    (location,) = action["locations"]
    assert location["path"] == [{"value": "Statement"}, {"index": 0}, {"value": "Action"}, {"index": 1}]
    assert location["span"]["start"] == {"line": 3, "column": 2, "offset": text.index('"sqs:SendMesage"')}
    assert location["span"]["end"]["column"] == 18


@pytest.mark.parametrize("text", ["", '{"Version"', "[]", '{"Version": "2012-10-17"}', NARROW.replace("Action", "Act")])
def test_a_text_that_is_no_policy_has_one_error_and_nothing_to_compare(
    sandbox: Sandbox, connect: Connect, refusal: Refusal, text: str
) -> None:
    analyzer = connect(sandbox, SERVICE)
    (finding,) = analyzer.validate_policy(policyDocument=text, policyType=IDENTITY)["findings"]
    assert finding["findingType"] == "ERROR"
    assert (finding["issueCode"] == "JSON_SYNTAX_ERROR") is (text in ("", '{"Version"'))
    for new, existing in ((text, NARROW), (NARROW, text)):
        assert refusal(partial(check, analyzer, new, existing))[:2] == (400, "InvalidParameterException")


def test_findings_come_in_pages_whose_tokens_belong_to_one_policy(
    sandbox: Sandbox, connect: Connect, refusal: Refusal
) -> None:
    text = policy_of([{"Effect": "Allow", "Action": [f"sqs:Foo{one}" for one in range(5)], "Resource": "*"}])
    analyzer = connect(sandbox, SERVICE)
    whole = analyzer.validate_policy(policyDocument=text, policyType=IDENTITY)["findings"]
    pages = analyzer.get_paginator("validate_policy").paginate(
        policyDocument=text, policyType=IDENTITY, PaginationConfig={"PageSize": 2}
    )
    sizes = [page["findings"] for page in pages]
    assert [len(page) for page in sizes] == [2, 2, 1]
    assert [one for page in sizes for one in page] == whole
    token = analyzer.validate_policy(policyDocument=text, policyType=IDENTITY, maxResults=2)["nextToken"]
    stolen = refusal(lambda: analyzer.validate_policy(policyDocument=WIDE, policyType=IDENTITY, nextToken=token))
    assert stolen[:2] == (400, "ValidationException")


@pytest.mark.parametrize(
    ("operation", "request_", "reason"),
    [
        (
            "check_no_new_access",
            {"newPolicyDocument": WIDE, "existingPolicyDocument": WIDE, "policyType": "X"},
            "field",
        ),
        ("check_no_new_access", {"newPolicyDocument": WIDE, "policyType": IDENTITY}, "field"),
        ("validate_policy", {"policyDocument": WIDE, "policyType": "X"}, "field"),
        ("validate_policy", {"policyDocument": WIDE, "policyType": "SERVICE_CONTROL_POLICY"}, "notSupported"),
        ("validate_policy", {"policyDocument": WIDE, "policyType": IDENTITY, "locale": "XX"}, "field"),
        ("validate_policy", {"policyDocument": WIDE, "policyType": IDENTITY, "maxResults": 0}, "field"),
    ],
)
def test_a_request_that_breaks_the_model_is_a_validation_exception(
    sandbox: Sandbox, connect: Connect, operation: str, request_: dict[str, Any], reason: str
) -> None:
    analyzer = connect(sandbox, SERVICE)
    with pytest.raises(analyzer.exceptions.ValidationException) as caught:
        getattr(analyzer, operation)(**request_)
    assert caught.value.response["reason"].startswith(reason)
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


def test_a_body_that_is_no_json_is_said_to_be_none() -> None:
    analyzer = AccessAnalyzer(Pager(short=False, random=Random(0)))  # noqa: S311 - a test's dice
    for body in (b"", b"{", b"\xff"):
        with pytest.raises(Exception, match="ValidationException") as caught:
            analyzer.answer("ValidatePolicy", body, {})
        assert getattr(caught.value, "members", {}) == {"reason": "cannotParse"}


def test_denied_throttled_unknown_and_missing_are_refused_as_aws_does(
    start: Callable[..., Sandbox], connect: Connect, clock: SteppingClock
) -> None:
    sandbox = start(deny=frozenset({"access-analyzer:ValidatePolicy"}), analyzer_calls_per_second=2)
    analyzer = connect(sandbox, SERVICE)
    with pytest.raises(analyzer.exceptions.AccessDeniedException, match="to perform: access-analyzer:ValidatePolicy"):
        analyzer.validate_policy(policyDocument=WIDE, policyType=IDENTITY)
    with pytest.raises(analyzer.exceptions.ClientError, match="does not have this operation: access-analyzer:ListAna"):
        analyzer.list_analyzers()
    with pytest.raises(analyzer.exceptions.ThrottlingException) as caught:
        check(analyzer, WIDE, WIDE)
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 429
    connect(sandbox).list_users()
    clock.advance(timedelta(seconds=1))
    assert check(analyzer, WIDE, WIDE)["result"] == "PASS"
    wrong = connect(sandbox, SERVICE, key=type(sandbox.admin_credentials)("AKIANOBODY", "x"))
    with pytest.raises(analyzer.exceptions.ClientError, match="UnrecognizedClientException"):
        check(wrong, WIDE, WIDE)


def test_uses_are_recorded_with_service_action_and_region(sandbox: Sandbox) -> None:
    key = sandbox.admin_credentials
    make: Any = botocore.session.Session().create_client
    analyzer = make(
        SERVICE,
        region_name="eu-west-1",
        endpoint_url=sandbox.endpoint_url,
        aws_access_key_id=key.access_key_id,
        aws_secret_access_key=key.secret_access_key,
    )
    check(analyzer, WIDE, WIDE)
    analyzer.close()
    arn = f"arn:aws:iam::{sandbox.account_id}:user/sandbox/{AUDITOR}"
    assert sandbox.ledger.services(arn)["access-analyzer"].region == "eu-west-1"
    assert ("access-analyzer", "checknonewaccess") in sandbox.ledger.actions(arn)
    assert sandbox.tally.calls("access-analyzer:CheckNoNewAccess") == 1
