"""What was used: usages seen by sources over windows, and the gaps where a source could not answer.

Promise: merging is commutative, associative and idempotent; silence is not absence.
"""

from leastwise.evidence.model import (
    ActionUse,
    CredentialUse,
    Evidence,
    Gap,
    GapReason,
    Granularity,
    KeyUse,
    PasswordUse,
    PrincipalUse,
    ServiceUse,
    Source,
    Usage,
    Window,
)

__all__ = [
    "ActionUse",
    "CredentialUse",
    "Evidence",
    "Gap",
    "GapReason",
    "Granularity",
    "KeyUse",
    "PasswordUse",
    "PrincipalUse",
    "ServiceUse",
    "Source",
    "Usage",
    "Window",
]
