"""The JSON scan: its shape, its schema, and what is said of a file that is none."""

import json
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest
from syrupy.assertion import SnapshotAssertion

from leastwise.errors import SavedScanError
from leastwise.report import ScanDocument, read_json, render_json, schema_text

TOP = "schema version generated_at parameters accounts principals policies findings summary".split()  # noqa: SIM905
CONTRACT = {
    "principals": "arn type account id path created_at last_used_at services",
    "policies": "arn name kind attached_to services",
    "findings": "id rule severity account resource resource_type title detail services actions evidence exempt",
    "accounts": "id alias partition status errors",
}
"""The fields that contract.md fixes, in its order; others may stand between them."""

Json = Any
"""A decoded JSON text, which a test takes apart as any other program would."""


def written(document: ScanDocument) -> str:
    return "".join(render_json(document))


def test_the_schema_is_that_of_a_scan_unless_another_is_asked_for() -> None:
    assert json.loads(schema_text())["$id"] == "urn:leastwise:scan:1"
    assert schema_text() == schema_text("leastwise/scan/1")


def test_a_scan_is_written(document_of_two: ScanDocument, snapshot: SnapshotAssertion) -> None:
    assert written(document_of_two) == snapshot


def test_the_fields_of_the_contract_are_there_in_its_order(document_of_two: ScanDocument) -> None:
    scan = json.loads(written(document_of_two))
    assert list(scan) == TOP
    for name, fields in CONTRACT.items():
        assert [field for field in scan[name][0] if field in fields.split()] == fields.split()
    service = next(one for one in scan["principals"] if one["services"])["services"][0]
    assert list(service) == (
        "namespace name verdict reason last_used_at last_used_region granted_by actions untracked_actions".split()  # noqa: SIM905
    )


def test_an_entry_is_a_line(document: ScanDocument) -> None:
    lines = written(document).split("\n")
    services = [service for one in document.principals for service in one.services]
    services += [service for one in document.policies for service in one.services]
    assert len([line for line in lines if '"namespace":' in line]) == len(services)


def test_a_document_is_built_again_each_time_it_is_iterated(document: ScanDocument) -> None:
    assert list(document.principals) == list(document.principals)
    assert document.principals[0] is not document.principals[0]


def without_a_resource(scan: Json) -> None:
    del scan["findings"][1]["resource"]


def with_a_word_for_a_count(scan: Json) -> None:
    scan["summary"]["policies"] = "many"


def with_a_time_without_zone(scan: Json) -> None:
    scan["generated_at"] = "2026-11-24T12:00:00"


def with_an_unknown_verdict(scan: Json) -> None:
    scan["principals"][0]["services"][0]["verdict"] = "perhaps"


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (without_a_resource, "missing required field `resource` - at `$.findings[1]`"),
        (with_a_word_for_a_count, "`$.summary.policies`"),
        (with_a_time_without_zone, "`$.generated_at`"),
        (with_an_unknown_verdict, "'perhaps' - at `$.principals[0].services[0].verdict`"),
    ],
)
def test_a_spoiled_scan_is_refused_with_the_path(
    document: ScanDocument, spoil: Callable[[Json], None], said: str
) -> None:
    scan = json.loads(written(document))
    spoil(scan)
    with pytest.raises(SavedScanError, match="not a whole leastwise/scan/1") as caught:
        read_json(json.dumps(scan), source="old.json")
    assert said in caught.value.message
    assert "\n" not in caught.value.message


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "old.json: not JSON: "),
        ("id,verdict\r\n", "old.json: not JSON: "),
        ('{"schema": "leastwise/sc', "old.json: not JSON: "),
        (b"\xff\xfe{}", "old.json: not JSON: "),
        (b'{"schema": "leastwise/scan/1", "version": "\xff"}', "old.json: not JSON: "),
        ('{"other":' + "[" * 100_000, "old.json: not JSON: "),
        ("[]", "old.json: JSON, but no scan of leastwise: "),
        ('{"schema": 1}', "old.json: JSON, but no scan of leastwise: "),
        ('{"UserDetailList": []}', "old.json: JSON, but no scan of leastwise: it names no schema"),
        ('{"schema": "sarif"}', "old.json: JSON, but no scan of leastwise: its schema is 'sarif'"),
        (
            '{"schema": "leastwise/scan/2"}',
            "old.json: a scan of schema 'leastwise/scan/2'; this version of leastwise reads 'leastwise/scan/1'",
        ),
    ],
)
def test_what_is_no_scan_is_said_to_be_none(text: str | bytes, said: str) -> None:
    with pytest.raises(SavedScanError) as caught:
        read_json(text, source="old.json")
    assert caught.value.message.startswith(said)
    assert caught.value.hint


def test_fields_of_later_versions_are_left_out(document: ScanDocument) -> None:
    scan = json.loads(written(document))
    scan["principals"][0]["colour"] = "red"
    assert read_json(json.dumps(scan), source="new.json") == document


def test_the_schema_refuses_a_reason_where_nothing_is_unknown(document: ScanDocument) -> None:
    scan = json.loads(written(document))
    scan["principals"][0]["services"][0]["reason"] = "too-new"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(scan, json.loads(schema_text()))
