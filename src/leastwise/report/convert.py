"""Judged things, one by one, as entries of the document."""

from datetime import UTC, datetime
from operator import attrgetter

from leastwise.findings import (
    AccountScan,
    ActionVerdict,
    EvidenceNote,
    Exempt,
    Finding,
    Gain,
    PolicyJudgement,
    PrincipalJudgement,
    ScanParameters,
    ServiceVerdict,
)
from leastwise.inventory import GrantedBy, Group, PolicyKind, Principal
from leastwise.report.document import (
    AccountEntry,
    ActionEntry,
    ErrorEntry,
    EvidenceEntry,
    ExemptEntry,
    FindingEntry,
    GainEntry,
    GrantEntry,
    ParametersEntry,
    PolicyEntry,
    PrincipalEntry,
    ServiceEntry,
)

__all__ = [
    "account_entry",
    "action_entries",
    "finding_entry",
    "gain_entry",
    "grant_entries",
    "parameters_entry",
    "policy_entry",
    "principal_entry",
    "service_entry",
    "utc",
]


def utc(moment: datetime) -> datetime:
    """The same moment in UTC."""
    return moment if moment.tzinfo is UTC else moment.astimezone(UTC)


def _utc_or_none(moment: datetime | None) -> datetime | None:
    return None if moment is None else utc(moment)


def parameters_entry(parameters: ScanParameters) -> ParametersEntry:
    """What the user asked for."""
    return ParametersEntry(
        stale_after_days=parameters.stale_after_days,
        principals=parameters.principals,
        services=parameters.services,
        exclude=parameters.exclude,
        policies=parameters.policies,
        verify=parameters.verify,
    )


def account_entry(scan: AccountScan) -> AccountEntry:
    """The account, with what could not be had, sorted."""
    errors = (
        ErrorEntry(code=error.code, message=error.message, operation=error.operation, arn=error.arn)
        for error in sorted(scan.errors)
    )
    return AccountEntry(
        id=scan.account.id,
        alias=scan.account.alias,
        partition=scan.account.partition,
        status=scan.status,
        errors=tuple(errors),
        notes=scan.judgement.notes if scan.judgement is not None else (),
    )


def grant_entries(granted_by: tuple[GrantedBy, ...]) -> tuple[GrantEntry, ...]:
    """The grants, sorted."""
    return tuple(
        GrantEntry(policy=one.policy, kind=one.kind, via=one.via, statements=tuple(sorted(one.statements)))
        for one in sorted(granted_by)
    )


def action_entries(verdicts: tuple[ActionVerdict, ...], *, namespace: str) -> tuple[ActionEntry, ...]:
    """The actions of one service, by name."""
    return tuple(
        ActionEntry(
            action=f"{namespace}:{one.name}",
            verdict=one.verdict,
            reason=one.reason,
            last_used_at=_utc_or_none(one.last_used_at),
        )
        for one in sorted(verdicts, key=attrgetter("name"))
    )


def service_entry(
    verdict: ServiceVerdict, *, grants: tuple[GrantEntry, ...], actions: tuple[ActionEntry, ...]
) -> ServiceEntry:
    """The service, with its grants and actions, which many services share and are made once."""
    return ServiceEntry(
        namespace=verdict.namespace,
        name=verdict.name,
        verdict=verdict.verdict,
        reason=verdict.reason,
        last_used_at=_utc_or_none(verdict.last_used_at),
        last_used_region=verdict.last_used_region,
        granted_by=grants,
        actions=actions,
        untracked_actions=verdict.untracked_actions,
    )


def _evidence(notes: tuple[EvidenceNote, ...]) -> tuple[EvidenceEntry, ...]:
    return tuple(
        EvidenceEntry(
            source=note.source,
            window_start=utc(note.window.start),
            window_end=utc(note.window.end),
            granularity=note.granularity,
        )
        for note in sorted(notes)
    )


def gain_entry(gain: Gain) -> GainEntry:
    """What would be gained."""
    return GainEntry(services=gain.services, actions=gain.actions, writing=gain.writing, permissions=gain.permissions)


def _boundary(principal: Principal) -> str | None:
    return None if isinstance(principal, Group) else principal.boundary


def principal_entry(
    judged: PrincipalJudgement, *, account: str, gain: Gain, services: tuple[ServiceEntry, ...]
) -> PrincipalEntry:
    """The principal, with its services."""
    principal = judged.principal
    return PrincipalEntry(
        arn=principal.arn,
        type=principal.type,
        account=account,
        id=principal.id,
        path=principal.path,
        created_at=utc(principal.created_at),
        last_used_at=_utc_or_none(judged.last_used_at),
        name=principal.name,
        boundary=_boundary(principal),
        is_idle=judged.is_idle,
        is_editable=judged.is_editable,
        gain=gain_entry(gain),
        evidence=_evidence(judged.evidence),
        services=services,
    )


def policy_entry(judged: PolicyJudgement, *, account: str, services: tuple[ServiceEntry, ...]) -> PolicyEntry:
    """The managed policy, with its services."""
    return PolicyEntry(
        arn=judged.policy.arn,
        name=judged.policy.name,
        kind=PolicyKind.AWS_MANAGED if judged.policy.is_aws_managed else PolicyKind.MANAGED,
        attached_to=tuple(sorted(judged.attached_to)),
        account=account,
        boundary_of=tuple(sorted(judged.boundary_of)),
        evidence=_evidence(judged.evidence),
        services=services,
    )


def _exempt(exempt: Exempt | None) -> ExemptEntry | None:
    if exempt is None:
        return None
    return ExemptEntry(owner=exempt.owner, reason=exempt.reason, until=exempt.until)


def finding_entry(finding: Finding) -> FindingEntry:
    """The finding."""
    return FindingEntry(
        id=finding.id,
        rule=finding.rule,
        severity=finding.severity,
        account=finding.account,
        resource=finding.resource,
        resource_type=finding.resource_type,
        title=finding.title,
        detail=finding.detail,
        services=tuple(sorted(finding.services)),
        actions=tuple(sorted(finding.actions)),
        evidence=_evidence(finding.evidence),
        exempt=_exempt(finding.exempt),
        gain=gain_entry(finding.gain),
    )
