"""The CSV that a spreadsheet opens."""

import csv
from io import StringIO

from syrupy.assertion import SnapshotAssertion

from leastwise.report import ScanDocument, render_csv
from leastwise.report.csv_format import COLUMNS


def rows_of(document: ScanDocument) -> list[dict[str, str]]:
    text = "".join(render_csv(document))
    return list(csv.DictReader(StringIO(text, newline="")))


def test_a_scan_is_written(document_of_two: ScanDocument, snapshot: SnapshotAssertion) -> None:
    assert "".join(render_csv(document_of_two)) == snapshot


def test_the_header_stands_first_and_lines_end_as_the_rfc_says(document: ScanDocument) -> None:
    text = "".join(render_csv(document))
    assert text.startswith(",".join(COLUMNS) + "\r\n")
    assert text.count("\n") == text.count("\r\n")


def test_a_policy_name_that_looks_like_a_formula_is_guarded(document: ScanDocument) -> None:
    row = next(row for row in rows_of(document) if row["service"] == "sqs")
    assert row["granted_by"].startswith("'=deploy-inline direct 1; ")


def test_a_finding_about_actions_is_in_their_rows_and_not_in_those_of_others(document: ScanDocument) -> None:
    rows = [row for row in rows_of(document) if row["service"] == "ec2" and row["action"]]
    found = {row["action"]: row["findings"] for row in rows if row["resource"].endswith("/deploy")}
    assert found["ec2:RunInstances"] == "LW-0000000003"
    assert not found["ec2:DescribeInstances"]


def test_a_finding_about_no_service_has_a_row_of_its_own(document: ScanDocument) -> None:
    rows = [row for row in rows_of(document) if row["rules"] == "unused-access-key"]
    assert [(row["service"], row["verdict"], row["findings"]) for row in rows] == [
        ("", "", "LW-0000000007"),
        ("", "", "LW-000000000f"),
    ]


def test_a_principal_without_services_has_a_row(document: ScanDocument) -> None:
    assert any(row["resource"].endswith("group/nobody-here") for row in rows_of(document))


def test_an_account_that_could_not_be_read_has_a_row(document_of_two: ScanDocument) -> None:
    first = rows_of(document_of_two)[0]
    assert (first["account"], first["type"], first["reason"]) == ("444455556666", "account", "AccessDenied")
