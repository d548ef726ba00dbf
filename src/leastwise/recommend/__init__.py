"""What to take away from an account: the plan, in which each change has its proof.

Promise: *before ⊇ after ⊇ before without what may go*, computed from the text that would be sent, or no change.
"""

from leastwise.recommend.account import recommend
from leastwise.recommend.fitted import fitted_reduction
from leastwise.recommend.options import RecommendOptions
from leastwise.recommend.proof import ProofError, Shown, prove
from leastwise.recommend.quarantines import Quarantine, lift_plan, quarantines
from leastwise.recommend.reduction import Reduction, Strategy, reduce_document
from leastwise.recommend.removal import Removal, RemovalOptions, joint_removal, removal_of

__all__ = [
    "ProofError",
    "Quarantine",
    "RecommendOptions",
    "Reduction",
    "Removal",
    "RemovalOptions",
    "Shown",
    "Strategy",
    "fitted_reduction",
    "joint_removal",
    "lift_plan",
    "prove",
    "quarantines",
    "recommend",
    "reduce_document",
    "removal_of",
]
