"""Titles of changes, in a reader's words."""

from typing import Final

from leastwise.plan import DocumentChange

__all__ = ["REMADE", "counted", "loses"]

REMADE: Final = "Made again it has the same ARN, versions and text, but another unique id, no description and no tags."
"""What to know of undoing a change that deletes a policy."""


def counted(number: int, noun: str) -> str:
    """`1 service`, `3 services`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def loses(change: DocumentChange) -> str:
    """`loses 3 services and 5 actions of others`."""
    whole = {gone.service for one in change.statements for gone in one.gone if not gone.actions}
    single = {f"{gone.service}:{name}" for one in change.statements for gone in one.gone for name in gone.actions}
    parts = [counted(len(whole), "service")] if whole else []
    if single:
        parts.append(counted(len(single), "single action" if whole else "action"))
    return f"loses {' and '.join(parts)}"
