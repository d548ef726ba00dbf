"""What was denied after a plan was carried out, and which of its changes took it away, as text and as JSON."""

from leastwise.report.watch.document import Attempt, Cause, Complaint, Unread, WatchReport
from leastwise.report.watch.json_format import WatchDocument, render_watch_json, watch_document
from leastwise.report.watch.text import render_watch_text

__all__ = [
    "Attempt",
    "Cause",
    "Complaint",
    "Unread",
    "WatchDocument",
    "WatchReport",
    "render_watch_json",
    "render_watch_text",
    "watch_document",
]
