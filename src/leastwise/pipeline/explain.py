"""Why a principal has a permission, and since when it is not used: facts gathered for `explain`."""

from collections.abc import Iterator
from difflib import get_close_matches

from leastwise.catalog import Catalog, load_catalog
from leastwise.errors import UnknownPrincipalError, UsageError
from leastwise.findings import ActionVerdict, Finding, PrincipalJudgement, verdict_on_action
from leastwise.inventory import Principal, Snapshot
from leastwise.pipeline.scan import Scanned
from leastwise.policy import Effect, Statement, statement_actions
from leastwise.report import Asked, Explanation, Quote

__all__ = ["explain", "find_principal"]


def find_principal(snapshot: Snapshot, wanted: str) -> Principal:
    """The principal of this ARN, name, `type/name`, or `type/path/name`.

    Raises:
        UnknownPrincipalError: there is none; names the nearest.
        UsageError: a name that several principals have.
    """
    found = [one for one in snapshot.principals() if wanted in one.arn.names]
    if len(found) == 1:
        return found[0]
    if found:
        options = ", ".join(f"{one.type}/{one.name}" for one in found)
        raise UsageError(f"more than one principal is named {wanted}", hint=f"say which: {options}")
    account = snapshot.account.id
    raise UnknownPrincipalError(f"account {account} has no principal {wanted}", hint=_nearest(snapshot, wanted))


def _nearest(snapshot: Snapshot, wanted: str) -> str:
    names = sorted({principal.name for principal in snapshot.principals()})
    near = get_close_matches(wanted.rpartition("/")[2], names, n=3)
    return f"did you mean {' or '.join(near)}?" if near else "give its ARN, its name, or its type and name: role/NAME"


def parse_asked(text: str, catalog: Catalog) -> Asked:
    """What `s3` or `s3:GetObject` asks for, in AWS's own case where the catalog knows it.

    Raises:
        UsageError: it is neither; or it is a pattern.
    """
    namespace, colon, name = text.partition(":")
    if not namespace or (colon and not name) or "*" in text or "?" in text:
        raise UsageError(f"{text!r} is neither a service nor an action", hint="write s3, or s3:GetObject")
    action = catalog.action(text) if name else None
    return Asked(namespace.lower(), action.name if action else (name or None))


def explain(scanned: Scanned, principal: Principal, text: str | None) -> Explanation:
    """What is known about the principal, or about one of its services or actions.

    Raises:
        UsageError: `text` is neither a service nor an action.
    """
    catalog = load_catalog()
    judged = next(one for one in scanned.judgement.principals if one.principal.arn == principal.arn)
    parameters = scanned.judgement.parameters
    if text is None:
        findings = tuple(_findings_on(scanned, principal))
        return Explanation(parameters, judged, findings=findings, notes=_notes(scanned, principal))
    asked = parse_asked(text, catalog)
    action = catalog.action(str(asked))
    return Explanation(
        parameters,
        judged,
        asked=asked,
        action=_action_verdict(scanned, judged, asked),
        access_level=action.access_level.value if action else "",
        grants=tuple(_quotes(scanned, principal, asked, Effect.ALLOW)),
        denies=tuple(_quotes(scanned, principal, asked, Effect.DENY)),
        findings=tuple(one for one in _findings_on(scanned, principal) if _is_about(one, asked)),
        notes=_notes(scanned, principal),
    )


def _findings_on(scanned: Scanned, principal: Principal) -> Iterator[Finding]:
    return (finding for finding in scanned.judgement.findings if finding.resource == principal.arn)


def _is_about(finding: Finding, asked: Asked) -> bool:
    if asked.action is not None and finding.actions:
        return str(asked) in finding.actions or asked.service in finding.services
    return asked.service in finding.services or any(one.partition(":")[0] == asked.service for one in finding.actions)


def _action_verdict(scanned: Scanned, judged: PrincipalJudgement, asked: Asked) -> ActionVerdict | None:
    if asked.action is None or not scanned.grants.of(judged.principal).grants(asked.service, asked.action):
        return None
    return verdict_on_action(judged, namespace=asked.service, name=asked.action)


def _quotes(scanned: Scanned, principal: Principal, asked: Asked, effect: Effect) -> Iterator[Quote]:
    """The statements of this effect that touch what was asked, in the order in which the principal holds them."""
    catalog = load_catalog()
    for holding in scanned.grants.holdings(principal):
        document = holding.text.document
        if document is None:
            continue
        for statement in document.statements:
            if statement.effect is effect and _touches(statement, asked, catalog):
                yield Quote(holding.policy, holding.kind, holding.via, statement, document.quote(statement))


def _touches(statement: Statement, asked: Asked, catalog: Catalog) -> bool:
    actions = statement_actions(statement, catalog)
    return actions.reaches(asked.service) if asked.action is None else str(asked) in actions


def _notes(scanned: Scanned, principal: Principal) -> tuple[str, ...]:
    """What of the principal could not be read."""
    unknown = (
        f"What policy {holding.policy} ({holding.via}) grants is not known: {holding.text.fault}"
        for holding in scanned.grants.of(principal).unreadable
    )
    gaps = scanned.collected.evidence.gaps.get(principal.arn, ())
    return (*unknown, *(f"{gap.source}: {gap.reason}: {gap.detail}" for gap in gaps))
