"""What exists in an account, and who is granted what by which statement.

Promise: an inventory holds every principal and policy that AWS listed; what could not be read is named in it.
"""

from leastwise.inventory.granted import GrantedBy, PolicyKind
from leastwise.inventory.grants import GrantIndex, Grants
from leastwise.inventory.holdings import Holding
from leastwise.inventory.model import (
    Account,
    Attachment,
    Group,
    InlinePolicy,
    ManagedPolicy,
    PolicyText,
    PolicyVersion,
    Principal,
    PrincipalType,
    Role,
    RoleLastUsed,
    Snapshot,
    Tag,
    User,
)
from leastwise.inventory.relations import Relations, attached_to
from leastwise.inventory.selection import Selection
from leastwise.inventory.texts import policy_text

__all__ = [
    "Account",
    "Attachment",
    "GrantIndex",
    "GrantedBy",
    "Grants",
    "Group",
    "Holding",
    "InlinePolicy",
    "ManagedPolicy",
    "PolicyKind",
    "PolicyText",
    "PolicyVersion",
    "Principal",
    "PrincipalType",
    "Relations",
    "Role",
    "RoleLastUsed",
    "Selection",
    "Snapshot",
    "Tag",
    "User",
    "attached_to",
    "policy_text",
]
