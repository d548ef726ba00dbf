"""CloudTrail's records, from files or from the event history, to the calls that were denied.

Promise: every record is counted, and one that cannot be read is told with its place; nothing is dropped in silence.
"""

from leastwise.trail.actions import action_of, is_denial
from leastwise.trail.files import read_trail_files
from leastwise.trail.model import DeniedCall, TrailFault, TrailReading
from leastwise.trail.records import joined, read_events, read_trail

__all__ = [
    "DeniedCall",
    "TrailFault",
    "TrailReading",
    "action_of",
    "is_denial",
    "joined",
    "read_events",
    "read_trail",
    "read_trail_files",
]
