"""What Security Hub takes for a finding: botocore's model of the call, and the limits that it leaves to prose."""

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any, Final

import botocore.session
from botocore.model import StructureShape
from botocore.validate import ParamValidator

__all__ = ["complaints"]

_LIMITS: Final = {"Id": 512, "Title": 256, "Description": 1024, "GeneratorId": 512, "ProductArn": 2048}
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z")
_TIMES: Final = ("CreatedAt", "UpdatedAt", "FirstObservedAt", "LastObservedAt")
_RESOURCE_TYPES: Final = {"AwsIamRole", "AwsIamUser", "AwsIamGroup", "AwsIamPolicy"}


@cache
def _shape() -> StructureShape:
    model = botocore.session.get_session().get_service_model("securityhub").operation_model("BatchImportFindings")
    assert isinstance(model.input_shape, StructureShape)
    return model.input_shape


def complaints(findings: list[dict[str, Any]]) -> list[str]:
    """What Security Hub would not take, of findings as their JSON is read; no findings are not sent at all."""
    if not findings:
        return []
    report = ParamValidator().validate({"Findings": findings}, _shape())
    return [report.generate_report()] if report.has_errors() else list(_of_all(findings))


def _of_all(findings: list[dict[str, Any]]) -> Iterator[str]:
    for finding in findings:
        yield from (f"{finding['Id']}: {what}" for what in _of(finding))
    ids = [finding["Id"] for finding in findings]
    if len(set(ids)) < len(ids):
        yield "an id comes twice"


def _of(finding: dict[str, Any]) -> Iterator[str]:
    text = json.dumps(finding, ensure_ascii=False)
    if len(text.encode()) > 240_000:
        yield f"{len(text.encode())} bytes"
    yield from (f"a long {name}" for name, limit in _LIMITS.items() if len(finding[name]) > limit)
    yield from (f"{name} is {finding[name]}" for name in _TIMES if not _TIME.fullmatch(finding[name]))
    if len(finding["Remediation"]["Recommendation"]["Text"]) > 512:
        yield "a long recommendation"
    fields: dict[str, str] = finding["ProductFields"]
    if len(fields) > 50 or any(len(key) > 128 or len(value) > 2048 for key, value in fields.items()):
        yield "large ProductFields"
    texts = [finding["Title"], finding["Description"], *fields.values(), *fields]
    yield from (f"blank or on several lines: {one!r}" for one in texts if not re.fullmatch(r".*\S.*", one))
    if not {one["Type"] for one in finding["Resources"]} <= _RESOURCE_TYPES:
        yield "an unknown type of resource"
