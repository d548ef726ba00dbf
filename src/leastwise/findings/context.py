"""What a rule may look at besides its subject, and how it files what it finds."""

from hashlib import sha256
from typing import Final

from msgspec import Struct

from leastwise.catalog import Catalog
from leastwise.evidence import CredentialUse, Evidence
from leastwise.findings.credentials import credentials_of
from leastwise.findings.gain import NOTHING, Removal, gain_of, removal_of, severity_of
from leastwise.findings.model import (
    EvidenceNote,
    Finding,
    Parameters,
    PolicyJudgement,
    PrincipalJudgement,
    Rule,
    Severity,
)
from leastwise.findings.sight import is_within
from leastwise.inventory import Account, GrantIndex, ManagedPolicy, Relations
from leastwise.policy import Arn

__all__ = ["Context", "Draft", "Subject"]

_DIGEST: Final = 20
"""Hexadecimal digits of an id: 80 bits, so that two findings of one rule never share one."""

Subject = PrincipalJudgement | PolicyJudgement
"""What a rule is asked about."""


class Draft(Struct, frozen=True):
    """What a rule says; filing adds the id, the gain and, unless given, the severity."""

    rule: Rule
    """Its kind."""
    title: str
    """One line."""
    detail: str
    """What was seen, and what can be done."""
    services: tuple[str, ...] = ()
    """Namespaces it is about, sorted."""
    actions: tuple[str, ...] = ()
    """Actions it is about, sorted."""
    evidence: tuple[EvidenceNote, ...] = ()
    """On what it stands."""
    matter: str = ""
    """What tells it from other findings of the rule on the same resource; no date and no count."""
    severity: Severity | None = None
    """How much it matters; None for what the gain says."""


class Context(Struct, frozen=True):
    """One account, and what judging it needs."""

    account: Account
    """Which account."""
    parameters: Parameters
    """The moment and the days."""
    catalog: Catalog
    """Which actions exist and what they do."""
    grants: GrantIndex
    """Who is granted what."""
    relations: Relations
    """Which policy reaches whom, and who is in which group."""
    evidence: Evidence
    """What was seen."""
    removals: dict[str, Removal] = {}
    """What acting on each finding that was filed would take from its principal, by the finding's id."""

    def file(self, subject: Subject, draft: Draft) -> Finding:
        """The finding that a draft about this subject becomes; what it would remove is kept in `removals`."""
        resource, kind = _resource(subject)
        identity, removal = _identity(draft.rule, resource, draft.matter), self._removal(subject, draft)
        self.removals[identity] = removal
        gain = gain_of(removal, self.catalog)
        return Finding(
            id=identity,
            rule=draft.rule,
            severity=draft.severity or severity_of(gain),
            account=self.account.id,
            resource=resource,
            resource_type=kind,
            title=draft.title,
            detail=draft.detail,
            services=draft.services,
            actions=draft.actions,
            evidence=draft.evidence,
            gain=gain,
        )

    def power_of(self, subject: PrincipalJudgement) -> Severity:
        """How much it would matter if someone else acted as this principal: all that it is granted."""
        return severity_of(gain_of(Removal(mask=self.grants.of(subject.principal).actions.known), self.catalog))

    def is_old(self, policy: ManagedPolicy) -> bool:
        """Whether the policy was made, and last changed, longer ago than the stale-after days."""
        return not is_within(max(policy.created_at, policy.updated_at), self.parameters)

    def credentials(self, user: Arn) -> CredentialUse | None:
        """The newest credential report on a user; None if there is none, or none that covers the days."""
        return credentials_of(user, self.evidence, self.parameters)

    def _removal(self, subject: Subject, draft: Draft) -> Removal:
        if not isinstance(subject, PrincipalJudgement):
            return NOTHING
        return removal_of(
            subject,
            draft.rule,
            services=draft.services,
            actions=draft.actions,
            granted=self.grants.of(subject.principal),
            catalog=self.catalog,
        )


def _resource(subject: Subject) -> tuple[Arn, str]:
    if isinstance(subject, PrincipalJudgement):
        return subject.principal.arn, subject.principal.type.value
    return subject.policy.arn, "policy"


def _identity(rule: Rule, resource: Arn, matter: str) -> str:
    """The same from scan to scan: of the rule, the resource and the matter alone; at most 64 characters."""
    digest = sha256(f"{rule.value}\n{resource}\n{matter}".encode()).hexdigest()
    return f"{rule.value}-{digest[:_DIGEST]}"
