"""What is wrong: verdicts on granted services and actions, and the findings that the rules make of them.

Promise: same input, same output, same ids, same order.
"""

from leastwise.findings.credentials import credentials_of, is_unused_password, unused_keys
from leastwise.findings.judge import judge
from leastwise.findings.model import (
    ActionVerdict,
    EvidenceNote,
    Exempt,
    Finding,
    Gain,
    Judgement,
    Parameters,
    PolicyJudgement,
    PrincipalJudgement,
    Reason,
    Rule,
    ServiceVerdict,
    Severity,
    Verdict,
)
from leastwise.findings.ruling import UNRECORDED
from leastwise.findings.scan import AccountScan, Scan, ScanError, ScanParameters, ScanStatus
from leastwise.findings.scope import Scope
from leastwise.findings.single import verdict_on_action

__all__ = [
    "UNRECORDED",
    "AccountScan",
    "ActionVerdict",
    "EvidenceNote",
    "Exempt",
    "Finding",
    "Gain",
    "Judgement",
    "Parameters",
    "PolicyJudgement",
    "PrincipalJudgement",
    "Reason",
    "Rule",
    "Scan",
    "ScanError",
    "ScanParameters",
    "ScanStatus",
    "Scope",
    "ServiceVerdict",
    "Severity",
    "Verdict",
    "credentials_of",
    "is_unused_password",
    "judge",
    "unused_keys",
    "verdict_on_action",
]
