"""Which services and actions exist, what they take, and the index that expands a pattern over them.

Promise: a service or an action that the catalog does not know is said to be unknown, never dropped.
"""

from leastwise.catalog.details import (
    ActionDetails,
    ConditionKey,
    KeyType,
    ResourceType,
    ServiceDetails,
    arn_example,
    arn_pattern,
    key_pattern,
)
from leastwise.catalog.global_keys import GLOBAL_KEYS
from leastwise.catalog.index import ActionFacts, Catalog
from leastwise.catalog.load import load_catalog
from leastwise.catalog.mask import indexes, mask_of
from leastwise.catalog.model import AccessLevel, Action, Expansion, Service
from leastwise.catalog.pattern import canonical, literal_prefix, longest_piece, matches

__all__ = [
    "GLOBAL_KEYS",
    "AccessLevel",
    "Action",
    "ActionDetails",
    "ActionFacts",
    "Catalog",
    "ConditionKey",
    "Expansion",
    "KeyType",
    "ResourceType",
    "Service",
    "ServiceDetails",
    "arn_example",
    "arn_pattern",
    "canonical",
    "indexes",
    "key_pattern",
    "literal_prefix",
    "load_catalog",
    "longest_piece",
    "mask_of",
    "matches",
]
