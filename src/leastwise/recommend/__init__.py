"""What to take away, and the smaller policy that does it, with a proof.

Promise: *before ⊇ after ⊇ before without what is removed*, computed from the text that would be sent, or no change.
"""

from leastwise.recommend.account import RecommendOptions, recommend
from leastwise.recommend.fitted import fitted_reduction
from leastwise.recommend.proof import Proof, ProofError, prove
from leastwise.recommend.proposal import Obstacle, PolicyRef, Proposal, Unchanged
from leastwise.recommend.reduction import Reduction, Strategy, reduce_document
from leastwise.recommend.removal import RemovalOptions, joint_removal, removal_of

__all__ = [
    "Obstacle",
    "PolicyRef",
    "Proof",
    "ProofError",
    "Proposal",
    "RecommendOptions",
    "Reduction",
    "RemovalOptions",
    "Strategy",
    "Unchanged",
    "fitted_reduction",
    "joint_removal",
    "prove",
    "recommend",
    "reduce_document",
    "removal_of",
]
