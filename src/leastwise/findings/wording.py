"""Counts, dates, names and lists as a reader wants them in a sentence."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from leastwise.findings.model import EvidenceNote, PrincipalJudgement, ServiceVerdict
from leastwise.inventory import PolicyKind

__all__ = ["counted", "day", "granting", "listed", "looked_at", "who"]

_SHOWN: Final = 8
"""How many things a sentence names before it counts the rest."""
_SHOWN_POLICIES: Final = 4
"""How many policies a sentence names."""


def counted(number: int, noun: str) -> str:
    """`1 service`, `3 services`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def day(moment: datetime) -> str:
    """The day in UTC, `2026-11-24`."""
    return moment.date().isoformat()


def who(judged: PrincipalJudgement) -> str:
    """`Role deploy`."""
    return f"{judged.principal.type.capitalize()} {judged.principal.name}"


def listed(names: Sequence[str], *, most: int = _SHOWN) -> str:
    """`a, b and 3 more`."""
    rest = len(names) - most
    return ", ".join(names) if rest <= 0 else f"{', '.join(names[:most])} and {rest} more"


def looked_at(evidence: Iterable[EvidenceNote]) -> str:
    """The time that the newest source looked at: `between 2025-10-20 and 2026-11-24`; empty without evidence."""
    newest = max(evidence, key=lambda note: (note.window.end, note.window.start), default=None)
    return f"between {day(newest.window.start)} and {day(newest.window.end)}" if newest else ""


def granting(services: Iterable[ServiceVerdict]) -> str:
    """Which statements grant the services, as one sentence; empty if none does.

    `Granted by Admin (statement 0), inline policy logs (statements 0, 2, through group dev).`
    """
    found: dict[tuple[str, PolicyKind, str], set[int]] = {}
    for service in services:
        for grant in service.granted_by:
            found.setdefault((grant.policy, grant.kind, grant.via), set()).update(grant.statements)
    phrases = [_grant(policy, kind, via, sorted(found[policy, kind, via])) for policy, kind, via in sorted(found)]
    return f"Granted by {listed(phrases, most=_SHOWN_POLICIES)}." if phrases else ""


def _grant(policy: str, kind: PolicyKind, via: str, statements: Sequence[int]) -> str:
    name = f"inline policy {policy}" if kind is PolicyKind.INLINE else policy.rpartition("/")[2]
    word = "statement" if len(statements) == 1 else "statements"
    through = "" if via == "direct" else f", through {via.replace(':', ' ')}"
    return f"{name} ({word} {listed([str(index) for index in statements])}{through})"
