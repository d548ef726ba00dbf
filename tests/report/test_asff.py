"""Findings as Security Hub takes them."""

import json
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from syrupy.assertion import SnapshotAssertion

from asff_shape import complaints
from leastwise.errors import UsageError
from leastwise.findings import Rule, Scan
from leastwise.report import Format, ScanDocument, document_of, render
from leastwise.report.asff import REMEDIES, actions_of, asff_findings, asff_id, render_asff, rule_of, services_of
from leastwise.report.asff_fields import VALUE_LIMIT, Names, fitted, names_in, packed
from leastwise.report.asff_finding import read_asff
from leastwise.report.json_format import encode
from report.test_laws import LAW, scans

REGION: Final = "eu-central-1"
NAMES: Final = st.text("abcXYZ019_+=,.@-:", min_size=1, max_size=90)


def written(document: ScanDocument) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads("".join(render_asff(document, region=REGION)))
    return found


@LAW
@given(scans())
def test_security_hub_takes_every_finding(scan: Scan) -> None:
    assert complaints(written(document_of(scan, version="0.1.0"))) == []


def test_security_hub_takes_the_sample(document: ScanDocument) -> None:
    assert complaints(written(document)) == []
    assert len(written(document)) == len(document.findings)


def test_complaints_are_made() -> None:
    """The check itself can fail."""
    assert complaints([{"Id": "a"}])


@LAW
@given(scans())
def test_a_finding_is_read_back_with_its_rule_and_its_names(scan: Scan) -> None:
    document = document_of(scan, version="0.1.0")
    for entry, finding in zip(document.findings, asff_findings(document, region=REGION), strict=True):
        again = read_asff(encode(finding))
        assert again == finding
        assert (finding.id, rule_of(finding)) == (asff_id(entry), entry.rule)
        assert services_of(finding) == Names(entry.services, is_whole=True)
        assert actions_of(finding) == Names(entry.actions, is_whole=True)


@given(st.lists(NAMES, max_size=400), st.integers(1, 5))
def test_packed_names_are_read_back_and_what_does_not_fit_is_counted(names: list[str], most: int) -> None:
    fields = packed("names", names, most=most)
    read = names_in(fields, "names")
    assert len(fields) <= most
    assert all(len(value) <= VALUE_LIMIT for value in fields.values())
    assert list(read.names) == names[: len(read.names)]
    rest = len(names) - len(read.names)
    assert read.is_whole is (rest == 0)
    assert rest == 0 or list(fields.values())[-1].endswith(f", +{rest} more")


@given(st.lists(st.text("abc,.-", min_size=1, max_size=30), max_size=60), st.integers(64, 300))
def test_a_text_is_cut_between_words_and_what_is_cut_is_counted(words: list[str], limit: int) -> None:
    text = "  \n".join(words)
    short = fitted(text, limit)
    assert len(short) <= limit
    if short == " ".join(words):
        return
    head, _, tail = short.rpartition("... +")
    kept = head.split()
    assert kept == words[: len(kept)]
    assert int(tail.split()[0]) == len(words) - len(kept)


def test_an_exempt_finding_is_there_archived_and_says_why(document: ScanDocument) -> None:
    (exempt,) = (one for one in written(document) if one["RecordState"] == "ARCHIVED")
    fields = exempt["ProductFields"]
    assert exempt["Resources"][0]["Id"].endswith("role/break-glass")
    assert fields["leastwise/exempt/owner"] == "security@example.com"
    assert fields["leastwise/exempt/reason"].startswith("Used in emergencies only")
    assert fields["leastwise/exempt/until"] == "2027-06-30"


def test_a_scan_is_written(document_of_two: ScanDocument, snapshot: SnapshotAssertion) -> None:
    assert json.dumps(written(document_of_two), indent=1) == snapshot


@pytest.mark.parametrize(
    ("partition", "product", "region"),
    [
        ("aws-cn", "arn:aws-cn:securityhub:cn-north-1:111122223333:product/111122223333/default", "cn-north-1"),
        ("aws-us-gov", "arn:aws-us-gov:securityhub:cn-north-1:111122223333:product/111122223333/default",
         "us-gov-west-1"),
        ("aws-new", "arn:aws-new:securityhub:cn-north-1:111122223333:product/111122223333/default", None),
    ],
)  # fmt: skip
def test_a_finding_is_for_the_product_of_its_account_in_its_partition(
    document: ScanDocument, partition: str, product: str, region: str | None
) -> None:
    accounts = tuple(structs.replace(one, partition=partition) for one in document.accounts)
    finding, *_ = asff_findings(structs.replace(document, accounts=accounts), region="cn-north-1")
    plain = json.loads(encode(finding))
    assert plain["ProductArn"] == product
    assert plain["Resources"][0].get("Region") == region


def test_without_a_region_there_is_nothing_to_write(document: ScanDocument) -> None:
    with pytest.raises(UsageError, match="region"):
        "".join(render(document, Format.ASFF, width=80, color=False))


def test_a_scan_that_found_nothing_is_an_empty_list(document: ScanDocument) -> None:
    assert "".join(render_asff(structs.replace(document, findings=()), region=REGION)) == "[]\n"


def test_every_rule_says_what_to_do() -> None:
    assert set(REMEDIES) == set(Rule)
    assert all(len(text) <= 512 for text in REMEDIES.values())


@pytest.mark.parametrize("text", [b"", b"{}", b'{"Id":"leastwise/1/a"}', b"\xff"])
def test_what_we_cannot_have_made_is_not_read(text: bytes) -> None:
    assert read_asff(text) is None
