"""Laws and cases of validation, the latter in the data files of `validate/`, and what AWS's managed policies get."""

import json
import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto.iam.aws_managed_policies import aws_managed_policies_data

from leastwise.catalog import load_catalog
from leastwise.errors import PolicyError
from leastwise.policy import NOTICE_CODES, DocumentKind, Notice, Severity, parse_document, size_in_characters, validate
from leastwise.policy.validation.checks import CHECKS
from policy_strategies import DOCUMENT_LAW, LAW, SMALL, documents, texts

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "policy-notices.md"
FIELDS = {"code", "title", "source", "kind", "limit", "text", "misses", "severity", "path", "line", "column", "quote"}


class Case(NamedTuple):
    """A document, and a code that it gets or does not get."""

    code: str
    text: str
    kind: DocumentKind
    limit: int | None
    wanted: tuple[object, ...] | None
    """Severity, path, line, column and the quoted text of the notice; None if there must be none."""


def cases() -> Iterator[tuple[str, Case]]:
    for path in sorted((HERE / "validate").glob("*.toml")):
        for case in tomllib.loads(path.read_text(encoding="utf-8"))["case"]:
            for name, one in cases_of(case):
                yield f"{path.stem}: {name}", one


def cases_of(case: Mapping[str, object]) -> Iterator[tuple[str, Case]]:
    assert case.keys() <= FIELDS
    assert case["source"]
    code, limit, misses = str(case["code"]), case.get("limit"), case["misses"]
    assert limit is None or isinstance(limit, int)
    assert isinstance(misses, list)
    kind = DocumentKind(str(case.get("kind", "identity")))
    wanted = tuple(case[name] for name in ("severity", "path", "line", "column", "quote"))
    yield f"{code}: {case['title']}", Case(code, str(case["text"]), kind, limit, wanted)
    for place, text in enumerate(misses):
        yield f"{code}: {case['title']}: miss {place}", Case(code, text, kind, limit, None)


ALL = list(cases())
"""Every case, with its name."""


def problems(text: str, notices: tuple[Notice, ...]) -> Iterator[str]:
    """What is inconsistent in the notices of a text."""
    for one in notices:
        if not 0 <= one.start <= one.end <= len(text):
            yield f"{one} is not in the text"
        line_start = text.rfind("\n", 0, one.start) + 1
        if (one.line, one.column) != (text.count("\n", 0, one.start) + 1, one.start - line_start + 1):
            yield f"{one} does not start at its line and column"
        if one.severity is not NOTICE_CODES[one.code]:
            yield f"{one} has not the severity of its code"
        if not one.message or "\n" in one.message:
            yield f"{one} has no message of one line"
    if list(notices) != sorted(notices, key=lambda one: (one.start, one.end)):
        yield "not in the order of the text"


def refusals(text: str, kind: DocumentKind) -> list[tuple[str, int, int]]:
    """Where the parser refuses the text; empty if it takes it."""
    try:
        parse_document(text, kind)
    except PolicyError as error:
        return [(error.path, error.line, error.column)]
    return []


def has_error(notices: tuple[Notice, ...]) -> bool:
    return any(one.severity is Severity.ERROR for one in notices)


def shift(notice: Notice) -> tuple[str, str, str]:
    return notice.code, notice.path, notice.message


@DOCUMENT_LAW
@given(texts())
def test_a_document_that_iam_takes_gets_notices_that_lie_in_it_in_order_and_no_error(text: str) -> None:
    notices = validate(text, SMALL)
    assert not list(problems(text, notices))
    assert not has_error(notices)


@DOCUMENT_LAW
@given(texts())
def test_the_same_text_gets_the_same_notices(text: str) -> None:
    assert validate(text, SMALL) == validate(text, SMALL)


@DOCUMENT_LAW
@given(documents(), st.sampled_from([None, 0, 3]))
def test_layout_moves_notices_and_changes_nothing_else(data: dict[str, object], indent: int | None) -> None:
    plain, laid_out = json.dumps(data), json.dumps(data, indent=indent)
    assert Counter(map(shift, validate(plain, SMALL))) == Counter(map(shift, validate(laid_out, SMALL)))


