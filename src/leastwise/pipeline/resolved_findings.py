"""Which findings of an earlier scan a scan proves to be resolved; not to find one again proves nothing.

A finding is resolved where the scan looked at what it is about and knows that it holds no more. Where evidence could
not be had, where a verdict is unknown for whatever reason, and where the scan was narrowed, it stays open.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta

from msgspec import Struct

from leastwise.evidence import Granularity, Source, Window, covers
from leastwise.findings import Rule, ScanStatus, Verdict
from leastwise.report import PolicyEntry, PrincipalEntry, ScanDocument, ServiceEntry
from leastwise.report.asff import actions_of, rule_of, services_of
from leastwise.report.asff_finding import AsffFinding

__all__ = ["resolved_ids"]

_Entry = PrincipalEntry | PolicyEntry


def resolved_ids(
    document: ScanDocument, account: str, *, missing: Iterable[AsffFinding], is_whole: bool
) -> frozenset[str]:
    """The ids of those findings about the account that the scan proves to be resolved.

    `missing` are findings of earlier scans that this one does not have. `is_whole` says that a resource which the scan
    could have looked at and does not show is gone; a file may hold a part of an account. Costs a walk through all
    principals, where anything is missing.
    """
    candidates = [(_resource_of(finding), finding) for finding in missing]
    looked_at = _looked_at(document, account, {resource for resource, _ in candidates}, is_whole=is_whole)
    if looked_at is None:
        return frozenset()
    return frozenset(finding.id for resource, finding in candidates if looked_at.resolves(finding, resource))


def _resource_of(finding: AsffFinding) -> str:
    """The ARN that it is about; empty if it names none, or several."""
    return finding.resources[0].id if len(finding.resources) == 1 else ""


class _LookedAt(Struct, frozen=True):
    """What a scan says of some resources of an account."""

    document: ScanDocument
    entries: Mapping[str, _Entry]
    """By ARN, those of the resources that were looked at."""
    troubled: frozenset[str]
    """ARNs on which something could not be read."""
    is_whole: bool
    """Whether what is not here is gone."""

    def resolves(self, finding: AsffFinding, resource: str) -> bool:
        if not resource or resource in self.troubled:
            return False
        entry = self.entries.get(resource)
        if entry is None:
            return self.is_whole
        return self._is_settled(finding, entry)

    def _is_settled(self, finding: AsffFinding, entry: _Entry) -> bool:
        match rule_of(finding):
            case Rule.UNUSED_SERVICE | Rule.STALE_SERVICE | Rule.UNUSED_ACTION | Rule.UNUSED_GROUP_GRANT:
                return self._are_known(finding, entry)
            case Rule.UNUSED_ROLE | Rule.UNUSED_USER:
                return self._is_in_use(entry)
            case Rule.UNUSED_ACCESS_KEY | Rule.UNUSED_PASSWORD:
                return self._has_credentials(entry)
            case Rule.UNATTACHED_POLICY | Rule.EMPTY_GROUP:
                # What a policy is attached to, and who is in a group, every scan reads.
                return True
            case None:
                return False

    def _are_known(self, finding: AsffFinding, entry: _Entry) -> bool:
        """Whether the scan knows the verdict on every service and action that the finding is about."""
        by_namespace = {service.namespace: service for service in entry.services}
        services, actions = services_of(finding), actions_of(finding)
        if not (services.is_whole and actions.is_whole and services.names):
            return not self.document.parameters.services and all(map(_is_all_known, entry.services))
        are_actions_listed = any(note.granularity is Granularity.ACTION for note in entry.evidence)
        return all(self._is_known(by_namespace.get(name), name) for name in services.names) and all(
            _is_action_known(by_namespace.get(name.partition(":")[0]), name, are_listed=are_actions_listed)
            for name in actions.names
        )

    def _is_known(self, service: ServiceEntry | None, namespace: str) -> bool:
        """Whether the verdict on it is known, or it is not granted any more."""
        if service is None:
            wanted = self.document.parameters.services
            return not wanted or namespace in wanted
        return service.verdict is not Verdict.UNKNOWN or not service.granted_by

    def _is_in_use(self, entry: _Entry) -> bool:
        last_used_at = entry.last_used_at if isinstance(entry, PrincipalEntry) else None
        days = timedelta(days=self.document.parameters.stale_after_days)
        return last_used_at is not None and last_used_at >= self.document.generated_at - days

    def _has_credentials(self, entry: _Entry) -> bool:
        """Whether the credential report was had, and reaches back far enough."""
        return any(
            covers(
                Window(note.window_start, note.window_end),
                now=self.document.generated_at,
                days=self.document.parameters.stale_after_days,
            )
            for note in entry.evidence
            if note.source is Source.CREDENTIAL_REPORT
        )


def _is_action_known(service: ServiceEntry | None, action: str, *, are_listed: bool) -> bool:
    """Whether the verdict on it is known, or it is not granted any more; the verdict on its service is known."""
    if service is None or not service.granted_by:
        return True
    verdict = next((one.verdict for one in service.actions if one.action == action), None)
    if verdict is None:
        # A report on services alone lists no action, granted or not.
        return are_listed or service.verdict is Verdict.UNUSED
    return verdict is not Verdict.UNKNOWN


def _is_all_known(service: ServiceEntry) -> bool:
    return service.verdict is not Verdict.UNKNOWN and all(one.verdict is not Verdict.UNKNOWN for one in service.actions)


def _looked_at(document: ScanDocument, account: str, resources: set[str], *, is_whole: bool) -> _LookedAt | None:
    """What the scan says of these resources; None if it says nothing of the account."""
    scanned = next((one for one in document.accounts if one.id == account), None)
    if not resources or scanned is None or scanned.status is ScanStatus.FAILED:
        return None
    entries: dict[str, _Entry] = {}
    for listed in (document.principals, document.policies):
        entries |= {one.arn: one for one in listed if one.arn in resources and one.account == account}
    # Gone, or not looked at: only where everything was looked at these two can be told apart.
    is_narrow = bool(document.parameters.principals or document.parameters.exclude)
    troubled = frozenset(error.arn for error in scanned.errors)
    return _LookedAt(document, entries, troubled, is_whole=is_whole and not is_narrow)
