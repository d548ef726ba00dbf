"""The findings of a scan in the AWS Security Finding Format, as Security Hub takes them.

Exempt findings are there, as ARCHIVED: nobody is to act on them, they count in no insight, and whoever filters for them
reads the reason and its end. The Workflow of a finding, where a user would suppress it, is not for importers to set.
"""

from collections.abc import Iterator
from typing import Final

from leastwise.errors import UsageError
from leastwise.findings import Rule, Severity
from leastwise.report.asff_fields import VALUE_LIMIT, Names, fitted, names_in, packed
from leastwise.report.asff_finding import (
    GENERATOR,
    SCHEMA_VERSION,
    AsffCompliance,
    AsffFinding,
    AsffProviderFields,
    AsffRecommendation,
    AsffRemediation,
    AsffResource,
    AsffSeverity,
    ComplianceStatus,
    RecordState,
    SeverityLabel,
    product_arn,
)
from leastwise.report.document import EvidenceEntry, FindingEntry, ScanDocument
from leastwise.report.json_format import encode
from leastwise.report.phrases import stamp

__all__ = ["REMEDIES", "actions_of", "asff_findings", "asff_id", "render_asff", "rule_of", "services_of"]

_TITLE: Final = 256
_DESCRIPTION: Final = 1024
"""Characters that Security Hub takes."""
_TYPES: Final = ("Software and Configuration Checks/AWS Security Best Practices",)
_LABELS: Final = {
    Severity.HIGH: SeverityLabel.HIGH,
    Severity.MEDIUM: SeverityLabel.MEDIUM,
    Severity.LOW: SeverityLabel.LOW,
}
_RESOURCES: Final = {"user": "AwsIamUser", "role": "AwsIamRole", "group": "AwsIamGroup", "policy": "AwsIamPolicy"}
_IAM_REGIONS: Final = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}
"""IAM is global, and ASFF knows no global region: this is the one that IAM's calls are signed for in each partition."""
_SERVICE_FIELDS: Final = 6
_ACTION_FIELDS: Final = 28
"""Fields that a list may fill, so that all of a finding's stay within 50."""
_SERVICES: Final = "leastwise/services"
_ACTIONS: Final = "leastwise/actions"

REMEDIES: Final = {
    Rule.UNUSED_SERVICE: "Take the services out of the statements that grant them. `leastwise plan` writes the smaller "
    "policies, each with a proof; `leastwise explain` quotes the statements.",
    Rule.STALE_SERVICE: "If the services are not needed any more, take them out of the statements that grant them: "
    "`leastwise plan --include-stale` writes the smaller policies.",
    Rule.UNUSED_ACTION: "Take the actions out of the statements that grant them. `leastwise plan` writes the smaller "
    "policies, each with a proof.",
    Rule.UNUSED_ROLE: "If nobody needs the role, delete it; `leastwise plan --quarantine` denies first what it is "
    "granted, which one detach undoes.",
    Rule.UNUSED_USER: "If nobody needs the user, delete it, or take its credentials away.",
    Rule.UNUSED_ACCESS_KEY: "Deactivate the access key, and delete it when nothing breaks.",
    Rule.UNUSED_PASSWORD: "If the user needs no console, delete the password.",
    Rule.UNATTACHED_POLICY: "If nobody needs the policy, delete it.",
    Rule.EMPTY_GROUP: "If nobody is to become a member, delete the group.",
    Rule.UNUSED_GROUP_GRANT: "Take the services out of the group's policies. `leastwise plan` writes the smaller ones.",
}
"""What to do about the findings of each rule."""


def render_asff(document: ScanDocument, *, region: str) -> Iterator[str]:
    """Pieces of a JSON list, a finding a line, as `aws securityhub batch-import-findings --findings` takes it.

    That takes 100 findings at once; `leastwise scan --send securityhub` has no such limit. The findings are for the
    Security Hub of `region` alone.

    Raises:
        UsageError: there is no region.
    """
    if not region:
        raise UsageError("a finding for Security Hub is for one region, and none is named", hint="use --region")
    separator = "[\n"
    for finding in asff_findings(document, region=region):
        yield separator + encode(finding).decode()
        separator = ",\n"
    yield "[]\n" if separator == "[\n" else "\n]\n"


