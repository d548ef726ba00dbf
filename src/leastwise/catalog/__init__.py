"""Which services and actions exist, with their access levels, and the index that expands a pattern over them.

Promise: a service or an action that the catalog does not know is said to be unknown, never dropped.
"""

from leastwise.catalog.index import ActionFacts, Catalog
from leastwise.catalog.load import load_catalog
from leastwise.catalog.mask import indexes, mask_of
from leastwise.catalog.model import AccessLevel, Action, Expansion, Service
from leastwise.catalog.pattern import canonical, literal_prefix, matches

__all__ = [
    "AccessLevel",
    "Action",
    "ActionFacts",
    "Catalog",
    "Expansion",
    "Service",
    "canonical",
    "indexes",
    "literal_prefix",
    "load_catalog",
    "mask_of",
    "matches",
]
