"""A scan made into the document that the formats render."""

from collections.abc import Iterator
from operator import attrgetter
from typing import Final

from leastwise.findings import (
    AccountScan,
    ActionVerdict,
    Finding,
    Gain,
    Judgement,
    PolicyJudgement,
    PrincipalJudgement,
    Scan,
    ServiceVerdict,
)
from leastwise.inventory import GrantedBy
from leastwise.report.convert import (
    account_entry,
    action_entries,
    finding_entry,
    grant_entries,
    parameters_entry,
    policy_entry,
    principal_entry,
    service_entry,
    utc,
)
from leastwise.report.document import (
    SCHEMA,
    ActionEntry,
    GrantEntry,
    PolicyEntry,
    PrincipalEntry,
    ScanDocument,
    ServiceEntry,
)
from leastwise.report.entries import Entries, Shared
from leastwise.report.summary import summary_of

__all__ = ["EntryBuilder", "document_of"]

_NO_GAIN: Final = Gain()


def document_of(scan: Scan, *, version: str) -> ScanDocument:
    """The scan as a document; its principals, policies and findings are built when they are iterated.

    `version` is the version of leastwise. Cost is linear in the services of all principals, for the summary.
    """
    accounts = sorted(scan.accounts, key=lambda one: one.account.id)
    builder = EntryBuilder()
    return ScanDocument(
        schema=SCHEMA,
        version=version,
        generated_at=utc(scan.generated_at),
        parameters=parameters_entry(scan.parameters),
        accounts=tuple(account_entry(account) for account in accounts),
        principals=Entries(_principals(accounts), builder.principal),
        policies=Entries(_policies(accounts), builder.policy),
        findings=Entries(_findings(accounts), finding_entry),
        summary=summary_of(accounts),
    )


def _judged(accounts: list[AccountScan]) -> Iterator[tuple[str, Judgement]]:
    return ((one.account.id, one.judgement) for one in accounts if one.judgement is not None)


def _principals(accounts: list[AccountScan]) -> list[tuple[str, PrincipalJudgement, Gain]]:
    return [
        (account, one, judgement.gains.get(one.principal.arn, _NO_GAIN))
        for account, judgement in _judged(accounts)
        for one in sorted(judgement.principals, key=lambda one: one.principal.arn)
    ]


def _policies(accounts: list[AccountScan]) -> list[tuple[str, PolicyJudgement]]:
    return [
        (account, one)
        for account, judgement in _judged(accounts)
        for one in sorted(judgement.policies, key=lambda one: one.policy.arn)
    ]


def _findings(accounts: list[AccountScan]) -> list[Finding]:
    return [
        one
        for _, judgement in _judged(accounts)
        for one in sorted(judgement.findings, key=lambda one: (one.rule, one.resource, one.id))
    ]


def _grants(granted_by: tuple[GrantedBy, ...], _: str) -> tuple[GrantEntry, ...]:
    return grant_entries(granted_by)


def _actions(verdicts: tuple[ActionVerdict, ...], namespace: str) -> tuple[ActionEntry, ...]:
    return action_entries(verdicts, namespace=namespace)


class EntryBuilder:
    """Builds entries of principals and policies, making what their verdicts share only once."""

    def __init__(self) -> None:
        self._grants = Shared(_grants)
        self._actions = Shared(_actions)

    def service(self, verdict: ServiceVerdict) -> ServiceEntry:
        """The service's entry."""
        actions = self._actions(verdict.actions, verdict.namespace)
        return service_entry(verdict, grants=self._grants(verdict.granted_by), actions=actions)

    def _services(self, verdicts: tuple[ServiceVerdict, ...]) -> tuple[ServiceEntry, ...]:
        return tuple(self.service(one) for one in sorted(verdicts, key=attrgetter("namespace")))

    def principal(self, source: tuple[str, PrincipalJudgement, Gain]) -> PrincipalEntry:
        """The entry of a principal, judged in this account, with what it would gain."""
        account, judged, gain = source
        return principal_entry(judged, account=account, gain=gain, services=self._services(judged.services))

    def policy(self, source: tuple[str, PolicyJudgement]) -> PolicyEntry:
        """The entry of a policy, judged in this account."""
        account, judged = source
        return policy_entry(judged, account=account, services=self._services(judged.services))
