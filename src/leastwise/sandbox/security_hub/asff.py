"""What Security Hub refuses in a finding: the AWS Security Finding Format, checked.

The members and their types, names and enumerations are those of botocore's model of securityhub 2018-10-26; the limits
are those of the Security Hub User Guide, "AWS Security Finding Format (ASFF)".
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import msgspec

if TYPE_CHECKING:
    from botocore.model import Shape

__all__ = ["fault_of"]

_MOST_BYTES: Final = 240 * 1024
_MOST_RESOURCES: Final = 32
_MOST_TYPES: Final = 50
_MOST_FIELDS: Final = 50
_LENGTHS: Final = {"Id": 512, "GeneratorId": 512, "Title": 256, "Description": 1024}
_TIMES: Final = ("CreatedAt", "UpdatedAt", "FirstObservedAt", "LastObservedAt")
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:?\d\d)", re.ASCII)
_NAMESPACES: Final = (
    "Effects",
    "Sensitive Data Identifications",
    "Software and Configuration Checks",
    "TTPs",
    "Unusual Behaviors",
)
"""How a type begins (Security Hub User Guide, "Types taxonomy for ASFF")."""


def fault_of(finding: Mapping[str, Any], *, account_id: str) -> str | None:
    """The first thing that is wrong with a finding of an account; None for a good one."""
    return next(_faults(finding, account_id), None)


def _faults(finding: Mapping[str, Any], account_id: str) -> Iterator[str]:
    size = len(msgspec.json.encode(finding))
    if size > _MOST_BYTES:
        yield f"data has {size} bytes, more than {_MOST_BYTES}"
    yield from _structure(finding)
    yield from _enumerations(_shape(), finding, "data")
    if finding["SchemaVersion"] != "2018-10-08":
        yield "data.SchemaVersion should be equal to constant 2018-10-08"
    if finding["AwsAccountId"] != account_id:
        yield f"data.AwsAccountId should be that of the caller, {account_id}"
    yield from _limits(finding)
    yield from _severity_and_types(finding)


def _structure(finding: Mapping[str, Any]) -> Iterator[str]:
    from botocore.validate import ParamValidator  # noqa: PLC0415 - slow to import, and only this needs it

    report = ParamValidator().validate(finding, _shape())
    if report.has_errors():
        yield report.generate_report()


@cache
def _shape() -> "Shape":
    from botocore.session import get_session  # noqa: PLC0415 - the same

    return get_session().get_service_model("securityhub").shape_for("AwsSecurityFinding")


def _enumerations(shape: Any, value: Any, place: str) -> Iterator[str]:  # noqa: ANN401 - botocore's shapes, and JSON
    if shape.type_name == "structure":
        for name, part in value.items():
            yield from _enumerations(shape.members[name], part, f"{place}.{name}")
    elif shape.type_name == "list":
        for number, part in enumerate(value):
            yield from _enumerations(shape.member, part, f"{place}[{number}]")
    elif shape.type_name == "map":
        for name, part in value.items():
            yield from _enumerations(shape.value, part, f"{place}.{name}")
    elif shape.type_name == "string":
        if shape.enum and value not in shape.enum:
            yield f"{place} should be equal to one of the allowed values {', '.join(shape.enum)}"
        if shape.name == "NonEmptyString" and not value.strip():
            yield f"{place} should NOT be shorter than 1 characters"


def _limits(finding: Mapping[str, Any]) -> Iterator[str]:
    for name, most in _LENGTHS.items():
        if len(finding[name]) > most:
            yield f"data.{name} should NOT be longer than {most} characters"
    for name in _TIMES:
        if name in finding and not _is_time(finding[name]):
            yield f"data.{name} should match format date-time"
    count = len(finding["Resources"])
    if not 1 <= count <= _MOST_RESOURCES:
        yield f"data.Resources should have 1 to {_MOST_RESOURCES} items, and has {count}"
    for number, resource in enumerate(finding["Resources"]):
        yield from _fields(
            resource.get("Details", {}).get("Other", {}), f"data.Resources[{number}].Details.Other", 1024
        )
    yield from _fields(finding.get("ProductFields", {}), "data.ProductFields", 2048)
    text = finding.get("Remediation", {}).get("Recommendation", {}).get("Text", "")
    if len(text) > 512:  # noqa: PLR2004 - as the guide says
        yield "data.Remediation.Recommendation.Text should NOT be longer than 512 characters"


def _is_time(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return _TIME.fullmatch(text) is not None


def _fields(fields: Mapping[str, str], place: str, most: int) -> Iterator[str]:
    if len(fields) > _MOST_FIELDS:
        yield f"{place} should NOT have more than {_MOST_FIELDS} properties"
    for name, value in fields.items():
        if len(name) > 128 or len(value) > most:  # noqa: PLR2004 - as the guide says
            yield f"{place}.{name} should NOT be longer than {most} characters, its name than 128"


def _severity_and_types(finding: Mapping[str, Any]) -> Iterator[str]:
    """Both are given at the top, or as the provider's (User Guide, "Using FindingProviderFields")."""
    provider: Mapping[str, Any] = finding.get("FindingProviderFields", {})
    severity: Mapping[str, Any] = provider.get("Severity") or finding.get("Severity") or {}
    types: Sequence[str] = provider.get("Types") or finding.get("Types") or ()
    if not types or not ({"Label", "Normalized", "Original"} & set(severity)):
        yield "data should have required property 'FindingProviderFields', data should match some schema in anyOf"
    if len(types) > _MOST_TYPES:
        yield f"data.Types should NOT have more than {_MOST_TYPES} items"
    for one in types:
        if one.split("/")[0] not in _NAMESPACES or one.count("/") > 2:  # noqa: PLR2004 - namespace, category, classifier
            yield f"data.Types has {one!r}, which is no namespace/category/classifier"
