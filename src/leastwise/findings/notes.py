"""What a reader must know besides the findings: what could not be read, and what is not known."""

from collections.abc import Iterator

from leastwise.catalog import Catalog
from leastwise.evidence import FRESH_FOR, Evidence
from leastwise.findings.model import Parameters
from leastwise.findings.wording import counted, listed
from leastwise.inventory import PolicyText, Snapshot
from leastwise.policy import Document, unknown_patterns

__all__ = ["document_notes", "evidence_notes"]


def document_notes(snapshot: Snapshot, catalog: Catalog) -> Iterator[str]:
    """One note a document that is no policy, or that names services and actions that the catalog does not know.

    AWS's own policies are not looked at for unknown names: nobody but AWS can correct them.
    """
    unknown: dict[str, str] = {}
    for place, policy, is_ours in _documents(snapshot):
        if policy.document is None:
            yield f"{place} cannot be read, so what it grants is not known: {policy.fault}"
        elif is_ours:
            if policy.text not in unknown:
                # Many principals hold a copy of the same text.
                unknown[policy.text] = _unknown(policy.document, catalog)
            if named := unknown[policy.text]:
                yield f"{place} names what the catalog does not know: {named}"


def _unknown(document: Document, catalog: Catalog) -> str:
    problems = [f"statement {one.statement}: {one.problem}" for one in unknown_patterns(document, catalog)]
    return listed(problems, most=3) if problems else ""


def _documents(snapshot: Snapshot) -> Iterator[tuple[str, PolicyText, bool]]:
    for principal in snapshot.principals():
        for inline in principal.inline:
            yield f"inline policy {inline.name} of {principal.type} {principal.name}", inline.policy, True
    for managed in snapshot.policies:
        version = managed.default_version
        if version is not None:
            yield f"policy {managed.arn}", version.policy, not managed.is_aws_managed


def evidence_notes(evidence: Evidence, parameters: Parameters) -> Iterator[str]:
    """A note on reports that are too old to prove that something is not used."""
    freshest = [max(usage.window.end for usage in usages) for usages in evidence.usages.values()]
    old = sum(end < parameters.now - FRESH_FOR for end in freshest)
    if old:
        noun = "report" if old == 1 else "reports"
        yield (
            f"{old} {noun} ended more than {counted(FRESH_FOR.days, 'day')} before the scan, "
            "and cannot prove that something is unused or stale"
        )
