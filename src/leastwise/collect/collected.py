"""What a collection brings home."""

from msgspec import Struct

from leastwise.evidence import Evidence
from leastwise.inventory import Snapshot

__all__ = ["Collected"]


class Collected(Struct, frozen=True):
    """One account's facts, before anyone judges them."""

    snapshot: Snapshot
    """Who and what there is."""
    evidence: Evidence
    """What was used, and what could not be seen."""
    notes: tuple[str, ...] = ()
    """What the reader should know about how it was collected."""
