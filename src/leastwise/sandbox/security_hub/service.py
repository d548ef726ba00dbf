"""Security Hub: findings that are imported, checked as AWS checks them, and read.

As there: a finding is known by its product and id, and an import changes it only where it is newer; what belongs to the
customer (note, own fields, verification, workflow) cannot be imported; a bad finding does not keep the others out.
Where AWS does not say how it refuses, the sandbox refuses the one finding with InvalidInput.

The requests, answers and errors are those of botocore's model of securityhub 2018-10-26, protocol REST-JSON.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from threading import Lock
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta, Struct

from leastwise.sandbox.exchange import Answered, Asked, read_request
from leastwise.sandbox.failing import Failing
from leastwise.sandbox.house import House
from leastwise.sandbox.paging import page_or_refuse
from leastwise.sandbox.refusals import Refusal
from leastwise.sandbox.security_hub.asff import fault_of
from leastwise.sandbox.security_hub.filters import Condition, check_filters, passes

__all__ = ["SecurityHub"]

_REGION: Final = "us-east-1"
_BAD: Final = "InvalidInputException"
_OF_CUSTOMER: Final = ("Note", "UserDefinedFields", "VerificationState", "Workflow")
"""What an import does not set (botocore's model, BatchImportFindings)."""
_NORMALIZED: Final = {"INFORMATIONAL": 0, "LOW": 1, "MEDIUM": 40, "HIGH": 70, "CRITICAL": 90}
"""The number of each label (Security Hub User Guide, ASFF, "Severity")."""
_FINDINGS_A_PAGE: Final = 10
_Finding = dict[str, Any]


class _Import(Struct, frozen=True, rename="pascal"):
    findings: Annotated[tuple[_Finding, ...], Meta(min_length=1, max_length=100)]


class _Sort(Struct, frozen=True, rename="pascal"):
    field: str
    sort_order: str = "asc"


class _Get(Struct, frozen=True, rename="pascal"):
    filters: dict[str, tuple[Condition, ...]] = {}
    sort_criteria: tuple[_Sort, ...] = ()
    max_results: Annotated[int, Meta(ge=1, le=100)] = _FINDINGS_A_PAGE
    next_token: str | None = None


class SecurityHub:
    """The findings of one account, by region; safe to use from several threads."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._enabled: dict[str, datetime] = {}
        self._disabled = not house.options.security_hub
        self._findings: dict[tuple[str, str, str], _Finding] = {}
        self._failing = Failing(house.options.fail_imports, times=house.options.fail_times)
        self._lock = Lock()
        self._operations: dict[str, Callable[[Asked], Any]] = {
            "BatchImportFindings": self._import,
            "DescribeHub": self._describe,
            "EnableSecurityHub": self._enable,
            "GetFindings": self._get,
        }

    @property
    def operations(self) -> frozenset[str]:
        """The operations that it answers."""
        return frozenset(self._operations)

    def findings(self, *, region: str = _REGION) -> tuple[Mapping[str, Any], ...]:
        """A region's findings, in the order in which they were first imported."""
        with self._lock:
            return tuple(dict(finding) for key, finding in self._findings.items() if key[0] == region)

    def answer(self, asked: Asked) -> Answered:
        """The answer to one call.

        Raises:
            Refusal: as Security Hub refuses it.
        """
        with self._lock:
            if asked.operation != "EnableSecurityHub" and not self._is_enabled(asked.region):
                message = f"Account {self._house.account.id} is not subscribed to AWS Security Hub"
                raise Refusal(401, "InvalidAccessException", message)
            return Answered(msgspec.json.encode(self._operations[asked.operation](asked)))

    def resources(self, asked: Asked) -> tuple[str, ...]:
        """The ARNs of the products whose findings are imported, or the hub's."""
        if asked.operation != "BatchImportFindings":
            return (self._hub(asked.region),)
        body = read_request(asked.request.body, dict[str, Any], code=_BAD)
        findings = [one for one in body.get("Findings") or () if isinstance(one, dict)]
        return tuple(dict.fromkeys(str(one["ProductArn"]) for one in findings if one.get("ProductArn")))

    def _hub(self, region: str) -> str:
        return f"arn:aws:securityhub:{region}:{self._house.account.id}:hub/default"

    def _is_enabled(self, region: str) -> bool:
        return not self._disabled or region in self._enabled

    def _enable(self, asked: Asked) -> dict[str, Any]:
        if self._is_enabled(asked.region):
            raise Refusal(409, "ResourceConflictException", "Account is already subscribed to Security Hub")
        self._enabled[asked.region] = self._house.now
        return {}

    def _describe(self, asked: Asked) -> dict[str, Any]:
        since = self._enabled.get(asked.region, self._house.now)
        return {"HubArn": self._hub(asked.region), "SubscribedAt": _stamp(since), "AutoEnableControls": True}

    def _import(self, asked: Asked) -> dict[str, Any]:
        findings = read_request(asked.request.body, _Import, code=_BAD).findings
        self._check_products(asked, findings)
        failed = []
        for finding in findings:
            fault = self._fault(finding, asked.region)
            if fault is None:
                self._keep(finding, asked.region)
            else:
                code, message = fault
                failed.append({"Id": str(finding.get("Id")), "ErrorCode": code, "ErrorMessage": message})
        return {
            "FailedCount": len(failed),
            "SuccessCount": len(findings) - len(failed),
            "FailedFindings": failed,
        }

    def _check_products(self, asked: Asked, findings: tuple[_Finding, ...]) -> None:
        """Refuse a call for another product than the account's own: others let only their partners in."""
        own = f"arn:aws:securityhub:{asked.region}:{self._house.account.id}:product/{self._house.account.id}/default"
        for finding in findings:
            product = finding.get("ProductArn", own)
            if product != own:
                said = f"User: {asked.caller.shown_arn} is not authorized to perform: securityhub:BatchImportFindings"
                raise Refusal(403, "AccessDeniedException", f"{said} on resource: {product}")

    def _fault(self, finding: _Finding, region: str) -> tuple[str, str] | None:
        """Code and message of what keeps a finding out, or None."""
        fault = fault_of(finding, account_id=self._house.account.id)
        if fault is not None:
            return "InvalidInput", f"Finding does not adhere to Amazon Finding Format. {fault}."
        if self._failing.hits(finding["Id"]):
            return "InternalError", "The sandbox was told to answer so."
        kept = self._findings.get(_key(finding, region))
        if kept is not None and _moment(finding["UpdatedAt"]) <= _moment(kept["UpdatedAt"]):
            return (
                "InvalidInput",
                f"UpdatedAt is not later than that of the finding that is there, {kept['UpdatedAt']}.",
            )
        return None

    def _keep(self, finding: _Finding, region: str) -> None:
        provider = finding.get("FindingProviderFields", {})
        severity = _severity(finding.get("Severity") or provider.get("Severity", {}))
        types = finding.get("Types") or provider.get("Types", [])
        key = _key(finding, region)
        kept = self._findings.get(key, {"Workflow": {"Status": "NEW"}})
        self._findings[key] = {
            "RecordState": "ACTIVE",
            "CompanyName": "Personal",
            "ProductName": "Default",
            **{name: value for name, value in finding.items() if name not in _OF_CUSTOMER},
            **{name: kept[name] for name in _OF_CUSTOMER if name in kept},
            "Severity": severity,
            "Types": types,
            "FindingProviderFields": {"Severity": {"Label": severity["Label"]}, "Types": types, **provider},
            "WorkflowState": "NEW",
            "Region": region,
            "ProcessedAt": _stamp(self._house.now),
        }

    def _get(self, asked: Asked) -> dict[str, Any]:
        request = read_request(asked.request.body, _Get, code=_BAD)
        check_filters(request.filters)
        here = [finding for key, finding in self._findings.items() if key[0] == asked.region]
        found = [finding for finding in here if passes(finding, request.filters)]
        for sort in reversed(request.sort_criteria):
            found = _sorted(found, sort)
        owner = sha256(msgspec.json.encode([asked.region, request.filters, request.sort_criteria])).hexdigest()
        refusal = Refusal(400, _BAD, "Invalid parameter 'NextToken'.")
        page = page_or_refuse(
            self._house.pager,
            found,
            of=owner,
            marker=request.next_token,
            limit=request.max_results,
            refusal=refusal,
        )
        return {"Findings": page.items, **({"NextToken": page.marker} if page.marker else {})}


def _sorted(findings: list[_Finding], sort: _Sort) -> list[_Finding]:
    return sorted(findings, key=lambda one: str(one.get(sort.field, "")), reverse=sort.sort_order == "desc")


def _key(finding: _Finding, region: str) -> tuple[str, str, str]:
    return region, finding["ProductArn"], finding["Id"]


def _severity(severity: Mapping[str, Any]) -> dict[str, Any]:
    """With its label and number, whichever was given."""
    if "Label" in severity:
        return {"Normalized": _NORMALIZED[severity["Label"]], **severity}
    number = int(severity.get("Normalized", 0))
    label = max((name for name in _NORMALIZED if _NORMALIZED[name] <= number), key=_NORMALIZED.__getitem__)
    return {"Label": label, "Normalized": number, **severity}


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _stamp(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z"