@DOCUMENT_LAW
@given(texts(), st.integers(0, 600))
def test_the_only_error_of_a_document_that_iam_takes_is_its_size(text: str, limit: int) -> None:
    plain, limited = validate(text, SMALL), validate(text, SMALL, limit=limit)
    errors = [one for one in limited if one.severity is Severity.ERROR]
    assert [one for one in limited if one.severity is not Severity.ERROR] == list(plain)
    assert [one.code for one in errors] == ["policy-too-large"] * (size_in_characters(text) > limit)


@DOCUMENT_LAW
@given(texts(), st.data())
def test_a_damaged_document_has_one_error_alone_or_none(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(start + 3, len(text))))
    damaged = text[:start] + data.draw(st.sampled_from(["", '"', "{", "}", ",", "x", "\\", "\n", "[]"])) + text[end:]
    notices = validate(damaged, SMALL)
    assert not list(problems(damaged, notices))
    assert [one.code for one in notices] == ["malformed-policy"] or not has_error(notices)


@LAW
@given(st.text(st.characters(exclude_categories=()), max_size=60), st.sampled_from(DocumentKind))
def test_no_text_makes_it_raise(text: str, kind: DocumentKind) -> None:
    notices = validate(text, SMALL, kind=kind)
    assert not list(problems(text, notices))
    assert [one.code for one in notices] == ["malformed-policy"]


@DOCUMENT_LAW
@given(texts(), st.sampled_from(DocumentKind))
def test_it_refuses_what_the_parser_refuses_and_at_the_same_place(text: str, kind: DocumentKind) -> None:
    notices = validate(text, SMALL, kind=kind)
    refused = [(one.path, one.line, one.column) for one in notices if one.code == "malformed-policy"]
    assert refused == refusals(text, kind)


@pytest.mark.parametrize("case", [pytest.param(case, id=name) for name, case in ALL])
def test_case(case: Case) -> None:
    notices = validate(case.text, load_catalog(), kind=case.kind, limit=case.limit)
    found = [
        (one.severity.value, one.path, one.line, one.column, case.text[one.start : one.end])
        for one in notices
        if one.code == case.code
    ]
    assert found == ([] if case.wanted is None else [case.wanted])
    assert case.code == "malformed-policy" or "malformed-policy" not in {one.code for one in notices}


def test_every_code_has_a_case_that_gets_it_and_one_that_does_not() -> None:
    with_it = {case.code for _, case in ALL if case.wanted is not None}
    without = {case.code for _, case in ALL if case.wanted is None}
    assert with_it == without == NOTICE_CODES.keys()


def test_no_two_cases_are_the_same_and_each_family_of_checks_has_its_file() -> None:
    assert len({str(case) for _, case in ALL}) == len(ALL)
    files = {path.stem for path in (HERE / "validate").glob("*.toml")}
    assert files == {check.find.__module__.rpartition(".")[2] for check in CHECKS} | {"document"}


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000, '{"Statement": ' + "[" * 5_000 + "]" * 5_000 + "}"])
def test_deep_nesting_is_refused_and_no_trouble(text: str) -> None:
    assert [one.code for one in validate(text, SMALL)] == ["malformed-policy"]


def test_what_the_catalog_does_not_know_of_is_not_judged() -> None:
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::bucket"}
    conditions = {"StringEquals": {"s3:nothing": "a", "foo:bar": "b"}}
    text = json.dumps({"Version": "2012-10-17", "Statement": {**statement, "Condition": conditions}})
    assert validate(text, SMALL) == ()
    assert {one.code for one in validate(text, load_catalog())} == {"resource-mismatch", "unknown-condition-key"}


# The codes that AWS's managed policies get, and why they are right there.
REMAINING = {
    # Services that AWS has closed since: evidently, iotevents, deepracer, codestar, iot1click, deepcomposer, ...
    "unknown-service": "the service is in the reference no more",
    # Actions of closed services' kin, or newer than the reference (AWSManagedSettingsAdminAccess).
    "unknown-action": "the action is not in the reference",
    # deepracer's keys, and lakeformation:GlueARN.
    "unknown-condition-key": "the key is not in the reference",
    # codestar-connections:ProviderAction is a String in the reference, no list.
    "forallvalues-with-single-valued-key": "ForAllValues lets requests without the key pass",
    # Lists of resources that serve several actions, of which the reference gives other types to these; and slips, as
    # `states:*:statemachine:` for stateMachine and `secretsmanager:*:*:sqlworkbench!*` without `secret:`.
    "resource-mismatch": "the reference gives no action of the statement such a resource",
    # The same, from the side of the action; among them sagemaker-mlflow on mlflow-app, which the reference lacks yet.
    "action-without-resource": "the reference gives the action other resources only",
}
"""The warnings that remain, each with the reason why it is no false alarm."""

