"""The public use cases, re-exported: what the commands do, for programs.

    >>> from leastwise.api import ScanParameters, ScanRequest
    >>> ScanRequest(ScanParameters(stale_after_days=180, principals=("role/*",))).parameters.stale_after_days
    180

A scan is made by `scan_account` or `scan_saved`, turned into what a report says by `document_of`, and into text by
`render`. Errors are those of `leastwise.errors`.
"""

from leastwise.aws import ConnectionOptions, SystemClock
from leastwise.clock import Clock
from leastwise.collect import NoProgress, Progress
from leastwise.findings import Scan, ScanParameters
from leastwise.pipeline.explain import explain, find_principal
from leastwise.pipeline.permissions import permissions_policy
from leastwise.pipeline.scan import Scanned, ScanRequest, scan_account, scan_saved
from leastwise.report import (
    Explanation,
    Format,
    ScanDocument,
    document_of,
    read_json,
    render,
    render_explanation,
    render_explanation_json,
    schema_text,
)
from leastwise.settings import Settings, parse_settings

__all__ = [
    "Clock",
    "ConnectionOptions",
    "Explanation",
    "Format",
    "NoProgress",
    "Progress",
    "Scan",
    "ScanDocument",
    "ScanParameters",
    "ScanRequest",
    "Scanned",
    "Settings",
    "SystemClock",
    "document_of",
    "explain",
    "find_principal",
    "parse_settings",
    "permissions_policy",
    "read_json",
    "render",
    "render_explanation",
    "render_explanation_json",
    "scan_account",
    "scan_saved",
    "schema_text",
]