def asff_findings(document: ScanDocument, *, region: str) -> Iterator[AsffFinding]:
    """Every finding of the scan, in its order, for the Security Hub of `region`; as first seen at the scan's moment."""
    partitions = {account.id: account.partition for account in document.accounts}
    for entry in document.findings:
        yield _finding(entry, document, partition=partitions.get(entry.account, "aws"), region=region)


def asff_id(entry: FindingEntry) -> str:
    """What Security Hub knows the finding by, the same from scan to scan: `leastwise/ACCOUNT/ID`."""
    return f"{GENERATOR}{entry.account}/{entry.id}"


def rule_of(finding: AsffFinding) -> Rule | None:
    """The rule that found it; None if this version has no such rule."""
    name = finding.generator_id.removeprefix(GENERATOR)
    return next((rule for rule in Rule if rule == name), None)


def services_of(finding: AsffFinding) -> Names:
    """The namespaces that it is about."""
    return names_in(finding.product_fields, _SERVICES)


def actions_of(finding: AsffFinding) -> Names:
    """The actions that it is about."""
    return names_in(finding.product_fields, _ACTIONS)


def _finding(entry: FindingEntry, document: ScanDocument, *, partition: str, region: str) -> AsffFinding:
    now = document.generated_at
    severity = AsffSeverity(_LABELS[entry.severity], entry.severity)
    return AsffFinding(
        schema_version=SCHEMA_VERSION,
        id=asff_id(entry),
        product_arn=product_arn(partition, region, entry.account),
        product_name="leastwise",
        company_name="leastwise",
        generator_id=f"{GENERATOR}{entry.rule}",
        aws_account_id=entry.account,
        types=_TYPES,
        first_observed_at=now,
        last_observed_at=now,
        created_at=now,
        updated_at=now,
        severity=severity,
        title=fitted(entry.title, _TITLE) or entry.rule,
        description=fitted(entry.detail, _DESCRIPTION) or entry.rule,
        remediation=AsffRemediation(AsffRecommendation(REMEDIES[entry.rule])),
        product_fields=_fields(entry, document),
        resources=(_resource(entry, partition),),
        compliance=AsffCompliance(ComplianceStatus.FAILED),
        record_state=RecordState.ACTIVE if entry.exempt is None else RecordState.ARCHIVED,
        finding_provider_fields=AsffProviderFields(severity, _TYPES),
    )


def _resource(entry: FindingEntry, partition: str) -> AsffResource:
    kind = _RESOURCES[entry.resource_type]
    home = _IAM_REGIONS.get(partition)
    return AsffResource(kind, entry.resource) if home is None else AsffResource(kind, entry.resource, partition, home)


def _fields(entry: FindingEntry, document: ScanDocument) -> dict[str, str]:
    said = {
        "leastwise/rule": entry.rule,
        "leastwise/finding": entry.id,
        "leastwise/version": document.version,
        "leastwise/stale-after-days": str(document.parameters.stale_after_days),
        "leastwise/evidence": "; ".join(map(_evidence, entry.evidence)),
        "leastwise/gain/services": str(entry.gain.services),
        "leastwise/gain/actions": str(entry.gain.actions),
        "leastwise/gain/writing": str(entry.gain.writing),
        "leastwise/gain/permissions": str(entry.gain.permissions),
        **_exempt(entry),
    }
    fitting = {key: fitted(value, VALUE_LIMIT) for key, value in said.items()}
    return {
        **{key: value for key, value in fitting.items() if value},
        **packed(_SERVICES, entry.services, most=_SERVICE_FIELDS),
        **packed(_ACTIONS, entry.actions, most=_ACTION_FIELDS),
    }


def _exempt(entry: FindingEntry) -> dict[str, str]:
    if entry.exempt is None:
        return {}
    until = "" if entry.exempt.until is None else entry.exempt.until.isoformat()
    return {
        "leastwise/exempt/owner": entry.exempt.owner,
        "leastwise/exempt/reason": entry.exempt.reason,
        "leastwise/exempt/until": until,
    }


def _evidence(note: EvidenceEntry) -> str:
    return f"{note.source} by {note.granularity}, {stamp(note.window_start)} to {stamp(note.window_end)}"
