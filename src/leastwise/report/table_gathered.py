"""What the sections of a table show, gathered in one pass, so that no entry of a large document is kept."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from leastwise.evidence import Source
from leastwise.findings import Reason, Rule
from leastwise.report.document import ActionEntry, EvidenceEntry, FindingEntry, PolicyEntry, PrincipalEntry
from leastwise.report.entries import Shared
from leastwise.report.layout import Line
from leastwise.report.phrases import day, last_used
from leastwise.report.table_blocks import (
    BLOCK_RULES,
    block,
    subject_of_finding,
    subject_of_policy,
    subject_of_principal,
)
from leastwise.report.table_lists import Idle
from leastwise.report.table_ranking import Ranked, rank_key, ranked
from leastwise.report.table_view import View, heading_with_text

__all__ = ["Gathered"]

_IDLE_RULES: Final = (Rule.UNUSED_ROLE, Rule.UNUSED_USER)

Place = tuple[str, str]
"""Account and ARN: an AWS-managed policy has the same ARN in every account."""


class Gathered:
    """Takes the entries one by one, and keeps of each only what will be shown."""

    def __init__(self, findings: Iterable[FindingEntry], *, view: View) -> None:
        self._view = view
        self._open: dict[Place, list[FindingEntry]] = {}
        self._ranked: list[Ranked] = []
        self._of_principals: list[tuple[Ranked, list[Line]]] = []
        self._of_policies: list[list[Line]] = []
        self._reasons = Shared(_failures)
        self.exempt: list[FindingEntry] = []
        """What exemptions cover, in the document's order."""
        self.listed: dict[Rule, list[FindingEntry]] = {}
        """Findings that are a line each, by rule."""
        self.idle: dict[str, Idle] = {}
        """What is said of idle principals, by ARN."""
        self.failed: dict[Reason, list[str]] = {}
        """Principals whose evidence could not be had, by reason."""
        self.failed_count = 0
        """How many they are."""
        self.window: tuple[datetime, datetime] | None = None
        """The longest time over which a source looked at services; None if none did."""
        for finding in findings:
            self._add_finding(finding)

    def _add_finding(self, finding: FindingEntry) -> None:
        if finding.exempt is not None:
            self.exempt.append(finding)
        elif finding.rule in BLOCK_RULES:
            self._open.setdefault((finding.account, finding.resource), []).append(finding)
        else:
            self.listed.setdefault(finding.rule, []).append(finding)
            if finding.rule in _IDLE_RULES:
                self.idle[finding.resource] = Idle()

    def add_principal(self, principal: PrincipalEntry) -> None:
        """Take what the sections show of a principal."""
        row = ranked(principal, view=self._view)
        if principal.gain.actions or principal.gain.services:
            self._ranked.append(row)
        found = self._open.pop((principal.account, principal.arn), [])
        if principal.arn in self.idle:
            about = f"created {day(principal.created_at)}  {last_used(principal.last_used_at)}"
            self.idle[principal.arn] = Idle(about, () if self._view.verbose else tuple(found))
        if found and (self._view.verbose or principal.arn not in self.idle):
            subject = subject_of_principal(principal, view=self._view)
            self._of_principals.append((row, block(subject, found, view=self._view)))
        self._add_failures(principal, row.label)
        self._widen(principal.evidence)

    def _add_failures(self, principal: PrincipalEntry, label: str) -> None:
        reasons = {reason for service in principal.services for reason in self._reasons(service.actions)}
        reasons |= {one.reason for one in principal.services if one.reason is not None and one.reason.is_failure}
        self.failed_count += bool(reasons)
        for reason in reasons:
            self.failed.setdefault(reason, []).append(label)

    def _widen(self, evidence: Sequence[EvidenceEntry]) -> None:
        for note in evidence:
            if note.source is Source.LAST_ACCESSED:
                start, end = self.window or (note.window_start, note.window_end)
                self.window = (min(start, note.window_start), max(end, note.window_end))

    def add_policy(self, policy: PolicyEntry) -> None:
        """Take what the sections show of a policy."""
        found = self._open.pop((policy.account, policy.arn), None)
        if found:
            self._of_policies.append(block(subject_of_policy(policy, view=self._view), found, view=self._view))

    @property
    def ranked(self) -> list[Ranked]:
        """Principals that would gain, those that gain most first."""
        return sorted(self._ranked, key=rank_key)

    def blocks(self) -> list[Line]:
        """The section of what is unused: principals by rank, policies, and what the document does not hold."""
        by_rank = sorted(self._of_principals, key=lambda one: rank_key(one[0]))
        rest = [block(subject_of_finding(one[0], view=self._view), one, view=self._view) for one in self._open.values()]
        blocks = [*(lines for _, lines in by_rank), *self._of_policies, *rest]
        if not blocks:
            return []
        text = "By the statement that grants it." if self._view.verbose else _SHORTENED
        return [
            *heading_with_text("UNUSED, AND WHERE IT COMES FROM", text, view=self._view),
            *(line for lines in blocks for line in lines),
        ]


_SHORTENED: Final = "By the statement that grants it. Long lists end in +N more; -v or --format json has them all."


def _failures(actions: tuple[ActionEntry, ...], _: str) -> frozenset[Reason]:
    return frozenset(one.reason for one in actions if one.reason is not None and one.reason.is_failure)
