"""Changes in the making: what is particular of each, and what all of them get alike."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from hashlib import sha256
from typing import Final

from msgspec import Struct

from leastwise.catalog import AccessLevel, Catalog
from leastwise.findings import EvidenceNote, Gain, Verdict
from leastwise.inventory import Snapshot
from leastwise.plan import (
    Change,
    ChangeKind,
    DocumentChange,
    EvidenceSeen,
    IndexedSnapshot,
    PolicyRef,
    Precondition,
    Proof,
    ProofMethod,
    Risk,
    Step,
    inverse_of,
)
from leastwise.policy import Arn
from leastwise.recommend.holders import Holders

__all__ = ["Draft", "Finisher"]

_DIGEST: Final = 20
"""Hexadecimal digits of an id: 80 bits, so that two changes of one kind never share one."""


class Draft(Struct, frozen=True):
    """What is particular of a change."""

    kind: ChangeKind
    """What kind."""
    title: str
    """One line."""
    principals: tuple[Arn, ...]
    """The users and roles whom it reaches, sorted."""
    steps: tuple[Step, ...]
    """What is done."""
    preconditions: tuple[Precondition, ...]
    """What must still be so."""
    method: ProofMethod
    """How it was shown that nothing is won."""
    policy: PolicyRef | None = None
    """The policy that it is about."""
    targets: tuple[Arn, ...] = ()
    """The principals whose own holdings or credentials change."""
    documents: tuple[DocumentChange, ...] = ()
    """The texts that change."""
    kept: int = 0
    """What the documents still grant, as bits of the catalog."""
    removed: int = 0
    """What they grant no more in some statement, as bits."""
    checked: int = 0
    """How many statements were compared."""
    matter: str = ""
    """What tells it from others of its kind about the same policy and targets."""
    notes: tuple[str, ...] = ()
    """What else to know."""


class Finisher:
    """Makes changes of drafts: id, evidence, gain, risk and inverse; without holders they rest on no report of use."""

    def __init__(self, snapshot: Snapshot, holders: Holders | None, catalog: Catalog) -> None:
        self._holders, self._catalog = holders, catalog
        self._snapshot = IndexedSnapshot(snapshot)

    def change(self, draft: Draft) -> Change:
        """The change that the draft becomes."""
        evidence = () if self._holders is None else tuple(_evidence(draft.principals, self._holders))
        inverse = inverse_of(draft.steps, self._snapshot)
        return Change(
            id=_identity(draft),
            kind=draft.kind,
            title=draft.title,
            policy=draft.policy,
            targets=draft.targets,
            principals=draft.principals,
            steps=draft.steps,
            preconditions=draft.preconditions,
            inverse=inverse,
            documents=draft.documents,
            proof=Proof(
                draft.method, draft.kept.bit_count(), draft.removed.bit_count(), draft.principals, draft.checked
            ),
            evidence=evidence,
            gain=self._gain(draft),
            risk=Risk(
                shared_by=len(draft.principals),
                window_days=min(map(_days, evidence), default=None),
                stale=tuple(sorted(set(_stale(draft.documents)))),
                is_reversible=bool(inverse),
                notes=draft.notes,
            ),
        )

    def _gain(self, draft: Draft) -> Gain:
        mask = draft.removed & ~draft.kept
        counts = self._catalog.count_by_level(mask)
        services = self._catalog.services_of(mask)
        return Gain(
            services=sum(not service.mask & draft.kept for service in services),
            actions=mask.bit_count(),
            writing=counts[AccessLevel.WRITE] + counts[AccessLevel.TAGGING],
            permissions=counts[AccessLevel.PERMISSIONS_MANAGEMENT],
        )


def _identity(draft: Draft) -> str:
    """The same from plan to plan: of the kind, the policy, the targets and the matter."""
    policy = "" if draft.policy is None else f"{draft.policy.policy}\n{draft.policy.owner or ''}"
    text = "\n".join([draft.kind.value, policy, *draft.targets, draft.matter])
    return f"{draft.kind.value}-{sha256(text.encode()).hexdigest()[:_DIGEST]}"


def _evidence(principals: Iterable[Arn], holders: Holders) -> Iterator[EvidenceSeen]:
    found: dict[EvidenceNote, list[Arn]] = {}
    for arn in principals:
        for note in holders.judged(arn).evidence:
            found.setdefault(note, []).append(arn)
    for note in sorted(found):
        yield EvidenceSeen(note.source, note.granularity, note.window.start, note.window.end, tuple(found[note]))


def _days(seen: EvidenceSeen) -> int:
    return round((seen.window_end - seen.window_start) / timedelta(days=1))


def _stale(documents: Iterable[DocumentChange]) -> Iterator[str]:
    for document in documents:
        for statement in document.statements:
            for gone in statement.gone:
                if gone.verdict is Verdict.STALE:
                    yield from (f"{gone.service}:{name}" for name in gone.actions) if gone.actions else [gone.service]
