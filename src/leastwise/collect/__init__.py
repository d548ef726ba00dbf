"""AWS, or a saved answer of it, to a Snapshot and Evidence.

Promise: a report that could not be had becomes a gap with its reason and never stops the scan.
"""
