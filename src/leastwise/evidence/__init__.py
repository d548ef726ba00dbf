"""What was used: usages seen by sources over windows, and the gaps where a source could not answer.

Promise: merging is commutative, associative and idempotent; silence is not absence.
"""

from leastwise.evidence.credential_report import parse_credential_report
from leastwise.evidence.last_accessed import parse_last_accessed_json, report_usage
from leastwise.evidence.last_accessed_text import render_last_accessed_json
from leastwise.evidence.merge import evidence_of, merge
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
from leastwise.evidence.role_last_used import role_use, role_uses
from leastwise.evidence.window import FRESH_FOR, REPORT_DELAY, REPORT_PERIOD, covers, report_window

__all__ = [
    "FRESH_FOR",
    "REPORT_DELAY",
    "REPORT_PERIOD",
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
    "covers",
    "evidence_of",
    "merge",
    "parse_credential_report",
    "parse_last_accessed_json",
    "render_last_accessed_json",
    "report_usage",
    "report_window",
    "role_use",
    "role_uses",
]
