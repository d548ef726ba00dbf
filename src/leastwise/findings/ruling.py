"""A subject to judge, and the verdicts that there are to choose from."""

from typing import Final

from msgspec import Struct

from leastwise.findings.model import Reason, Verdict
from leastwise.findings.sight import Sight
from leastwise.inventory import Grants

__all__ = ["STALE", "TOO_NEW", "TOO_SHORT", "UNRECORDED", "UNTRACKED", "UNUSED", "USED", "Holder", "Ruling"]

UNRECORDED: Final = ("iam:PassRole",)
"""Actions that other services check for the caller, so that no report shows them (IAM User Guide, "IAM action last
accessed information"); only a subject that did nothing at all did not use them."""


class Holder(Struct, frozen=True):
    """A subject to judge: what it is granted, what was seen of it, and how old it and its grants are."""

    granted: Grants
    """What it is granted."""
    sight: Sight
    """What was seen of it."""
    is_young: bool
    """Whether it is at most D days old."""
    young_policies: frozenset[str]
    """ARNs of customer-managed policies with a version at most D days old: only what they grant may be granted newly,
    since AWS gives no date for any other grant."""


class Ruling(Struct, frozen=True, gc=False):
    """A verdict and, for an unknown one, why."""

    verdict: Verdict
    """What the evidence says."""
    reason: Reason | None = None
    """Why it is unknown; None for the other verdicts."""


USED: Final = Ruling(Verdict.USED)
STALE: Final = Ruling(Verdict.STALE)
UNUSED: Final = Ruling(Verdict.UNUSED)
TOO_NEW: Final = Ruling(Verdict.UNKNOWN, Reason.TOO_NEW)
TOO_SHORT: Final = Ruling(Verdict.UNKNOWN, Reason.WINDOW_TOO_SHORT)
UNTRACKED: Final = Ruling(Verdict.UNKNOWN, Reason.UNTRACKED)
