"""The public use cases, re-exported."""
