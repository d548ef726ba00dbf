"""A policy document: its text parsed, rendered and rewritten, with the place of every piece."""
