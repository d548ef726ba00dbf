"""AWS, or a saved answer of it, to a Snapshot and Evidence.

Promise: a report that could not be had becomes a gap with its reason and never stops the scan.
"""

from leastwise.collect.account import AccountDoor, collect_snapshot
from leastwise.collect.collected import Collected
from leastwise.collect.evidence import EvidenceDoor, Questions, collect_evidence
from leastwise.collect.jobs import JobLimits
from leastwise.collect.progress import NoProgress, Progress
from leastwise.collect.saved import SavedWriter
from leastwise.collect.saved_read import read_saved
from leastwise.collect.subjects import mark_missing, report_subjects
from leastwise.collect.verify import VerifyDoor, verify_attribution

__all__ = [
    "AccountDoor",
    "Collected",
    "EvidenceDoor",
    "JobLimits",
    "NoProgress",
    "Progress",
    "Questions",
    "SavedWriter",
    "VerifyDoor",
    "collect_evidence",
    "collect_snapshot",
    "mark_missing",
    "read_saved",
    "report_subjects",
    "verify_attribution",
]
