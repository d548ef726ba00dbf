"""The filters of Security Hub's GetFindings, those that work on one text, one list of texts or a map."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Annotated, Any, Final, Literal

from msgspec import Meta, Struct

from leastwise.sandbox.refusals import Refusal

__all__ = ["Condition", "check_filters", "passes"]

_MOST: Final = 20
"""Conditions on one attribute (Security Hub API Reference, AwsSecurityFindingFilters)."""
_PLACES: Final[Mapping[str, tuple[str, ...]]] = {
    "AwsAccountId": ("AwsAccountId",),
    "CompanyName": ("CompanyName",),
    "ComplianceStatus": ("Compliance", "Status"),
    "Description": ("Description",),
    "GeneratorId": ("GeneratorId",),
    "Id": ("Id",),
    "ProductArn": ("ProductArn",),
    "ProductFields": ("ProductFields",),
    "ProductName": ("ProductName",),
    "RecordState": ("RecordState",),
    "Region": ("Region",),
    "ResourceId": ("Resources", "Id"),
    "ResourceType": ("Resources", "Type"),
    "SeverityLabel": ("Severity", "Label"),
    "Title": ("Title",),
    "Type": ("Types",),
    "WorkflowStatus": ("Workflow", "Status"),
}
_Comparison = Literal["EQUALS", "PREFIX", "CONTAINS", "NOT_EQUALS", "PREFIX_NOT_EQUALS", "NOT_CONTAINS"]
_COMPARED: Final[Mapping[str, Callable[[str, str], bool]]] = {
    "CONTAINS": lambda value, wanted: wanted in value,
    "EQUALS": lambda value, wanted: value == wanted,
    "NOT_CONTAINS": lambda value, wanted: wanted not in value,
    "NOT_EQUALS": lambda value, wanted: value != wanted,
    "PREFIX": lambda value, wanted: value.startswith(wanted),
    "PREFIX_NOT_EQUALS": lambda value, wanted: not value.startswith(wanted),
}


class Condition(Struct, frozen=True, rename="pascal"):
    """What a value must be, or must not be."""

    value: Annotated[str, Meta(pattern=r"\S")]
    """The text that it is compared with."""
    comparison: _Comparison
    """How it is compared."""
    key: str = ""
    """Which value of a map."""


def check_filters(filters: Mapping[str, Sequence[Condition]]) -> None:
    """Refuse filters that are too many, and those that the sandbox does not have.

    Raises:
        Refusal: as said.
    """
    for name, conditions in filters.items():
        if name not in _PLACES:
            raise Refusal(501, "NotImplemented", f"The sandbox does not have the filter {name}")
        if len(conditions) > _MOST:
            raise Refusal(400, "InvalidInputException", f"The filter {name} has more than {_MOST} values")


def passes(finding: Mapping[str, Any], filters: Mapping[str, Sequence[Condition]]) -> bool:
    """Whether a finding has all that each filter wants.

    Of conditions on one attribute, one that wants something must hold, and all that want something not to be.
    """
    return all(_holds(finding, name, conditions) for name, conditions in filters.items())


def _holds(finding: Mapping[str, Any], name: str, conditions: Sequence[Condition]) -> bool:
    wanted = [one for one in conditions if "NOT" not in one.comparison]
    unwanted = [one for one in conditions if "NOT" in one.comparison]
    values = {one: tuple(_values(finding, (*_PLACES[name], *((one.key,) if one.key else ())))) for one in conditions}
    meets = any(_COMPARED[one.comparison](value, one.value) for one in wanted for value in values[one])
    spared = all(_COMPARED[one.comparison](value, one.value) for one in unwanted for value in values[one])
    return spared and (meets or not wanted)


def _values(part: Any, place: tuple[str, ...]) -> Iterator[str]:  # noqa: ANN401 - JSON
    if isinstance(part, list):
        for one in part:
            yield from _values(one, place)
    elif not place:
        yield str(part)
    elif isinstance(part, Mapping) and place[0] in part:
        yield from _values(part[place[0]], place[1:])
