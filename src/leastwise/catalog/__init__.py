"""Which services and actions exist, with their access levels, and the index that expands a pattern over them.

Promise: a service or an action that the catalog does not know is said to be unknown, never dropped.
"""
