"""What to take away, and the smaller policy that does it, with a proof.

Promise: *before ⊇ after ⊇ before without what is removed*, computed from the text that would be sent, or no change.
"""

from leastwise.recommend.proof import Proof, ProofError, prove
from leastwise.recommend.reduction import Reduction, Strategy, reduce_document
from leastwise.recommend.removal import RemovalOptions, joint_removal, removal_of

__all__ = [
    "Proof",
    "ProofError",
    "Reduction",
    "RemovalOptions",
    "Strategy",
    "joint_removal",
    "prove",
    "reduce_document",
    "removal_of",
]