SUGGESTED = {
    *("action-needs-all-resources", "allow-everything", "allow-with-not-action", "allow-with-not-resource"),
    *("forallvalues-without-null-check", "foranyvalue-with-single-valued-key", "irrelevant-condition-key"),
    *("pass-role-with-star-in-resource", "redundant-action", "redundant-resource", "redundant-statement"),
}
"""The suggestions that they get: each is a thing that is so, and may be meant."""


@pytest.fixture(scope="module")
def corpus() -> dict[str, tuple[str, tuple[Notice, ...]]]:
    policies = json.loads(aws_managed_policies_data)
    found = {name: json.dumps(policy["Document"], indent=1) for name, policy in policies.items()}
    return {name: (text, validate(text, load_catalog())) for name, text in found.items()}


Corpus = dict[str, tuple[str, tuple[Notice, ...]]]


def test_managed_policies_get_no_error_and_the_known_codes(corpus: Corpus) -> None:
    found = {(one.code, one.severity) for _, notices in corpus.values() for one in notices}
    assert len(corpus) > 1500
    assert {code for code, severity in found if severity is Severity.WARNING} == REMAINING.keys()
    assert {code for code, severity in found if severity is Severity.SUGGESTION} == SUGGESTED
    assert not {code for code, severity in found if severity is Severity.ERROR}


def test_notices_of_managed_policies_lie_in_them(corpus: Corpus) -> None:
    for text, notices in corpus.values():
        assert not list(problems(text, notices))


def test_few_managed_policies_get_a_warning(corpus: Corpus) -> None:
    warned = [name for name, (_, found) in corpus.items() if any(one.severity is Severity.WARNING for one in found)]
    assert len(warned) < len(corpus) / 8


@pytest.mark.parametrize(
    ("name", "code", "quote"),
    [
        ("AmazonSageMakerFullAccess", "resource-mismatch", '"arn:aws:states:*:*:statemachine:*sagemaker*"'),
        ("AmazonRedshiftQueryEditorV2FullAccess", "action-without-resource", '"secretsmanager:GetSecretValue"'),
        ("AWSTransformServerMigrationAgentPolicy", "action-without-resource", '"s3:ListBucketMultipartUploads"'),
        ("AWSCodeBuildReadOnlyAccess", "resource-mismatch", '"arn:aws:codeconnections:*:*:connection/*"'),
    ],
)
def test_slips_in_managed_policies_are_found(corpus: Corpus, name: str, code: str, quote: str) -> None:
    text, notices = corpus[name]
    assert quote in [text[one.start : one.end] for one in notices if one.code == code]


@pytest.mark.parametrize(
    ("name", "quote"),
    [
        ("SecurityAudit", '"arn:aws:apigateway:*::/apis"'),
        ("AWSCodeStarServiceRole", '"arn:aws:cloudformation:*:aws:transform/CodeStar*"'),
        ("CloudWatchSyntheticsFullAccess", '"arn:aws:apigateway:*::/apis"'),
        ("AmazonECSInfrastructureRoleForGatewayHostSharedALB", '"elasticloadbalancing:AddTags"'),
        ("AWSMarketplaceSellerFullAccess", '"arn:aws:aws-marketplace:*:*:AWSMarketplace*/*"'),
        ("AWSAuditManagerAdministratorAccess", '"events:detail-type"'),
        ("AWSBackupFullAccess", '"arn:aws:s3:::*"'),
    ],
)
def test_what_works_in_managed_policies_is_not_warned_of(corpus: Corpus, name: str, quote: str) -> None:
    text, notices = corpus[name]
    assert quote in text
    warned = [text[one.start : one.end] for one in notices if one.severity is Severity.WARNING]
    assert quote not in warned


def test_the_page_has_a_line_for_every_code_and_no_other() -> None:
    rows = re.findall(
        r"^\| `([a-z-]+)` \| (\w+) \|.*\|.*\| ([^|]*) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE
    )
    assert len(rows) == len(NOTICE_CODES)
    assert {code: Severity(severity) for code, severity, _ in rows} == NOTICE_CODES
    analyzers = {code: analyzer for code, _, analyzer in rows}
    assert {check.code: check.analyzer for check in CHECKS} == {check.code: analyzers[check.code] for check in CHECKS}
